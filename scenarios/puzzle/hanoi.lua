-- The Tower of Hanoi between any two arrangements: never a greater disk on a smaller one.
-- Source: E. Lucas, 1883; here start and target are drawn, and so are the disks' sizes.
local gym = require "gym"
local pegs = { "A", "B", "C" }

-- The next move towards want, by recursion from the greatest disk down: one that is not in its place
-- needs all smaller ones on the third peg. Also the moves that are left; nothing when all is in place.
local function advance(at, want)
  local disk, to, left, aim -- aim: where the smaller disks are to gather
  for i = #at, 1, -1 do
    local goal = aim or want[i]
    if at[i] ~= goal then
      if not disk then
        left = 1 -- and then from the third peg to where they are wanted:
        local from = 6 - at[i] - goal
        for j = i - 1, 1, -1 do
          if want[j] ~= from then left, from = left + 2 ^ (j - 1), 6 - from - want[j] end
        end
      else
        left = left + 2 ^ (i - 1)
      end
      disk, to = i, goal
      aim = 6 - at[i] - goal
    end
  end
  return disk, to, left or 0
end

local function lines(s, at)
  local out = {}
  for p, peg in ipairs(pegs) do
    local row = { peg }
    for i = s.n, 1, -1 do if at[i] == p then row[#row + 1] = s.sizes[i] end end
    out[p] = table.concat(row, " ")
  end
  return out
end

-- The smallest disk on a peg, or nil.
local function top(s, peg)
  for i, p in ipairs(s.at) do if p == peg then return i end end
end

return {
  doc = "bring disks on three pegs into the wanted arrangement, never a greater one on a smaller",
  levels = 5, turns = { 7, 14, 26, 50, 100 }, floor = 0.05,
  verbs = { move = { "Move the top disk of a peg to another.", "from:A|B|C", "to:A|B|C" } },
  setup = function(rng, level)
    local s = { n = level + 1, sizes = rng:sample({ 1, 2, 3, 4, 5, 6, 7, 8, 9 }, level + 1) }
    table.sort(s.sizes)
    repeat
      s.at, s.want = {}, {}
      for i = 1, s.n do s.at[i], s.want[i] = rng(1, 3), rng(1, 3) end
      local _, _, far = advance(s.at, s.want)
      s.far = far
    until s.far >= 3 * 2 ^ (level - 1)
    return s
  end,
  goal = function(s)
    local words = {}
    for i, line in ipairs(lines(s, s.want)) do words[i] = "peg " .. (line:find(" ") and line or line .. " empty") end
    return "Bring the disks to " .. gym.list(words) .. ", from the bottom up. Never put a greater disk on a smaller one."
  end,
  observe = function(s) return table.concat(lines(s, s.at), "\n") end,
  draw = function(s)
    local rows = {}
    for y = 1, s.n + 1 do rows[y] = "" end
    for p = 1, 3 do
      local y = s.n
      for i = s.n, 1, -1 do
        if s.at[i] == p then rows[y], y = rows[y] .. s.sizes[i] .. "_", y - 1 end
      end
      for k = y, 1, -1 do rows[k] = rows[k] .. "__" end
      rows[s.n + 1] = rows[s.n + 1] .. pegs[p] .. "_"
    end
    return rows
  end,
  step = function(s, _, from, to)
    local p, q = from:byte() - 64, to:byte() - 64
    local disk, under = top(s, p), top(s, q)
    if not disk then return "Peg " .. from .. " is empty." end
    if p == q then return "It stays where it is." end
    if under and under < disk then return "The disk there is smaller." end
    s.at[disk] = q
    return ""
  end,
  check = function(s)
    for i = 1, s.n do if s.at[i] ~= s.want[i] then return 0 end end
    return 1
  end,
  progress = function(s)
    local _, _, left = advance(s.at, s.want)
    return math.max(0, 1 - left / s.far)
  end,
  oracle = function(s)
    local disk, to = advance(s.at, s.want)
    return "move", pegs[s.at[disk]], pegs[to]
  end,
  hints = { "Before the greatest disk that is not in its place can move, all smaller ones must be on the third peg.", function(s)
    for i = s.n, 1, -1 do
      if s.at[i] ~= s.want[i] then return "Disk " .. s.sizes[i] .. " must get to peg " .. pegs[s.want[i]] .. "." end
    end
    return "All is in its place."
  end },
}
