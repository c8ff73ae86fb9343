-- Book the first time that suits everybody on a day, or report that there is none.
local gym, office = require "gym", require "lib/office"
local function query(s)
  return ("/free?date=%s&minutes=%d&guests=%s"):format(s.date, s.minutes, table.concat(s.guests, ", "):gsub(" ", "+"):gsub(",", "%%2C"))
end
-- Whether the day was looked at: with all guests on the page Free time, or, where there are none, in any view.
local function looked(s)
  if #s.guests == 0 then return office.shown(s.date) end
  for _, v in ipairs(sites.calendar.visits()) do
    local all = v:find("/free?date=" .. s.date .. "&minutes=" .. s.minutes .. "&", 1, true)
    for _, name in ipairs(s.guests) do all = all and v:find(name:gsub(" ", "+"), 1, true) end
    if all then return true end
  end
  return false
end
local function right(s)
  if s.event then return not s.infeasible and office.calendar({}, { s.event }) end
  return s.infeasible and looked(s) and office.calendar()
end
return {
  doc = "book the first time that suits all, or report that there is none", set = "sites", sites = { "calendar" }, actions = { "go_back", "report_infeasible" },
  levels = 3, turns = { 14, 16, 18 }, floor = 0.05,
  about = "In half of the tasks the day has no such time. To report that without having looked is a guess, and does not count.",
  setup = function(rng, level)
    local s = { level = level, title = rng:pick { "Kick-off", "Retrospective", "Price talk", "Site plan" }, phrase = rng(1, 2) }
    local want = rng:chance(0.5)
    for try = 1, 200 do
      s.date, s.guests = ("2031-%02d-%02d"):format(rng(5, 9), rng(13, 28)), rng:sample(sites.calendar.people(), level - 1)
      s.minutes = rng:pick { 60, 90, 120 }
      s.slot = sites.calendar.free(s.date, s.minutes, s.guests)[1]
      if #sites.calendar.day(s.date) > 2 and (s.slot ~= nil) == want then break end
    end
    if not want and s.slot then
      s.slot = nil
      for _, f in ipairs(sites.calendar.free(s.date, 30)) do
        sites.calendar.add { title = rng:pick { "Focus time", "Desk work", "Travel" }, date = s.date, start = f.start, ["end"] = f["end"] }
      end
    end
    if s.slot then s.event = { title = s.title, date = s.date, start = s.slot.start, ["end"] = s.slot["end"], guests = s.guests, place = "", notes = "", calendar = "Work", reminder = "none", weekly = false } end
    return s
  end,
  goal = function(s)
    local who = #s.guests > 0 and table.concat(s.guests, ", ") .. " and you are all free" or "you are free"
    local with = #s.guests > 0 and " with these guests" or ""
    return (({
      "Find the first %d minutes on %s between 09:00 and 17:00 when %s, and enter %s there%s. If you see that there is no such time, report that it cannot be done.",
      "I need %d minutes on %s, between 09:00 and 17:00: the earliest when %s. Enter %s then%s, or report it if you find that no such time is left.",
    })[s.phrase]):format(s.minutes, s.date, who, s.title, with)
  end,
  check = function(s) return right(s) and 1 or 0 end,
  progress = function(s, page)
    if s.infeasible or not office.calendar() then return right(s) and 1 or 0 end
    local form = s.event and office.begins(page.path, "/new") and gym.find(page, { role = "textbox", name = "Start", value = s.slot.start }) and gym.find(page, { role = "textbox", name = "Date", value = s.date })
    return form and (gym.find(page, { role = "textbox", name = "Title", value = s.title }) and 0.9 or 0.75) or looked(s) and 0.6 or sites.calendar.visited("/free*") and 0.2 or 0
  end,
  oracle = function(s, page)
    if office.begins(page.path, "/new") then return office.form(page, { { "Title", s.title } }, "Save") end
    if page.path == query(s) then
      if not s.event then return "report_infeasible", s.date end
      return office.press(page, "link", s.slot.start .. " to " .. s.slot["end"])
    end
    if not office.begins(page.path, "/free") then return office.press(page, "link", "Free time") end
    local fields = { { "Date", s.date }, { "Minutes", tostring(s.minutes) } }
    if #s.guests > 0 then fields[3] = { "Guests", table.concat(s.guests, ", ") } end
    return office.form(page, fields, "Find")
  end,
  hints = { "The page Free time finds what suits all.", function(s) return "Ask it for " .. s.date .. " with " .. s.minutes .. " minutes." end },
}
