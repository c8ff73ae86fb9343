-- Find a hidden number by higher/lower; on the harder levels only few guesses may be too high.
-- With few too-high guesses it is the egg-drop puzzle, and halving is no longer the best plan.
local size, highs = { 15, 31, 100, 60, 150, 120 }, { 99, 99, 99, 2, 2, 1 }
local turns = { 5, 6, 8, 8, 11, 16 } -- one more than the best plan needs at worst

-- The number to guess first so that the fewest guesses are needed at worst: reach[k] is how many
-- numbers t guesses can tell apart of which k may be too high.
local function best(low, high, k)
  local reach, below = {}, 0
  for i = -1, k do reach[i] = 0 end
  repeat
    below = reach[k - 1]
    local before = 0
    for i = 0, k do
      local now = reach[i]
      reach[i], before = before + 1 + now, now
    end
  until reach[k] >= high - low + 1
  return math.min(low + below, high)
end

local function lost(s) return #s.above > s.highs end

return {
  doc = "find a hidden number: each guess is too low, too high or right",
  levels = 6, turns = turns, floor = 0.25,
  setup = function(rng, level)
    local first = rng(1, 25 * level)
    local last = first + size[level] - 1
    return {
      first = first, last = last, number = rng(first, last), highs = highs[level], turns = turns[level],
      low = first, high = last, below = {}, above = {},
    }
  end,
  goal = function(s)
    local text = "Find the hidden number from " .. s.first .. " to " .. s.last .. " in " .. s.turns .. " guesses."
    if s.highs == 99 then return text end
    return text .. " You lose with the " .. (s.highs == 1 and "second" or "third") .. " guess that is too high."
  end,
  verbs = function(s) return { guess = { "Guess the number.", "number:" .. s.first .. ".." .. s.last } } end,
  observe = function(s)
    if s.found then return s.number .. " is right." end
    return "too low: " .. (#s.below > 0 and table.concat(s.below, " ") or "none")
      .. "\ntoo high: " .. (#s.above > 0 and table.concat(s.above, " ") or "none")
  end,
  step = function(s, _, n)
    if n == s.number then
      s.found = true
    elseif n < s.number then
      s.below[#s.below + 1], s.low = n, math.max(s.low, n + 1)
    else
      s.above[#s.above + 1], s.high = n, math.min(s.high, n - 1)
    end
    return "", s.found or lost(s)
  end,
  check = function(s) return s.found and 1 or 0 end,
  progress = function(s)
    if s.found then return 1 end
    return lost(s) and 0 or 1 - math.log(2 + s.high - s.low) / math.log(2 + s.last - s.first)
  end,
  oracle = function(s) return "guess", best(s.low, s.high, math.min(s.highs - #s.above, 10)) end,
  hints = {
    function(s)
      if s.highs == 99 then return "Guess in the middle of what is still possible." end
      return "Begin far below the middle, and go up in steps that become smaller."
    end,
    function(s) return "It is from " .. s.low .. " to " .. s.high .. "." end,
    function(s) return "A good guess is " .. best(s.low, s.high, math.min(s.highs - #s.above, 10)) .. "." end,
  },
}
