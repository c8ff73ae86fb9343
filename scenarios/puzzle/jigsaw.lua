-- Swap the pieces of a small jigsaw until the marks on all touching edges match (edge-matching puzzles, as Eternity).
local gym = require "gym"
-- By level: width, height, how many different marks, and the least and most swaps that a task needs.
local sizes = { { 2, 2, 4, 2, 3 }, { 3, 2, 6, 3, 5 }, { 3, 3, 7, 5, 7 }, { 4, 3, 8, 7, 9 }, { 4, 4, 9, 10, 13 } }
local letters = gym.split "a b c d e f g h k m n p q r s t u v w x y z"
local UP, RIGHT, DOWN, LEFT = 1, 2, 3, 4

-- Whether the pieces can be laid in more than one way.
local function ambiguous(pieces, w, h)
  local laid, used, found = {}, {}, 0
  local function lay(i)
    if i > w * h then found = found + 1 return end
    local up = i > w and laid[i - w][DOWN] or "#"
    local left = i % w ~= 1 and laid[i - 1][RIGHT] or "#"
    for k, p in ipairs(pieces) do
      if not used[k] and p[UP] == up and p[LEFT] == left and (p[RIGHT] == "#") == (i % w == 0)
        and (p[DOWN] == "#") == (i > w * (h - 1)) then
        used[k], laid[i] = true, p
        lay(i + 1)
        used[k] = nil
        if found > 1 then return end
      end
    end
  end
  lay(1)
  return found > 1
end

-- The swaps that are still needed: each cycle of misplaced pieces takes one less than its length.
local function swaps(s)
  local seen, n = {}, 0
  for i = 1, #s.at do
    local k = i
    while not seen[k] do
      seen[k], k = true, s.at[k]
      if not seen[k] then n = n + 1 end
    end
  end
  return n
end

local function action(s)
  for i, k in ipairs(s.at) do
    if k ~= i then
      for j = i + 1, #s.at do if s.at[j] == i then return i, j end end
    end
  end
end

return {
  doc = "swap pieces until all their edges match",
  levels = 5, turns = { 6, 9, 13, 17, 24 }, floor = 0.2,
  verbs = function(s)
    local n = #s.at
    return { swap = { "Swap the pieces at two places.", "a:1.." .. n, "b:1.." .. n } }
  end,
  setup = function(rng, level)
    local w, h, kinds, least, most = unpack(sizes[level])
    for _ = 1, 1000 do
      local marks, pieces = rng:sample(letters, kinds), {}
      for i = 1, w * h do
        pieces[i] = {
          i > w and pieces[i - w][DOWN] or "#", i % w == 0 and "#" or rng:pick(marks),
          i > w * (h - 1) and "#" or rng:pick(marks), i % w == 1 and "#" or pieces[i - 1][RIGHT],
        }
      end
      local at = {}
      for i = 1, w * h do at[i] = i end
      local s = { w = w, h = h, pieces = pieces, at = rng:shuffle(at) }
      s.far = swaps(s)
      if s.far >= least and s.far <= most and not ambiguous(pieces, w, h) then return s end
    end
    error("no jigsaw with one solution")
  end,
  goal = function(s)
    return "Swap the pieces of a jigsaw, " .. s.h .. " rows of " .. s.w .. ", until the marks on all touching edges are the same "
      .. "and # is all along the border. A line is a place, from 1 row by row, and the marks of the piece there: "
      .. "up, right, down, left."
  end,
  observe = function(s)
    local lines = {}
    for i, k in ipairs(s.at) do lines[i] = i .. " " .. table.concat(s.pieces[k], " ") end
    return table.concat(lines, "\n")
  end,
  draw = function(s)
    local rows = {}
    for i, k in ipairs(s.at) do
      local p, y = s.pieces[k], 3 * math.floor((i - 1) / s.w)
      for j, part in ipairs { " " .. p[UP] .. " ", p[LEFT] .. " " .. p[RIGHT], " " .. p[DOWN] .. " " } do
        rows[y + j] = (rows[y + j] or "") .. part
      end
    end
    return rows
  end,
  step = function(s, _, a, b)
    if a == b then return "That is one place." end
    s.at[a], s.at[b] = s.at[b], s.at[a]
    return ""
  end,
  check = function(s) return swaps(s) == 0 and 1 or 0 end,
  progress = function(s) return math.max(0, 1 - swaps(s) / s.far) end,
  oracle = function(s) return "swap", action(s) end,
  hints = { "A piece with two # belongs in a corner, one with a single # on that side of the border.", function(s)
    local a, b = action(s)
    return a and "The piece for place " .. a .. " lies at " .. b .. "." or "All is done."
  end },
}
