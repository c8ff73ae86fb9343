-- Find the way out of a maze, seeing only what is next to you; a thread marks the way back.
-- The maze is a tree (depth-first carving), so that there is one way and no circle.
local gym = require "gym"
local ways = { "right", "down", "left", "up" }
local size = { 3, 4, 5, 6, 8 }
local opposite = { up = "down", down = "up", left = "right", right = "left" }

local function key(s, x, y) return x + s.n * (y - 1) end

-- The ways an explorer prefers: nearer to the exit first.
local function order(s, x, y)
  local right, down = x < s.n and "right" or "left", y < s.n and "down" or "up"
  if s.n - x > s.n - y then return { right, down, opposite[down], opposite[right] } end
  return { down, right, opposite[right], opposite[down] }
end

-- Whether there is a new cell in the part of the maze that lies this way.
local function unexplored(s, x, y, way, seen)
  local u, v = gym.move(x, y, way)
  if not seen[key(s, u, v)] then return true end
  for _, w in ipairs(ways) do
    if w ~= opposite[way] and s.open[key(s, u, v)]:find(w, 1, true) and unexplored(s, u, v, w, seen) then return true end
  end
  return false
end

-- What an explorer does who has been in the cells seen: on to a new cell, else where new ones are left, else back.
local function explore(s, x, y, seen, back)
  local here, other = key(s, x, y), nil
  for _, way in ipairs(order(s, x, y)) do
    if s.open[here]:find(way, 1, true) and way ~= back[here] then
      local u, v = gym.move(x, y, way)
      if not seen[key(s, u, v)] then return way end
      if not other and unexplored(s, x, y, way, seen) then other = way end
    end
  end
  return other or back[here]
end

-- How many steps that explorer still needs.
local function remaining(s)
  local x, y, n, seen, back = s.x, s.y, 0, gym.copy(s.seen), gym.copy(s.back)
  while x < s.n or y < s.n do
    local way = explore(s, x, y, seen, back)
    x, y = gym.move(x, y, way)
    n = n + 1
    if not seen[key(s, x, y)] then seen[key(s, x, y)], back[key(s, x, y)] = true, opposite[way] end
  end
  return n
end

return {
  doc = "find the way out of a maze that is seen cell by cell",
  levels = 5, turns = { 14, 30, 48, 70, 126 }, floor = 0.45,
  verbs = { up = "Go up.", down = "Go down.", left = "Go left.", right = "Go right." },
  setup = function(rng, level)
    local n = size[level]
    local s = { n = n, x = 1, y = 1, open = {}, seen = { true }, back = { "" } }
    for i = 1, n * n do s.open[i] = "" end
    local carved, stack = { true }, { { 1, 1 } }
    while #stack > 0 do
      local x, y = stack[#stack][1], stack[#stack][2]
      local way
      for _, w in ipairs(rng:shuffle(ways)) do
        local u, v = gym.move(x, y, w)
        if u >= 1 and u <= n and v >= 1 and v <= n and not carved[key(s, u, v)] then way = w break end
      end
      if way then
        local u, v = gym.move(x, y, way)
        s.open[key(s, x, y)] = s.open[key(s, x, y)] .. " " .. way
        s.open[key(s, u, v)] = " " .. opposite[way]
        carved[key(s, u, v)] = true
        stack[#stack + 1] = { u, v }
      else
        stack[#stack] = nil
      end
    end
    s.far = remaining(s)
    return s
  end,
  goal = "Find the exit of the maze. A new cell was never entered, back is the way you came, done leads to no new cell.",
  observe = function(s)
    local parts, here = { ("exit %d right %d down"):format(s.n - s.x, s.n - s.y) }, key(s, s.x, s.y)
    for i, way in ipairs(ways) do
      local what = "wall"
      if s.open[here]:find(way, 1, true) then
        local u, v = gym.move(s.x, s.y, way)
        what = s.back[here] == way and "back" or not s.seen[key(s, u, v)] and "new"
          or unexplored(s, s.x, s.y, way, s.seen) and "seen" or "done"
      end
      parts[i + 1] = way .. " " .. what
    end
    return table.concat(parts, "\n")
  end,
  -- The picture shows walls where they were seen: around the cells that were entered.
  draw = function(s)
    local g = gym.grid(2 * s.n + 1, 2 * s.n + 1, "?")
    for y = 1, s.n do
      for x = 1, s.n do
        if s.seen[key(s, x, y)] then
          g[2 * y][2 * x] = "_"
          for _, way in ipairs(ways) do
            local u, v = gym.move(2 * x, 2 * y, way)
            g[v][u] = s.open[key(s, x, y)]:find(way, 1, true) and "_" or "#"
          end
        end
      end
    end
    g[2 * s.n][2 * s.n] = "G"
    g[2 * s.y][2 * s.x] = "@"
    local rows = {}
    for y = 1, #g do rows[y] = table.concat(g[y]) end
    return rows
  end,
  step = function(s, way)
    if not s.open[key(s, s.x, s.y)]:find(way, 1, true) then return "There is a wall." end
    s.x, s.y = gym.move(s.x, s.y, way)
    local here = key(s, s.x, s.y)
    if not s.seen[here] then s.seen[here], s.back[here] = true, opposite[way] end
    return "", s.x == s.n and s.y == s.n
  end,
  check = function(s) return s.x == s.n and s.y == s.n and 1 or 0 end,
  progress = function(s) return math.max(0, 1 - remaining(s) / s.far) end,
  oracle = function(s) return explore(s, s.x, s.y, s.seen, s.back) end,
  hints = { "Go where you have not been; from a dead end go back to where there was a choice.", function(s)
    return "Begin with " .. explore(s, s.x, s.y, s.seen, s.back) .. "."
  end },
}
