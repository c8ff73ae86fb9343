-- Follow instructions in their order on a grid: go to, take, put, stand next to (in the manner of BabyAI).
local gym = require "gym"
local ways = { "up", "down", "left", "right" }
local sizes, things, walls = { 4, 4, 5, 6, 7, 8 }, { 2, 3, 4, 5, 6, 8 }, { 0, 0, 0, 4, 7, 10 }
local tasks = {
  { "take" }, { "go", "take" }, { "take", "next" }, { "go", "take", "next" }, { "take", "put", "go" },
  { "go", "take", "put", "take", "next" },
}

local function lying(s, x, y)
  for i, t in ipairs(s.things) do
    if i ~= s.held and t.x == x and t.y == y then return i end
  end
end

local function tell(s, order)
  local name = "the " .. s.things[order.thing].name
  if order.kind == "next" then return "stand next to " .. name end
  if order.kind == "put" then return "put it next to " .. name end
  return order.kind .. (order.kind == "go" and " to " or " ") .. name
end

local function beside(a, b) return math.abs(a.x - b.x) + math.abs(a.y - b.y) == 1 end

-- Whether the instruction that is due is done.
local function done(s, order)
  local t = s.things[order.thing]
  if order.kind == "take" then return s.held == order.thing end
  if order.kind == "go" then return t.x == s.x and t.y == s.y end
  if order.kind == "next" then return beside(s, t) end
  return not s.held and beside(s.things[order.what], t)
end

