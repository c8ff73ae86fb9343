-- Find the cheapest journey that fits, or the cheapest of three days, and tell it.
local trips, gym = require "lib/trips", require "gym"
local function price(class) return function(o) return o.seats[class] > 0 and o.fares[class].Saver or nil end end
return {
  doc = "find the cheapest flight or train that fits", set = "sites", sites = { "trips" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 18, 22, 24 }, floor = 0.05,
  setup = function(rng, level)
    local kind = rng:pick { "flight", "train" }
    local class = level == 2 and trips.dear[kind] or trips.cheap[kind]
    local s = { level = level, kind = kind, class = class, phrase = rng(1, 2), leave = level == 2 and rng:pick { "before 12:00", "after 12:00" } or nil, dates = {} }
    local function fits(o)
      if level == 2 and (o.stops > 0 or (s.leave == "before 12:00") ~= (o.leave < 720)) then return nil end
      return price(class)(o)
    end
    while not s.want do
      s.from, s.to = trips.cities(rng)
      local best = {}
      local days = rng:sample({ 1, 2, 3, 4, 5, 6, 7, 8, 9 }, level == 3 and 3 or 1)
      local start = rng(1, 120)
      for i, d in ipairs(days) do
        s.dates[i] = sites.trips.date(start + d)
        best[#best + 1] = trips.best(sites.trips.journeys(kind, s.from, s.to, s.dates[i]), fits)
      end
      local first = #best == #days and trips.best(best, fits)
      s.want = first and (level == 3 and first.date or first.code) or nil
    end
    return s
  end,
  goal = function(s)
    local way = ("from %s to %s"):format(s.from, s.to)
    if s.level == 3 then
      return ({ "On which of %s is the cheapest %s %s in %s? Tell the user the date; sold out ones do not count.", "I can travel on %s. Tell me the date with the cheapest %s %s in %s that is not sold out." })[s.phrase]
        :format(gym.list(s.dates, "or"), s.kind, way, s.class)
    elseif s.level == 2 then
      return ({ "Tell the user the code of the cheapest direct %s %s on %s that leaves %s, in %s; one with seats left.",
        "I need a direct %s %s on %s, leaving %s, in %s. Tell me the code of the cheapest that is not sold out." })[s.phrase]:format(s.kind, way, s.dates[1], s.leave, s.class)
    end
    return ({ "Tell the user the code of the cheapest %s %s on %s in %s that is not sold out.", "Which %s %s on %s is cheapest in %s, sold out ones aside? Tell the user its code." })[s.phrase]
      :format(s.kind, way, s.dates[1], s.class)
  end,
  check = function(s) return trips.told(s.answer, s.want) and 1 or 0 end,
  progress = function(s)
    if s.answer then return trips.told(s.answer, s.want) and 1 or 0 end
    local n = 0
    for _, d in ipairs(s.dates) do n = n + (sites.trips.visited(("/%ss?from=%s&to=%s&date=%s*"):format(s.kind, s.from, s.to, d)) and 1 or 0) end
    return n / (#s.dates + 1)
  end,
  oracle = function(s, page)
    local path = "/" .. s.kind .. "s"
    for i, d in ipairs(s.dates) do
      local query, last = { from = s.from, to = s.to, date = d, sort = "price", class = s.class, stops = s.level == 2 and "direct only" or nil }, i == #s.dates
      if last and trips.starts(page.path, path) and trips.asks(page, query) then
        if s.level == 3 or gym.find(page, { role = "link", name = s.want }) then return "send_msg_to_user", s.want end
        return trips.link(page, "Next page")
      elseif last or not sites.trips.visited(("%s?from=%s&to=%s&date=%s*"):format(path, s.from, s.to, d)) then
        if not trips.starts(page.path, path) then return trips.link(page, s.kind == "flight" and "Flights" or "Trains") end
        local fields = { { "From", s.from }, { "To", s.to }, { "Date", d }, { "Class", s.class }, { "Sort by", "price" } }
        if s.level == 2 then
          fields[6], fields[7] = { "Stops", "direct only" }, { "Leave", s.leave }
        end
        return trips.form(page, fields, "Search " .. s.kind .. "s")
      end
    end
  end,
  hints = { "Sort the results by price.", function(s) return "Search for " .. s.kind .. "s from " .. s.from .. " first." end },
}
