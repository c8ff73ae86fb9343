-- Connect three or four against a minimax opponent, from positions in which a chain of threats wins.
-- The expert's search plays only threats (Allis 1988 calls them so): each leaves the opponent one reply.
local width, height, row = { 4, 5, 6, 7, 7, 7 }, { 4, 4, 5, 6, 6, 6 }, { 3, 4, 4, 4, 4, 4 }
local chain, depth = { 2, 2, 2, 2, 3, 4 }, { 2, 2, 2, 3, 3, 4 }
local you, opponent = 1, 2
local signs = { [0] = "_", "x", "o" }

-- The board s.b is a list of columns from the bottom, with a border of 3 around; s.top is each
-- column's free cell. Whether a piece of p at i makes a row:
local function wins(s, i, p)
  local b, ways, need = s.b, s.ways, s.row - 1
  for w = 1, 4 do
    local d = ways[w]
    local n, j = 0, i - d
    while b[j] == p do n, j = n + 1, j - d end
    j = i + d
    while b[j] == p do n, j = n + 1, j + d end
    if n >= need then return true end
  end
  return false
end

local function put(s, c, p)
  s.b[s.top[c]] = p
  s.top[c] = s.top[c] + 1
end

local function undo(s, c)
  s.top[c] = s.top[c] - 1
  s.b[s.top[c]] = 0
end

-- The columns in which p wins at once: how many, and the last of them.
local function threats(s, p)
  local n, column = 0, nil
  for c = 1, s.w do
    local i = s.top[c]
    if s.b[i] == 0 and wins(s, i, p) then n, column = n + 1, c end
  end
  return n, column
end

-- Whether a piece of yours at i may make a threat: others are near on one line.
local function promising(s, i)
  local b, ways, far = s.b, s.ways, s.row - 1
  for w = 1, 4 do
    local d, n = ways[w], 0
    for j = i - far * d, i + far * d, d do
      if b[j] == you then n = n + 1 end
    end
    if n >= far - 1 then return true end
  end
  return false
end

-- The column that begins a win by threats in at most k moves.
local function force(s, k)
  local n, column = threats(s, you)
  if n > 0 then return column end
  local bad, must = threats(s, opponent)
  if k == 1 or bad > 1 then return nil end
  for c = must or 1, must or s.w do
    if s.b[s.top[c]] == 0 and promising(s, s.top[c]) then
      put(s, c, you)
      local good = false
      if s.b[s.top[c]] ~= 0 or not wins(s, s.top[c], opponent) then -- the only new chance is above
        local mine, block = threats(s, you)
        good = mine > 1
        if mine == 1 and k > 2 then
          put(s, block, opponent)
          good = force(s, k - 1) ~= nil
          undo(s, block)
        end
      end
      undo(s, c)
      if good then return c end
    end
  end
end

-- Notes how many moves a win by threats takes, and how it begins.
local function look(s)
  s.need, s.best = nil, nil
  for k = 1, s.chain do
    s.best = force(s, k)
    if s.best then
      s.need = k
      return
    end
  end
end

-- What a position is worth to p, who moves, when so many plies are looked ahead, and the best columns;
-- wins are worth more when they are near, and losses when they are far.
local function minimax(s, p, plies)
  local most, list = nil, {}
  for c = 1, s.w do
    local i, v = s.top[c], 0
    if s.b[i] == 0 then
      if wins(s, i, p) then return plies, { c } end
      if plies > 1 then
        put(s, c, p)
        v = -minimax(s, 3 - p, plies - 1)
        undo(s, c)
      end
      if not most or v > most then most, list = v, {} end
      if v == most then list[#list + 1] = c end
    end
  end
  return most or 0, list
end

local function choices(s, p, plies) return select(2, minimax(s, p, plies)) end

local function empty(level)
  local w, h = width[level], height[level]
  local s = { w = w, h = h, row = row[level], chain = chain[level], depth = depth[level], b = {}, top = {} }
  s.ways = { 1, h + 1, h + 2, h + 3 } -- from a cell to the next: up, and rightwards falling, level, rising
  for c = 0, w + 1 do
    for r = 0, h + 1 do s.b[#s.b + 1] = (r >= 1 and r <= h and c >= 1 and c <= w) and 0 or 3 end
  end
  for c = 1, w do s.top[c] = c * (h + 2) + 2 end
  return s
end

local function rows(s, between)
  local list = {}
  for y = 1, s.h do
    local line = {}
    for c = 1, s.w do line[c] = signs[s.b[c * (s.h + 2) + s.h + 2 - y]] end
    list[y] = table.concat(line, between)
  end
  return list
end

local function open(s)
  local list = {}
  for c = 1, s.w do
    if s.b[s.top[c]] == 0 then list[#list + 1] = c end
  end
  return list
end

return {
  doc = "connect four against a minimax opponent, from positions that can be won by threats",
  levels = 6, turns = { 4, 5, 6, 7, 8, 10 }, floor = 0.3,
  setup = function(rng, level)
    while true do
      local s, p, n = empty(level), you, 0
      while true do -- a game by chance, in which threats are answered
        local free = open(s)
        if not free[1] then break end
        local c = rng:pick(free)
        if p == you and rng:chance(0.5) then c = free[math.floor((#free + 1) / 2)] end
        local bad, must = threats(s, 3 - p)
        c = must or c
        if bad > 1 or wins(s, s.top[c], p) then break end
        put(s, c, p)
        p, n = 3 - p, n + 1
        if p == you and n >= 4 * (s.chain - 1) and force(s, s.chain) then
          look(s)
          if s.need == s.chain then
            s.rng = rng
            return s
          end
        end
      end
    end
  end,
  goal = function(s)
    return "Get " .. (s.row == 3 and "three" or "four") .. " of your x in a line, across, upright or diagonal, before the"
      .. " opponent does with o. A piece falls to the lowest free cell of its column; the columns are 1 to "
      .. s.w .. " from the left."
  end,
  verbs = function(s) return { drop = { "Drop a piece into a column.", "column:1.." .. s.w } } end,
  observe = function(s) return table.concat(rows(s, " "), "\n") end,
  draw = function(s) return rows(s, "") end,
  step = function(s, _, c)
    if s.b[s.top[c]] ~= 0 then return "Column " .. c .. " is full." end
    s.won = wins(s, s.top[c], you)
    put(s, c, you)
    if s.won then return "You win.", true end
    if #open(s) == 0 then return "The board is full.", true end
    c = s.rng:pick(choices(s, opponent, s.depth))
    local lost = wins(s, s.top[c], opponent)
    put(s, c, opponent)
    look(s)
    local text = "The opponent drops into column " .. c .. "."
    if lost then
      s.need = nil
      return text .. " You lose.", true
    end
    return text, #open(s) == 0
  end,
  check = function(s) return s.won and 1 or 0 end,
  progress = function(s)
    if s.won then return 1 end
    return s.need and 1 - s.need / (s.chain + 1) or 0
  end,
  oracle = function(s) return "drop", s.best or choices(s, you, 4)[1] end,
  hints = {
    "Make a threat that must be answered, so that the next move makes two threats at once.",
    function(s) return s.need and "You can win in " .. s.need .. " moves." or "Prevent a loss first." end,
    function(s) return "A good move is column " .. (s.best or choices(s, you, 4)[1]) .. "." end,
  },
}
