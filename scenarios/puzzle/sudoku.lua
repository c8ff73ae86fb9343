-- Sudoku on small grids, and on 9 x 9 with few blanks; each has one solution.
local gym = require "gym"
-- By level: the size, a box's width and height, and the blanks.
local kinds = { { 4, 2, 2, 3 }, { 4, 2, 2, 8 }, { 6, 3, 2, 10 }, { 6, 3, 2, 18 }, { 9, 3, 3, 16 }, { 9, 3, 3, 32 } }

-- The numbers 1..n in random order, those of a band (a box's rows or columns) kept together.
local function shuffled(rng, n, band)
  local bands, out = {}, {}
  for b = 0, n / band - 1 do
    local lines = {}
    for i = 1, band do lines[i] = b * band + i end
    bands[b + 1] = rng:shuffle(lines)
  end
  for _, lines in ipairs(rng:shuffle(bands)) do
    for _, i in ipairs(lines) do out[#out + 1] = i end
  end
  return out
end

-- A full grid: the rows of the plainest one are shifts of 1..n.
local function full(rng, n, bw, bh)
  local digits, rows, columns, g = {}, shuffled(rng, n, bh), shuffled(rng, n, bw), gym.grid(n, n, 0)
  for i = 1, n do digits[i] = i end
  digits = rng:shuffle(digits)
  for y = 1, n do
    local r = rows[y] - 1
    local shift = bw * (r % bh) + math.floor(r / bh)
    for x = 1, n do g[y][x] = digits[(columns[x] - 1 + shift) % n + 1] end
  end
  return g
end

-- The digits that may stand in a blank by its row, column and box.
local function choices(s, g, x, y)
  local free, out = {}, {}
  local x0, y0 = x - (x - 1) % s.bw - 1, y - (y - 1) % s.bh - 1
  for i = 1, s.n do
    free[g[y][i]], free[g[i][x]], free[g[y0 + math.ceil(i / s.bw)][x0 + (i - 1) % s.bw + 1]] = false, false, false
  end
  for d = 1, s.n do if free[d] == nil then out[#out + 1] = d end end
  return out
end

-- The blank with the fewest choices, and these.
local function tightest(s, g)
  local bx, by, best
  for _, c in ipairs(s.blanks) do
    local x, y = c[1], c[2]
    if g[y][x] == "_" then
      local list = choices(s, g, x, y)
      if not best or #list < #best then bx, by, best = x, y, list end
      if #best <= 1 then break end
    end
  end
  return bx, by, best
end

-- How many solutions there are, counted to two.
local function count(s, g)
  local x, y, list = tightest(s, g)
  if not x then return 1 end
  local sum = 0
  for _, d in ipairs(list) do
    g[y][x] = d
    sum = sum + count(s, g)
    if sum > 1 then break end
  end
  g[y][x] = "_"
  return sum
end

local function right(s)
  local n = 0
  for _, c in ipairs(s.blanks) do if s.grid[c[2]][c[1]] == s.solved[c[2]][c[1]] then n = n + 1 end end
  return n
end

-- A wrong digit is put right first; then comes the blank that is easiest to tell.
local function action(s)
  for _, c in ipairs(s.blanks) do
    local x, y = c[1], c[2]
    if s.grid[y][x] ~= "_" and s.grid[y][x] ~= s.solved[y][x] then return "write", y, x, s.solved[y][x] end
  end
  local x, y = tightest(s, s.grid)
  if x then return "write", y, x, s.solved[y][x] end
end

return {
  doc = "fill the blanks of a sudoku",
  levels = 6, turns = { 6, 14, 18, 30, 28, 52 }, floor = 0.1,
  verbs = function(s)
    local to = "1.." .. s.n
    return { write = { "Write a digit into a cell.", "row:" .. to, "column:" .. to, "digit:" .. to } }
  end,
  setup = function(rng, level)
    local n, bw, bh, blanks = unpack(kinds[level])
    local s = { n = n, bw = bw, bh = bh, solved = full(rng, n, bw, bh) }
    repeat
      s.grid, s.blanks = gym.copy(s.solved), {}
      for i, at in ipairs(rng:sample(gym.cells(s.solved, "123456789"), blanks)) do
        s.blanks[i] = at
        s.grid[at[2]][at[1]] = "_"
      end
    until count(s, gym.copy(s.grid)) == 1
    return s
  end,
  goal = function(s)
    return "Fill the blanks _ so that each row, each column and each box, " .. s.bw .. " wide and " .. s.bh
      .. " high, has all digits from 1 to " .. s.n .. ". A digit that you wrote can be overwritten."
  end,
  observe = function(s) return gym.rows(s.grid) end,
  draw = function(s)
    local rows = {}
    for y, row in ipairs(s.grid) do rows[y] = table.concat(row) end
    return rows
  end,
  step = function(s, _, row, column, digit)
    for _, c in ipairs(s.blanks) do
      if c[1] == column and c[2] == row then s.grid[row][column] = digit return "" end
    end
    return "That digit is given."
  end,
  check = function(s) return right(s) == #s.blanks and 1 or 0 end,
  progress = function(s) return right(s) / #s.blanks end,
  oracle = action,
  hints = { "Look for a blank for which its row, column and box leave one digit only.", function(s)
    local _, row, column, digit = action(s)
    return row and "Row " .. row .. ", column " .. column .. " is " .. digit .. "." or "All is done."
  end },
}
