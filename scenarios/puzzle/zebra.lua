-- Who lives where: values of several kinds are put into houses by clues (the zebra puzzle, also Einstein's riddle).
local gym = require "gym"
local kinds = {
  people = function(name) return name end,
  colors = function(name) return "the " .. name .. " house" end,
  products = function(name) return "the owner of the " .. name end,
  animals = function(name) return "the keeper of the " .. name end,
}
local animals = gym.split("zebra dog cat horse snail fox parrot goat rabbit turtle owl hamster")
local texts = {
  at = "%s is in house %s", ["not"] = "%s is not in house %s", same = "%s and %s are in the same house",
  left = "%s is directly left of %s", before = "%s is somewhere left of %s",
  apart = "%s and %s are not in the same house", next = "%s is next to %s",
}
local houses = { 3, 3, 4, 4, 5 }
local themes = {
  { "people" }, { "people", "colors" }, { "people", "colors" }, { "people", "colors", "animals" },
  { "people", "colors", "animals", "products" },
}

-- Clues are about houses ha and hb of the values a and b.
local function fits(clue, ha, hb)
  local kind = clue.kind
  if kind == "at" then return ha == clue.n end
  if kind == "not" then return ha ~= clue.n end
  if kind == "same" then return ha == hb end
  if kind == "left" then return ha + 1 == hb end
  if kind == "before" then return ha < hb end
  if kind == "apart" then return ha ~= hb end
  return ha - hb == 1 or hb - ha == 1
end

-- Strikes out by one clue what cannot be: can[v][h] says whether value v may be in house h.
local function narrow(can, clue, n)
  local a, b, any = can[clue.a], can[clue.b], false
  local okA, okB = {}, {}
  for h = 1, n do
    if a[h] and not b then okA[h] = fits(clue, h) end
    for g = 1, a[h] and b and n or 0 do
      if b[g] and fits(clue, h, g) then okA[h], okB[g] = true, true end
    end
  end
  for h = 1, n do
    if a[h] and not okA[h] then a[h], any = nil, true end
    if b and b[h] and not okB[h] then b[h], any = nil, true end
  end
  return any
end

-- Strikes out by all clues, and because each house has one value of a kind, until nothing changes. What is struck
-- out is so in every solution: where one house is left for each value, there is one solution.
local function strike(s, can)
  local n, changed = s.n, true
  while changed do
    changed = false
    for _, clue in ipairs(s.clues) do changed = narrow(can, clue, n) or changed end
    for v = 1, #s.names do
      local first = v - (v - 1) % n
      local h = next(can[v])
      local single = not next(can[v], h)
      for g = 1, n do
        local only = can[v][g] and not single
        for w = first, first + n - 1 do
          if w ~= v and can[w][g] then
            only = false
            if single and g == h then can[w][g], changed = nil, true end
          end
        end
        if only then can[v], changed = { [g] = true }, true break end
      end
    end
  end
end

local function solved(can)
  for _, list in ipairs(can) do
    if next(list, next(list)) then return false end
  end
  return true
end

-- A true clue; those that say where a value is are rare.
local function draw(s, rng)
  local a, b = rng(1, #s.names), rng(1, #s.names)
  if a == b then return nil end
  local ha, hb = s.house[a], s.house[b]
  local alike = math.ceil(a / s.n) == math.ceil(b / s.n)
  local clue = { a = a, b = b }
  local dice = rng(1, 20)
  if dice == 1 then return { kind = "at", a = a, n = ha } end
  if dice == 2 then clue = { kind = "not", a = a, n = rng(1, s.n) }
  elseif ha == hb then clue.kind = "same"
  elseif dice < 5 and not alike then clue.kind = "apart"
  elseif dice < 10 then clue.kind = "before"
  elseif dice < 15 then clue.kind = "left"
  else clue.kind = "next" end
  return fits(clue, ha, hb) and clue or nil
end

-- The first value that is put wrong, or else not put; how many are right; whether all are put.
local function look(s)
  local open, wrong, right = nil, nil, 0
  for v, h in ipairs(s.house) do
    if s.put[v] == h then
      right = right + 1
    elseif s.put[v] then
      wrong = wrong or v
    else
      open = open or v
    end
  end
  return wrong or open, right, not open
end

return {
  doc = "put people and things into houses by clues",
  levels = 5, turns = { 5, 10, 13, 19, 32 }, floor = 0.1,
  verbs = function(s)
    return { put = { "Put somebody or something into a house; what is of its kind and was there is open again.",
      "what:" .. table.concat(s.words, "|"), "house:1.." .. s.n } }
  end,
  setup = function(rng, level)
    local s = { n = houses[level], words = {}, names = {}, house = {}, put = {}, clues = {} }
    local can = {}
    for _, theme in ipairs(themes[level]) do
      local order, list = {}, theme == "people" and gym.names or theme == "animals" and animals or gym[theme]
      for h = 1, s.n do order[h] = h end
      order = rng:shuffle(order)
      for h, word in ipairs(rng:sample(list, s.n)) do
        local v = #s.names + 1
        s.words[v], s.names[v], s.house[v], can[v] = word, kinds[theme](word), order[h], {}
        for g = 1, s.n do can[v][g] = true end
      end
    end
    repeat
      local clue = draw(s, rng)
      if clue and narrow(can, clue, s.n) then
        s.clues[#s.clues + 1] = clue
        strike(s, can)
      end
    until solved(can)
    return s
  end,
  goal = function(s)
    local lines = {}
    for i, clue in ipairs(s.clues) do
      lines[i] = gym.title(texts[clue.kind]:format(s.names[clue.a], clue.b and s.names[clue.b] or clue.n))
    end
    return "Houses 1 to " .. s.n .. " stand from left to right; each has one of every kind. Put all into their houses;"
      .. " when all are put it is over, and all must be right. " .. table.concat(lines, ". ") .. "."
  end,
  observe = function(s)
    local rows = {}
    for from = 1, #s.words, s.n do
      local row, open = {}, { "open" }
      for h = 1, s.n do row[h] = "_" end
      for v = from, from + s.n - 1 do
        if s.put[v] then row[s.put[v]] = s.words[v] else open[#open + 1] = s.words[v] end
      end
      rows[#rows + 1] = table.concat(row, " ") .. (open[2] and " " .. table.concat(open, " ") or "")
    end
    return table.concat(rows, "\n")
  end,
  step = function(s, _, what, house)
    local v = 1
    while s.words[v] ~= what do v = v + 1 end
    local first = v - (v - 1) % s.n
    for w = first, first + s.n - 1 do
      if s.put[w] == house then s.put[w] = nil end
    end
    s.put[v] = house
    local wrong, _, full = look(s)
    return full and (wrong and "Not all are right." or "All are right.") or "", full
  end,
  check = function(s) return look(s) and 0 or 1 end,
  progress = function(s)
    local _, right = look(s)
    return right / #s.words
  end,
  oracle = function(s)
    local v = look(s) or 1
    return "put", s.words[v], s.house[v]
  end,
  hints = { "Strike out for each one the houses where it cannot be.", function(s)
    local v = look(s) or 1
    return gym.title(s.names[v]) .. " is in house " .. s.house[v] .. "."
  end },
}
