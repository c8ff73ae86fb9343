-- Tell the first time when people are free on a day, or how many such times there are in the afternoon.
local gym, office = require "gym", require "lib/office"
return {
  doc = "tell when people are free", set = "sites", sites = { "calendar" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 10, 14, 16 }, floor = 0.05,
  setup = function(rng, level)
    local s, slots = { level = level, phrase = rng(1, 2) }, nil
    repeat
      s.date, s.minutes = ("2031-%02d-%02d"):format(rng(5, 9), rng(13, 28)), rng:pick { 30, 60, 90 }
      s.guests = rng:sample(sites.calendar.people(), level)
      slots = sites.calendar.free(s.date, s.minutes, s.guests)
    until #slots > 1 and #sites.calendar.day(s.date) > 0
    s.last = level > 1 and rng:chance(0.5)
    local slot = slots[s.last and #slots or 1]
    s.want, s.name = slot.start, slot.start .. " to " .. slot["end"]
    return s
  end,
  goal = function(s)
    return (({
      "When does the %s time of %d minutes begin on %s, between 09:00 and 17:00, that is free for you and %s? Tell the user just the time when it begins.",
      "Tell the user nothing but the time when the %s %d minutes begin on %s that are free for you and %s, between 09:00 and 17:00.",
    })[s.phrase]):format(s.last and "last" or "first", s.minutes, s.date, table.concat(s.guests, ", "))
  end,
  check = function(s) return s.answer == s.want and office.calendar() and 1 or 0 end,
  progress = function(s, page)
    if s.answer then return s.answer == s.want and office.calendar() and 1 or 0 end
    if office.begins(page.path, "/free?date=" .. s.date) and gym.find(page, { role = "link", name = s.name }) then return 0.7 end
    return sites.calendar.visited("/free*") and 0.3 or 0
  end,
  oracle = function(s, page)
    local asked = office.begins(page.path, ("/free?date=%s&minutes=%d&guests=%s"):format(s.date, s.minutes, s.guests[1]:gsub(" ", "+")))
    if asked and gym.find(page, { role = "link", name = s.name }) then return "send_msg_to_user", s.want end
    if not office.begins(page.path, "/free") then return office.press(page, "link", "Free time") end
    return office.form(page, { { "Date", s.date }, { "Minutes", tostring(s.minutes) }, { "Guests", table.concat(s.guests, ", ") } }, "Find")
  end,
  hints = { "The page Free time finds what suits all.", function(s) return "Ask it for " .. s.date .. " with " .. s.minutes .. " minutes." end },
}
