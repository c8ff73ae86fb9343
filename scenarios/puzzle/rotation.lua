-- Turn the tiles of a grid until all pipes are joined (Net, by Simon Tatham, without its borders that wrap around).
local gym = require "gym"
-- By level: width, height, and the least and most quarter turns that a task needs.
local sizes = { { 2, 2, 3, 5 }, { 3, 2, 4, 7 }, { 3, 3, 7, 10 }, { 4, 3, 10, 13 }, { 4, 4, 13, 17 } }
-- A tile is the sum of its openings; a quarter turn clockwise doubles each.
local UP, RIGHT, DOWN, LEFT = 1, 2, 4, 8
local names, turned, opens = {}, {}, {}
for tile = 1, 15 do
  local name = ""
  opens[tile] = {}
  for i, bit in ipairs { UP, RIGHT, DOWN, LEFT } do
    opens[tile][bit] = math.floor(tile / bit) % 2 == 1
    if opens[tile][bit] then name = name .. ("urdl"):sub(i, i) end
  end
  names[tile], turned[tile] = name, tile >= 8 and tile * 2 - 15 or tile * 2
end

-- The pipes of a random tree that joins all tiles.
local function tree(rng, w, h)
  local tiles, joined = {}, { rng(1, w * h) }
  for i = 1, w * h do tiles[i] = 0 end
  while #joined < w * h do
    local from, bit = rng:pick(joined), rng:pick { UP, RIGHT, DOWN, LEFT }
    local to = bit == UP and from - w or bit == DOWN and from + w or bit == RIGHT and from % w ~= 0 and from + 1
      or bit == LEFT and from % w ~= 1 and from - 1
    if to and tiles[to] == 0 and to ~= joined[1] then
      tiles[from], tiles[to] = tiles[from] + bit, bit >= 4 and bit / 4 or bit * 4
      joined[#joined + 1] = to
    end
  end
  return tiles
end

-- Whether tile i meets those above and to the left of it, and the border.
local function meets(tiles, i, w, h)
  local o = opens[tiles[i]]
  return o[UP] == (i > w and opens[tiles[i - w]][DOWN]) and o[LEFT] == (i % w ~= 1 and opens[tiles[i - 1]][RIGHT])
    and not (o[RIGHT] and i % w == 0) and not (o[DOWN] and i > w * (h - 1))
end

-- Whether the tiles can be turned in more than one way so that all openings meet.
local function ambiguous(solved, w, h)
  local tiles, found = gym.copy(solved), 0
  local function turn(i)
    if i > w * h then found = found + 1 return end
    local first = tiles[i]
    repeat
      if found < 2 and meets(tiles, i, w, h) then turn(i + 1) end
      tiles[i] = turned[tiles[i]]
    until tiles[i] == first
  end
  turn(1)
  return found > 1
end

-- The quarter turns that tile i still needs.
local function needs(s, i)
  local n, tile = 0, s.tiles[i]
  while tile ~= s.solved[i] do n, tile = n + 1, turned[tile] end
  return n
end

local function left(s)
  local n = 0
  for i = 1, #s.tiles do n = n + needs(s, i) end
  return n
end

local function action(s)
  for i = 1, #s.tiles do
    if needs(s, i) > 0 then return "turn", math.ceil(i / s.w), (i - 1) % s.w + 1 end
  end
end

return {
  doc = "turn the tiles until all pipes are joined",
  levels = 5, turns = { 10, 14, 20, 26, 34 }, floor = 0.12,
  verbs = function(s)
    return { turn = { "Turn a tile by a quarter, clockwise.", "row:1.." .. s.h, "column:1.." .. s.w } }
  end,
  setup = function(rng, level)
    local w, h, least, most = unpack(sizes[level])
    for _ = 1, 1000 do
      local s = { w = w, h = h, solved = tree(rng, w, h) }
      if not ambiguous(s.solved, w, h) then
        s.tiles = gym.copy(s.solved)
        for i = 1, w * h do
          for _ = 1, rng:chance(0.75) and rng(1, 3) or 0 do s.tiles[i] = turned[s.tiles[i]] end
        end
        s.far = left(s)
        if s.far >= least and s.far <= most then return s end
      end
    end
    error("no net with one solution")
  end,
  goal = "Turn the tiles until every opening meets an opening of the next tile. A tile is written by its openings: "
    .. "u up, r right, d down, l left. A turn brings u to r, r to d, d to l and l to u. No opening may face the border.",
  observe = function(s)
    local rows = {}
    for i, tile in ipairs(s.tiles) do
      local y = math.ceil(i / s.w)
      rows[y] = rows[y] or {}
      table.insert(rows[y], names[tile])
    end
    return gym.align(rows)
  end,
  draw = function(s)
    local rows = {}
    for i, tile in ipairs(s.tiles) do
      local o, y = opens[tile], 3 * math.floor((i - 1) / s.w)
      for j, part in ipairs { o[UP] and "_#_" or "___", (o[LEFT] and "#" or "_") .. "#" .. (o[RIGHT] and "#" or "_"),
        o[DOWN] and "_#_" or "___" } do
        rows[y + j] = (rows[y + j] or "") .. part
      end
    end
    return rows
  end,
  step = function(s, _, row, column)
    local i = (row - 1) * s.w + column
    s.tiles[i] = turned[s.tiles[i]]
    return ""
  end,
  check = function(s) return left(s) == 0 and 1 or 0 end,
  progress = function(s) return math.max(0, 1 - left(s) / s.far) end,
  oracle = action,
  hints = { "The tiles in the corners and along the border have the fewest ways to lie.", function(s)
    local _, row, column = action(s)
    return row and "The tile in row " .. row .. ", column " .. column .. " lies wrong." or "All is done."
  end },
}
