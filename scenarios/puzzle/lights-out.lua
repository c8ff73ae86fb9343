-- Put all lights out: a press switches a lamp and its neighbours.
-- Solved by light chasing: the presses of the first row decide all the others.
local gym = require "gym"
local wide, high, most = { 2, 3, 3, 4, 5 }, { 2, 2, 3, 4, 5 }, { 2, 3, 5, 6, 8 }

local function press(g, x, y)
  for _, d in ipairs { { 0, 0 }, { 0, -1 }, { 0, 1 }, { -1, 0 }, { 1, 0 } } do
    local row = g[y + d[2]]
    if row and row[x + d[1]] then row[x + d[1]] = row[x + d[1]] == "*" and "o" or "*" end
  end
end

-- The fewest presses that put all out, as a list of { x, y }. It is kept as s.todo: a press
-- that is in it is done, any other must be taken back.
local function solution(s)
  local best
  for first = 0, 2 ^ s.w - 1 do
    local g, list = gym.copy(s.lamps), {}
    local bits = first
    for y = 1, s.h do
      for x = 1, s.w do
        local push
        if y == 1 then
          push, bits = bits % 2 == 1, math.floor(bits / 2)
        else
          push = g[y - 1][x] == "*"
        end
        if push then
          press(g, x, y)
          list[#list + 1] = { x, y }
        end
      end
    end
    if #gym.cells(g, "*") == 0 and (not best or #list < #best) then best = list end
  end
  return best
end

return {
  doc = "put all lights out; each press also switches the neighbours",
  levels = 5, turns = { 5, 8, 12, 14, 20 }, floor = 0.4,
  setup = function(rng, level)
    local s = { w = wide[level], h = high[level] }
    repeat
      s.lamps = gym.grid(s.w, s.h, "o")
      local cells = gym.cells(s.lamps, "o")
      for _, c in ipairs(rng:sample(cells, rng(2, most[level]))) do press(s.lamps, c[1], c[2]) end
      s.todo = solution(s)
    until #s.todo >= math.min(2, level)
    s.far = #s.todo
    return s
  end,
  goal = "Put all lights out. * is on, o is off. A press switches the lamp and those above, below, left and right of it.",
  verbs = function(s)
    return { press = { "Press a lamp.", "column:1.." .. s.w, "row:1.." .. s.h } }
  end,
  observe = function(s) return gym.rows(s.lamps) end,
  draw = function(s)
    local rows = {}
    for y = 1, s.h do rows[y] = table.concat(s.lamps[y]) end
    return rows
  end,
  step = function(s, _, x, y)
    press(s.lamps, x, y)
    local kept = {}
    for _, c in ipairs(s.todo) do if c[1] ~= x or c[2] ~= y then kept[#kept + 1] = c end end
    if #kept == #s.todo then kept[#kept + 1] = { x, y } end
    s.todo = kept
    return "", #gym.cells(s.lamps, "*") == 0
  end,
  check = function(s) return #gym.cells(s.lamps, "*") == 0 and 1 or 0 end,
  progress = function(s) return math.max(0, 1 - #s.todo / s.far) end,
  oracle = function(s)
    return "press", s.todo[1][1], s.todo[1][2]
  end,
  hints = { "The order of presses does not matter, and no lamp need be pressed twice.", function(s)
    local list = {}
    for i, c in ipairs(s.todo) do list[i] = "column " .. c[1] .. " row " .. c[2] end
    return "Press " .. gym.list(list) .. "."
  end },
}
