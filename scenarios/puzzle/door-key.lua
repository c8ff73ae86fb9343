-- Rooms with locked doors of several colours and their keys; the goal is behind them.
-- After DoorKey and KeyCorridor of MiniGrid: one key is carried, a door opens to the key of its colour.
local gym = require "gym"
local colors = { r = "red", g = "green", b = "blue", y = "yellow", p = "purple" }
local letters = { "r", "g", "b", "y", "p" }
local open, shut = "_rgbyp*", "RGBYP"
-- Rooms across and down, each room's width and height, the fewest steps and the most.
local sizes = {
  { across = 2, down = 1, w = 2, h = 2, least = 5, most = 10 }, { across = 2, down = 1, w = 3, h = 3, least = 8, most = 15 },
  { across = 3, down = 1, w = 2, h = 3, least = 12, most = 25 }, { across = 2, down = 2, w = 3, h = 3, least = 20, most = 40 },
  { across = 3, down = 2, w = 3, h = 3, least = 35, most = 65 },
}

-- The actions that lead to the goal: where the way is barred, first the door's key is fetched, by the same rule.
local function plan(s)
  local map, x, y, held, acts = gym.copy(s.map), s.x, s.y, s.key, {}
  local function walk(path, n)
    for i = 1, n do
      acts[#acts + 1] = path[i]
      x, y = gym.move(x, y, path[i])
    end
  end
  local function reach(tx, ty)
    while true do
      local path, u, v, barred = gym.path(map, x, y, tx, ty, open .. shut), x, y, nil
      for i, way in ipairs(path) do
        u, v = gym.move(u, v, way)
        barred = shut:find(map[v][u], 1, true) and i
        if barred then break end
      end
      if not barred then return walk(path, #path) end
      local key = map[v][u]:lower()
      if held == key then
        walk(path, barred - 1)
        acts[#acts + 1], map[v][u] = "open", "_"
      else
        local at = gym.cells(map, key)[1]
        reach(at[1], at[2])
        acts[#acts + 1] = "take"
        map[at[2]][at[1]], held = held, key
      end
    end
  end
  local goal = gym.cells(map, "*")[1]
  if x ~= goal[1] or y ~= goal[2] then reach(goal[1], goal[2]) end
  return acts
end

local function make(rng, size)
  local across, down, w, h = size.across, size.down, size.w, size.h
  local s = { map = gym.grid(across * (w + 1) - 1, down * (h + 1) - 1, "_"), key = "_" }
  for y, row in ipairs(s.map) do
    for x in ipairs(row) do if x % (w + 1) == 0 or y % (h + 1) == 0 then row[x] = "#" end end
  end
  -- A free cell of a room; rooms are { x, y }, from 0.
  local function free(room)
    while true do
      local x, y = room[1] * (w + 1) + rng(1, w), room[2] * (h + 1) + rng(1, h)
      if s.map[y][x] == "_" then return x, y end
    end
  end
  local joined, inside = { { rng(0, across - 1), rng(0, down - 1) } }, {}
  inside[joined[1][1] + across * joined[1][2] + 1] = true
  s.x, s.y = free(joined[1])
  s.map[s.y][s.x] = "@"
  local doors = rng:shuffle(letters)
  -- A room is joined by a door whose key lies in one that was joined before: all can be reached.
  while #joined < across * down do
    local room = rng:pick(joined)
    local rx, ry = gym.move(room[1], room[2], rng:pick({ "up", "down", "left", "right" }))
    local id = rx + across * ry + 1
    if rx >= 0 and rx < across and ry >= 0 and ry < down and not inside[id] then
      local letter, kx, ky = doors[#joined], free(rng:pick(joined))
      s.map[ky][kx] = letter
      local x = rx == room[1] and rx * (w + 1) + rng(1, w) or math.max(rx, room[1]) * (w + 1)
      local y = ry == room[2] and ry * (h + 1) + rng(1, h) or math.max(ry, room[2]) * (h + 1)
      s.map[y][x] = letter:upper()
      joined[#joined + 1], inside[id] = { rx, ry }, true
    end
  end
  local gx, gy = free(joined[#joined])
  s.map[gy][gx], s.map[s.y][s.x] = "*", "_"
  s.far = #plan(s)
  return s
end

return {
  doc = "fetch the keys of coloured doors to get to the goal",
  levels = 5, turns = { 20, 28, 45, 70, 110 }, floor = 0.05,
  verbs = { up = "Go up.", down = "Go down.", left = "Go left.", right = "Go right.",
    take = "Take the key under you; what you carry is left there.", open = "Open the door next to you." },
  setup = function(rng, level)
    local size, s = sizes[level], nil
    repeat s = make(rng, size) until s.far >= size.least and s.far <= size.most
    return s
  end,
  goal = "Reach *. @ is you, # a wall. Small letters are keys, great letters locked doors: next to a door, open it with the key"
    .. " of its letter. Stand on a key to take it; you can carry one.",
  observe = function(s)
    local under = s.map[s.y][s.x]
    s.map[s.y][s.x] = "@"
    local text = gym.rows(s.map)
    s.map[s.y][s.x] = under
    if colors[under] then text = text .. "\nunder you key " .. under end
    return text .. "\nyou carry " .. (s.key == "_" and "nothing" or "key " .. s.key)
  end,
  draw = function(s)
    local rows = gym.copy(s.map)
    rows[s.y][s.x] = "@"
    for y, row in ipairs(rows) do rows[y] = table.concat(row) end
    return rows
  end,
  step = function(s, verb)
    local under = s.map[s.y][s.x]
    if verb == "take" then
      if not colors[under] then return "There is no key under you." end
      s.map[s.y][s.x], s.key = s.key, under
      return ""
    end
    if verb == "open" then
      local near
      for _, way in ipairs({ "up", "down", "left", "right" }) do
        local x, y = gym.move(s.x, s.y, way)
        local sign = s.map[y] and s.map[y][x] or "_"
        near = near or shut:find(sign, 1, true)
        if sign == s.key:upper() and sign ~= "_" then
          s.map[y][x] = "_"
          return "The " .. colors[s.key] .. " door opens."
        end
      end
      return near and "You do not carry its key." or "There is no door next to you."
    end
    local x, y = gym.move(s.x, s.y, verb)
    local sign = s.map[y] and s.map[y][x] or "#"
    if sign == "#" then return "There is a wall." end
    if shut:find(sign, 1, true) then return "The " .. colors[sign:lower()] .. " door is locked." end
    s.x, s.y = x, y
    return ""
  end,
  check = function(s) return s.map[s.y][s.x] == "*" and 1 or 0 end,
  progress = function(s) return math.max(0, 1 - #plan(s) / s.far) end,
  oracle = function(s) return plan(s)[1] end,
  hints = { "Find the first locked door on your way, and fetch its key.", function(s)
    local acts, text = plan(s), ""
    for i, act in ipairs(acts) do
      text = text .. (i > 1 and ", " or "") .. act
      if act == "take" or act == "open" then break end
    end
    return "You can begin so: " .. text .. "."
  end },
}
