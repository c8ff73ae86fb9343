-- Travel between towns, buy cheap and sell dear, until a sum is reached; the bag is small.
-- On the harder levels a town's prices are seen only there, and each sale costs a tax.
local gym = require "gym"
local wares = { "wool", "salt", "iron", "tea", "silk", "wine", "corn", "fish", "amber", "paper", "glass", "spice" }
-- Towns, wares, room in the bag, a tax on each sale, and after how many actions of an expert the sum is reached.
local sizes = {
  { towns = 2, wares = 1, room = 3, tax = 0, actions = 7, open = true },
  { towns = 3, wares = 2, room = 4, tax = 0, actions = 11, open = true },
  { towns = 3, wares = 3, room = 5, tax = 0, actions = 18 }, { towns = 4, wares = 4, room = 6, tax = 4, actions = 24 },
  { towns = 5, wares = 5, room = 8, tax = 8, actions = 32 },
}

local function load(s)
  local n = 0
  for _, w in ipairs(s.wares) do n = n + s.bag[w] end
  return n
end

-- Where a ware is dearest.
local function best(s, ware)
  local to = s.towns[1]
  for _, t in ipairs(s.towns) do if s.price[t][ware] > s.price[to][ware] then to = t end end
  return to
end

-- The expert's next action, of what was seen: first see all towns, then the trips that gain most by the action.
local function expert(s)
  local here = s.price[s.at]
  if load(s) > 0 and s.seen == #s.towns then
    for _, w in ipairs(s.wares) do if s.bag[w] > 0 and here[w] == s.price[best(s, w)][w] then return "sell", w end end
    for _, w in ipairs(s.wares) do if s.bag[w] > 0 then return "go", best(s, w) end end
    for _, w in ipairs(s.wares) do if s.bag[w] > 0 then return "sell", w end end
  end
  for _, t in ipairs(s.towns) do if not s.known[t] then return "go", t end end
  local top, ware, from, n
  for _, w in ipairs(s.wares) do
    local to = best(s, w)
    for _, t in ipairs(s.towns) do
      local units = math.min(s.room, math.floor(s.money / s.price[t][w]))
      local gain = (units * (s.price[to][w] - s.price[t][w]) - s.tax) / (t == s.at and 3 or 4)
      if gain > 0 and (not top or gain > top) then top, ware, from, n = gain, w, t, units end
    end
  end
  if not top then return "go", s.towns[1] end
  if from ~= s.at then return "go", from end
  return "buy", ware, n
end

-- Does an action; s.paid is what the bag's contents cost.
local function act(s, verb, what, n)
  if verb == "go" then
    if what == s.at then return "You are there." end
    s.at = what
    if not s.known[what] then s.known[what], s.seen = true, s.seen + 1 end
    return ""
  end
  local price = s.price[s.at][what]
  if verb == "buy" then
    if n * price > s.money then return "You cannot pay that: it costs " .. n * price .. "." end
    if load(s) + n > s.room then return "Your bag has no room for that." end
    s.money, s.bag[what], s.paid[what] = s.money - n * price, s.bag[what] + n, s.paid[what] + n * price
    return ""
  end
  if s.bag[what] == 0 then return "You have no " .. what .. "." end
  s.money, s.bag[what], s.paid[what] = s.money + math.max(0, s.bag[what] * price - s.tax), 0, 0
  return ""
end

local function make(rng, size)
  local s = { towns = rng:sample(gym.cities, size.towns), wares = rng:sample(wares, size.wares), room = size.room }
  s.tax, s.price, s.bag, s.paid, s.known, s.seen, s.at = size.tax, {}, {}, {}, {}, 0, s.towns[1]
  for _, w in ipairs(s.wares) do
    local base = rng(3, 12)
    s.bag[w], s.paid[w] = 0, 0
    for _, t in ipairs(s.towns) do
      s.price[t] = s.price[t] or {}
      s.price[t][w] = rng(math.ceil(base * 0.6), math.floor(base * 1.6))
    end
  end
  for _, t in ipairs(s.towns) do if size.open or t == s.at then s.known[t], s.seen = true, s.seen + 1 end end
  s.money = rng(15, 30) + 2 * size.tax
  s.start, s.first = s.money, s.seen
  -- The sum is what an expert has after so many actions.
  local play = gym.copy(s)
  s.sum = 0
  for _ = 1, size.actions do
    act(play, expert(play))
    s.sum = math.max(s.sum, play.money)
  end
  return s
end

return {
  doc = "buy wares where they are cheap and sell them where they are dear until a sum is reached",
  levels = 5, turns = { 14, 20, 32, 42, 56 }, floor = 0.05,
  verbs = function(s)
    local ware = "ware:" .. table.concat(s.wares, "|")
    return { go = { "Travel to a town.", "town:" .. table.concat(s.towns, "|") },
      buy = { "Buy so many of a ware here.", ware, "n:1.." .. s.room }, sell = { "Sell all of a ware here.", ware } }
  end,
  setup = function(rng, level)
    local s
    repeat s = make(rng, sizes[level]) until s.sum >= 1.5 * s.start
    return s
  end,
  goal = function(s)
    return "Get " .. s.sum .. " coins by trade. Your bag has room for " .. s.room .. " things. Prices stay the same"
      .. (s.first < #s.towns and "; you see those of a town when you are there." or ".")
      .. (s.tax > 0 and " Each sale costs " .. s.tax .. " coins of tax." or "")
  end,
  observe = function(s)
    local rows, bag = { { "price" } }, {}
    for i, w in ipairs(s.wares) do
      rows[1][i + 1] = w
      if s.bag[w] > 0 then bag[#bag + 1] = s.bag[w] .. " " .. w end
    end
    for i, t in ipairs(s.towns) do
      local row = { t }
      for j, w in ipairs(s.wares) do row[j + 1] = s.known[t] and s.price[t][w] or "-" end
      rows[i + 1] = row
    end
    return gym.align(rows) .. "\nyou are in " .. s.at .. " with " .. s.money .. " coins and "
      .. (#bag > 0 and gym.list(bag) or "nothing") .. " in the bag"
  end,
  step = act,
  check = function(s) return s.money >= s.sum and 1 or 0 end,
  progress = function(s)
    if s.money >= s.sum then return 1 end
    local worth = s.money
    for _, w in ipairs(s.wares) do worth = worth + s.paid[w] end
    local seen = s.first < #s.towns and 0.1 * (s.seen - s.first) / (#s.towns - s.first) or 0
    return math.max(0, math.min(0.95, seen + 0.85 * (worth - s.start) / (s.sum - s.start)))
  end,
  oracle = expert,
  hints = { "Compare the towns' prices for each ware: the greatest difference for your money is what counts.", function(s)
    local out = {}
    for i, w in ipairs(s.wares) do out[i] = w .. " in " .. best(s, w) end
    return "The best places to sell are " .. gym.list(out) .. "."
  end },
}
