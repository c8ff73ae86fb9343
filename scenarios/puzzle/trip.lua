-- Plan a round trip: book flights leg by leg so that all cities are seen, for long enough and within the budget.
-- On the harder levels the flights of a city are shown only when they are looked up.
local gym = require "gym"
local cities, decoys, hidden = { 2, 2, 3, 3, 4, 5 }, { 3, 5, 7, 7, 10, 14 }, { false, false, false, true, true, true }

-- Whether a flight can be taken from a place on a day; if not, why.
local function refusal(s, f, now)
  if f.from ~= now.at then return "It leaves from " .. s.names[f.from] .. "." end
  if f.day < now.day + s.nights[now.at] then return "It leaves too early." end
  if now.seen[f.to] and f.to ~= 1 then return "You have been to " .. s.names[f.to] .. "." end
  if f.to == 1 and now.count < #s.names then return "You have not been everywhere." end
  if f.price > now.money then return "You have not enough money." end
end

-- The cheapest list of flights that completes a trip, or nil, and its price.
local function search(s, now)
  if now.at == 1 and now.count == #s.names then return {}, 0 end
  local best, least
  for i, f in ipairs(s.flights) do
    if not refusal(s, f, now) then
      local seen = gym.copy(now.seen)
      seen[f.to] = true
      local rest, price = search(s, { at = f.to, day = f.day, money = now.money - f.price, seen = seen,
        count = now.count + (f.to == 1 and 0 or 1) })
      if rest and (not least or price + f.price < least) then
        best, least = rest, price + f.price
        table.insert(best, 1, i)
      end
    end
  end
  return best, least
end

local function plan(s)
  if s.planned ~= s.booked then s.plan, s.planned = search(s, s.now), s.booked end
  return s.plan
end

local function finished(s) return s.now.at == 1 and s.now.count == #s.names end

local function unknown(s)
  for c in ipairs(s.names) do
    if not s.known[c] then return c end
  end
end

local function tell(s, i)
  local f = s.flights[i]
  return i .. " " .. s.names[f.from] .. " to " .. s.names[f.to] .. " day " .. f.day .. " for " .. f.price
end

return {
  doc = "book flights for a round trip within a budget",
  levels = 6, turns = { 6, 6, 8, 14, 17, 20 }, floor = 0.1,
  verbs = function(s)
    return { book = { "Book a flight by its number.", "flight:1.." .. #s.flights },
      look = s.hidden and { "Look up the flights that leave from a city.", "city:" .. table.concat(s.names, "|") } or nil }
  end,
  setup = function(rng, level)
    local n = cities[level] + 1
    for _ = 1, 200 do
      local s = { names = rng:sample(gym.cities, n), nights = { 0 }, flights = {}, hidden = hidden[level], known = {},
        booked = 0 }
      local order, list, leave, day = { 1 }, {}, {}, rng(1, 2)
      for c = 2, n do order[c], s.nights[c] = c, rng(1, 3) end
      local cost = 0
      for i = 1, n do
        local from, to = order[i], order[i + 1] or 1
        day = i > 1 and day + s.nights[from] + rng(0, 1) or day
        list[i] = { from = from, to = to, day = day, price = 10 * rng(3, 12) }
        leave[from], cost = day, cost + list[i].price
      end
      local last = day
      for i = n + 1, n + decoys[level] do
        local two = rng:sample(order, 2)
        list[i] = { from = two[1], to = two[2], day = rng(math.max(1, leave[two[1]] - 2), last), price = 10 * rng(2, 12) }
      end
      s.flights = rng:shuffle(list)
      table.sort(s.flights, function(a, b)
        if a.from ~= b.from then return a.from < b.from end
        if a.day ~= b.day then return a.day < b.day end
        if a.to ~= b.to then return a.to < b.to end
        return a.price < b.price
      end)
      s.now = { at = 1, day = 1, money = cost * 2, seen = { true }, count = 1 }
      local _, least = search(s, s.now)
      s.now.money = least + 10 * rng(0, 1)
      s.budget, s.nights[1] = s.now.money, 0
      for c = 1, n do s.known[c] = not s.hidden end
      if #plan(s) == n then return s end
    end
    error("no trip can be made")
  end,
  goal = function(s)
    local lines, stays = {}, {}
    for i in ipairs(s.hidden and {} or s.flights) do lines[i] = tell(s, i) end
    for c = 2, #s.names do stays[c - 1] = s.names[c] .. " for " .. s.nights[c] end
    return "Start in " .. s.names[1] .. " on day 1, see each other city once, and come back. Stay at least so many days: "
      .. gym.list(stays) .. ". You have " .. s.budget .. " for all flights; each arrives on the day it leaves. "
      .. (s.hidden and "Look up the flights." or "Flights: " .. table.concat(lines, ", ") .. ".")
  end,
  observe = function(s)
    local left, lines = {}, { "in " .. s.names[s.now.at] .. " since day " .. s.now.day .. "\nmoney " .. s.now.money }
    for c, name in ipairs(s.names) do
      if not s.now.seen[c] then left[#left + 1] = name end
    end
    lines[2] = left[1] and "to see " .. gym.list(left) or "all seen"
    for i, f in ipairs(s.hidden and s.flights or {}) do
      local of_use = f.day >= s.now.day and (f.from == s.now.at or not s.now.seen[f.from])
      if s.known[f.from] and of_use then lines[#lines + 1] = tell(s, i) end
    end
    return table.concat(lines, "\n")
  end,
  step = function(s, verb, what)
    if verb == "look" then
      for c, name in ipairs(s.names) do
        if name == what then s.known[c] = true end
      end
      return "", false
    end
    local f, now = s.flights[what], s.now
    if not s.known[f.from] then return "You have not looked up this flight.", false end
    local why = refusal(s, f, now)
    if why then return why, false end
    now.at, now.day, now.money, s.booked = f.to, f.day, now.money - f.price, s.booked + 1
    if not now.seen[f.to] then now.seen[f.to], now.count = true, now.count + 1 end
    if finished(s) then return "You are back.", true end
    for _, g in ipairs(s.flights) do
      if not refusal(s, g, now) then return "", false end
    end
    return "You are stranded: there is no flight for you.", true
  end,
  check = function(s) return finished(s) and 1 or 0 end,
  progress = function(s)
    if finished(s) then return 1 end
    local list, known = plan(s), 0
    for c in ipairs(s.names) do known = known + (s.known[c] and 1 or 0) end
    local booked = list and 1 - #list / #s.names or 0
    return s.hidden and (known / #s.names + booked) / 2 or booked
  end,
  oracle = function(s)
    local city = unknown(s)
    if city then return "look", s.names[city] end
    for i, f in ipairs(s.flights) do
      if not plan(s) and not refusal(s, f, s.now) then return "book", i end
    end
    return "book", plan(s) and s.plan[1] or 1
  end,
  hints = { "Find out which orders of the cities the days allow, then add up the prices.", function(s)
    return plan(s) and s.plan[1] and "Book flight " .. s.plan[1] .. "." or "This trip cannot be completed."
  end },
}
