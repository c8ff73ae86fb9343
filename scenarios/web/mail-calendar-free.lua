-- Somebody asks by mail whether a time suits: look into the calendar, and answer.
local gym, office = require "gym", require "lib/office"
local days = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday" }
local week = "http://calendar.gym.test/week"
return {
  doc = "answer by mail whether a time is free in the calendar", set = "sites", sites = { "mail", "calendar" }, actions = { "goto", "go_back" },
  levels = 3, turns = { 16, 18, 24 }, floor = 0.05,
  setup = function(rng, level)
    local p, s = rng:pick(sites.mail.people()), { level = level, free = rng:chance(0.5), phrase = rng(1, 2) }
    s.from, s.number, s.lines = p.name, tostring(rng(1000, 9999)), rng:pick { { "That suits me", "I have no time then" }, { "Yes please", "Sorry no" }, { "Gladly", "Not then" } }
    s.weeks = level == 1 and 0 or level == 2 and 1 or rng(2, 3)
    local first, slot = ({ [0] = 12, 19, 26, 33 })[s.weeks], nil
    repeat
      local day = first + rng(0, 4)
      s.day, s.date = days[day - first + 1], day > 31 and ("2031-06-%02d"):format(day - 31) or ("2031-05-%02d"):format(day)
      local all = s.free and sites.calendar.free(s.date, 60) or sites.calendar.day(s.date)
      slot = #all > 0 and rng:pick(all)
    until slot
    s.line = s.lines[s.free and 1 or 2]
    local body = { "Dear Robin,", ("could we talk on %s, %s, from %s to %s?"):format(s.day, s.date, slot.start, slot["end"]) }
    s.mail = sites.mail.add { from = p.name, address = p.address, subject = "Talk " .. s.number, body = body, unread = true, date = ("2031-05-%02d 15:40"):format(rng(9, 11)) }
    s.sent = { { to = { p.address }, cc = {}, reply = s.mail, body = s.line } }
    return s
  end,
  goal = function(s)
    return (({
      "%s asks in the mail Talk %s whether a time suits you. See whether you have anything on then in the calendar, at %s, then go back to %s and reply. If the time is free write: %s. If it is not write: %s.",
      "Reply to the mail of %s with the subject Talk %s. Your calendar is at %s, your mail at %s. Where nothing in the calendar overlaps with the time in question write: %s. Otherwise write: %s.",
    })[s.phrase]):format(s.from, s.number, week, "http://mail.gym.test", s.lines[1], s.lines[2])
  end,
  check = function(s) return office.shown(s.date) and office.mailbox({}, s.sent) and office.calendar() and 1 or 0 end,
  progress = function(s, page)
    if not office.mailbox() or not office.calendar() then return office.shown(s.date) and office.mailbox({}, s.sent) and office.calendar() and 1 or 0 end
    local there = office.shown(s.date) and office.at(page, "mail") and office.begins(page.path, "/compose?reply=" .. s.mail)
    return 0.9 * office.steps { sites.mail.visited("/mail/" .. s.mail), sites.mail.visited("/mail/" .. s.mail) and office.shown(s.date), there, there and gym.find(page, { role = "textbox", name = "Message", value = s.line }) }
  end,
  oracle = function(s, page)
    local mail = office.at(page, "mail")
    if mail and (office.shown(s.date) or not sites.mail.visited("/mail/" .. s.mail)) then
      if page.path == "/compose?reply=" .. s.mail then return office.form(page, { { "Message", s.line } }, "Send") end
      local verb, e, text = office.toMail(page, s.mail, s.number)
      if verb then return verb, e, text end
      return office.press(page, "link", "Reply")
    end
    if office.shown(s.date) then return "goto", "http://mail.gym.test" end
    if mail then return "goto", week end
    return office.press(page, "link", office.begins(page.path, "/week") and "Week after" or "Week")
  end,
  hints = { "Read the mail, then look at the week, then reply.", function(s) return "It is about " .. s.date .. "." end },
}
