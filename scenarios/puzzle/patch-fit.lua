-- Lay patches, connected shapes of some cells (polyominoes), on a board so that they cover it exactly.
local gym = require "gym"
-- By level: width, height, patches, and the most cells of one.
local sizes = { { 3, 3, 3, 5 }, { 4, 3, 4, 5 }, { 4, 4, 4, 6 }, { 5, 4, 5, 6 }, { 5, 5, 6, 6 } }
local letters, solutionsMax = gym.split "A B C D E F", 12
-- A cell is the number x + 16 * y, and a patch the list of its cells seen from its first one, row by row.

local function empty(w, h)
  local board, cells = {}, {}
  for y = 1, h do
    for x = 1, w do
      board[x + 16 * y] = "_"
      cells[#cells + 1] = x + 16 * y
    end
  end
  return board, cells
end

-- Grows n connected patches until they fill the board; nil where one is too big.
local function grow(rng, w, h, n, most)
  local owner, cells = empty(w, h)
  local free = rng:shuffle(cells)
  for i = 1, n do owner[table.remove(free)] = i end
  while #free > 0 do
    local rest = {}
    for _, c in ipairs(free) do
      local from = owner[c + rng:pick { 1, -1, 16, -16 }] or "_"
      if from ~= "_" then owner[c] = from else rest[#rest + 1] = c end
    end
    free = rest
  end
  local patches, first = {}, {}
  for _, c in ipairs(cells) do
    local i = owner[c]
    first[i], patches[i] = first[i] or c, patches[i] or {}
    table.insert(patches[i], c - first[i])
    if #patches[i] > most then return nil end
  end
  return rng:shuffle(patches)
end

local function fits(board, patch, at)
  for _, d in ipairs(patch) do if board[at + d] ~= "_" then return false end end
  return true
end

local function lay(board, patch, at, sign)
  for _, d in ipairs(patch) do board[at + d] = sign end
end

-- All ways to cover the board, each a list of the patches' places; nil where there are too many.
local function solutions(patches, w, h)
  local board, cells = empty(w, h)
  local at, found = {}, {}
  local function cover(k)
    while board[cells[k]] and board[cells[k]] ~= "_" do k = k + 1 end
    if not cells[k] then found[#found + 1] = gym.copy(at) return end
    for i, p in ipairs(patches) do
      if not at[i] and #found <= solutionsMax and fits(board, p, cells[k]) then
        at[i] = cells[k]
        lay(board, p, at[i], i)
        cover(k + 1)
        lay(board, p, at[i], "_")
        at[i] = nil
      end
    end
  end
  cover(1)
  return #found <= solutionsMax and found or nil
end

-- The solution that most of the laid patches agree with, and how many do.
local function nearest(s)
  local best, most = nil, -1
  for _, places in ipairs(s.solutions) do
    local n = 0
    for i, at in ipairs(places) do if s.at[i] == at then n = n + 1 end end
    if n > most then best, most = places, n end
  end
  return best, most
end

local function action(s)
  local best = nearest(s)
  for i, at in ipairs(best) do if s.at[i] and s.at[i] ~= at then return "take", letters[i] end end
  for i, at in ipairs(best) do if not s.at[i] then return "put", letters[i], math.floor(at / 16), at % 16 end end
end

local function board(s)
  local b = empty(s.w, s.h)
  for i, p in ipairs(s.patches) do if s.at[i] then lay(b, p, s.at[i], letters[i]) end end
  return b
end

local function rows(b, low, high, deep, between)
  local lines = {}
  for y = 1, deep do
    local row = {}
    for x = low, high do row[#row + 1] = b[x + 16 * y] or "_" end
    lines[y] = table.concat(row, between)
  end
  return lines
end

local function picture(patch, sign)
  local b, low, high, deep = {}, 8, 8, 1
  for _, d in ipairs(patch) do
    local x, y = (d + 24) % 16, math.floor((d + 24) / 16)
    b[d + 24], low, high, deep = sign, math.min(low, x), math.max(high, x), math.max(deep, y)
  end
  return "patch " .. sign .. "\n" .. table.concat(rows(b, low, high, deep, " "), "\n")
end

return {
  doc = "lay patches so that they cover the board exactly",
  levels = 5, turns = { 7, 9, 9, 11, 13 }, floor = 0.1,
  verbs = function(s)
    local on, off, verbs = {}, {}, {}
    for i = 1, #s.patches do table.insert(s.at[i] and on or off, letters[i]) end
    if #off > 0 then
      verbs.put = { "Lay a patch, the first sign of its top row on this cell.", "patch:" .. table.concat(off, "|"),
        "row:1.." .. s.h, "column:1.." .. s.w }
    end
    if #on > 0 then verbs.take = { "Take a patch off the board.", "patch:" .. table.concat(on, "|") } end
    return verbs
  end,
  setup = function(rng, level)
    local w, h, n, most = unpack(sizes[level])
    for _ = 1, 1000 do
      local patches = grow(rng, w, h, n, most)
      local all = patches and solutions(patches, w, h)
      if all then return { w = w, h = h, patches = patches, at = {}, solutions = all } end
    end
    error("no board can be cut")
  end,
  goal = "Cover the board with all patches. They may not overlap, and are not turned. Put a patch by the cell "
    .. "(row from the top, column from the left) where the first letter of its top row goes. Free cells are _.",
  observe = function(s)
    local lines = rows(board(s), 1, s.w, s.h, " ")
    for i, p in ipairs(s.patches) do
      if not s.at[i] then lines[#lines + 1] = picture(p, letters[i]) end
    end
    return table.concat(lines, "\n")
  end,
  draw = function(s) return rows(board(s), 1, s.w, s.h) end,
  step = function(s, verb, letter, row, column)
    local i = letter:byte() - 64
    if verb == "put" and not fits(board(s), s.patches[i], column + 16 * row) then return "It does not fit there." end
    s.at[i] = verb == "put" and column + 16 * row or nil
    return ""
  end,
  check = function(s)
    for i = 1, #s.patches do if not s.at[i] then return 0 end end
    return 1
  end,
  progress = function(s) return select(2, nearest(s)) / #s.patches end,
  oracle = action,
  hints = { "Begin with a patch that fits in one corner only.", function(s)
    local verb, letter, row, column = action(s)
    return verb == "take" and "Patch " .. letter .. " is in the way."
      or verb and "Patch " .. letter .. " goes to row " .. row .. ", column " .. column .. "." or "All is done."
  end },
}
