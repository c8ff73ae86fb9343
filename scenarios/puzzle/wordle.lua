-- Find the hidden word of a closed list by guesses; each guess is answered letter by letter.
-- After Wordle (Josh Wardle): + the right place, * elsewhere in the word, _ not in the word.
local gym = require "gym"
local count, length, turns = { 10, 16, 24, 36, 50 }, { 4, 4, 5, 5, 5 }, { 4, 4, 5, 5, 5 }

-- The answer to a guess when the word is this one: a sign for each letter.
local function answer(guess, word)
  local signs, spare = {}, {}
  for i = 1, #guess do
    local g, w = guess:byte(i), word:byte(i)
    if g == w then signs[i] = "+" else spare[w] = (spare[w] or 0) + 1 end
  end
  for i = 1, #guess do
    if not signs[i] then
      local g = guess:byte(i)
      local n = spare[g] or 0
      signs[i] = n > 0 and "*" or "_"
      spare[g] = n - 1
    end
  end
  return table.concat(signs)
end

-- The words that would have been answered so, too.
local function narrow(left, guess, signs)
  local out = {}
  for _, w in ipairs(left) do
    if answer(guess, w) == signs then out[#out + 1] = w end
  end
  return out
end

-- Of the first words that are still possible the one that leaves the fewest on average.
local function best(left)
  local least, word = math.huge, left[1]
  for i = 1, math.min(10, #left) do
    local sizes, sum = {}, 0
    for _, w in ipairs(left) do
      local a = answer(left[i], w)
      sizes[a] = (sizes[a] or 0) + 1
      sum = sum + 2 * sizes[a] - 1
    end
    if sum < least then least, word = sum, left[i] end
  end
  return word
end

return {
  doc = "find the hidden word of a list; each guess is answered letter by letter",
  levels = 5, turns = turns, floor = 0.4,
  setup = function(rng, level)
    local pool, seen = {}, {}
    for _, list in ipairs { gym.words, gym.products, gym.colors } do
      for _, w in ipairs(list) do
        if #w == length[level] and not seen[w] then pool[#pool + 1], seen[w] = w, true end
      end
    end
    while true do
      local words = rng:sample(pool, count[level])
      local word, left, n = rng:pick(words), words, 0
      repeat
        local guess = best(left)
        left, n = narrow(left, guess, answer(guess, word)), n + 1
      until guess == word
      if n > 1 and n <= turns[level] then
        return { words = words, word = word, left = words, guesses = {}, turns = turns[level] }
      end
    end
  end,
  goal = function(s)
    return "Find the hidden word in " .. s.turns .. " guesses. It is one of " .. table.concat(s.words, ", ")
      .. ". After each letter of a guess, + means that it is in the right place, * that it is in the word"
      .. " at another place, _ that it is not in the word."
  end,
  verbs = function(s) return { guess = { "Guess the word.", "word:" .. table.concat(s.words, "|") } } end,
  observe = function(s)
    if #s.guesses == 0 then return "No guess yet." end
    local lines = {}
    for i, guess in ipairs(s.guesses) do
      local line, signs = { guess .. ":" }, answer(guess, s.word)
      for k = 1, #guess do line[k + 1] = " " .. guess:sub(k, k) .. " " .. signs:sub(k, k) end
      lines[i] = table.concat(line, " ")
    end
    return table.concat(lines, "\n")
  end,
  step = function(s, _, guess)
    s.guesses[#s.guesses + 1] = guess
    s.left = narrow(s.left, guess, answer(guess, s.word))
    return ""
  end,
  check = function(s) return s.guesses[#s.guesses] == s.word and 1 or 0 end,
  progress = function(s)
    if s.guesses[#s.guesses] == s.word then return 1 end
    return 1 - math.log(1 + #s.left) / math.log(1 + #s.words)
  end,
  oracle = function(s) return "guess", best(s.left) end,
  hints = {
    "Guess only words that fit all answers so far.",
    function(s) return "It begins with " .. s.word:sub(1, 1) .. "." end,
    function(s) return "It begins with " .. s.word:sub(1, 1) .. " and ends with " .. s.word:sub(-1) .. "." end,
  },
}