-- The shortest list of actions that does it; nil where there is none.
local function plan(s, order)
  local t, best = s.things[order.kind == "put" and not s.held and order.what or order.thing], nil
  local verb = order.kind == "put" and (s.held and "put" or "take") or order.kind
  if verb == "take" or verb == "go" then
    best = gym.path(s.grid, s.x, s.y, t.x, t.y, "_")
  else
    for _, way in ipairs(ways) do
      local x, y = gym.move(t.x, t.y, way)
      local free = s.grid[y] and s.grid[y][x] == "_" and not (verb == "put" and lying(s, x, y))
      local p = free and gym.path(s.grid, s.x, s.y, x, y, "_")
      if p and (not best or #p < #best) then best = p end
    end
  end
  if best and (verb == "take" or verb == "put") then best[#best + 1] = verb end
  return best
end

-- Goes on to the next instruction that is not done yet.
local function advance(s)
  while s.orders[s.due] and done(s, s.orders[s.due]) do s.due = s.due + 1 end
  if s.orders[s.due] and s.begun ~= s.due then
    local p = plan(s, s.orders[s.due])
    s.begun, s.far = s.due, p and #p or 0
  end
end

local function map(s, sign)
  local g = gym.copy(s.grid)
  for i, t in ipairs(s.things) do
    if i ~= s.held then g[t.y][t.x] = sign or t.sign end
  end
  g[s.y][s.x] = "@"
  return g
end

return {
  doc = "follow instructions on a grid in their order",
  levels = 6, turns = { 12, 18, 22, 34, 44, 75 }, floor = 0.1,
  verbs = { up = "Go up.", down = "Go down.", left = "Go left.", right = "Go right.", take = "Take what lies here.",
    put = "Put down here what you hold." },
  setup = function(rng, level)
    local n = sizes[level]
    for _ = 1, 200 do
      local s = { grid = gym.grid(n, n, "_"), things = {}, orders = {}, due = 1, x = rng(1, n), y = rng(1, n) }
      for _ = 1, walls[level] do s.grid[rng(1, n)][rng(1, n)] = "#" end
      s.grid[s.y][s.x] = "_"
      local reach, cells, names = gym.distances(s.grid, s.x, s.y, "_"), {}, {}
      for y = 1, n do
        for x = 1, n do if reach[y][x] > 0 then cells[#cells + 1] = { x, y } end end
      end
      for i, color in ipairs({ "red", "blue", "green", "yellow" }) do
        for j, kind in ipairs({ "ball", "key", "box" }) do names[3 * i + j - 3] = { color .. " " .. kind, kind:sub(-1) } end
      end
      names, cells = rng:shuffle(names), rng:shuffle(cells)
      for i = 1, #cells > things[level] and things[level] or 0 do
        s.things[i] = { name = names[i][1], sign = names[i][2], x = cells[i][1], y = cells[i][2] }
      end
      for i, kind in ipairs(tasks[level]) do
        s.orders[i] = { kind = kind, thing = i, what = kind == "put" and i - 1 or nil }
      end
      -- Played once, so that it is sure to be possible.
      local t = #s.things > 0 and gym.copy(s)
      if t then advance(t) end
      local steps = t and t.due == 1 and 0
      while steps and t.due <= #t.orders do
        local p = plan(t, t.orders[t.due])
        if not p then steps = nil break end
        for _, way in ipairs(p) do
          if way == "take" then
            t.held = lying(t, t.x, t.y)
          elseif way == "put" then
            t.things[t.held].x, t.things[t.held].y, t.held = t.x, t.y, nil
          else
            t.x, t.y = gym.move(t.x, t.y, way)
          end
        end
        steps = steps + #p
        advance(t)
      end
      if steps and steps > n / 2 then
        advance(s)
        return s
      end
    end
    error("no grid is good")
  end,
  goal = function(s)
    local out = {}
    for i, order in ipairs(s.orders) do out[i] = tell(s, order) end
    return gym.title(table.concat(out, ", then ")) .. ". Places are told as column and row, from the upper left."
      .. " You may walk over things, but take nothing else: it would be over."
  end,
  observe = function(s)
    local lines = { "you at " .. s.x .. " " .. s.y .. (s.held and " with the " .. s.things[s.held].name or "")
      .. ", done " .. s.due - 1 .. " of " .. #s.orders }
    for i, t in ipairs(s.things) do
      if i ~= s.held then lines[#lines + 1] = t.name .. " at " .. t.x .. " " .. t.y end
    end
    return table.concat(lines, "\n") .. "\n" .. gym.rows(map(s, "o"))
  end,
  draw = function(s)
    local rows = {}
    for y, row in ipairs(map(s)) do rows[y] = table.concat(row) end
    return rows
  end,
  step = function(s, verb)
    local order, reply, here = s.orders[s.due], "", lying(s, s.x, s.y)
    if verb == "take" then
      if s.held or not here then return s.held and "Your hands are full." or "Nothing lies here.", false end
      s.held = here
      local told = order.kind == "take" and here == order.thing
      for i = 1, order.kind == "take" and 0 or s.due - 1 do
        told = told or s.orders[i].kind == "take" and s.orders[i].thing == here
      end
      if not told then return "You were not told to take this.", true end
    elseif verb == "put" then
      if here or not s.held then return here and "Something lies here." or "You hold nothing.", false end
      s.things[s.held].x, s.things[s.held].y, s.held = s.x, s.y, nil
    else
      local x, y = gym.move(s.x, s.y, verb)
      local sign = s.grid[y] and s.grid[y][x]
      if sign == "_" then s.x, s.y = x, y else reply = sign and "There is a wall." or "There is the edge." end
    end
    advance(s)
    return reply, s.due > #s.orders
  end,
  check = function(s) return s.due > #s.orders and 1 or 0 end,
  progress = function(s)
    local order = s.orders[s.due]
    if not order then return 1 end
    local p = not (order.kind == "put" and not s.held) and plan(s, order)
    return (s.due - 1 + (p and math.max(0, 1 - #p / s.far) or 0)) / #s.orders
  end,
  oracle = function(s)
    local p = plan(s, s.orders[s.due])
    return p and p[1] or "up"
  end,
  hints = { "Find the first thing that is told and compare its place with yours.", function(s)
    local order = s.orders[s.due]
    return order and "Now " .. tell(s, order) .. ": " .. ((plan(s, order) or {})[1] or "up") .. "." or "All is done."
  end },
}
