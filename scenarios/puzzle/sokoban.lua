-- Sokoban: push every box onto a goal. Boxes cannot be pulled; one in a wrong corner is lost.
-- Levels are made backwards, by pulling boxes away from the goals, so that each can be solved.
local gym = require "gym"
local ways = { "up", "down", "left", "right" }
local opposite = { up = "down", down = "up", left = "right", right = "left" }
local size, boxes, walls, pulls = { 4, 5, 6, 6, 7 }, { 1, 1, 1, 2, 3 }, { 0, 2, 4, 4, 6 }, { 3, 6, 9, 12, 18 }

-- The room with its boxes, as a grid: # wall, $ box, _ free.
local function room(s)
  local g = gym.copy(s.walls)
  for _, b in ipairs(s.boxes) do g[b[2]][b[1]] = "$" end
  return g
end

local function is(g, x, y, sign) return g[y] ~= nil and g[y][x] == sign end

local function key(boxes)
  local list = {}
  for i, b in ipairs(boxes) do list[i] = b[1] .. " " .. b[2] end
  table.sort(list)
  return table.concat(list, " ")
end

-- The pushes that a box in each cell is from a goal if nothing else were there; -1: it is lost there.
local function pushes(s)
  local far, queue, q = gym.grid(s.n, s.n, -1), {}, 1
  for i, c in ipairs(s.goals) do far[c[2]][c[1]] = 0 queue[i] = c end
  while queue[q] do
    local x, y = queue[q][1], queue[q][2]
    for _, way in ipairs(ways) do
      local u, v = gym.move(x, y, way)
      local fx, fy = gym.move(u, v, way)
      if is(s.walls, u, v, "_") and is(s.walls, fx, fy, "_") and far[v][u] < 0 then
        far[v][u] = far[y][x] + 1
        queue[#queue + 1] = { u, v }
      end
    end
    q = q + 1
  end
  return far
end

local function left(s)
  local sum = 0
  for _, b in ipairs(s.boxes) do
    local d = s.far[b[2]][b[1]]
    sum = sum + (d < 0 and 3 * s.n or d)
  end
  return sum
end

local function solved(s) return left(s) == 0 end

-- The steps for a list of pushes { x, y, way } of the box at x, y; walks are the shortest.
local function steps(s, list)
  local t = { walls = s.walls, boxes = gym.copy(s.boxes) }
  local x, y, out = s.x, s.y, {}
  for _, p in ipairs(list) do
    local sx, sy = gym.move(p[1], p[2], opposite[p[3]])
    for _, way in ipairs(gym.path(room(t), x, y, sx, sy, "_")) do out[#out + 1] = way end
    out[#out + 1] = p[3]
    x, y = p[1], p[2]
    for _, b in ipairs(t.boxes) do
      if b[1] == x and b[2] == y then b[1], b[2] = gym.move(x, y, p[3]) break end
    end
  end
  return out
end

-- The fewest pushes, by breadth-first search over boxes and the cells that can be walked to.
local function solve(s)
  local queue, seen, q = { { boxes = s.boxes, x = s.x, y = s.y } }, {}, 1
  while queue[q] do
    local t = queue[q]
    t.walls, t.far, t.n = s.walls, s.far, s.n
    if solved(t) then
      local list = {}
      while t.push do table.insert(list, 1, t.push) t = t.before end
      return list
    end
    local g = room(t)
    local reach = gym.distances(g, t.x, t.y, "_")
    for i, b in ipairs(t.boxes) do
      for _, way in ipairs(ways) do
        local u, v = gym.move(b[1], b[2], way)
        local x, y = gym.move(b[1], b[2], opposite[way])
        if is(g, u, v, "_") and s.far[v][u] >= 0 and reach[y] and reach[y][x] and reach[y][x] >= 0 then
          local next = gym.copy(t.boxes)
          next[i] = { u, v }
          local k = key(next) .. " " .. b[1] .. " " .. b[2]
          if not seen[k] then
            seen[k] = true
            queue[#queue + 1] = { boxes = next, x = b[1], y = b[2], push = { b[1], b[2], way }, before = t }
          end
        end
      end
    end
    q = q + 1
  end
end

-- A room with its boxes on goals, pulled about at random; the pulls, turned round, are a solution.
local function make(rng, level)
  local n = size[level]
  local s = { n = n, walls = gym.grid(n, n, "_"), goals = {}, boxes = {} }
  local cells = rng:sample(gym.cells(s.walls, "_"), walls[level] + boxes[level] + 1)
  for i = 1, walls[level] do s.walls[cells[i][2]][cells[i][1]] = "#" end
  for i = 1, boxes[level] do
    s.goals[i] = cells[walls[level] + i]
    s.boxes[i] = gym.copy(s.goals[i])
  end
  s.x, s.y = cells[#cells][1], cells[#cells][2]
  local list, seen = {}, { [key(s.boxes)] = true }
  for _ = 1, pulls[level] do
    local g, can = room(s), {}
    local reach = gym.distances(g, s.x, s.y, "_")
    for i, b in ipairs(s.boxes) do
      for _, way in ipairs(ways) do
        local x, y = gym.move(b[1], b[2], way)
        local u, v = gym.move(x, y, way)
        if is(g, x, y, "_") and is(g, u, v, "_") and reach[y][x] >= 0 then can[#can + 1] = { i, way, x, y, u, v } end
      end
    end
    if #can == 0 then break end
    local p = rng:pick(can)
    local before = s.boxes[p[1]]
    s.boxes[p[1]] = { p[3], p[4] }
    local k = key(s.boxes)
    if seen[k] then -- as it was before: not that way
      s.boxes[p[1]] = before
    else
      seen[k], s.x, s.y = true, p[5], p[6]
      table.insert(list, 1, { p[3], p[4], opposite[p[2]] })
    end
  end
  s.far = pushes(s)
  s.start = left(s)
  s.plan = steps(s, list)
  return s
end

local function map(s)
  local g = room(s)
  for _, c in ipairs(s.goals) do g[c[2]][c[1]] = g[c[2]][c[1]] == "$" and "*" or "x" end
  g[s.y][s.x] = g[s.y][s.x] == "x" and "+" or "@"
  return g
end

return {
  doc = "push every box onto a goal",
  levels = 5, turns = { 20, 35, 55, 80, 120 }, floor = 0.3,
  limits = { instructions = 100000000 },
  verbs = { up = "Go or push up.", down = "Go or push down.", left = "Go or push left.", right = "Go or push right." },
  setup = function(rng, level)
    for _ = 1, 500 do
      local s = make(rng, level)
      if s and s.start >= level + 1 and #s.plan <= ({ 10, 18, 30, 45, 70 })[level] then return s end
    end
    error("no level was found")
  end,
  goal = "Push every box $ onto a goal x. @ is you, * is a box on a goal, + is you on a goal, # is a wall.",
  observe = function(s) return gym.rows(map(s)) end,
  draw = function(s)
    local rows, edge = {}, ("#"):rep(s.n + 2)
    for y, row in ipairs(map(s)) do rows[y + 1] = "#" .. table.concat(row) .. "#" end
    rows[1], rows[s.n + 2] = edge, edge
    return rows
  end,
  step = function(s, way)
    local x, y = gym.move(s.x, s.y, way)
    local g = room(s)
    if is(g, x, y, "$") then
      local u, v = gym.move(x, y, way)
      if not is(g, u, v, "_") then return "" end
      for _, b in ipairs(s.boxes) do
        if b[1] == x and b[2] == y then b[1], b[2] = u, v break end
      end
    elseif not is(g, x, y, "_") then
      return ""
    end
    s.x, s.y = x, y
    if s.plan and s.plan[1] == way then table.remove(s.plan, 1) else s.plan = nil end
    return "", solved(s)
  end,
  check = function(s) return solved(s) and 1 or 0 end,
  progress = function(s) return math.max(0, 1 - left(s) / s.start) end,
  oracle = function(s)
    if not s.plan then
      local list = solve(s)
      s.plan = list and steps(s, list)
    end
    return s.plan and s.plan[1] or "up" -- a box is lost: nothing helps
  end,
  hints = { "Never push a box into a corner, or along a wall where no goal is.", function(s)
    return "Begin with " .. gym.list(s.plan or steps(s, solve(s))) .. "."
  end },
}
