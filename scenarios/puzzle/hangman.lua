-- Find a hidden word letter by letter before too many letters have missed; the words it may be are listed.
local gym = require "gym"
local length, count = { 4, 5, 6, 6, 6 }, { 6, 12, 20, 40, 60 }
local lives, turns = { 5, 4, 3, 3, 2 }, { 9, 10, 10, 10, 10 }
local letters = gym.split "a b c d e f g h i j k l m n o p q r s t u v w x y z"

-- The words of the list in which the letter stands at the same places as in word.
local function narrow(left, word, letter)
  local out, not_letter = {}, "[^" .. letter .. "]"
  local places = word:gsub(not_letter, "_")
  for _, w in ipairs(left) do
    if w:gsub(not_letter, "_") == places then out[#out + 1] = w end
  end
  return out
end

-- The untried letter that most of the words have.
local function best(left, tried)
  local most, found
  for _, letter in ipairs(letters) do
    if not tried[letter] then
      local hits = 0
      for _, w in ipairs(left) do
        if w:find(letter, 1, true) then hits = hits + 1 end
      end
      if not most or hits > most then most, found = hits, letter end
    end
  end
  return found
end

-- What is known of the word, and how many of its letters are not.
local function shown(s)
  local signs = {}
  for c in s.word:gmatch "." do signs[#signs + 1] = s.tried[c] and c or "_" end
  return table.concat(signs, " ")
end
local function hidden(word, tried)
  local n, seen = 0, {}
  for c in word:gmatch "." do
    if not tried[c] and not seen[c] then n, seen[c] = n + 1, true end
  end
  return n
end

return {
  doc = "find a hidden word of a list letter by letter, with few misses",
  levels = 5, turns = turns, floor = 0.1,
  setup = function(rng, level)
    local pool, seen = {}, {}
    for _, list in ipairs { gym.words, gym.products, gym.colors, gym.actions } do
      for _, w in ipairs(list) do
        w = w:lower()
        if #w == length[level] and not seen[w] then pool[#pool + 1], seen[w] = w, true end
      end
    end
    while true do
      local words = rng:sample(pool, count[level])
      local word, left, tried, missed = rng:pick(words), words, {}, 0
      while hidden(word, tried) > 0 and missed < lives[level] do
        local letter = best(left, tried)
        left, tried[letter] = narrow(left, word, letter), true
        if not word:find(letter, 1, true) then missed = missed + 1 end
      end
      if missed < lives[level] then
        local all, used = table.concat(words), {}
        for _, letter in ipairs(letters) do
          if all:find(letter, 1, true) then used[#used + 1] = letter end
        end
        return { words = words, letters = used, word = word, left = words, tried = {}, missed = {}, lives = lives[level] }
      end
    end
  end,
  goal = function(s)
    return "Find all letters of the hidden word. Each letter that it does not have takes one of " .. s.lives .. " lives."
      .. " It is one of " .. table.concat(s.words, ", ") .. "."
  end,
  verbs = function(s) return { try = { "Try a letter.", "letter:" .. table.concat(s.letters, "|") } } end,
  observe = function(s)
    local missed = #s.missed == 0 and "nothing" or table.concat(s.missed, " ")
    return shown(s) .. "\nmissed: " .. missed .. "\nlives left: " .. s.lives - #s.missed
  end,
  step = function(s, _, letter)
    if s.tried[letter] then return "You have tried " .. letter .. " before." end
    s.tried[letter] = true
    s.left = narrow(s.left, s.word, letter)
    if s.word:find(letter, 1, true) then return "" end
    s.missed[#s.missed + 1] = letter
    if #s.missed == s.lives then return "Lost. It was " .. s.word .. ".", true end
    return ""
  end,
  check = function(s) return hidden(s.word, s.tried) == 0 and 1 or 0 end,
  progress = function(s) return 1 - hidden(s.word, s.tried) / hidden(s.word, {}) end,
  oracle = function(s) return "try", best(s.left, s.tried) end,
  hints = {
    "Try a letter that many of the words have which still fit.",
    function(s)
      local n = #s.left
      return n == 1 and "Only " .. s.left[1] .. " fits." or n .. " words of the list still fit."
    end,
    function(s) return "The word has the letter " .. s.word:sub(-1) .. "." end,
  },
}
