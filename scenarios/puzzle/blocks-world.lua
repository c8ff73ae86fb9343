-- Rebuild towers of blocks by moving one clear block at a time.
-- After the Blocks World of planning research, with a table that has room for all blocks.
local gym = require "gym"
local counts = { 3, 4, 5, 7, 9 }

-- Random towers, as a table of what each block stands on.
local function build(rng, blocks)
  local on, below = {}, "table"
  for _, b in ipairs(rng:shuffle(blocks)) do
    on[b] = rng:chance(0.4) and "table" or below
    below = b
  end
  return on
end

-- The towers, each from the bottom up, in the order of their lowest blocks.
local function towers(blocks, on)
  local out = {}
  for _, b in ipairs(blocks) do
    if on[b] == "table" then
      local tower, top = {}, b
      while top do
        tower[#tower + 1] = top
        local next
        for _, c in ipairs(blocks) do if on[c] == top then next = c end end
        top = next
      end
      out[#out + 1] = tower
    end
  end
  return out
end

local function lines(blocks, on)
  local out = {}
  for i, tower in ipairs(towers(blocks, on)) do out[i] = table.concat(tower, " ") end
  return out
end

local function clear(on, b)
  for _, below in pairs(on) do if below == b then return false end end
  return true
end

-- Whether a block stands as wanted, down to the table.
local function placed(want, on, b)
  return b == "table" or on[b] == want[b] and placed(want, on, want[b])
end

-- A move that brings a block to its final place, or else one that takes a wrong block off to the table:
-- at most twice the fewest moves. Nothing when all is done.
local function advance(s, on)
  local aside
  for _, b in ipairs(s.blocks) do
    if clear(on, b) and not placed(s.want, on, b) then
      local to = s.want[b]
      if placed(s.want, on, to) and (to == "table" or clear(on, to)) then return b, to end
      if on[b] ~= "table" then aside = aside or b end
    end
  end
  return aside, "table"
end

local function remaining(s)
  local on, n = gym.copy(s.on), 0
  local b, to = advance(s, on)
  while b do
    on[b], n = to, n + 1
    b, to = advance(s, on)
  end
  return n
end

return {
  doc = "move blocks one at a time until they stand in the wanted towers",
  levels = 5, turns = { 8, 10, 14, 20, 26 }, floor = 0.1,
  verbs = function(s)
    local names = table.concat(s.blocks, "|")
    return { move = { "Put a block on another one or on the table.", "block:" .. names, "to:" .. names .. "|table" } }
  end,
  setup = function(rng, level)
    local n = counts[level]
    local s = { blocks = rng:sample({ "A", "B", "C", "D", "E", "F", "G", "H", "J", "K" }, n) }
    table.sort(s.blocks)
    repeat
      s.on, s.want = build(rng, s.blocks), build(rng, s.blocks)
      s.far = remaining(s)
    until s.far >= math.max(3, n - 1)
    return s
  end,
  goal = function(s)
    return "Build the towers " .. gym.list(lines(s.blocks, s.want))
      .. ", each told from the bottom up. A line shows a tower, its bottom block first; only a top block can be moved."
  end,
  observe = function(s) return table.concat(lines(s.blocks, s.on), "\n") end,
  draw = function(s)
    local stacks, height, rows = towers(s.blocks, s.on), 0, {}
    for _, t in ipairs(stacks) do height = math.max(height, #t) end
    for y = height, 1, -1 do
      local row = {}
      for i, t in ipairs(stacks) do row[i] = t[y] or "_" end
      rows[#rows + 1] = table.concat(row, "_")
    end
    rows[#rows + 1] = ("#"):rep(2 * #stacks - 1)
    return rows
  end,
  step = function(s, _, block, to)
    if block == to then return "A block cannot stand on itself." end
    if not clear(s.on, block) then return "There is a block on " .. block .. "." end
    if to ~= "table" and not clear(s.on, to) then return "There is a block on " .. to .. "." end
    s.on[block] = to
    return ""
  end,
  check = function(s)
    for _, b in ipairs(s.blocks) do if s.on[b] ~= s.want[b] then return 0 end end
    return 1
  end,
  progress = function(s) return math.max(0, 1 - remaining(s) / s.far) end,
  oracle = function(s)
    local block, to = advance(s, s.on)
    return "move", block, to
  end,
  hints = { "Build from the bottom up; put blocks that are in the way on the table.", function(s)
    local names = {}
    for _, b in ipairs(s.blocks) do if s.want[b] == "table" then names[#names + 1] = b end end
    return "First get " .. gym.list(names) .. " onto the table, with room on top."
  end },
}
