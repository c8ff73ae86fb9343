-- Find a hidden code of colours: each guess is answered with how many pegs are right in place and in colour.
local gym = require "gym"
local colors = { "red", "green", "blue", "yellow", "white", "black" }
local pegs, kinds, turns = { 2, 3, 3, 4, 4 }, { 3, 3, 4, 4, 6 }, { 5, 7, 8, 9, 10 }

-- Right in place, and right in colour but elsewhere.
local function compare(code, guess)
  local place, common, count = 0, 0, {}
  for i = 1, #code do
    if code[i] == guess[i] then place = place + 1 end
    count[code[i]] = (count[code[i]] or 0) + 1
  end
  for i = 1, #guess do
    local c = guess[i]
    if (count[c] or 0) > 0 then common, count[c] = common + 1, count[c] - 1 end
  end
  return place, common - place
end

-- The i-th code, from 0, counting in colours.
local function nth(s, i)
  local code = {}
  for p = 1, s.pegs do
    code[p] = s.colors[i % #s.colors + 1]
    i = math.floor(i / #s.colors)
  end
  return code
end

return {
  doc = "find the hidden code of colours from what each guess gets right",
  about = "Mastermind (Meirowitz 1970). Level 5 is the boxed game's four pegs of six colours.",
  levels = 5, turns = turns, floor = 0.47,
  setup = function(rng, level)
    local s = { colors = { unpack(colors, 1, kinds[level]) }, pegs = pegs[level], code = {}, guesses = {}, left = turns[level] }
    for i = 1, s.pegs do s.code[i] = rng:pick(s.colors) end
    s.total, s.possible = kinds[level] ^ s.pegs, {} -- the codes that agree with every answer so far
    for i = 1, s.total do s.possible[i] = i - 1 end
    return s
  end,
  goal = function(s)
    return ("Find the secret code of %d pegs. The colours are %s, and may repeat. An answer says how many pegs are right "
      .. "in place, and how many more are right in colour only."):format(s.pegs, gym.list(s.colors))
  end,
  verbs = function(s)
    local guess = { "Guess the code." }
    for i = 1, s.pegs do guess[i + 1] = "peg" .. i .. ":" .. table.concat(s.colors, "|") end
    return { guess = guess }
  end,
  observe = function(s)
    local lines = {}
    for i, g in ipairs(s.guesses) do lines[i] = ("%s place %d colour %d"):format(table.concat(g.code, " "), g.place, g.color) end
    return #lines > 0 and table.concat(lines, "\n") or "no guess yet"
  end,
  step = function(s, _, ...)
    local guess = { ... }
    local place, color = compare(s.code, guess)
    local kept = {}
    for _, i in ipairs(s.possible) do
      local p, c = compare(nth(s, i), guess)
      if p == place and c == color then kept[#kept + 1] = i end
    end
    s.possible = kept
    s.guesses[#s.guesses + 1] = { code = guess, place = place, color = color }
    return "", place == s.pegs
  end,
  check = function(s)
    local last = s.guesses[#s.guesses]
    return last and last.place == s.pegs and 1 or 0
  end,
  progress = function(s)
    local last = s.guesses[#s.guesses]
    if not last then return 0 end
    if last.place == s.pegs then return 1 end
    return 0.9 * (1 - math.log(#s.possible) / math.log(s.total))
  end,
  oracle = function(s)
    local first = nth(s, s.possible[1])
    if #s.guesses == 0 then -- half of one colour and half of another tells more than all of one
      first = {}
      for i = 1, s.pegs do first[i] = s.colors[i * 2 <= s.pegs and 1 or 2] end
    end
    return "guess", unpack(first)
  end,
  hints = { "Guess only codes that agree with every answer so far.", function(s)
    return "The first peg is " .. s.code[1] .. "."
  end },
}
