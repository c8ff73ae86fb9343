-- 2048 (Gabriele Cirulli, 2014) with small targets: push all tiles to a side, where equal ones join.
-- A new tile, a 2 or one time in ten a 4, comes to a random free cell after each push. The state holds what these
-- are drawn from, so that setup can rehearse a game with the expert and take one that can be won.
local gym = require "gym"
local ways = { "left", "up", "right", "down" }
-- By level: the board's size, the target, and the most pushes that the expert needs.
local sizes = { { 3, 16, 8 }, { 3, 32, 17 }, { 4, 128, 72 }, { 3, 64, 35 }, { 3, 128, 70 } }

-- By size: for each way its lines of cells, each in the order from the side that is pushed to; the pairs of cells that
-- touch; and what a tile's place is worth to the expert, along a snake from the upper left corner.
local lines, touching, weights = {}, {}, {}
for n = 3, 4 do
  lines[n], touching[n], weights[n] = { left = {}, right = {}, up = {}, down = {} }, {}, {}
  for a = 1, n do
    for _, way in ipairs(ways) do lines[n][way][a] = {} end
    for b = 1, n do
      local across, along = b + n * (a - 1), a + n * (b - 1)
      lines[n].left[a][b], lines[n].right[a][n + 1 - b] = across, across
      lines[n].up[a][b], lines[n].down[a][n + 1 - b] = along, along
      if b < n then
        table.insert(touching[n], { across, across + 1 })
        table.insert(touching[n], { along, along + n })
      end
      weights[n][across] = 0.6 ^ (n * (a - 1) + (a % 2 == 1 and b or n + 1 - b) - 1)
    end
  end
end

-- The board after a push, 0 being a free cell; nil where nothing moves.
local function push(board, n, way)
  local out, moved = {}, false
  for _, line in ipairs(lines[n][way]) do
    local k, last = 0, 0
    for _, cell in ipairs(line) do
      local tile = board[cell]
      if tile > 0 then
        if tile == last then
          out[line[k]], last, moved = 2 * tile, 0, true
        else
          k, last = k + 1, tile
          out[line[k]] = tile
          if line[k] ~= cell then moved = true end
        end
      end
    end
    for i = k + 1, n do out[line[i]] = 0 end
  end
  return moved and out or nil
end

-- What a board is worth to the expert: big tiles at the snake's head, equal ones side by side, free cells.
local function worth(board, n)
  local sum, weight = 0, weights[n]
  for i, tile in ipairs(board) do sum = sum + (tile == 0 and 4 or tile * weight[i]) end
  for _, p in ipairs(touching[n]) do
    local tile = board[p[1]]
    if tile == board[p[2]] then sum = sum + tile / 2 end
  end
  return sum
end

-- The best push and its worth; with deep, after a 2 that comes anywhere and one more push.
local function best(board, n, deep)
  local choice, most = nil, -1000
  for _, way in ipairs(ways) do
    local next = push(board, n, way)
    if next then
      local value, all = 0, 0
      for cell = 1, deep and n * n or 0 do
        if next[cell] == 0 then
          next[cell] = 2
          local _, v = best(next, n)
          value, all = value + v, all + 1
          next[cell] = 0
        end
      end
      value = all > 0 and value / all or worth(next, n)
      if value > most then choice, most = way, value end
    end
  end
  return choice, most
end

local function free(board)
  local cells = {}
  for i, tile in ipairs(board) do if tile == 0 then cells[#cells + 1] = i end end
  return cells
end

local function drawn(s, n)
  s.chance = s.chance * 16807 % 2147483647 -- Park and Miller's generator
  return s.chance % n + 1
end

local function spawn(s, fours)
  local cells = free(s.board)
  local cell = cells[drawn(s, #cells)]
  s.board[cell] = drawn(s, 100) <= fours and 4 or 2
end

-- Pushes, and a new tile comes; false where nothing moves.
local function play(s, way)
  local board = push(s.board, s.n, way)
  if not board then return false end
  s.board = board
  spawn(s, 10)
  return true
end

local function reached(s)
  for _, tile in ipairs(s.board) do if tile >= s.target then return true end end
  return false
end

local function action(s) return (best(s.board, s.n, #free(s.board) < 2)) or "left" end

local function power(tile) return math.floor(math.log(tile) / math.log(2) + 0.5) end

local function rows(s, sign)
  local g = {}
  for y = 1, s.n do
    g[y] = {}
    for x = 1, s.n do
      local tile = s.board[x + s.n * (y - 1)]
      g[y][x] = tile == 0 and "_" or sign and power(tile) or tile
    end
  end
  return g
end

return {
  doc = "join equal tiles until there is one of the target's size",
  levels = 5, turns = { 11, 24, 90, 50, 100 }, floor = 0.42,
  verbs = {
    up = "Push all tiles up.", down = "Push all tiles down.", left = "Push all tiles left.", right = "Push all tiles right.",
  },
  setup = function(rng, level)
    for _ = 1, 100 do
      local n, target, most = unpack(sizes[level])
      local s = { n = n, target = target, board = {}, chance = rng(1, 2 ^ 31 - 2) }
      for i = 1, n * n do s.board[i] = 0 end
      for _ = 1, 3 do spawn(s, 50) end
      local t = gym.copy(s)
      for _ = 1, most do
        if not play(t, action(t)) then break end
        if reached(t) then return s end
      end
    end
    error("no game that can be won")
  end,
  goal = function(s)
    return "Make a tile of " .. s.target .. ". A push moves all tiles as far as they go, and two equal tiles that meet become "
      .. "one of their sum. After each push a new tile, 2 or seldom 4, comes to a free cell _. When nothing can be pushed, "
      .. "you have lost."
  end,
  observe = function(s) return gym.rows(rows(s)) end,
  draw = function(s)
    local g = rows(s, true)
    for y, row in ipairs(g) do g[y] = table.concat(row) end
    return g
  end,
  step = function(s, way)
    if not play(s, way) then return "Nothing moves." end
    if reached(s) then return "", true end
    if not best(s.board, s.n) then return "Nothing can be pushed any more.", true end
    return ""
  end,
  check = function(s) return reached(s) and 1 or 0 end,
  progress = function(s) -- the game's score, which never falls: each join has added its sum
    if reached(s) then return 1 end
    local score = 0
    for _, tile in ipairs(s.board) do if tile > 0 then score = score + tile * (power(tile) - 1) end end
    return math.min(0.95, score / (s.target * (power(s.target) - 1)))
  end,
  oracle = action,
  hints = {
    "Keep the biggest tile in a corner, and the next ones beside it.",
    function(s) return "Push " .. action(s) .. "." end,
  },
}
