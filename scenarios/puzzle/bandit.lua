-- A row of slot machines, each paying about the same every time: try them, then stay with the best.
-- On the first two levels somebody has tried them before, so that only the best is to be found.
local names = { "red", "green", "blue", "yellow", "white", "black" }
local arms, pulls, noise = { 2, 4, 3, 4, 6 }, { 4, 6, 9, 15, 30 }, { 0, 0, 0, 1, 1 }

-- Each machine once, then always the one that has paid best on average.
local function best(s)
  local which, most
  for i = 1, #s.names do
    if s.count[i] == 0 then return i end
    local mean = s.sum[i] / s.count[i]
    if not most or mean > most then which, most = i, mean end
  end
  return which
end

-- The share of what could be gained by trying and staying that was gained: what was earned
-- above the machines' average. Pulling about gains nothing.
local function gained(s)
  local all = s.pulls
  return math.max(0, math.min(1, (s.coins - (all - s.left) * s.mean) / (s.target - all * s.mean)))
end

return {
  doc = "pull the machines' arms and earn enough coins: explore, then exploit",
  levels = 5, turns = pulls, floor = 0.65,
  setup = function(rng, level)
    local n, e = arms[level], noise[level]
    local s = { rng = rng, names = { unpack(names, 1, n) }, pay = {}, noise = e, count = {}, sum = {}, last = {},
      coins = 0, left = pulls[level], pulls = pulls[level] }
    -- The best machine stands out from the others by more than the noise can hide.
    local top = rng(8, 9)
    for i = 1, n do s.pay[i] = rng(1, top - 2 * e - 1) end
    s.pay[rng(1, n)] = top
    local total = 0
    for i = 1, n do s.count[i], s.sum[i], s.last[i], total = 0, 0, "", total + s.pay[i] end
    s.mean = total / n
    s.target = total - n * e + (pulls[level] - n) * (top - e)
    if level < 3 then -- somebody has tried each machine once
      for i = 1, n do s.count[i], s.sum[i], s.last[i] = 1, s.pay[i], s.pay[i] end
      s.target = pulls[level] * top
    end
    return s
  end,
  goal = function(s)
    return ("You have %d pulls. Earn at least %d coins. Each machine pays about the same every time.")
      :format(s.left, s.target)
  end,
  verbs = function(s) return { pull = { "Pull a machine's arm.", "machine:" .. table.concat(s.names, "|") } } end,
  observe = function(s)
    local parts, order = { ("coins %d left %d"):format(s.coins, s.left) }, {}
    for i in ipairs(s.names) do order[i] = i end
    table.sort(order, function(a, b) -- the best first, what is new last
      local x, y = s.count[a] > 0 and s.sum[a] / s.count[a] or -1, s.count[b] > 0 and s.sum[b] / s.count[b] or -1
      return x > y or x == y and a < b
    end)
    for k, i in ipairs(order) do parts[k + 1] = s.names[i] .. " " .. (s.count[i] == 0 and "new" or s.last[i]) end
    return table.concat(parts, "\n")
  end,
  step = function(s, _, name)
    for i, other in ipairs(s.names) do
      if other == name then
        local paid = s.pay[i] + s.rng(-s.noise, s.noise)
        s.count[i], s.sum[i], s.last[i], s.coins = s.count[i] + 1, s.sum[i] + paid, paid, s.coins + paid
      end
    end
    s.left = s.left - 1
    return "", s.left == 0 or s.coins >= s.target
  end,
  -- In proportion to what was earned: an outcome that pays for luck alone would teach to stay with any machine.
  check = function(s) return math.min(1, s.coins / s.target) end,
  progress = gained,
  oracle = function(s) return "pull", s.names[best(s)] end,
  hints = { "Try each machine once, then stay with the best.", function(s)
    local i = 1
    for j = 2, #s.pay do if s.pay[j] > s.pay[i] then i = j end end
    return "The " .. s.names[i] .. " pays best."
  end },
}
