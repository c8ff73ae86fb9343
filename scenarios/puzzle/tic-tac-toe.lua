-- Noughts and crosses against an opponent who begins and errs less with each level; level 5 never errs.
-- Perfect play by rule: win, block, fork, stop a fork, centre, opposite corner, corner, side (Newell and Simon 1972).
local lines = { { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 }, { 1, 4, 7 }, { 2, 5, 8 }, { 3, 6, 9 }, { 1, 5, 9 }, { 3, 5, 7 } }
local errs = { 100, 60, 30, 10, 0 }

local function free(b)
  local out = {}
  for i = 1, 9 do if b[i] == "_" then out[#out + 1] = i end end
  return out
end

local function won(b, who)
  for _, l in ipairs(lines) do
    if b[l[1]] == who and b[l[2]] == who and b[l[3]] == who then return true end
  end
  return false
end

-- The cells that complete a line at once.
local function wins(b, who)
  local out = {}
  for _, i in ipairs(free(b)) do
    b[i] = who
    if won(b, who) then out[#out + 1] = i end
    b[i] = "_"
  end
  return out
end

local function forks(b, who)
  local out = {}
  for _, i in ipairs(free(b)) do
    b[i] = who
    if #wins(b, who) >= 2 then out[#out + 1] = i end
    b[i] = "_"
  end
  return out
end

-- A perfect move.
local function perfect(b, me, you)
  local move = wins(b, me)[1] or wins(b, you)[1] or forks(b, me)[1]
  if move then return move end
  local threats = forks(b, you)
  if #threats > 0 then
    -- A line of two forces the other to answer; good where the answer is no fork.
    for _, i in ipairs(free(b)) do
      b[i] = me
      local answer = wins(b, me)[1]
      local good = false
      if answer then
        b[answer] = you
        good = #wins(b, you) < 2
        b[answer] = "_"
      end
      b[i] = "_"
      if good then return i end
    end
    if #threats == 1 then return threats[1] end
  end
  if b[5] == "_" then return 5 end
  for _, c in ipairs { { 1, 9 }, { 3, 7 }, { 7, 3 }, { 9, 1 } } do
    if b[c[1]] == you and b[c[2]] == "_" then return c[2] end
  end
  for _, i in ipairs { 1, 3, 7, 9, 2, 4, 6, 8 } do if b[i] == "_" then return i end end
end

local function answer(s)
  local cells = free(s.board)
  if #cells == 0 then return end
  local i = s.rng(1, 100) <= s.errs and s.rng:pick(cells) or perfect(s.board, "x", "o")
  s.board[i] = "x"
end

local function over(s) return won(s.board, "o") or won(s.board, "x") or #free(s.board) == 0 end

return {
  doc = "noughts and crosses against an opponent who begins: do not lose",
  levels = 5, turns = 4, floor = 0.47,
  setup = function(rng, level)
    local s = { rng = rng, errs = errs[level], board = {} }
    for i = 1, 9 do s.board[i] = "_" end
    s.board[rng(1, 9)] = "x" -- any opening, so that games differ
    return s
  end,
  goal = "You are o, the opponent is x. Three in a row win. Win or draw. Free cells show their numbers.",
  verbs = function(s)
    return { place = { "Put your o into a free cell.", "cell:" .. table.concat(free(s.board), "|") } }
  end,
  observe = function(s)
    local b = {}
    for i, sign in ipairs(s.board) do b[i] = sign == "_" and i or sign end
    return ("%s %s %s\n%s %s %s\n%s %s %s"):format(unpack(b))
  end,
  draw = function(s)
    local b = s.board
    return { b[1] .. b[2] .. b[3], b[4] .. b[5] .. b[6], b[7] .. b[8] .. b[9] }
  end,
  step = function(s, _, cell)
    s.board[tonumber(cell)] = "o"
    if not over(s) then answer(s) end
    return "", over(s)
  end,
  check = function(s) return over(s) and not won(s.board, "x") and 1 or 0 end,
  -- How far the game has come without being lost.
  progress = function(s)
    if won(s.board, "x") or #wins(s.board, "x") > 1 then return 0 end
    return won(s.board, "o") and 1 or (9 - #free(s.board)) / 9
  end,
  rubric = function(s) return { win = won(s.board, "o") and 1 or 0 } end,
  oracle = function(s) return "place", tostring(perfect(s.board, "o", "x")) end,
  hints = { "Win if you can, else block; then look for two threats at once.", function(s)
    return "A good cell now is " .. perfect(s.board, "o", "x") .. "."
  end },
}
