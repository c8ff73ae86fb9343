-- Take everything across a river in a small boat; some must not be left together.
-- The wolf, goat and cabbage of Alcuin, with other names, other quarrels and other boats.
local gym = require "gym"
local names = { "wolf", "goat", "cabbage", "fox", "hen", "corn", "dog", "cat", "mouse", "cheese", "snake", "frog", "beetle",
  "bear", "honey", "pig", "turnip", "crow", "worm", "lion", "lamb", "grass", "rabbit", "carrot", "owl", "spider",
  "fly", "donkey", "hay" }
-- Things, seats beside yours, quarrels, and the fewest crossings allowed.
local sizes = {
  { n = 3, seats = 1, quarrels = 1, least = 5 }, { n = 3, seats = 1, quarrels = 2, least = 7 },
  { n = 5, seats = 2, quarrels = 5, least = 7 }, { n = 6, seats = 2, quarrels = 6, least = 9 },
  { n = 7, seats = 2, quarrels = 7, least = 11 },
}

-- A state is a number: bit i for thing i on the far bank, and 2^n for you. Those that are on your bank:
local function near(n, state)
  local you, list = math.floor(state / 2 ^ n) % 2, {}
  for i = 1, n do if math.floor(state / 2 ^ (i - 1)) % 2 == you then list[#list + 1] = i end end
  return list, you
end

-- Whether no quarrel is left without you; bad lists the pairs.
local function calm(s, state)
  local you = math.floor(state / 2 ^ s.n) % 2
  for _, p in ipairs(s.bad) do
    local a = math.floor(state / 2 ^ (p[1] - 1)) % 2
    if a ~= you and a == math.floor(state / 2 ^ (p[2] - 1)) % 2 then return false, p end
  end
  return true
end

-- All crossings: lists of the things in the boat and the state after.
local function crossings(s, state)
  local list, you = near(s.n, state)
  local way = you == 0 and 1 or -1
  local out = { { {}, state + way * 2 ^ s.n } }
  for i, a in ipairs(list) do
    out[#out + 1] = { { a }, state + way * (2 ^ s.n + 2 ^ (a - 1)) }
    for j = i + 1, s.seats > 1 and #list or 0 do
      out[#out + 1] = { { a, list[j] }, state + way * (2 ^ s.n + 2 ^ (a - 1) + 2 ^ (list[j] - 1)) }
    end
  end
  return out
end

-- How many crossings each state is from the end, false where all is lost; every crossing can be undone.
local function measure(s)
  local last = 2 ^ (s.n + 1) - 1
  local queue, i, far = { last }, 1, { [last] = 0 }
  while queue[i] do
    local at = queue[i]
    for _, c in ipairs(crossings(s, at)) do
      local to = c[2]
      if far[to] == nil then
        far[to] = calm(s, to) and far[at] + 1
        if far[to] then queue[#queue + 1] = to end
      end
    end
    i = i + 1
  end
  return far
end

local function listed(s, list)
  local out = {}
  for i, k in ipairs(list) do out[i] = s.things[k] end
  return #out > 0 and table.concat(out, " ") or "nothing"
end

return {
  doc = "take everything across a river; some must not be left together",
  levels = 5, turns = { 10, 14, 16, 20, 24 }, floor = 0.05,
  verbs = function(s)
    local all = "none|" .. table.concat(s.things, "|")
    return { cross = { "Row to the other bank.", "with:" .. all, s.seats > 1 and "and:" .. all or nil } }
  end,
  setup = function(rng, level)
    local size = sizes[level]
    while true do
      local s = { n = size.n, seats = size.seats, bad = {}, state = 0 }
      s.things = rng:sample(names, s.n)
      local order, quarrels = {}, {}
      for i = 1, s.n do order[i] = i end
      order = rng:shuffle(order)
      -- Quarrels around as few as there are seats: else no boat can keep the peace.
      for i = 1, s.seats do
        for j = i + 1, s.n do quarrels[#quarrels + 1] = { order[i], order[j] } end
      end
      s.bad = rng:sample(quarrels, size.quarrels)
      s.far = measure(s)
      s.worst = s.far[0]
      if s.worst and s.worst >= size.least then return s end
    end
  end,
  goal = function(s)
    local quarrels = {}
    for i, p in ipairs(s.bad) do quarrels[i] = s.things[p[1]] .. " and " .. s.things[p[2]] end
    return "Take all across the river. The boat carries you and at most " .. (s.seats == 1 and "one" or "two")
      .. " of them. All is lost when these are together without you: " .. table.concat(quarrels, "; ") .. "."
  end,
  observe = function(s)
    local here, you = near(s.n, s.state)
    local there = near(s.n, s.state + (you == 0 and 1 or -1) * 2 ^ s.n)
    local left, right = listed(s, you == 0 and here or there), listed(s, you == 0 and there or here)
    return "near bank " .. left .. "\nfar bank " .. right .. "\nyou are on the " .. (you == 0 and "near" or "far") .. " bank"
  end,
  step = function(s, _, a, b)
    local here, you = near(s.n, s.state)
    local aboard, state = {}, s.state
    for _, name in ipairs({ a, b }) do
      if name ~= "none" and not aboard[name] then
        for _, k in ipairs(here) do
          if s.things[k] == name then aboard[name], state = true, state + (you == 0 and 1 or -1) * 2 ^ (k - 1) end
        end
        if not aboard[name] then return "The " .. name .. " is not on this bank." end
      end
    end
    s.state = state + (you == 0 and 1 or -1) * 2 ^ s.n
    local ok, pair = calm(s, s.state)
    if ok then return "" end
    return "You left " .. s.things[pair[1]] .. " and " .. s.things[pair[2]] .. " together. All is lost.", true
  end,
  check = function(s) return s.state == 2 ^ (s.n + 1) - 1 and 1 or 0 end,
  progress = function(s) return calm(s, s.state) and math.max(0, 1 - s.far[s.state] / s.worst) or 0 end,
  oracle = function(s)
    for _, c in ipairs(crossings(s, s.state)) do
      if s.far[c[2]] == s.far[s.state] - 1 then
        local a, b = s.things[c[1][1]] or "none", s.things[c[1][2]] or "none"
        if s.seats > 1 then return "cross", a, b end
        return "cross", a
      end
    end
  end,
  hints = { "Before each crossing, look at who stays behind. You may have to bring one back.", function(s)
    for _, c in ipairs(crossings(s, s.state)) do
      if s.far[s.state] and s.far[c[2]] == s.far[s.state] - 1 then return "You can begin with " .. listed(s, c[1]) .. "." end
    end
    return "Take the one of a quarrel that is in most of them."
  end },
}
