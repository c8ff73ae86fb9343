-- Move an event: to another time, one day of a weekly series, or a whole series to another time and place.
local gym, office = require "gym", require "lib/office"
return {
  doc = "move an event, or a weekly one", set = "sites", sites = { "calendar" }, actions = { "go_back" },
  levels = 3, turns = { 18, 20, 20 }, floor = 0.02,
  setup = function(rng, level)
    local e, date
    repeat
      date = ("2031-%02d-%02d"):format(rng(5, 9), rng(13, 28))
      local all = sites.calendar.day(date)
      e = #all > 0 and rng:pick(all) or nil
      local same = 0
      for _, o in ipairs(all) do same = same + (e and o.title == e.title and 1 or 0) end
    until e and same == 1 and (e.weekly == (level > 1))
    local hour, s = rng(8, 16), { id = e.id, title = e.title, date = date, level = level, phrase = rng(1, 2), changes = {}, created = {} }
    repeat hour = rng(8, 16) until hour ~= tonumber(e.start:sub(1, 2))
    s.to = { { "Start", ("%02d:15"):format(hour) }, { "End", ("%02d:45"):format(hour) } }
    if level < 3 and rng:chance(0.5) then table.insert(s.to, 1, { "Date", ("2031-10-%02d"):format(rng(1, 28)) }) end
    if level == 3 then s.to[3] = { "Place", "Room " .. gym.title(rng:pick(gym.colors)) } end
    if level == 2 then
      e.id, e.skip, e.weekly, e["until"], e.date = nil, nil, false, "", date
      for _, f in ipairs(s.to) do e[f[1]:lower()] = f[2] end
      s.changes, s.created = { "event " .. s.id .. " not on " .. date }, { e }
    else
      for i, f in ipairs(s.to) do s.changes[i] = ("event %d %s %s"):format(s.id, f[1]:lower(), f[2]) end
    end
    return s
  end,
  goal = function(s)
    local new = {}
    for i, f in ipairs(s.to) do new[i] = ({ Date = "the date %s", Start = "the start %s", End = "the end %s", Place = "the place %s" })[f[1]]:format(f[2]) end
    local what = s.level == 3 and ("The whole series %s, which also takes place on %s,"):format(s.title, s.date) or ("The event %s on %s"):format(s.title, s.date)
    local out = (({ "%s must be changed: it gets %s.", "%s was put off. Change it to %s." })[s.phrase]):format(what, gym.list(new, "and"))
    return s.level == 2 and out .. " The rest of the series stays as it is." or out
  end,
  check = function(s) return office.calendar(s.changes, s.created) and 1 or 0 end,
  progress = function(s, page)
    if #sites.calendar.changes() + #sites.calendar.created() > 0 then return office.calendar(s.changes, s.created) and 1 or 0 end
    local n, edit = 0, office.begins(page.path, "/event/" .. s.id .. "/edit")
    for _, f in ipairs(s.to) do n = n + (edit and gym.find(page, { role = "textbox", name = f[1], value = f[2] }) and 1 or 0) end
    return (sites.calendar.visited("/event/" .. s.id .. "?*") and 0.3 or 0) + (edit and 0.2 or 0) + 0.4 * n / #s.to
  end,
  oracle = function(s, page)
    if page.path == "/event/" .. s.id .. "/edit?date=" .. s.date then
      local fields = gym.copy(s.to)
      if s.level == 3 then fields[#fields + 1] = { "Change", "All events of the series" } end
      return office.form(page, fields, "Save")
    end
    local verb, e, text = office.toEvent(page, s.id, s.date)
    if verb then return verb, e, text end
    return office.press(page, "link", "Edit")
  end,
  hints = { "Show the day, open the event and edit it.", function(s) return "It is on " .. s.date .. "." end },
}
