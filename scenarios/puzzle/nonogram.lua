-- Nonograms: fill the cells so that each row and column has the runs that its numbers tell.
-- Each can be solved line by line, without a guess, and so has one solution.
local gym = require "gym"
-- By level: the size, and the least and most cells to fill.
local sizes = { { 3, 3, 5 }, { 4, 7, 9 }, { 5, 12, 15 }, { 6, 19, 22 }, { 7, 26, 30 } }

local function runs(line)
  local list, run = {}, 0
  for i = 1, #line + 1 do
    if line[i] == 1 then
      run = run + 1
    elseif run > 0 then
      table.insert(list, run)
      run = 0
    end
  end
  return #list > 0 and table.concat(list, " ") or "0"
end

-- By size and runs: all lines of ones and zeros that have them.
local lines = {}
for n = 3, 7 do
  lines[n] = {}
  for k = 0, 2 ^ n - 1 do
    local line = {}
    for i = 1, n do line[i] = math.floor(k / 2 ^ (i - 1)) % 2 end
    local key = runs(line)
    lines[n][key] = lines[n][key] or {}
    table.insert(lines[n][key], line)
  end
end

-- Line y of a grid, or column i - n where i is over n.
local function line(g, i)
  if i <= #g then return g[i] end
  local out = {}
  for y = 1, #g do out[y] = g[y][i - #g] end
  return out
end

-- How many cells reasoning about one line at a time leaves unknown. In the grid 1 is filled, 0 empty, -1 not known.
local function reason(s)
  local n = s.n
  local g, unknown, due = gym.grid(n, n, -1), n * n, {}
  for i = 1, 2 * n do due[i] = true end
  repeat
    local more = false
    for i = 1, 2 * n do
      if due[i] then
        due[i] = false
        local now, sums, all = line(g, i), {}, 0
        for _, l in ipairs(lines[n][s.clues[i]]) do
          local fits = true
          for k = 1, n do
            if now[k] ~= -1 and now[k] ~= l[k] then fits = false break end
          end
          if fits then
            all = all + 1
            for k = 1, n do sums[k] = (sums[k] or 0) + l[k] end
          end
        end
        for k = 1, n do
          if now[k] == -1 and (sums[k] == 0 or sums[k] == all) then
            g[i <= n and i or k][i <= n and k or i - n] = sums[k] == 0 and 0 or 1
            unknown, more, due[i <= n and n + k or k] = unknown - 1, true, true
          end
        end
      end
    end
  until not more
  return unknown
end

local function action(s)
  for y = 1, s.n do
    for x = 1, s.n do
      if s.grid[y][x] ~= s.solved[y][x] then return s.solved[y][x] == 1 and "fill" or "clear", y, x end
    end
  end
end

local function signs(s)
  local rows = {}
  for y = 1, s.n do
    rows[y] = {}
    for x = 1, s.n do rows[y][x] = s.grid[y][x] == 1 and "#" or "_" end
  end
  return rows
end

return {
  doc = "fill the cells by the numbers at the rows and columns",
  levels = 5, turns = { 9, 15, 24, 34, 44 }, floor = 0.1,
  verbs = function(s)
    local row, column = "row:1.." .. s.n, "column:1.." .. s.n
    return { fill = { "Fill a cell.", row, column }, clear = { "Make a cell empty again.", row, column } }
  end,
  setup = function(rng, level)
    local n, least, most = unpack(sizes[level])
    local s = { n = n, clues = {}, grid = gym.grid(n, n, 0) }
    local all = gym.cells(s.grid, "0")
    for _ = 1, 1000 do
      s.solved, s.cells = gym.grid(n, n, 0), rng(least, most)
      for _, c in ipairs(rng:sample(all, s.cells)) do s.solved[c[2]][c[1]] = 1 end
      for i = 1, 2 * n do s.clues[i] = runs(line(s.solved, i)) end
      if reason(s) == 0 then return s end
    end
    error("no picture can be told from its numbers")
  end,
  goal = "Fill the right cells of the grid. The numbers of a row or column are the lengths of its runs of filled cells #, "
    .. "in order, with at least one empty cell _ between two runs. Row 1 is at the top, column 1 at the left.",
  observe = function(s)
    local out = signs(s)
    for i = 1, 2 * s.n do
      if i <= s.n then
        out[i] = table.concat(out[i], " ") .. " = " .. s.clues[i]
      else
        out[i] = "column " .. i - s.n .. " = " .. s.clues[i]
      end
    end
    return table.concat(out, "\n")
  end,
  draw = function(s)
    local rows = signs(s)
    for y, row in ipairs(rows) do rows[y] = table.concat(row) end
    return rows
  end,
  step = function(s, verb, row, column)
    s.grid[row][column] = verb == "fill" and 1 or 0
    return ""
  end,
  check = function(s) return action(s) and 0 or 1 end,
  progress = function(s)
    local good = 0
    for y = 1, s.n do
      for x = 1, s.n do
        if s.grid[y][x] == 1 then good = good + (s.solved[y][x] == 1 and 1 or -1) end
      end
    end
    return math.max(0, good / s.cells)
  end,
  oracle = action,
  hints = { "Begin with a line whose runs leave them few places to lie.", function(s)
    local verb, row, column = action(s)
    return row and "Next " .. verb .. " row " .. row .. ", column " .. column .. "." or "All is done."
  end },
}
