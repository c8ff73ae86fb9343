-- A mail proposes times with addresses that enter them; enter one that suits, under the title that the user gives.
local gym, office = require "gym", require "lib/office"
local function address(o) return ("http://calendar.gym.test/new?date=%s&start=%s&end=%s"):format(o.date, o.start, o["end"]) end
return {
  doc = "enter into the calendar what a mail proposes, where it suits", set = "sites", sites = { "mail", "calendar" }, actions = { "goto", "go_back" },
  levels = 3, turns = { 12, 20, 24 }, floor = 0.02,
  setup = function(rng, level)
    local p, s, used = rng:pick(sites.mail.people()), { level = level, options = {}, phrase = rng(1, 2) }, {}
    s.from, s.number, s.title, s.good = p.name, tostring(rng(1000, 9999)), "Meeting " .. rng(100, 999), rng(1, level)
    local body = { "Dear Robin,", level == 1 and "we shall meet at this time. The address enters it into your calendar." or "which of these times suits you? The addresses enter them into your calendar." }
    for i = 1, level do
      local slot, date
      repeat
        local day = rng(12, 16)
        date = ("2031-05-%02d"):format(day)
        local all = i == s.good and sites.calendar.free(date, 60) or sites.calendar.day(date)
        slot = #all > 0 and not used[date] and rng:pick(all)
      until slot
      used[date] = true
      s.options[i] = { date = date, start = slot.start, ["end"] = slot["end"] }
      body[#body + 1] = ("%s from %s to %s: %s"):format(date, slot.start, slot["end"], address(s.options[i]))
    end
    local o = s.options[s.good]
    s.event = { title = s.title, date = o.date, start = o.start, ["end"] = o["end"], guests = {}, place = "", notes = "", calendar = "Work", reminder = "none", weekly = false }
    s.mail = sites.mail.add { from = p.name, address = p.address, subject = "Proposal " .. s.number, body = body, unread = true, date = ("2031-05-%02d 15:40"):format(rng(9, 11)) }
    return s
  end,
  goal = function(s)
    local which = s.level == 1 and "the time that %s gives" or "the one time that overlaps with nothing in your calendar of those that %s gives"
    return (({ "Enter %s in the mail Proposal %s into your calendar with the title %s. The calendar is at http://calendar.gym.test/week and your mail at http://mail.gym.test.",
      "Your mail is at http://mail.gym.test, your calendar at http://calendar.gym.test/week. Put %s in the mail Proposal %s into it, under the title %s." })[s.phrase]):format(which:format(s.from), s.number, s.title)
  end,
  check = function(s) return office.mailbox() and office.calendar({}, { s.event }) and 1 or 0 end,
  progress = function(s, page)
    if not office.mailbox() or not office.calendar() then return office.mailbox() and office.calendar({}, { s.event }) and 1 or 0 end
    local looked = s.level == 1 or sites.calendar.visited("/week*") or sites.calendar.visited("/day*")
    return 0.8 * office.steps { sites.mail.visited("/mail/" .. s.mail), sites.mail.visited("/mail/" .. s.mail) and looked, page.url == address(s.options[s.good]) }
  end,
  oracle = function(s, page)
    local looked = s.level == 1 or sites.calendar.visited("/week")
    if office.at(page, "mail") then
      local verb, e, text = office.toMail(page, s.mail, s.number)
      if verb then return verb, e, text end
      return "goto", looked and address(s.options[s.good]) or "http://calendar.gym.test/week"
    end
    if page.url == address(s.options[s.good]) then return office.form(page, { { "Title", s.title } }, "Save") end
    return "goto", "http://mail.gym.test"
  end,
  hints = { "An address that stands in a mail can be opened.", function(s) return "The time that suits is on " .. s.event.date .. "." end },
}
