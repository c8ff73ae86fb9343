-- Find the digits that letters stand for in a sum (a cryptarithm, as SEND + MORE = MONEY); some digits are given.
local gym = require "gym"
local letters = gym.split("A B C D E F G H K L M N P R S T U W Y Z")
local digits, hidden = { 2, 2, 3, 4, 5 }, { 2, 3, 4, 6, 8 }

-- Whether there is a solution besides the true one; if so, a letter that it reads differently.
local function other(s)
  local value, used, rows = {}, {}, s.rows
  local result = #rows
  for d = 0, 9 do value[tostring(d)], used[d] = d, s.shown[d + 1] end
  local function column(x, row, sum)
    if x > s.width then
      for sign, d in pairs(s.truth) do
        if sum == 0 and value[sign] ~= d then return sign end
      end
      return nil
    end
    local sign = rows[row][x]
    if row == result then
      local d = sum % 10
      local carry = (sum - d) / 10
      if value[sign] then return value[sign] == d and column(x + 1, 1, carry) or nil end
      if used[d] or d == 0 and s.first[sign] then return nil end
      value[sign], used[d] = d, true
      local found = column(x + 1, 1, carry)
      value[sign], used[d] = nil, nil
      return found
    end
    if sign == "_" then return column(x, row + 1, sum) end
    if value[sign] then return column(x, row + 1, sum + value[sign]) end
    for d = s.first[sign] and 1 or 0, 9 do
      if not used[d] then
        value[sign], used[d] = d, true
        local found = column(x, row + 1, sum + d)
        value[sign], used[d] = nil, nil
        if found then return found end
      end
    end
  end
  return column(1, 1, 0)
end

-- Writes the sum with letters for the digits that are not shown; rows are read from the right.
local function write(s)
  s.rows, s.truth, s.first, s.letters = {}, {}, {}, {}
  s.width = #tostring(s.numbers[#s.numbers])
  for i, n in ipairs(s.numbers) do
    local text, row = tostring(n), {}
    for x = 1, s.width do
      local d = tonumber(text:sub(-x, -x))
      row[x] = x > #text and "_" or s.shown[d + 1] and tostring(d) or s.names[d + 1]
      if x <= #text and not s.shown[d + 1] then
        s.truth[row[x]] = d
        if x == #text then s.first[row[x]] = true end
      end
    end
    s.rows[i] = row
  end
  for _, sign in ipairs(letters) do
    if s.truth[sign] then s.letters[#s.letters + 1] = sign end
  end
end

-- A letter that is not set right, and the share of those that are.
local function wrong(s)
  local first, n = nil, 0
  for _, sign in ipairs(s.letters) do
    if s.set[sign] == s.truth[sign] then n = n + 1 else first = first or sign end
  end
  return first, n / #s.letters
end

return {
  doc = "find the digit that each letter of a sum stands for",
  levels = 5, turns = { 5, 7, 9, 12, 15 }, floor = 0.05,
  verbs = function(s)
    local free = {}
    for d = 0, 9 do
      if not s.shown[d + 1] then free[#free + 1] = d end
    end
    return { set = { "Say which digit a letter is. Another letter that had it is open again.",
      "letter:" .. table.concat(s.letters, "|"), "digit:" .. table.concat(free, "|") } }
  end,
  setup = function(rng, level)
    for _ = 1, 500 do
      local s = { names = rng:sample(letters, 10), numbers = {}, shown = {}, set = {} }
      local low, sum = 10 ^ (digits[level] - 1), 0
      for i = 1, 2 do
        s.numbers[i] = rng(low, 10 * low - 1)
        sum = sum + s.numbers[i]
      end
      s.numbers[#s.numbers + 1] = sum
      write(s)
      local show, want = rng:shuffle(s.letters), hidden[level]
      for i = 1, #show - want do s.shown[s.truth[show[i]] + 1] = true end
      write(s)
      local sign = #s.letters == want and other(s)
      while sign and #s.letters > math.max(3, want - 1) do
        s.shown[s.truth[sign] + 1] = true
        write(s)
        sign = other(s)
      end
      if sign == nil then return s end
    end
    error("no sum has one solution")
  end,
  goal = function(s)
    local out = {}
    for i, row in ipairs(s.rows) do out[i] = (table.concat(row, " "):reverse():gsub("_ ", "")) end
    return "Each letter is a digit, different letters are different digits, none of those that are shown."
      .. " No number begins with 0. Find the digits of " .. table.concat(out, " + ", 1, #out - 1) .. " = " .. out[#out] .. "."
  end,
  observe = function(s)
    local lines = {}
    for i, row in ipairs(s.rows) do
      local line = {}
      for x, sign in ipairs(row) do line[s.width + 1 - x] = tostring(s.set[sign] or sign) end
      lines[i] = (i == 1 and "_ " or i == #s.rows and "= " or "+ ") .. table.concat(line, " ")
    end
    for _, sign in ipairs(s.letters) do lines[#lines + 1] = sign .. " is " .. (s.set[sign] or "open") end
    return table.concat(lines, "\n")
  end,
  step = function(s, _, letter, digit)
    digit = tonumber(digit)
    for _, sign in ipairs(s.letters) do
      if s.set[sign] == digit then s.set[sign] = nil end
    end
    s.set[letter] = digit
    for _, sign in ipairs(s.letters) do
      if not s.set[sign] then return "" end
    end
    return wrong(s) and "The sum is not right." or "The sum is right."
  end,
  check = function(s) return wrong(s) and 0 or 1 end,
  progress = function(s) return select(2, wrong(s)) end,
  oracle = function(s)
    local sign = wrong(s) or s.letters[1]
    return "set", sign, s.truth[sign]
  end,
  hints = { "Begin with the column at the right, and mind what is carried to the next.", function(s)
    local sign = wrong(s) or s.letters[1]
    return sign .. " is " .. s.truth[sign] .. "."
  end },
}
