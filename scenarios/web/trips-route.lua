-- Ask the map for ways: how long one takes, by what it is quickest, and which of three places is reached soonest.
local trips, gym = require "lib/trips", require "gym"
local ways = { "foot", "bus", "car" }
local function minutes(a, b, by) local w = sites.trips.way(a, b, by) return w and w.minutes end
return {
  doc = "ask for ways between places, and compare them", set = "sites", sites = { "trips" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 12, 22, 22 }, floor = 0.05,
  setup = function(rng, level)
    while true do
      local at = rng:sample(sites.trips.places(rng:pick(sites.trips.cities())), 4)
      local s = { level = level, by = rng:pick(ways), from = at[1].name, phrase = rng(1, 2) }
      if level == 3 then
        s.asks = { { at[2].name, s.by }, { at[3].name, s.by }, { at[4].name, s.by } }
      elseif level == 2 then
        s.asks = { { at[2].name, "foot" }, { at[2].name, "bus" }, { at[2].name, "car" } }
      else
        s.asks = { { at[2].name, s.by } }
      end
      local all = true
      for _, a in ipairs(s.asks) do all = all and minutes(s.from, a[1], a[2]) ~= nil end
      local best = all and trips.best(s.asks, function(a) return minutes(s.from, a[1], a[2]) end)
      if best then
        s.want = level == 1 and tostring(minutes(s.from, best[1], best[2])) or level == 2 and best[2] or best[1]
        return s
      end
    end
  end,
  goal = function(s)
    local to, by = s.asks[1][1], s.by == "foot" and "on foot" or "by " .. s.by
    if s.level == 1 then
      return ({ "How many minutes does it take %s from %s to %s? Tell the user the number.", "Tell the user the number of minutes %s from %s to %s." })[s.phrase]:format(by, s.from, to)
    elseif s.level == 2 then
      return ({ "What is quickest from %s to %s: foot, bus or car? Tell the user that word.", "Tell the user whether one goes from %s to %s quickest by foot, bus or car: one word." })[s.phrase]:format(s.from, to)
    end
    return ({ "Which is reached soonest %s from %s: %s, %s or %s? Tell the user its name.", "Going %s from %s, tell the user which of these takes the fewest minutes: %s, %s or %s." })[s.phrase]
      :format(by, s.from, to, s.asks[2][1], s.asks[3][1])
  end,
  check = function(s) return trips.told(s.answer, s.want) and 1 or 0 end,
  progress = function(s)
    if s.answer then return trips.told(s.answer, s.want) and 1 or 0 end
    local n = 0
    for _, a in ipairs(s.asks) do n = n + (sites.trips.visited(("/route?from=%s&to=%s&by=%s"):format(s.from, a[1], a[2]):gsub(" ", "+")) and 1 or 0) end
    return n / (#s.asks + 1)
  end,
  oracle = function(s, page)
    for i, a in ipairs(s.asks) do
      local url = ("/route?from=%s&to=%s&by=%s"):format(s.from, a[1], a[2]):gsub(" ", "+")
      if page.path == url and i == #s.asks then return "send_msg_to_user", s.want end
      if not sites.trips.visited(url) or i == #s.asks then
        if not trips.starts(page.path, "/route") then return trips.link(page, "Route") end
        return trips.form(page, { { "From", s.from }, { "To", a[1] }, { "Go by", a[2] } }, "Show route")
      end
    end
  end,
  hints = { "The page Route tells distance, time and steps.", function(s) return "Begin with the route to " .. s.asks[1][1] .. " by " .. s.asks[1][2] .. "." end },
}
