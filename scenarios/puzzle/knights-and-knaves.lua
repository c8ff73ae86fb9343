-- Find out who is a knight and who a knave: knights tell the truth, knaves lie (puzzles after Smullyan).
-- On the harder levels people speak only when they are asked.
local gym = require "gym"
local people, asked = { 3, 4, 4, 5, 6, 7 }, { false, false, true, true, true, true }
local kinds = {
  { "is", "both" }, { "is", "both", "same" }, { "is", "both", "same" }, { "is", "same", "either", "count" },
  { "is", "same", "either", "count", "when" }, { "is", "same", "either", "count", "when" },
}

-- Whether a statement about a and b is true where knight[i] says what person i is.
local function holds(st, knight)
  local a, b = knight[st.a], knight[st.b]
  if st.kind == "is" then return a == st.yes end
  if st.kind == "both" then return a == st.yes and b == st.yes end
  if st.kind == "same" then return (a == b) == st.yes end
  if st.kind == "either" then return a == st.yes or b == st.yes end
  if st.kind == "when" then return not a or b == st.yes end
  local n = 0
  for _, k in ipairs(knight) do n = n + (k and 1 or 0) end
  return n == st.n
end

local function tell(st, names)
  local a, b, kind = names[st.a], names[st.b], st.yes and "knight" or "knave"
  if st.kind == "is" then return a .. " is a " .. kind .. "." end
  if st.kind == "both" then return a .. " and " .. b .. " are both " .. kind .. "s." end
  if st.kind == "same" then return a .. " and " .. b .. " are " .. (st.yes and "of the same kind." or "of different kinds.") end
  if st.kind == "either" then return "At least one of " .. a .. " and " .. b .. " is a " .. kind .. "." end
  if st.kind == "when" then return "If " .. a .. " is a knight, " .. b .. " is a " .. kind .. "." end
  return st.n == 1 and "Exactly 1 of us is a knight." or "Exactly " .. st.n .. " of us are knights."
end

-- How many ways there are to make all statements fit.
local function solutions(list, n)
  local count = 0
  for code = 0, 2 ^ n - 1 do
    local knight, fits = {}, true
    for i = 1, n do
      local half = math.floor(code / 2)
      knight[i], code = code > 2 * half, half
    end
    for i, st in ipairs(list) do
      if holds(st, knight) ~= knight[i] then fits = false break end
    end
    if fits then count = count + 1 end
  end
  return count
end

-- The first who is marked wrong, or else not marked; and how many are right and how many have been heard.
local function look(s)
  local open, wrong, right, heard = nil, nil, 0, 0
  for i, name in ipairs(s.names) do
    if s.heard[i] then heard = heard + 1 end
    if s.marks[i] == s.knight[i] then
      right = right + 1
    elseif s.marks[i] == nil then
      open = open or i
    else
      wrong = wrong or i
    end
  end
  return wrong or open, right, heard
end

return {
  doc = "find out who is a knight and who is a knave",
  levels = 6, turns = { 6, 8, 12, 15, 18, 21 }, floor = 0.13,
  verbs = function(s)
    local who = "who:" .. table.concat(s.names, "|")
    return { mark = { "Say what somebody is; it can be changed until all are marked.", who, "kind:knight|knave" },
      ask = s.ask and { "Let somebody speak.", who } or nil }
  end,
  setup = function(rng, level)
    local n = people[level]
    for _ = 1, 5000 do
      local s = { names = rng:sample(gym.names, n), knight = {}, said = {}, heard = {}, marks = {}, ask = asked[level] }
      for i = 1, n do
        s.knight[i] = rng:chance(0.5)
        s.heard[i] = not s.ask
      end
      for i = 1, n do
        local others = {}
        for j = 1, n do if j ~= i then others[#others + 1] = j end end
        repeat
          local two = rng:sample(others, 2)
          s.said[i] = { kind = rng:pick(kinds[level]), a = two[1], b = two[2], yes = rng:chance(0.5), n = rng(1, n - 1) }
        until holds(s.said[i], s.knight) == s.knight[i]
      end
      if solutions(s.said, n) == 1 then return s end
    end
    error("no statements have one solution")
  end,
  goal = function(s)
    return "Knights always tell the truth, knaves always lie. Mark each of " .. gym.list(s.names)
      .. " as a knight or a knave. When all are marked it is over, and all must be right."
      .. (s.ask and " Ask them first: each says one thing." or "")
  end,
  observe = function(s)
    local lines = {}
    for i, name in ipairs(s.names) do
      local mark = s.marks[i]
      lines[i] = name .. " " .. (mark == nil and "open" or mark and "knight" or "knave")
        .. (s.heard[i] and " says: " .. tell(s.said[i], s.names) or "")
    end
    return table.concat(lines, "\n")
  end,
  step = function(s, verb, who, kind)
    local at = 1
    while s.names[at] ~= who do at = at + 1 end
    if verb == "ask" then
      s.heard[at] = true
      return "", false
    end
    s.marks[at] = kind == "knight"
    for i in ipairs(s.names) do
      if s.marks[i] == nil then return "", false end
    end
    return look(s) and "Not all are right." or "All are right.", true
  end,
  check = function(s) return look(s) and 0 or 1 end,
  progress = function(s)
    local _, right, heard = look(s)
    return s.ask and right < #s.names and (right + heard) / (2 * #s.names) or right / #s.names
  end,
  oracle = function(s)
    for i, name in ipairs(s.names) do
      if not s.heard[i] then return "ask", name end
    end
    local i = look(s) or 1
    return "mark", s.names[i], s.knight[i] and "knight" or "knave"
  end,
  hints = { "Suppose that somebody is a knight and see whether all statements fit; if not, it is a knave.", function(s)
    local i = look(s) or 1
    return s.names[i] .. " is a " .. (s.knight[i] and "knight." or "knave.")
  end },
}
