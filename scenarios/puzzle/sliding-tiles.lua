-- Slide numbered tiles into the gap until they stand in order: the eight puzzle, smaller on the easier levels.
-- The expert's plan is a shortest one, by IDA* with Manhattan distances (Korf 1985).
local gym = require "gym"
local back = { up = "down", down = "up", left = "right", right = "left" }
local ways = { "up", "down", "left", "right" }
-- By level: the board's height (its width is 3), and the least and most moves that a task needs.
local sizes = { { 2, 3, 6 }, { 2, 9, 13 }, { 3, 7, 10 }, { 3, 12, 15 }, { 3, 17, 20 } }

-- By height: the gap's moves from each place, and how far each place is from each other one.
local boards = {}
for h = 2, 3 do
  local near, away = {}, {}
  for a = 1, 3 * h do
    local x, y = (a - 1) % 3 + 1, math.ceil(a / 3)
    near[a], away[a] = {}, {}
    for _, way in ipairs(ways) do
      local u, v = gym.move(x, y, way)
      if u >= 1 and u <= 3 and v >= 1 and v <= h then table.insert(near[a], { way, u + 3 * (v - 1) }) end
    end
    for b = 1, 3 * h do away[a][b] = math.abs(x - ((b - 1) % 3 + 1)) + math.abs(y - math.ceil(b / 3)) end
  end
  boards[h] = { near = near, away = away }
end

-- A shortest plan of at most `most` moves, or nil.
local function shortest(s, most)
  local tiles, plan, sum = gym.copy(s.tiles), {}, 0
  local near, away = boards[s.h].near, boards[s.h].away
  local function search(gap, rest, left, depth, last)
    for _, move in ipairs(near[gap]) do
      local to = move[2]
      if to ~= last then
        local tile = tiles[to]
        local less = rest + away[tile][gap] - away[tile][to]
        if less < left then
          tiles[gap], plan[depth] = tile, move[1]
          if less == 0 or search(to, less, left - 1, depth + 1, gap) then return true end
          tiles[to], plan[depth] = tile, nil
        end
      end
    end
  end
  for place, tile in ipairs(tiles) do if tile > 0 then sum = sum + away[tile][place] end end
  if sum == 0 then return plan end
  for bound = sum, most, 2 do
    if search(s.gap, sum, bound, 1) then return plan end
  end
end

local function slide(s, way)
  for _, move in ipairs(boards[s.h].near[s.gap]) do
    local to = move[2]
    if move[1] == way then
      s.tiles[s.gap], s.tiles[to], s.gap = s.tiles[to], 0, to
      return true
    end
  end
end

local function grid(s)
  local rows = {}
  for place, tile in ipairs(s.tiles) do
    local y = math.ceil(place / 3)
    rows[y] = rows[y] or {}
    table.insert(rows[y], tile == 0 and "_" or tile)
  end
  return rows
end

return {
  doc = "slide the tiles into order",
  levels = 5, turns = { 12, 26, 20, 30, 40 }, floor = 0.1,
  verbs = { up = "Move the gap up.", down = "Move the gap down.", left = "Move the gap left.", right = "Move the gap right." },
  setup = function(rng, level)
    local h, least, most = unpack(sizes[level])
    for _ = 1, 1000 do
      local s = { h = h, gap = 3 * h, tiles = {} }
      for i = 1, 3 * h do s.tiles[i] = i % (3 * h) end
      local last = ""
      for _ = 1, rng(least, most) + (level > 1 and 4 or 0) do
        local way
        repeat way = rng:pick(ways) until way ~= back[last] and slide(s, way)
        last = way
      end
      s.plan = shortest(s, most)
      if s.plan and #s.plan >= least then
        s.far = #s.plan
        return s
      end
    end
    error("no board is far enough from order")
  end,
  goal = "Slide the tiles until they are in order: 1 first, row by row, and the gap _ last. A move shifts the gap one step "
    .. "and the tile that was there into its place.",
  observe = function(s) return gym.rows(grid(s)) end,
  draw = function(s)
    local rows = grid(s)
    for y, row in ipairs(rows) do rows[y] = table.concat(row) end
    return rows
  end,
  step = function(s, way)
    if not slide(s, way) then return "There is the edge." end
    if s.plan[1] == way then
      table.remove(s.plan, 1)
    else -- a move makes the shortest way one shorter or one longer
      local plan = shortest(s, #s.plan - 1)
      if plan then s.plan = plan else table.insert(s.plan, 1, back[way]) end
    end
    return ""
  end,
  check = function(s) return #s.plan == 0 and 1 or 0 end,
  progress = function(s) return math.max(0, 1 - #s.plan / s.far) end,
  oracle = function(s) return s.plan[1] end,
  hints = {
    function(s) return "It can be done in " .. #s.plan .. " moves." end,
    function(s) return "A shortest way begins with " .. (s.plan[1] or "nothing") .. "." end,
  },
}
