-- Cancel an event, one day of a weekly one, or all that one calendar has on a day.
local gym, office = require "gym", require "lib/office"
local function todo(s)
  local have = {}
  for _, c in ipairs(sites.calendar.changes()) do have[c] = true end
  for i, c in ipairs(s.changes) do
    if not have[c] then return s.ids[i] end
  end
end
return {
  doc = "cancel events", set = "sites", sites = { "calendar" }, actions = { "go_back" },
  levels = 3, turns = { 12, 12, 26 }, floor = 0.05,
  setup = function(rng, level)
    local s, e = { level = level, phrase = rng(1, 2) }, nil
    repeat
      s.date, s.ids, s.changes = ("2031-%02d-%02d"):format(rng(5, 9), rng(13, 28)), {}, {}
      local all = sites.calendar.day(s.date)
      e = #all > 0 and rng:pick(all) or nil
      local same, weekly = 0, 0
      for _, o in ipairs(all) do
        same = same + (e and o.title == e.title and 1 or 0)
        if level == 3 and o.calendar == e.calendar then s.ids[#s.ids + 1], weekly = o.id, weekly + (o.weekly and 1 or 0) end
      end
    until e and same == 1 and weekly == 0 and (level == 3 and #s.ids > 1 and #s.ids < 5 or level < 3 and e.weekly == (level == 2))
    if level < 3 then s.ids = { e.id } end
    for i, id in ipairs(s.ids) do s.changes[i] = level == 2 and "event " .. id .. " not on " .. s.date or "event " .. id .. " deleted" end
    s.title, s.calendar = e.title, e.calendar
    return s
  end,
  goal = function(s)
    local what = ({ "the event %s on %s", "%s on %s, but not the rest of the series", "all events of the calendar %s on %s" })[s.level]:format(s.level == 3 and s.calendar or s.title, s.date)
    return (({ "Cancel %s.", "You cannot be there: cancel %s." })[s.phrase]):format(what)
  end,
  check = function(s) return office.calendar(s.changes) and 1 or 0 end,
  progress = function(s)
    local share, id = office.share(sites.calendar.changes(), s.changes), todo(s)
    if #sites.calendar.created() > 0 or share == 0 and #sites.calendar.changes() > 0 then return 0 end
    return share + (id and 0.8 / #s.ids * office.steps { sites.calendar.visited("/day?date=" .. s.date), sites.calendar.visited("/event/" .. id .. "?date=" .. s.date) } or 0)
  end,
  oracle = function(s, page)
    local id = todo(s)
    local verb, e, text = office.toEvent(page, id, s.date)
    if verb then return verb, e, text end
    if s.level == 2 then return office.form(page, { { "Cancel", "This event only" } }, "Cancel event") end
    return office.press(page, "button", "Cancel event")
  end,
  hints = { "An event's page has a button to cancel it.", function(s) return "Show the day " .. s.date .. "." end },
}
