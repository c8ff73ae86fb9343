-- Find the hidden person by yes/no questions, then name them; at the last level one answer may be a lie.
-- After Guess Who; with a lie it is Ulam's game, and the expert weighs people as Berlekamp does.
local gym = require "gym"
local people, marks = { 4, 7, 12, 18, 28, 10 }, { 3, 5, 6, 8, 10, 8 }
local turns, share = { 4, 6, 7, 9, 10, 12 }, { 50, 50, 45, 40, 30, 50 }
local all = gym.split "hat scarf glasses ring beard watch tie braid coat boots"

-- What a person still counts: nothing when too many answers speak against them.
local function weight(s, i)
  if s.odd[i] == 0 then return s.lie and 6 or 1 end
  return s.lie and s.odd[i] == 1 and 1 or 0
end

local function total(s)
  local sum = 0
  for i = 1, #s.names do sum = sum + weight(s, i) end
  return sum
end

-- The only person who is possible, or the question whose worse answer leaves the least.
local function best(s)
  local left, one = 0, nil
  for i = 1, #s.names do
    if weight(s, i) > 0 then left, one = left + 1, i end
  end
  if left == 1 then return "name", s.names[one] end
  local least, mark = math.huge, nil
  for _, m in ipairs(s.marks) do
    local yes, no = 0, 0
    for i = 1, #s.names do
      local w = weight(s, i)
      local odd = w == 6 and 1 or 0 -- an answer against them leaves that much
      if s.has[i][m] then yes, no = yes + w, no + odd else yes, no = yes + odd, no + w end
    end
    if math.max(yes, no) < least then least, mark = math.max(yes, no), m end
  end
  return "ask", mark
end

local function ask(s, mark)
  local yes = s.has[s.hidden][mark] == (s.lie ~= #s.asked + 1)
  s.asked[#s.asked + 1] = mark .. " " .. (yes and "yes" or "no")
  for i = 1, #s.names do
    if s.has[i][mark] ~= yes then s.odd[i] = s.odd[i] + 1 end
  end
end

return {
  doc = "find the hidden person of a list by yes/no questions, then name them",
  levels = 6, turns = turns, floor = 0.25,
  setup = function(rng, level)
    while true do
      local n, seen, distinct = people[level], {}, true
      local s = { names = rng:sample(gym.names, n), marks = rng:sample(all, marks[level]), has = {}, odd = {}, asked = {} }
      for i = 1, n do
        local has, key = {}, ""
        for _, m in ipairs(s.marks) do
          has[m] = rng(1, 100) <= share[level]
          key = key .. (has[m] and "1" or "0")
        end
        s.has[i], s.odd[i] = has, 0
        distinct, seen[key] = distinct and not seen[key], true
      end
      s.hidden, s.lie = rng(1, n), level == 6 and rng(1, 7)
      if distinct then
        local trial = gym.copy(s)
        while best(trial) == "ask" and #trial.asked < turns[level] do ask(trial, select(2, best(trial))) end
        if #trial.asked > 1 and #trial.asked < turns[level] then return s end
      end
    end
  end,
  goal = function(s)
    local list = {}
    for i, name in ipairs(s.names) do
      local has = {}
      for _, m in ipairs(s.marks) do
        if s.has[i][m] then has[#has + 1] = m end
      end
      list[i] = name .. ": " .. (#has > 0 and table.concat(has, " ") or "nothing")
    end
    return "Find the hidden person: ask what they have, then name them. You can name only once."
      .. (s.lie and " At most one answer is a lie." or "") .. " What each of them has:\n" .. table.concat(list, "\n")
  end,
  verbs = function(s)
    return {
      ask = { "Ask whether the person has this.", "thing:" .. table.concat(s.marks, "|") },
      name = { "Say who it is.", "person:" .. table.concat(s.names, "|") },
    }
  end,
  observe = function(s) return #s.asked == 0 and "Nothing asked yet." or table.concat(s.asked, "\n") end,
  step = function(s, verb, what)
    if verb == "ask" then
      ask(s, what)
      return ""
    end
    s.named = what
    return what == s.names[s.hidden] and "Right." or "Wrong. It was " .. s.names[s.hidden] .. ".", true
  end,
  check = function(s) return s.named == s.names[s.hidden] and 1 or 0 end,
  progress = function(s)
    if s.named then return s.named == s.names[s.hidden] and 1 or 0 end
    return 1 - math.log(1 + total(s)) / math.log(1 + #s.names * (s.lie and 6 or 1))
  end,
  oracle = best,
  hints = {
    "Ask what about half of the people have who still fit the answers.",
    function(s)
      local fit = {}
      for i, name in ipairs(s.names) do
        if weight(s, i) > 0 then fit[#fit + 1] = name end
      end
      return #fit .. " people fit so far" .. (#fit < 5 and ": " .. gym.list(fit) or "") .. "."
    end,
    function(s) return "The hidden person's name begins with " .. s.names[s.hidden]:sub(1, 1) .. "." end,
  },
}
