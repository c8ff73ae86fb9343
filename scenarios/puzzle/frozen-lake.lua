-- Cross a frozen lake without falling into a hole; the ice is slippery on the harder levels.
-- After FrozenLake of Gymnasium: the same moves, and the same slip (a third each: ahead and to both sides).
local gym = require "gym"
local ways = { "right", "down", "left", "up" }
local sides = { up = { "left", "right" }, down = { "left", "right" }, left = { "up", "down" }, right = { "up", "down" } }
local size, holes = { 3, 4, 5, 4, 5 }, { 28, 28, 28, 10, 8 }
local names = { _ = "ice", O = "hole", G = "goal", ["@"] = "you" }

-- The expected steps to the goal when no move may end in a hole, by value iteration; a cell
-- from which there is no safe way keeps 1000.
local function plan(s)
  local n, cells, at = s.n, {}, {}
  for y = 1, n do
    for x = 1, n do at[x + n * y] = { cost = s.lake[y][x] == "O" and 1e6 or 1000, open = s.lake[y][x] == "_" } end
  end
  at[n + n * n].cost = 0
  for y = n, 1, -1 do
    for x = n, 1, -1 do
      local c = at[x + n * y]
      for _, way in ipairs(ways) do
        local to = {}
        for i, w in ipairs(s.slip and { way, sides[way][1], sides[way][2] } or { way }) do
          local u, v = gym.move(x, y, w)
          to[i] = u >= 1 and u <= n and at[u + n * v] or c
        end
        c[way] = to
      end
      if c.open then cells[#cells + 1] = c end
    end
  end
  for _ = 1, s.slip and 60 or 2 * n do
    for _, c in ipairs(cells) do
      local least = 1000
      for _, way in ipairs(ways) do
        local to = c[way]
        local sum = to[2] and (to[1].cost + to[2].cost + to[3].cost) / 3 or to[1].cost
        if sum + 1 < least then least, c.best = sum + 1, way end
      end
      c.cost = least
    end
  end
  s.best = gym.grid(n, n, "right")
  for y = 1, n do
    for x = 1, n do s.best[y][x] = at[x + n * y].best or "right" end
  end
  return at[1 + n].cost
end

return {
  doc = "cross the ice to the goal without falling into a hole",
  levels = 5, turns = { 12, 20, 30, 90, 120 }, floor = 0.45,
  verbs = { up = "Go up.", down = "Go down.", left = "Go left.", right = "Go right." },
  setup = function(rng, level)
    local n = size[level]
    for _ = 1, 1000 do
      local lake, share = gym.grid(n, n, "_"), holes[level]
      for y = 1, n do
        local row = lake[y]
        for x = 1, n do if rng(1, 100) <= share then row[x] = "O" end end
      end
      lake[1][1], lake[n][n] = "_", "G"
      local s = { rng = rng, n = n, lake = lake, x = 1, y = 1, slip = level > 3 }
      s.steps = gym.distances(lake, n, n, "_")
      s.far = s.steps[1][1]
      if s.far > 0 then
        if not s.slip then return s end
        if plan(s) < 6 * n + 2 then return s end
      end
    end
    error("no lake can be crossed")
  end,
  goal = function(s)
    return "Reach the goal G at the lower right. @ is you, O is a hole." .. (s.slip and " The ice is slippery." or "")
  end,
  observe = function(s)
    local row = s.lake[s.y]
    local was = row[s.x]
    row[s.x] = "@"
    local map = gym.rows(s.lake)
    row[s.x] = was
    local up, down, left, right = gym.around(s.lake, s.x, s.y)
    return map .. "\nup " .. (names[up] or "edge") .. " down " .. (names[down] or "edge")
      .. " left " .. (names[left] or "edge") .. " right " .. (names[right] or "edge")
  end,
  draw = function(s)
    local rows = {}
    for y = 1, s.n do rows[y] = table.concat(s.lake[y]) end
    rows[s.y] = rows[s.y]:sub(1, s.x - 1) .. "@" .. rows[s.y]:sub(s.x + 1)
    return rows
  end,
  step = function(s, way)
    if s.slip then
      local r = s.rng(1, 3)
      if r < 3 then way = sides[way][r] end
    end
    local x, y = gym.move(s.x, s.y, way)
    if s.lake[y] and s.lake[y][x] then s.x, s.y = x, y end
    return "", s.lake[s.y][s.x] ~= "_"
  end,
  check = function(s) return s.lake[s.y][s.x] == "G" and 1 or 0 end,
  progress = function(s)
    local d = s.steps[s.y][s.x]
    return d < 0 and 0 or math.max(0, 1 - d / s.far)
  end,
  oracle = function(s)
    if not s.best then plan(s) end
    return s.best[s.y][s.x]
  end,
  hints = { "Walk around the holes, towards the lower right.", function(s)
    if not s.best then plan(s) end
    return "A safe way begins with " .. s.best[s.y][s.x] .. "."
  end },
}
