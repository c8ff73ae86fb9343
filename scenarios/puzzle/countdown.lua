-- The numbers round of Countdown: combine numbers, two at a time, to the target; each is used once at most.
local gym = require "gym"
-- By level: how many numbers, the greatest small one, how many of 25, 50, 75, 100 are among them,
-- the least and greatest target, and the steps that it needs.
local kinds = {
  { 3, 9, 0, 5, 30, 2 }, { 3, 12, 0, 20, 99, 2 }, { 4, 10, 0, 10, 99, 3 }, { 4, 10, 1, 100, 500, 3 }, { 5, 10, 1, 100, 999, 4 },
}
local verbs = { "add", "subtract", "multiply", "divide" }
local signs = { add = "+", subtract = "-", multiply = "*", divide = "/" }

-- What a verb makes of two numbers; nil where it is not a whole number above 0.
local function combine(verb, a, b)
  if verb == "add" then return a + b end
  if verb == "subtract" then return a > b and a - b or nil end
  if verb == "multiply" then return a * b end
  return a % b == 0 and a / b or nil
end

-- The numbers without those at i and j, and with the result.
local function after(numbers, i, j, result)
  local out = {}
  for k, v in ipairs(numbers) do if k ~= i and k ~= j then out[#out + 1] = v end end
  out[#out + 1] = result
  return out
end

-- The first of at most so many steps to the target: a verb and two numbers; or nil.
local function search(numbers, target, steps)
  for i, a in ipairs(numbers) do
    for j, b in ipairs(numbers) do
      for _, verb in ipairs(verbs) do
        if i ~= j and (i < j or verb == "subtract" or verb == "divide") then
          local result = combine(verb, a, b)
          if result == target or result and steps > 1 and search(after(numbers, i, j, result), target, steps - 1) then
            return verb, a, b
          end
        end
      end
    end
  end
end

local function has(numbers, target)
  for _, v in ipairs(numbers) do if v == target then return true end end
  return false
end

-- Finds the expert's next step and how many are left; where there is no way, or none that is found soon, it is to restart.
local function look(s)
  s.next, s.left = { "restart" }, nil
  if #s.numbers > 4 then
    s.next, s.left = s.plan, s.need
    return
  end
  for steps = 1, #s.numbers - 1 do
    local verb, a, b = search(s.numbers, s.target, steps)
    if verb then
      s.next, s.left = { verb, a, b }, steps
      return
    end
  end
end

return {
  doc = "combine numbers step by step to the target",
  levels = 5, turns = { 5, 5, 7, 7, 9 }, floor = 0.1,
  verbs = function(s)
    local seen, list = {}, {}
    for _, v in ipairs(s.numbers) do
      if not seen[v] then table.insert(list, string.format("%d", v)) end
      seen[v] = true
    end
    local a, b = "a:" .. table.concat(list, "|"), "b:" .. table.concat(list, "|")
    local restart = "Take back all steps."
    if #s.numbers == 1 then return { restart = restart } end
    return { add = { "Make a + b.", a, b }, subtract = { "Make a - b.", a, b }, multiply = { "Make a * b.", a, b },
      divide = { "Make a / b.", a, b }, restart = restart }
  end,
  setup = function(rng, level)
    local count, small, big, least, most, need = unpack(kinds[level])
    for _ = 1, 1000 do
      local s = { numbers = rng:sample({ 25, 50, 75, 100 }, big), need = need }
      while #s.numbers < count do table.insert(s.numbers, rng(1, small)) end
      s.start = rng:shuffle(s.numbers)
      local now = s.start
      while now and #now > 1 do -- the target is what some steps lead to
        local two, verb = rng:sample({ 1, 2, 3, 4, 5 }, 2), rng:pick(verbs)
        local a, b = now[two[1]], now[two[2]]
        local result = a and b and combine(verb, a, b)
        if result then
          if #now == count then s.plan = { verb, a, b } end
          now = result < 2000 and after(now, two[1], two[2], result)
        end
      end
      if now and now[1] >= least and now[1] <= most and not has(s.start, now[1])
        and not search(s.start, now[1], math.min(need - 1, 2)) then
        s.target, s.numbers = now[1], gym.copy(s.start)
        look(s)
        return s
      end
    end
    error("no target is far enough")
  end,
  goal = function(s)
    return "Make " .. s.target .. " from the numbers. A step takes two of them and puts their sum, difference, product or "
      .. "quotient in their place. Only whole numbers above 0 can be made, and not all numbers need be used."
  end,
  observe = function(s) return "numbers " .. table.concat(s.numbers, " ") end,
  step = function(s, verb, a, b)
    if verb == "restart" then
      s.numbers = gym.copy(s.start)
      look(s)
      return ""
    end
    a, b = tonumber(a), tonumber(b)
    local i, j
    for k, v in ipairs(s.numbers) do
      if v == a and not i then i = k elseif v == b and not j then j = k end
    end
    if not i or not j then return "There is only one " .. a .. "." end
    local result = combine(verb, a, b)
    if not result then return a .. " " .. signs[verb] .. " " .. b .. " is not a whole number above 0." end
    s.numbers = after(s.numbers, i, j, result)
    look(s)
    return a .. " " .. signs[verb] .. " " .. b .. " = " .. result
  end,
  check = function(s) return has(s.numbers, s.target) and 1 or 0 end,
  progress = function(s)
    return has(s.numbers, s.target) and 1 or s.left and math.max(0, 1 - s.left / s.need) or 0
  end,
  oracle = function(s) return unpack(s.next) end,
  hints = { "Think of the last step: which two numbers would make the target?", function(s)
    return s.next[2] and "Next " .. s.next[1] .. " " .. s.next[2] .. " and " .. s.next[3] .. "."
      or "From here there is no way. Restart."
  end },
}
