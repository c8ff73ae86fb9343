-- A contextual bandit: which product a visitor buys depends on the visitor, by a rule to be found while selling.
-- On the harder levels only one of two features matters, and luck plays in.
local gym = require "gym"
local sizes = gym.split("tiny small tall long round wide")
local first, second, products = { 2, 3, 3, 3, 4, 4 }, { 0, 0, 0, 2, 3, 3 }, { 3, 3, 3, 4, 4, 5 }
local rounds, odds, target = { 10, 18, 24, 30, 40, 60 }, { 1, 1, 0.9, 1, 1, 0.92 }, { 6, 12, 14, 20, 25, 35 }

-- The product that most likely sells now, by what was seen: s.like[f][v][p] is how well it fits that feature f
-- decides and that its value v wants product p.
local function choose(s)
  local now, chance = s.visitors[s.round] or s.visitors[1], {}
  for p in ipairs(s.products) do chance[p] = 0 end
  for f, values in ipairs(s.like) do
    local evidence = 1
    for v, list in ipairs(values) do
      local sum = 0
      for _, l in ipairs(list) do sum = sum + l / #list end
      if v ~= now[f] then evidence = evidence * sum end
    end
    for p, l in ipairs(values[now[f]]) do chance[p] = chance[p] + evidence * l end
  end
  local best = 1
  for p, c in ipairs(chance) do if c > chance[best] * (1 + 1e-9) then best = p end end
  return best
end

local function offer(s, p)
  local now = s.visitors[s.round]
  local good = s.wants[now[s.feature]] == p
  local bought = good ~= now.odd
  for f, values in ipairs(s.like) do
    local list = values[now[f]]
    for q, l in ipairs(list) do
      list[q] = l * (((q == p) == bought) and s.odds or 1 - s.odds)
    end
  end
  if s.notes then s.notes[now[1]][p] = bought and "buys" or "leaves" end
  s.sold, s.round = s.sold + (bought and 1 or 0), s.round + 1
  return bought
end

local function fresh(s)
  s.round, s.sold, s.like = 1, 0, {}
  for f, values in ipairs(s.values) do
    s.like[f] = {}
    for v in ipairs(values) do
      s.like[f][v] = {}
      for p in ipairs(s.products) do s.like[f][v][p] = 1 end
    end
  end
end

return {
  doc = "find out which visitors want what, and sell enough",
  levels = 6, turns = rounds, floor = 0.1,
  verbs = function(s)
    return { offer = { "Offer a product to the visitor who is here.", "product:" .. table.concat(s.products, "|") } }
  end,
  setup = function(rng, level)
    for _ = 1, 100 do
      local s = { odds = odds[level], target = target[level], visitors = {}, wants = {} }
      s.products = rng:sample(gym.products, products[level])
      s.values = { rng:sample(gym.colors, first[level]), second[level] > 0 and rng:sample(sizes, second[level]) or nil }
      s.feature = rng(1, #s.values)
      for v in ipairs(s.values[s.feature]) do s.wants[v] = rng(1, #s.products) end
      for i = 1, rounds[level] do
        local visitor = { odd = not rng:chance(s.odds) }
        for f, values in ipairs(s.values) do visitor[f] = rng(1, #values) end
        s.visitors[i] = visitor
      end
      fresh(s)
      while s.round <= #s.visitors do offer(s, choose(s)) end
      local enough = s.sold >= s.target + (s.odds < 1 and 2 or 0)
      fresh(s)
      if level < 3 then
        s.notes = {}
        for v in ipairs(s.values[1]) do s.notes[v] = {} end
      end
      if enough and s.wants[1] ~= s.wants[2] then return s end
    end
    error("no rule lets enough be sold")
  end,
  goal = function(s)
    return "Sell " .. s.target .. " products to " .. #s.visitors .. " visitors: offer one to each. Which product a visitor"
      .. " buys depends on "
      .. (s.values[2] and "one of the two words that describe it; find out which." or "the visitor's color.")
      .. (s.odds < 1 and " Now and then a visitor does otherwise." or "")
  end,
  observe = function(s)
    local lines, now = { "sold " .. s.sold .. " of " .. s.target .. "\nvisitor " }, s.visitors[s.round]
    if now then
      lines[1] = lines[1] .. s.round .. " " .. s.values[1][now[1]] .. (s.values[2] and " " .. s.values[2][now[2]] or "")
    else
      lines[1] = lines[1] .. "none"
    end
    for v, list in ipairs(s.notes or {}) do
      for p, product in ipairs(s.products) do
        if list[p] then lines[#lines + 1] = s.values[1][v] .. " " .. list[p] .. " " .. product end
      end
    end
    return table.concat(lines, "\n")
  end,
  step = function(s, _, product)
    local p = 1
    while s.products[p] ~= product do p = p + 1 end
    local bought = offer(s, p)
    return bought and "Sold." or "Not sold.", s.sold >= s.target or s.round > #s.visitors
  end,
  check = function(s) return s.sold >= s.target and 1 or 0 end,
  -- What was sold beyond what guessing sells.
  progress = function(s)
    local share = 1 / #s.products
    return math.max(0, math.min(1, (s.sold - (s.round - 1) * share) / (s.target - #s.visitors * share)))
  end,
  oracle = function(s) return "offer", s.products[choose(s)] end,
  hints = { "Try each product on each kind of visitor until it sells, and then stay with it.", function(s)
    return "What counts is the " .. (s.feature == 1 and "color." or "second word.")
  end, function(s)
    local v = (s.visitors[s.round] or s.visitors[1])[s.feature]
    return gym.title(s.values[s.feature][v]) .. " visitors want the " .. s.products[s.wants[v]] .. "."
  end },
}
