-- The 24 game: combine all numbers, two at a time, to 24; fractions and negative numbers may come up on the way.
local gym = require "gym"
local verbs = { "add", "subtract", "multiply", "divide" }
local signs = { add = "+", subtract = "-", multiply = "*", divide = "/" }
-- By level: how many numbers, the greatest, how many of the verbs are enough, and whether there must be a division.
local kinds = { { 3, 9, 3 }, { 3, 13, 4 }, { 4, 9, 3 }, { 4, 13, 3 }, { 4, 13, 4, true } }

-- The first step of a way to 24 by the first so many verbs: a verb and the places of two numbers; nil where there is none.
local function search(values, allowed)
  local n = #values
  for i = 1, n do
    for j = 1, n do
      local a, b = values[i], values[j]
      for k = 1, i ~= j and allowed or 0 do
        local result
        if k == 1 then result = i < j and a + b or nil
        elseif k == 2 then result = a - b
        elseif k == 3 then result = i < j and a * b or nil
        else result = b ~= 0 and a / b or nil end
        if result then
          if n == 2 then
            if math.abs(result - 24) < 1e-6 then return verbs[k], i, j end
          else
            local rest = { result }
            for l = 1, n do if l ~= i and l ~= j then rest[#rest + 1] = values[l] end end
            if search(rest, allowed) then return verbs[k], i, j end
          end
        end
      end
    end
  end
end

-- A number is { top, bottom }, shown as 8 or 8/3.
local function combine(verb, a, b)
  local top, bottom
  if verb == "add" then
    top, bottom = a[1] * b[2] + b[1] * a[2], a[2] * b[2]
  elseif verb == "subtract" then
    top, bottom = a[1] * b[2] - b[1] * a[2], a[2] * b[2]
  elseif verb == "multiply" then
    top, bottom = a[1] * b[1], a[2] * b[2]
  else
    top, bottom = a[1] * b[2], a[2] * b[1]
  end
  if bottom == 0 then return nil end
  local x, y = math.abs(top), math.abs(bottom)
  while y > 0 do
    local rest = x % y
    x = y
    y = rest
  end
  if bottom < 0 then x = -x end
  return { top / x, bottom / x }
end

local function show(v) return v[2] == 1 and string.format("%d", v[1]) or string.format("%d/%d", v[1], v[2]) end

local function shown(s)
  local list = {}
  for i, v in ipairs(s.numbers) do list[i] = show(v) end
  return list
end

-- Finds the expert's next step; where there is no way it is to restart.
local function look(s)
  local values, list = {}, shown(s)
  for i, v in ipairs(s.numbers) do values[i] = v[1] / v[2] end
  local verb, i, j = search(values, 4)
  s.next, s.open = { verb or "restart", list[i], list[j] }, verb ~= nil
end

-- Numbers that make 24 with a division, from the last step back: each number taken off leaves a value for the others.
local function divisible(rng, count, most)
  local values, left = {}, 24
  for i = 1, count - 1 do
    local n, kind = rng(1, most), rng(1, 5)
    values[i] = n
    if kind == 1 then left = left - n
    elseif kind == 2 then left = n - left
    elseif kind == 3 then left = left / n
    elseif kind == 4 then left = left * n
    elseif left ~= 0 then left = n / left end
  end
  values[count] = math.floor(left + 0.5)
  if math.abs(left - values[count]) < 1e-6 and left > 0.5 and left < most + 0.5 and not search(values, 3) then
    return rng:shuffle(values)
  end
end

local function solved(s) return #s.numbers == 1 and show(s.numbers[1]) == "24" end

return {
  doc = "combine all numbers to 24",
  levels = 5, turns = { 5, 5, 7, 7, 7 }, floor = 0.1,
  verbs = function(s)
    local restart = "Take back all steps."
    if #s.numbers == 1 then return { restart = restart } end
    local seen, list = {}, {}
    for _, text in ipairs(shown(s)) do
      if not seen[text] then table.insert(list, text) end
      seen[text] = true
    end
    local a, b = "a:" .. table.concat(list, "|"), "b:" .. table.concat(list, "|")
    return { add = { "Make a + b.", a, b }, subtract = { "Make a - b.", a, b }, multiply = { "Make a * b.", a, b },
      divide = { "Make a / b.", a, b }, restart = restart }
  end,
  setup = function(rng, level)
    local count, most, enough, division = unpack(kinds[level])
    for _ = 1, 5000 do
      local values = division and divisible(rng, count, most) or {}
      for i = #values + 1, division and 0 or count do values[i] = rng(1, most) end
      if #values == count and search(values, enough) then
        local s = { start = {} }
        for i, v in ipairs(values) do s.start[i] = { v, 1 } end
        s.numbers = gym.copy(s.start)
        look(s)
        return s
      end
    end
    error("no numbers that make 24")
  end,
  goal = "Make 24 from all the numbers. A step takes two of them and puts their sum, difference, product or quotient in their "
    .. "place, until one is left. Fractions, as 8/3, and negative numbers may come up on the way.",
  observe = function(s) return "numbers " .. table.concat(shown(s), " ") end,
  step = function(s, verb, a, b)
    if verb == "restart" then
      s.numbers = gym.copy(s.start)
      look(s)
      return ""
    end
    local i, j
    for k, text in ipairs(shown(s)) do
      if text == a and not i then i = k elseif text == b and not j then j = k end
    end
    if not i or not j then return "There is only one " .. a .. "." end
    local result = combine(verb, s.numbers[i], s.numbers[j])
    if not result then return "Nothing can be divided by 0." end
    table.remove(s.numbers, math.max(i, j))
    table.remove(s.numbers, math.min(i, j))
    table.insert(s.numbers, result)
    look(s)
    return a .. " " .. signs[verb] .. " " .. b .. " = " .. show(result)
  end,
  check = function(s) return solved(s) and 1 or 0 end,
  progress = function(s) -- the steps done, where they can lead to 24
    return (s.open or solved(s)) and (#s.start - #s.numbers) / (#s.start - 1) or 0
  end,
  oracle = function(s) return unpack(s.next) end,
  hints = { "Think of the last step: 3 * 8, 4 * 6, 2 * 12, or a sum or a difference.", function(s)
    return s.open and "Next " .. s.next[1] .. " " .. s.next[2] .. " and " .. s.next[3] .. "."
      or "From here there is no way. Restart."
  end },
}
