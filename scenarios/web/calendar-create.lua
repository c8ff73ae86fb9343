-- Enter an event: its title and time; place and guests too; with a calendar and a reminder, and every week.
local gym, office = require "gym", require "lib/office"
local titles = { "Tax adviser", "Roof repair", "Book club", "Blood test", "Budget talk", "Product demo", "Team lunch", "Fire drill" }
return {
  doc = "enter an event", set = "sites", sites = { "calendar" }, actions = { "go_back" },
  levels = 3, turns = { 14, 18, 26 }, floor = 0.02,
  setup = function(rng, level)
    local hour = rng(8, 16)
    local e = {
      title = rng:pick(titles), date = ("2031-%02d-%02d"):format(rng(5, 11), rng(13, 28)), start = ("%02d:%s"):format(hour, rng:pick { "00", "30" }), calendar = "Work", reminder = "none",
      place = "", guests = {}, notes = "", weekly = false,
    }
    e["end"] = ("%02d:%s"):format(hour + rng(1, 2), e.start:sub(4))
    if level > 1 then e.place, e.guests = "Room " .. rng:pick(gym.cities), rng:sample(sites.calendar.people(), 2) end
    if level > 2 then
      e.calendar, e.reminder, e.weekly = rng:pick { "Personal", "Team" }, rng:pick { "10 minutes", "30 minutes", "1 hour", "1 day" }, true
      e["until"] = ("2031-12-%02d"):format(rng(1, 28))
    end
    return { e = e, level = level, phrase = rng(1, 2) }
  end,
  goal = function(s)
    local e = s.e
    local out = (({ 'Put "%s" into the calendar for %s, from %s to %s', 'There is a new event "%s" on %s, from %s to %s. Enter it' })[s.phrase]):format(e.title, e.date, e.start, e["end"])
    if s.level > 1 then out = out .. (", with the place %s and the guests %s"):format(e.place, table.concat(e.guests, ", ")) end
    if s.level > 2 then out = out .. (". It belongs to the calendar %s, has a reminder %s before, and repeats every week until %s"):format(e.calendar, e.reminder, e["until"]) end
    return out .. "."
  end,
  check = function(s) return office.calendar({}, { s.e }) and 1 or 0 end,
  progress = function(s, page)
    if #sites.calendar.changes() + #sites.calendar.created() > 0 then return office.calendar({}, { s.e }) and 1 or 0 end
    local n, count, all = 0, 0, { Title = s.e.title, Date = s.e.date, Start = s.e.start, End = s.e["end"], Place = s.e.place, Guests = table.concat(s.e.guests, ", "), ["Last date"] = s.e["until"] }
    for name, value in pairs(all) do
      if value ~= "" then count, n = count + 1, n + (gym.find(page, { role = "textbox", name = name, value = value }) and 1 or 0) end
    end
    return office.begins(page.path, "/new") and 0.2 + 0.7 * n / count or 0
  end,
  oracle = function(s, page)
    if not office.begins(page.path, "/new") then return office.press(page, "link", "New event") end
    local e = s.e
    local fields = { { "Title", e.title }, { "Date", e.date }, { "Start", e.start }, { "End", e["end"] } }
    if s.level > 1 then fields[5], fields[6] = { "Place", e.place }, { "Guests", table.concat(e.guests, ", ") } end
    if s.level > 2 then fields[7], fields[8], fields[9], fields[10] = { "Calendar", e.calendar }, { "Reminder", e.reminder }, { "Repeat", "Every week" }, { "Last date", e["until"] } end
    return office.form(page, fields, "Save")
  end,
  hints = { "New event is at the top of every page.", function(s) return "The title is " .. s.e.title .. "." end },
}
