-- Reach a list of digits by functions whose names say nothing: what they do is seen in examples and by trying.
-- Each task composes other functions, so that compositions must be found, not remembered.
local gym = require "gym"
local depth, offered, examples = { 2, 2, 3, 3, 4, 4 }, { 3, 4, 4, 5, 5, 6 }, { 2, 2, 2, 1, 1, 0 }
local length = { 3, 4, 4, 4, 5, 5 }

local function each(list, change)
  local out = {}
  for i, d in ipairs(list) do out[i] = change(d, i) % 10 end
  return out
end

-- All keep the length. A list is a text of digits with spaces between.
local functions = {
  function(t) return each(t, function(_, i) return t[#t + 1 - i] end) end,
  function(t) return each(t, function(_, i) return t[i % #t + 1] end) end,
  function(t) return each(t, function(_, i) return t[(i - 2) % #t + 1] end) end,
  function(t) return each(t, function(d, i) return i < 3 and t[3 - i] or d end) end,
  function(t) return each(t, function(d, i) return i == 1 and t[#t] or i == #t and t[1] or d end) end,
  function(t) return each(t, function(d) return d + 1 end) end,
  function(t) return each(t, function(d) return d + 7 end) end,
  function(t) return each(t, function(d) return 9 - d end) end,
  function(t) return each(t, function(d) return 2 * d end) end,
  function(t) return each(t, function(d) return 3 * d end) end,
  function(t) return each(t, function(d, i) return i == 1 and d + 1 or d end) end,
  function(t) return each(t, function(d, i) return i == #t and d + 5 or d end) end,
  function(t) return each(t, function(d, i) return d + i end) end,
  function(t) return each(t, function(d, i) return i > 1 and d + t[i - 1] or d end) end,
  function(t) return each(t, function(d, i) return i < #t and d - t[i + 1] or d end) end,
  function(t) return each(t, function(d) return d % 2 == 0 and d / 2 or d end) end,
  function(t) return each(t, function(d) return d % 2 == 1 and d + 1 or d end) end,
  function(t)
    local out = each(t, function(d) return d end)
    table.sort(out)
    return out
  end,
  function(t)
    local sum = 0
    return each(t, function(d) sum = sum + d return sum end)
  end,
}

local function apply(f, text) return table.concat(functions[f](gym.split(text)), " ") end

-- The shortest list of names that leads from a list to the target in less steps than from the start, or nil.
local function search(s, from)
  return gym.solve("1 " .. from, function(state)
    local n, list = state:match("^(%d) (.*)$")
    local out = {}
    if tonumber(n) >= s.depth then return out end
    for i, f in ipairs(s.functions) do out[i] = { s.names[i], n + 1 .. " " .. apply(f, list) } end
    return out
  end, function(state) return state:sub(3) == s.target end)
end

-- What to do from here, "again" first where the start is nearer.
local function plan(s)
  if s.planned ~= s.now then
    s.planned, s.plan = s.now, s.now == s.start and s.way or search(s, s.now)
    s.plan = s.plan or gym.split("again " .. table.concat(s.way, " "))
  end
  return s.plan
end

-- A function of which nothing is known, and how many those are.
local function unknown(s)
  local first, n = nil, 0
  for i, name in ipairs(s.names) do
    if not s.shown[i][1] then first, n = first or name, n + 1 end
  end
  return first, n
end

return {
  doc = "combine functions with names that say nothing to reach a list",
  levels = 6, turns = { 5, 6, 8, 9, 12, 20 }, floor = 0.1,
  verbs = function(s)
    return { apply = { "Apply a function to the list.", "name:" .. table.concat(s.names, "|") },
      again = "Go back to the first list." }
  end,
  setup = function(rng, level)
    local all, n = {}, length[level]
    for i = 1, #functions do all[i] = i end
    for _ = 1, 100 do
      local function digits()
        local t = {}
        for i = 1, n do t[i] = rng(0, 9) end
        return table.concat(t, " ")
      end
      local s = { depth = depth[level], told = examples[level] > 0, functions = rng:sample(all, offered[level]), shown = {} }
      s.names = rng:sample(gym.words, #s.functions)
      for i, f in ipairs(s.functions) do
        s.shown[i] = {}
        for j = 1, examples[level] do
          local from = digits()
          s.shown[i][j] = from .. " to " .. apply(f, from)
        end
      end
      s.start = digits()
      s.now, s.target = s.start, s.start
      s.way = {}
      for i = 1, s.depth do
        local f = rng(1, #s.functions)
        s.way[i], s.target = s.names[f], apply(s.functions[f], s.target)
      end
      if not search(s, s.start) then return s end
    end
    error("no target is far enough")
  end,
  goal = function(s)
    local lines = {}
    for i, name in ipairs(s.told and s.names or {}) do lines[i] = name .. " turns " .. gym.list(s.shown[i]) .. "." end
    local how = lines[1] and "Each does the same to every list. " .. table.concat(lines, " ")
      or "Try what each of these does: " .. gym.list(s.names) .. "."
    return "Turn " .. s.start .. " into " .. s.target .. " by functions that change a list of digits. " .. how
  end,
  observe = function(s)
    local lines = { "now " .. s.now, "wanted " .. s.target }
    for i, name in ipairs(s.told and {} or s.names) do
      if s.shown[i][1] then lines[#lines + 1] = name .. " turned " .. s.shown[i][1] end
    end
    return table.concat(lines, "\n")
  end,
  step = function(s, verb, name)
    if verb == "again" then
      s.now = s.start
      return ""
    end
    local i = 1
    while s.names[i] ~= name do i = i + 1 end
    local was = s.now
    s.now = apply(s.functions[i], was)
    if not s.told then s.shown[i][1] = was .. " to " .. s.now end
    return ""
  end,
  check = function(s) return s.now == s.target and 1 or 0 end,
  progress = function(s)
    local _, n = unknown(s)
    local near = 1 - #plan(s) / (s.depth + 1)
    if s.told or near == 1 then return near end
    return (1 - n / #s.names) / 2 + (n == 0 and near / 2 or 0)
  end,
  oracle = function(s)
    local name = unknown(s) or plan(s)[1] or "again"
    if name == "again" then return "again" end
    return "apply", name
  end,
  hints = { "Find out from the examples what each function does; then think back from the wanted list.", function(s)
    return "Next comes " .. (plan(s)[1] or "nothing") .. "."
  end },
}
