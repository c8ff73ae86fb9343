-- Do something with a mail that may not be there; then say so. Near misses are: the number from somebody else, the sender with another number.
local gym, office = require "gym", require "lib/office"
local does = { Archive = { "Archive", "folder archive" }, Delete = { "Delete", "folder trash" }, Star = { "Star", "starred true" } }
local function searched(s) return office.searched(sites.mail, s.number) or office.searched(sites.mail, s.from) end
local function right(s)
  if s.there then return not s.infeasible and office.mailbox(s.want) end
  return s.infeasible and searched(s) and office.mailbox()
end
return {
  doc = "do something with a mail, or report that it is not there", set = "sites", sites = { "mail" }, actions = { "go_back", "report_infeasible" },
  levels = 3, turns = { 12, 14, 16 }, floor = 0.05,
  about = "In half of the tasks the mail does not exist. To report that without having searched for it is a guess, and does not count.",
  setup = function(rng, level)
    local m = office.pick(rng, { kind = "invoice", folder = "inbox" })
    sites.mail.arrange(m.id, { starred = false, unread = false })
    local s = { id = m.id, from = m.from, number = m.facts.number, there = rng:chance(0.5), action = rng:pick { "Archive", "Delete", "Star" }, level = level, phrase = rng(1, 2) }
    if not s.there then
      local wrong = level == 1 and "number" or level == 2 and "from" or rng:pick { "number", "from" }
      if wrong == "from" then
        repeat s.from = rng:pick(sites.mail.people()).name until s.from ~= m.from
      else
        repeat s.number = tostring(rng(10000, 99999)) until #sites.mail.mails { text = s.number } == 0
      end
    end
    if level == 3 then sites.mail.add { from = s.from, subject = "Question " .. rng(1000, 9999) .. " about the invoice", body = { "Did you get our invoice?" }, date = "2031-05-10 11:20" } end
    s.want = { "mail " .. m.id .. " " .. does[s.action][2] }
    return s
  end,
  goal = function(s)
    return (({ "%s the invoice %s from %s. Search for it first: if there is no such mail, report that this cannot be done.", "%s the mail with the invoice %s that %s sent; where a search finds no such mail, report so and do nothing." })[s.phrase]):format(does[s.action][1], s.number, s.from)
  end,
  check = function(s)
    return right(s) and 1 or 0
  end,
  progress = function(s)
    if s.infeasible or not office.mailbox() then return right(s) and 1 or 0 end
    return 0.8 * office.steps { searched(s), not s.there or sites.mail.visited("/mail/" .. s.id) } * (searched(s) and 1 or 0)
  end,
  oracle = function(s, page)
    local looked = page.path == "/search?q=" .. s.number
    if looked and not s.there then return "report_infeasible", s.number end
    if not s.there then
      local box = gym.find(page, { role = "textbox", name = "Search mail" })
      return office.form(page, { { "Search mail", s.number } }, "Search")
    end
    local verb, e, text = office.toMail(page, s.id, s.number)
    if verb then return verb, e, text end
    return office.press(page, "button", s.action)
  end,
  hints = { "Search for the number first, and see who sent it.", function(s) return "Search for " .. s.number .. "." end },
}
