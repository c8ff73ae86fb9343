-- Answer a mail: the sender, all who got it, or by what another mail says.
local gym, office = require "gym", require "lib/office"
local lines = { "Yes, gladly.", "Thursday suits me well.", "I am afraid not.", "Please send two of them.", "I shall ask and tell you tomorrow.", "The first one is fine.", "Let us wait until June." }
return {
  doc = "answer a mail", set = "sites", sites = { "mail" }, actions = { "go_back" },
  levels = 3, turns = { 14, 14, 22 }, floor = 0.05,
  setup = function(rng, level)
    local people = rng:sample(sites.mail.people(), 3)
    local from, number, topic = people[1], tostring(rng(1000, 9999)), rng:pick(gym.products)
    local s = { level = level, number = number, from = from.name, line = rng:pick(lines):gsub("%.$", ""), phrase = rng(1, 2) }
    local cc = { people[2].address, people[3].address }
    local body = { "Dear Robin,", "what do you think of the " .. topic .. "?" }
    if level == 3 then
      s.lines, s.there = rng:pick { { "Yes it has", "No it has not" }, { "It is on its way", "I have heard nothing" } }, rng:chance(0.5)
      s.order = s.there and office.pick(rng, { kind = "delivery", folder = rng:pick { "inbox", "archive" } }).facts.number or tostring(rng(1000, 9999))
      s.line = s.lines[s.there and 1 or 2]
      body = { "Dear Robin,", "has your order " .. s.order .. " been sent off?" }
    end
    s.id = sites.mail.add { from = from.name, address = from.address, cc = rng:chance(0.8) and cc or { people[2].address }, subject = ("Question %s about the %s"):format(number, topic), body = body, unread = true, date = "2031-05-11 " .. rng(10, 20) .. ":15" }
    s.cc = level == 2 and sites.mail.mail(s.id).cc or {}
    s.sent = { { to = { from.address }, cc = s.cc, reply = s.id, body = s.line } }
    return s
  end,
  goal = function(s)
    local what = ("the mail from %s with the number %s in its subject"):format(s.from, s.number)
    if s.level == 3 then
      return ("%s asks about an order in %s. Reply to the sender alone. If there is a mail saying that this order is on its way, write: %s. Otherwise write: %s."):format(s.from, what, s.lines[1], s.lines[2])
    end
    local whom = s.level == 2 and "Reply to all who got %s" or "Reply to %s, to the sender alone"
    return s.phrase == 1 and (whom .. ". Write: %s"):format(what, s.line) or ("Write this message: %s. " .. whom .. "."):format(s.line, what)
  end,
  check = function(s)
    local sent = sites.mail.sent()
    if sent[1] then sent[1].body = sent[1].body:gsub("%.$", "") end
    return office.same(sites.mail.changes(), {}) and office.match(sent, s.sent) and 1 or 0
  end,
  progress = function(s, page)
    if #sites.mail.changes() + #sites.mail.sent() > 0 then
      local sent = sites.mail.sent()
      if sent[1] then sent[1].body = sent[1].body:gsub("%.$", "") end
      return #sites.mail.changes() == 0 and office.match(sent, s.sent) and 1 or 0
    end
    local box = gym.find(page, { role = "textbox", name = "Message" })
    local there = office.begins(page.path, "/compose?reply=" .. s.id)
    return 0.9 * office.steps { sites.mail.visited("/mail/" .. s.id), not s.order or sites.mail.visited("/search?q=" .. s.order), there, there and box and box.value == s.line }
  end,
  oracle = function(s, page)
    local query = "/compose?reply=" .. s.id .. (s.level == 2 and "&all=1" or "")
    if page.path == query then return office.form(page, { { "Message", s.line } }, "Send") end
    if page.path == "/mail/" .. s.id and s.order and not sites.mail.visited("/search?q=" .. s.order) then
      return office.form(page, { { "Search mail", s.order } }, "Search")
    end
    local verb, e, text = office.toMail(page, s.id, s.number)
    if verb then return verb, e, text end
    return office.press(page, "link", s.level == 2 and "Reply to all" or "Reply")
  end,
  hints = { "Open the mail; the links to answer it are below its text.", function(s) return "Search for " .. s.number .. "." end },
}
