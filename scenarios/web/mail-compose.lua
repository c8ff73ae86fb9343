-- Write a mail: to one, to several with a copy, to somebody whose address is to be looked up by the company.
local gym, office = require "gym", require "lib/office"
local subjects = { "Keys for the store", "Lunch on Friday", "New price list", "Visit in June", "Broken printer", "Plans for autumn" }
local lines = { "Could you call me today?", "The papers are on your desk.", "Please tell me what you need.", "We start at noon.", "Thanks for all your help." }
return {
  doc = "write a mail", set = "sites", sites = { "mail" }, actions = { "go_back" },
  levels = 3, turns = { 14, 16, 22 }, floor = 0.02,
  setup = function(rng, level)
    local people, of = {}, {}
    for _, p in ipairs(sites.mail.people()) do of[p.company] = (of[p.company] or 0) + 1 end
    for _, p in ipairs(rng:shuffle(sites.mail.people())) do
      if p.contact and of[p.company] == 1 then people[#people + 1] = p end
    end
    local s = { level = level, subject = rng:pick(subjects), line = rng:pick(lines):gsub("[.?]$", ""), phrase = rng(1, 2), cc = {}, who = people[1].name, company = people[1].company, contact = people[1].id }
    s.to = { people[1].address }
    s.typed = level == 1 and (rng:chance(0.5) and people[1].name or people[1].address) or people[1].address
    if level == 2 then
      s.to[2], s.cc = people[2].address, { people[3].address }
      s.typed = s.to[1] .. ", " .. s.to[2]
    end
    return s
  end,
  goal = function(s)
    local whom = s.level == 3 and "the one of your contacts who works at " .. s.company or s.typed
    local copy = s.level == 2 and " with a copy to " .. s.cc[1] or ""
    return (({ "Write a mail to %s%s. Subject: %s. Message: %s.", "Send %s%s a new mail with the subject: %s. It should say: %s." })[s.phrase]):format(whom, copy, s.subject, s.line)
  end,
  check = function(s)
    local sent = sites.mail.sent()
    if sent[1] then sent[1].body = sent[1].body:gsub("[.?]$", "") end
    return office.same(sites.mail.changes(), {}) and office.match(sent, { { to = s.to, cc = s.cc, subject = s.subject, body = s.line, reply = -1, forward = -1 } }) and 1 or 0
  end,
  progress = function(s, page)
    if #sites.mail.sent() + #sites.mail.changes() > 0 then return #sites.mail.sent() == 1 and sites.mail.sent()[1].subject == s.subject and sites.mail.sent()[1].body:gsub("[.?]$", "") == s.line
      and office.match(sites.mail.sent(), { { to = s.to, cc = s.cc } }) and #sites.mail.changes() == 0 and 1 or 0 end
    local function typed(name, text) return gym.find(page, { role = "textbox", name = name, value = text }) end
    return 0.9 * office.steps { s.level < 3 or sites.mail.visited("/contact/" .. s.contact), typed("To", s.typed), typed("Subject", s.subject), typed("Message", s.line), #s.cc == 0 or typed("Cc", s.cc[1]) }
  end,
  oracle = function(s, page)
    if office.begins(page.path, "/compose") and (s.level < 3 or gym.find(page, { role = "textbox", name = "To", value = s.typed })) then
      local fields = { { "To", s.typed }, { "Subject", s.subject }, { "Message", s.line } }
      if #s.cc > 0 then fields[4] = { "Cc", s.cc[1] } end
      return office.form(page, fields, "Send")
    end
    if s.level < 3 then return office.press(page, "link", "Compose") end
    if page.path == "/contact/" .. s.contact then return office.press(page, "link", "Write a mail") end
    if gym.find(page, { role = "link", name = s.who }) then return office.press(page, "link", s.who) end
    if not gym.find(page, { role = "textbox", name = "Search contacts" }) then return office.press(page, "link", "Contacts") end
    return office.form(page, { { "Search contacts", s.company } }, "Search")
  end,
  hints = { "Compose is at the top of every page.", function(s) return s.level == 3 and "Search the contacts for " .. s.company .. "." or "The receiver goes into the field To." end },
}
