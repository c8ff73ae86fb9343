-- Walk along roads from place to place to a target: with the map at first, later by exploring.
local gym = require "gym"
local places, extra, least = { 6, 7, 10, 8, 11, 14 }, { 2, 4, 6, 2, 3, 4 }, { 3, 3, 4, 4, 4, 4 }
local mapped, marked = { true, true, true, false, false, false }, { false, false, false, true, true, false }

local function names(s, list)
  local out = {}
  for i, v in ipairs(list) do out[i] = s.names[v] end
  return out
end

-- The next place of a walker who knows the map, or else the roads of the places where it has been: to the target,
-- or to the nearest place where it has not been, of several the first in order.
local function follow(s, at, been, order)
  local known = s.roads
  if not s.map then
    known = {}
    for v in ipairs(s.roads) do known[v] = been[v] and s.roads[v] or {} end
  end
  local way = gym.route(known, at, s.target)
  for _, v in ipairs(way and {} or order) do
    local other = not been[v] and gym.route(known, at, v)
    if other and (not way or #other < #way) then way = other end
  end
  return way[2] or known[at][1]
end

-- How many steps such a walker needs.
local function needed(s, order)
  local at, been, n = s.at, {}, 0
  while at ~= s.target do
    been[at] = true
    at, n = follow(s, at, been, order), n + 1
  end
  return n
end

return {
  doc = "walk along roads to a target, with a map or without",
  levels = 6, turns = { 6, 7, 9, 16, 22, 28 }, floor = 0.2,
  verbs = function(s)
    return { go = { "Go to a place that is next to this one.", "place:" .. table.concat(names(s, s.roads[s.at]), "|") } }
  end,
  setup = function(rng, level)
    local n = places[level]
    for _ = 1, 500 do
      local s = { roads = gym.graph(rng, n, extra[level]), names = rng:sample(gym.words, n), been = {},
        map = mapped[level], marks = marked[level] }
      s.at, s.target = rng(1, n), rng(1, n)
      s.from, s.order = s.at, {}
      for v = 1, n do s.order[v] = v end
      s.far = #gym.route(s.roads, s.at, s.target) - 1
      if s.far >= least[level] then
        s.left = s.far
        for _ = 1, s.map and 0 or 3 do s.left = math.max(s.left, needed(s, s.order), needed(s, rng:shuffle(s.order))) end
        s.left = s.left + 1
        s.food, s.been[s.at] = s.left, true
        if s.left <= (s.map and 2 * least[level] or 2 * n) then return s end
      end
    end
    error("no place is far enough")
  end,
  goal = function(s)
    local lines = {}
    for v, list in ipairs(s.map and s.roads or {}) do lines[v] = s.names[v] .. " to " .. gym.list(names(s, list)) .. "." end
    return "Go from " .. s.names[s.from] .. " to " .. s.names[s.target] .. ". All roads go both ways; food lasts for "
      .. s.food .. " roads. " .. (s.map and "Roads: " .. table.concat(lines, " ") or "There is no map.")
  end,
  observe = function(s)
    local near = names(s, s.roads[s.at])
    for i, v in ipairs(s.roads[s.at]) do
      if s.marks and s.been[v] then near[i] = near[i] .. " been" end
    end
    return "at " .. s.names[s.at] .. "\nwanted " .. s.names[s.target] .. "\nroads to " .. table.concat(near, ", ")
      .. "\nfood " .. s.left
  end,
  step = function(s, _, place)
    for _, v in ipairs(s.roads[s.at]) do
      if s.names[v] == place then s.at = v break end
    end
    s.been[s.at], s.left = true, s.left - 1
    return "", s.left == 0 or s.at == s.target
  end,
  check = function(s) return s.at == s.target and 1 or 0 end,
  progress = function(s)
    if s.at == s.target then return 1 end
    if s.map then return math.max(0, 1 - (#gym.route(s.roads, s.at, s.target) - 1) / s.far) end
    local n = 0
    for v in ipairs(s.roads) do n = n + (s.been[v] and 1 or 0) end
    return (n - 1) / #s.roads
  end,
  oracle = function(s) return "go", s.names[follow(s, s.at, s.been, s.order)] end,
  hints = { function(s)
    return s.map and "Go back from the target in mind, road by road." or "Go where you have not been, the nearest first."
  end, function(s) return "Go to " .. s.names[follow(s, s.at, s.been, s.order)] .. "." end },
}
