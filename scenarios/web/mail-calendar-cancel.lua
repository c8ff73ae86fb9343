-- A mail says that events are off: cancel them in the calendar, then put the mail away.
local gym, office = require "gym", require "lib/office"
local reasons = { "I am ill", "my train does not run", "there is no room for us", "nobody else can come" }
local function todo(s)
  local have = {}
  for _, c in ipairs(sites.calendar.changes()) do have[c] = true end
  for i, c in ipairs(s.changes) do
    if not have[c] then return s.events[i] end
  end
end
return {
  doc = "cancel in the calendar what a mail says is off, and archive the mail", set = "sites", sites = { "mail", "calendar" }, actions = { "goto", "go_back" },
  levels = 3, turns = { 22, 22, 30 }, floor = 0.02,
  setup = function(rng, level)
    local p, s = rng:pick(sites.mail.people()), { level = level, events = {}, changes = {}, phrase = rng(1, 2) }
    local body = { "Dear Robin,", rng:pick(reasons) .. "." }
    s.from, s.number = p.name, tostring(rng(1000, 9999))
    for _, day in ipairs(rng:sample({ 12, 13, 14, 15, 16 }, level == 3 and 2 or 1)) do
      local date, e = ("2031-05-%02d"):format(day + (level > 1 and 7 or 0)), nil
      repeat
        e = rng:pick(sites.calendar.day(date))
        local same = 0
        for _, o in ipairs(sites.calendar.day(date)) do same = same + (o.title == e.title and 1 or 0) end
      until same == 1
      s.events[#s.events + 1] = { id = e.id, title = e.title, start = e.start, ["end"] = e["end"], date = date, weekly = e.weekly }
      s.changes[#s.changes + 1] = e.weekly and ("event %d not on %s"):format(e.id, date) or ("event %d deleted"):format(e.id)
      body[#body + 1] = ("So %s on %s cannot be held."):format(e.title, date)
    end
    s.mail = sites.mail.add { from = p.name, address = p.address, subject = "Note " .. s.number, body = body, unread = true, date = ("2031-05-%02d 15:40"):format(rng(9, 11)) }
    s.archived = { "mail " .. s.mail .. " folder archive" }
    return s
  end,
  goal = function(s)
    return (({
      "%s writes in the mail Note %s what cannot be held. Cancel that, on that day only, in the calendar at %s, then archive the mail at %s.",
      "Read what %s says in the mail Note %s: cancel it in the calendar, at %s, for the days that are named and no others. Then go back to %s and archive the mail.",
    })[s.phrase]):format(s.from, s.number, "http://calendar.gym.test/week", "http://mail.gym.test")
  end,
  check = function(s) return office.mailbox(s.archived) and office.calendar(s.changes) and 1 or 0 end,
  progress = function(s)
    local share, put = office.share(sites.calendar.changes(), s.changes), office.share(sites.mail.changes(), s.archived)
    if #sites.calendar.created() + #sites.mail.sent() > 0 or share == 0 and #sites.calendar.changes() > 0 or put == 0 and #sites.mail.changes() > 0 then return 0 end
    return 0.2 * (sites.mail.visited("/mail/" .. s.mail) and 1 or 0) + 0.5 * share + 0.3 * put * share
  end,
  oracle = function(s, page)
    local e, mail = todo(s), office.at(page, "mail")
    if mail and (not e or not sites.mail.visited("/mail/" .. s.mail)) then
      local verb, at, text = office.toMail(page, s.mail, s.number)
      if verb then return verb, at, text end
      return office.press(page, "button", "Archive")
    end
    if not e then return "goto", "http://mail.gym.test" end
    if mail then return "goto", "http://calendar.gym.test/week" end
    if page.path == ("/event/%d?date=%s"):format(e.id, e.date) then
      return office.form(page, e.weekly and { { "Cancel", "This event only" } } or {}, "Cancel event")
    end
    local monday = s.level == 1 and "2031-05-12" or "2031-05-19"
    local there = page.path == "/week?date=" .. monday or s.level == 1 and page.path == "/week"
    local name, nth = office.listed(e), 0
    if there then
      for _, o in ipairs(page.elements) do
        if o.name:find(e.date, 1, true) then nth = 1 end
        if nth == 1 and o.role == "link" and o.name == name then return "click", o end
      end
    end
    return office.press(page, "link", office.begins(page.path, "/week") and "Week after" or "Week")
  end,
  hints = { "Read the mail, then look at the week in the calendar.", function(s) return "The first is " .. s.events[1].title .. " on " .. s.events[1].date .. "." end },
}
