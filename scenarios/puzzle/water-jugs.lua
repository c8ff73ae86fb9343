-- Measure an amount of water with jugs that have no marks: fill, empty, pour from one into another.
-- The old die-hard puzzle; on the harder levels there is no tap and no drain, after Tartaglia's wine.
local gym = require "gym"
local names = { "A", "B", "C" }
-- Jugs, their least and greatest size, a tap, the fewest steps of a solution, the least and the most.
local sizes = {
  { n = 2, low = 2, high = 9, tap = true, least = 3, most = 4 },
  { n = 2, low = 3, high = 12, tap = true, least = 5, most = 6 },
  { n = 2, low = 4, high = 15, tap = true, least = 7, most = 11 },
  { n = 3, low = 3, high = 12, least = 5, most = 8 },
  { n = 3, low = 5, high = 20, least = 9, most = 14 },
}

-- A state is one number, two decimal places for each jug; below 0, since a table with positive numbers
-- as keys is a list, with room for all that lie between.
local place = { -1, -100, -10000 }
local function held(state, i) return math.floor(state / place[i]) % 100 end

local function after(s, state, verb, i, j)
  local a = held(state, i)
  if verb == "fill" then return state + (s.caps[i] - a) * place[i] end
  if verb == "empty" then return state - a * place[i] end
  local n = i == j and 0 or math.min(a, s.caps[j] - held(state, j))
  return state + n * (place[j] - place[i])
end

local function actions(s)
  local list = {}
  for i = 1, #s.caps do
    if s.tap then list[#list + 1], list[#list + 2] = { "fill", i }, { "empty", i } end
    for j = 1, #s.caps do if i ~= j then list[#list + 1] = { "pour", i, j } end end
  end
  return list
end

-- All states that can be reached, by breadth first; their depths; and from where each is reached.
local function explore(s)
  local list, depth, from = { s.state }, { [s.state] = 0 }, { [s.state] = {} }
  local acts, i = actions(s), 1
  while list[i] do
    local at = list[i]
    for _, a in ipairs(acts) do
      local to = after(s, at, a[1], a[2], a[3])
      if not depth[to] then depth[to], from[to], list[#list + 1] = depth[at] + 1, {}, to end
      if to ~= at then table.insert(from[to], at) end
    end
    i = i + 1
  end
  return list, depth, from
end

return {
  doc = "measure an amount of water with jugs that have no marks",
  levels = 5, turns = { 9, 13, 22, 16, 26 }, floor = 0.1,
  verbs = function(s)
    local jugs = table.concat(names, "|", 1, #s.caps)
    local verbs = { pour = { "Pour until one is empty or the other is full.", "from:" .. jugs, "to:" .. jugs } }
    if s.tap then
      verbs.fill = { "Fill a jug to the brim.", "jug:" .. jugs }
      verbs.empty = { "Empty a jug.", "jug:" .. jugs }
    end
    return verbs
  end,
  setup = function(rng, level)
    local size = sizes[level]
    for _ = 1, 500 do
      local s = { tap = size.tap, caps = {}, state = 0, far = {} }
      for i = 1, size.n do
        s.caps[i] = rng(size.low, size.high)
        if size.tap then s.state = s.state + rng(0, s.caps[i]) * place[i] end
      end
      -- Without a tap the last jug holds all the water, so that one can always begin anew.
      if not size.tap then
        s.caps[3] = s.caps[1] + s.caps[2] - rng(0, math.min(s.caps[1], s.caps[2]) - 1)
        s.state = s.caps[3] * place[3]
      end
      local list, depth, from = explore(s)
      local goals, seen = {}, {}
      for _, at in ipairs(list) do
        for i = 1, size.n do
          local v = held(at, i)
          if not seen[i * 100 + v] and depth[at] >= size.least and depth[at] <= size.most then
            goals[#goals + 1] = { jug = i, amount = v }
          end
          seen[i * 100 + v] = true
        end
      end
      if #goals > 0 then
        s.want = rng:pick(goals)
        local queue, i = {}, 1
        for _, at in ipairs(list) do
          if held(at, s.want.jug) == s.want.amount then queue[#queue + 1], s.far[at] = at, 0 end
        end
        while queue[i] do
          for _, k in ipairs(from[queue[i]]) do
            if not s.far[k] then queue[#queue + 1], s.far[k] = k, s.far[queue[i]] + 1 end
          end
          i = i + 1
        end
        s.worst = s.far[s.state]
        if #queue == #list then return s end -- else water that is gone for good is needed
      end
    end
    error("no jugs fit the level")
  end,
  goal = function(s)
    local sizes = {}
    for i, c in ipairs(s.caps) do sizes[i] = names[i] .. " holds " .. c end
    return "Get exactly " .. s.want.amount .. " litres into jug " .. names[s.want.jug] .. ". " .. gym.list(sizes)
      .. " litres; they have no marks" .. (s.tap and "." or ", and there is no other water.")
  end,
  observe = function(s)
    local lines = {}
    for i, c in ipairs(s.caps) do lines[i] = names[i] .. " " .. held(s.state, i) .. " of " .. c end
    return table.concat(lines, "\n")
  end,
  step = function(s, verb, a, b)
    local state = after(s, s.state, verb, a:byte() - 64, b and b:byte() - 64)
    local same = state == s.state
    s.state = state
    return same and "Nothing changes." or ""
  end,
  check = function(s) return held(s.state, s.want.jug) == s.want.amount and 1 or 0 end,
  progress = function(s) return math.max(0, 1 - s.far[s.state] / s.worst) end,
  oracle = function(s)
    for _, a in ipairs(actions(s)) do
      if s.far[after(s, s.state, a[1], a[2], a[3])] == s.far[s.state] - 1 then return a[1], names[a[2]], names[a[3]] end
    end
  end,
  hints = {
    "Pour round in one direction: what a full jug leaves behind in pouring is a new amount.",
    function(s)
      for _, a in ipairs(actions(s)) do
        local state = after(s, s.state, a[1], a[2], a[3])
        if s.far[state] == s.far[s.state] - 1 then
          return "You can begin with " .. a[1] .. " " .. names[a[2]] .. (a[3] and " into " .. names[a[3]] or "") .. "."
        end
      end
      return "You have it."
    end,
  },
}
