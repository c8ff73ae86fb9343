-- Nim against a perfect opponent: take stones from one heap in turn; on the harder levels the last stone loses.
-- Every start can be won: by leaving heaps whose nim-sum is 0 (Bouton 1901).
local heaps, most, misere = { 2, 3, 3, 4, 3, 4 }, { 5, 4, 5, 7, 5, 7 }, 5
local names = { "A", "B", "C", "D" }

local function xor(a, b)
  local sum, bit = 0, 1
  while a > 0 or b > 0 do
    if a % 2 ~= b % 2 then sum = sum + bit end
    a = math.floor(a / 2)
    b = math.floor(b / 2)
    bit = 2 * bit
  end
  return sum
end

-- Whether the one who moves can win.
local function winning(s)
  local sum, ones, big = 0, 0, false
  for _, n in ipairs(s.heaps) do
    sum = xor(sum, n)
    if n == 1 then ones = ones + 1 end
    if n > 1 then big = true end
  end
  if s.misere and not big then return ones % 2 == 0 end
  return sum > 0
end

-- A heap and how many to take so that the other cannot win; nil where there is no such move.
local function best(s)
  for i, n in ipairs(s.heaps) do
    for take = n, 1, -1 do
      s.heaps[i] = n - take
      local good = not winning(s)
      s.heaps[i] = n
      if good then return i, take end
    end
  end
end

local function some(s)
  local i
  repeat i = s.rng(1, #s.heaps) until s.heaps[i] > 0
  return i, s.rng(1, s.heaps[i])
end

local function total(s)
  local sum = 0
  for _, n in ipairs(s.heaps) do sum = sum + n end
  return sum
end

return {
  doc = "take stones from heaps in turn, against a perfect opponent",
  levels = 6, turns = { 8, 9, 12, 20, 12, 20 }, floor = 0.15,
  setup = function(rng, level)
    local s = { rng = rng, heaps = {}, misere = level >= misere }
    repeat
      for i = 1, heaps[level] do s.heaps[i] = rng(1, most[level]) end
      local i, n = best(s) -- nor may the first move be the last but one
    until i and total(s) - n > 1
    s.all = total(s)
    return s
  end,
  goal = function(s)
    return "You and an opponent take stones in turn, one or more from one heap. Whoever takes the last stone "
      .. (s.misere and "loses." or "wins.")
  end,
  verbs = function(s)
    local left, high = {}, 1
    for i, n in ipairs(s.heaps) do
      if n > 0 then left[#left + 1] = names[i] end
      high = math.max(high, n)
    end
    return { take = { "Take stones from a heap.", "heap:" .. (left[1] and table.concat(left, "|") or "A"), "n:1.." .. high } }
  end,
  observe = function(s)
    if s.won ~= nil then return s.won and "You win." or "You lose." end
    local lines = {}
    for i, n in ipairs(s.heaps) do lines[i] = names[i] .. " " .. n end
    return table.concat(lines, "\n")
  end,
  draw = function(s)
    local rows = {}
    for i, n in ipairs(s.heaps) do rows[i] = names[i] .. ("*"):rep(n) .. ("_"):rep(7 - n) end
    return rows
  end,
  step = function(s, _, name, n)
    local i = name:byte() - 64
    n = tonumber(n)
    if n > s.heaps[i] then return "Heap " .. name .. " has only " .. s.heaps[i] .. "." end
    s.heaps[i] = s.heaps[i] - n
    local left = total(s)
    if left == 0 then
      s.won = not s.misere
      return "You take the last stone.", true
    end
    i, n = best(s)
    if not i then i, n = some(s) end
    s.heaps[i] = s.heaps[i] - n
    if left == n then s.won = s.misere end
    return "The opponent takes " .. n .. " from " .. names[i] .. ".", left == n
  end,
  check = function(s) return s.won and 1 or 0 end,
  progress = function(s)
    if s.won ~= nil then return s.won and 1 or 0 end
    return winning(s) and 1 - total(s) / (s.all + 1) or 0 -- a position that cannot be won is worth nothing
  end,
  oracle = function(s)
    local i, n = best(s)
    if not i then i, n = some(s) end
    return "take", names[i], n
  end,
  hints = {
    "With two heaps, make them equal; with more, leave numbers of which each power of two occurs an even number of times.",
    function(s)
      local i, n = best(s)
      return i and "A good move takes " .. n .. " from " .. names[i] .. "." or "Nothing wins any more, unless the opponent errs."
    end,
  },
}
