-- Minesweeper: open all cells but the mines. Some cells are open at the start, so that no guess is needed.
local gym = require "gym"
-- By level: width and height, mines, and the least and most cells that the expert opens.
local sizes = { { 4, 4, 3, 6 }, { 5, 5, 3, 9 }, { 5, 6, 4, 11 }, { 6, 8, 5, 14 }, { 7, 10, 7, 18 } }
-- By size: the cells around each cell; a cell is its number, row by row.
local around = {}
for n = 4, 7 do
  around[n] = {}
  for i = 1, n * n do
    local list, x, y = {}, (i - 1) % n + 1, math.ceil(i / n)
    for v = math.max(1, y - 1), math.min(n, y + 1) do
      for u = math.max(1, x - 1), math.min(n, x + 1) do
        if u ~= x or v ~= y then list[#list + 1] = u + n * (v - 1) end
      end
    end
    around[n][i] = list
  end
end

-- Opens a cell, and where no mine is near those around it: how many are opened.
local function open(s, cell)
  if s.seen[cell] ~= "#" then return 0 end
  local mines, n = 0, 1
  for _, i in ipairs(around[s.n][cell]) do mines = mines + s.mines[i] end
  s.seen[cell] = mines
  if mines == 0 then
    for _, i in ipairs(around[s.n][cell]) do n = n + open(s, i) end
  end
  return n
end

-- What each number tells: how many mines are among the hidden cells around it of which nothing is known yet.
local function rules(s, known)
  local list = {}
  for cell, seen in ipairs(s.seen) do
    if seen ~= "#" and seen ~= 0 then
      local r = { cells = {}, has = {}, mines = seen }
      for _, i in ipairs(around[s.n][cell]) do
        if known[i] then
          r.mines = r.mines - known[i]
        elseif s.seen[i] == "#" then
          table.insert(r.cells, i)
          r.has[i] = true
        end
      end
      if #r.cells > 0 then list[#list + 1] = r end
    end
  end
  return list
end

-- Cells that must be safe by what is seen.
local function deduce(s)
  local known, safe, more = {}, {}
  local function settle(cells, mines)
    if mines > 0 and mines < #cells then return end
    for _, i in ipairs(cells) do
      if not known[i] then
        known[i], more = mines > 0 and 1 or 0, true
        if mines == 0 then safe[#safe + 1] = i end
      end
    end
  end
  repeat
    more = false
    local list = rules(s, known)
    for _, r in ipairs(list) do settle(r.cells, r.mines) end
    if not more then -- where one rule's cells are among another's, there is a rule for the rest
      for _, a in ipairs(list) do
        for _, b in ipairs(list) do
          if #a.cells < #b.cells and b.has[a.cells[1]] then
            local rest = {}
            for _, i in ipairs(b.cells) do if not a.has[i] then rest[#rest + 1] = i end end
            if #rest == #b.cells - #a.cells then settle(rest, b.mines - a.mines) end
          end
        end
      end
    end
  until #safe > 0 or not more
  return safe
end

-- The expert's next cell, one that is known to be safe; s.safe is what was deduced and is not opened yet.
local function certain(s)
  for _, i in ipairs(s.safe) do if s.seen[i] == "#" then return i end end
  s.safe = deduce(s)
  return s.safe[1]
end

-- Plays as the expert does: the turns it takes. Where nothing is certain, a cell drawn by rng is opened from the start.
local function rehearse(s, rng)
  local t, turns = gym.copy(s), 0
  while t.left > 0 do
    local cell = certain(t)
    if cell then
      turns = turns + 1
    else
      repeat cell = rng(1, s.n * s.n) until t.seen[cell] == "#" and s.mines[cell] == 0
      s.left = s.left - open(s, cell)
    end
    t.left = t.left - open(t, cell)
  end
  return turns
end

local function action(s)
  local cell = certain(s)
  for i = 1, s.n * s.n do -- a lucky guess can lead to where nothing is certain
    if not cell and s.seen[i] == "#" and s.mines[i] == 0 then cell = i end
  end
  if cell then return "open", math.ceil(cell / s.n), (cell - 1) % s.n + 1 end
end

local function grid(s, between)
  local rows = {}
  for y = 1, s.n do rows[y] = table.concat(s.seen, between, (y - 1) * s.n + 1, y * s.n) end
  return rows
end

return {
  doc = "open all cells but the mines, by what the numbers tell",
  levels = 5, turns = { 10, 14, 17, 22, 27 }, floor = 0.1,
  verbs = function(s) return { open = { "Open a cell.", "row:1.." .. s.n, "column:1.." .. s.n } } end,
  setup = function(rng, level)
    local n, count, least, most = unpack(sizes[level])
    local cells = {}
    for i = 1, n * n do cells[i] = i end
    for _ = 1, 1000 do
      local s, order = { n = n, count = count, mines = {}, seen = {}, safe = {}, left = n * n - count }, rng:shuffle(cells)
      for i = 1, n * n do s.seen[i], s.mines[order[i]] = "#", i <= count and 1 or 0 end
      s.left = s.left - open(s, order[n * n])
      local turns
      repeat
        s.all, turns = s.left, rehearse(s, rng)
      until s.left == s.all
      if turns >= least and turns <= most then return s end
    end
    error("no field without a guess")
  end,
  goal = function(s)
    return "Open all cells but the " .. s.count .. " mines: who opens a mine has lost. # is a closed cell, a digit tells "
      .. "how many of the up to eight cells around it are mines. Around a 0 all cells are opened for you. Row 1 is at the top, "
      .. "column 1 at the left."
  end,
  observe = function(s) return table.concat(grid(s, " "), "\n") end,
  draw = grid,
  step = function(s, _, row, column)
    local cell = column + s.n * (row - 1)
    if s.seen[cell] ~= "#" then return "It is open already." end
    if s.mines[cell] == 1 then
      s.seen[cell], s.lost = "*", true
      return "That was a mine.", true
    end
    s.left = s.left - open(s, cell)
    return ""
  end,
  check = function(s) return s.left == 0 and 1 or 0 end,
  progress = function(s) return s.lost and 0 or 1 - s.left / s.all end,
  oracle = action,
  hints = { "Where a digit has as many closed cells around it as it tells, all of these are mines.", function(s)
    local _, row, column = action(s)
    return row and "Row " .. row .. ", column " .. column .. " is safe." or "All is done."
  end },
}
