-- Find a thing in a house, take it, heat, cool or clean it as asked, and put it where it is wanted.
-- After ALFWorld: hands for one thing, places that are closed, a microwave, a fridge and a sink that change what is carried.
local gym = require "gym"
local house = {
  { name = "kitchen", places = { "counter", "cupboard", "table", "stove", "oven" },
    things = { "apple", "egg", "onion", "carrot", "mug", "cup", "plate", "bowl", "pan", "spoon" } },
  { name = "bedroom", places = { "bed", "dresser", "wardrobe", "chest", "chair" }, things = { "watch", "shirt", "pillow" } },
  { name = "study", places = { "desk", "drawer", "shelf", "safe", "bench" }, things = { "book", "pen", "letter" } },
  { name = "bathroom", places = { "cabinet", "tub", "basket", "rack", "locker" }, things = { "sponge", "towel", "brush" } },
}
local doors = " fridge microwave cupboard oven dresser wardrobe chest drawer safe cabinet locker "
local insides = doors .. "sink tub basket "
local changes = { { verb = "heat", how = "hot", place = "microwave" }, { verb = "cool", how = "cold", place = "fridge" },
  { verb = "clean", how = "clean", place = "sink" } }
-- Rooms, places in each, things besides those wanted, how many are wanted, whether they are to be changed first.
local sizes = {
  { rooms = 1, places = 4, others = 3, wanted = 1 }, { rooms = 1, places = 7, others = 5, wanted = 1, shut = true },
  { rooms = 1, places = 8, others = 6, wanted = 1, shut = true, change = true },
  { rooms = 3, places = 4, others = 9, wanted = 1, shut = true, change = true },
  { rooms = 4, places = 4, others = 14, wanted = 2, shut = true, change = true },
}

local function within(words, word) return words:find(" " .. word .. " ", 1, true) ~= nil end

local function named(t)
  local name = t.how == "" and t.kind or t.how .. " " .. t.kind
  return (name:find("^[aeo]") and "an " or "a ") .. name
end

local function done(s, t) return t.kind == s.kind and t.at == s.target and t.how == s.how end

-- The next action on the way to a place; nothing when there. Rooms that were not entered may have anything.
local function reach(s, name)
  if s.at == name then return nil end
  local room = s.place[name].room
  if room == s.room then return "go", name end
  if s.been[room] then return "go", room end
  for _, r in ipairs(s.rooms) do if not s.been[r] then return "go", r end end
end

-- The next action of looking into all places, this room's first.
local function search(s)
  if s.place[s.at] and s.place[s.at].shut then return "open" end
  local away
  for _, name in ipairs(s.places) do
    local p = s.place[name]
    if not p.seen and p.room == s.room then return "go", name end
    if not p.seen then away = away or p.room end
  end
  return "go", away
end

return {
  doc = "find a thing in a house, heat, cool or clean it as asked, and put it in its place",
  levels = 5, turns = { 10, 20, 28, 45, 70 }, floor = 0.05,
  verbs = function(s)
    local to = (#s.rooms > 1 and table.concat(s.rooms, "|") .. "|" or "") .. table.concat(s.places, "|")
    local verbs = {
      go = { "Go to a place" .. (#s.rooms > 1 and " of this room, or to a room." or "."), "to:" .. to },
      take = { "Take a thing from where you are.", "thing:" .. table.concat(s.kinds, "|") },
      put = "Put what you carry where you are.",
    }
    if s.size.shut then verbs.open = "Open the place where you are." end
    for _, c in ipairs(s.size.change and changes or {}) do
      verbs[c.verb] = "Do it to what you carry, at the " .. c.place .. "."
    end
    return verbs
  end,
  setup = function(rng, level)
    local size, all = sizes[level], { name = "room", places = {} }
    local s = { size = size, rooms = {}, places = {}, place = {}, been = {}, things = {}, kinds = {} }
    s.at, s.held, s.how = "", 0, ""
    local rooms = rng:shuffle({ house[2], house[3], house[4] })
    table.insert(rooms, 1, house[1]) -- the kitchen is always there
    if size.rooms == 1 then
      for _, r in ipairs(house) do for _, name in ipairs(r.places) do table.insert(all.places, name) end end
      rooms = { all }
    end
    for i = 1, size.rooms do
      local extra = i == 1 and size.change and { "microwave", "fridge", "sink" } or {}
      local places = rng:sample(rooms[i].places, size.places - #extra + (#extra > 0 and size.rooms > 1 and 1 or 0))
      for _, name in ipairs(extra) do places[#places + 1] = name end
      s.rooms[i] = rooms[i].name
      for _, name in ipairs(rng:shuffle(places)) do
        local shut = size.shut and within(doors, name) and rng:chance(0.7) or false
        s.place[name], s.places[#s.places + 1] = { room = s.rooms[i], shut = shut, seen = false }, name
      end
    end
    s.rooms = rng:shuffle(s.rooms)
    s.room = s.rooms[1]
    s.been[s.room] = true
    local homes, sorts, seen = {}, {}, {}
    for _, r in ipairs(house) do
      for _, kind in ipairs(r.things) do sorts[#sorts + 1], homes[kind] = kind, r.name end
    end
    s.kind = rng:pick(size.change and house[1].things or sorts)
    repeat s.target = rng:pick(s.places) until s.target ~= "microwave" and s.target ~= "fridge"
    if size.change then
      s.change = rng:pick(changes)
      s.how = s.change.how
    end
    for i = 1, size.wanted + size.others do
      local kind, at = s.kind, nil
      while i > size.wanted and kind == s.kind do kind = rng:pick(sorts) end
      -- Things are mostly in the room where they belong; the plain task must not be done at the start.
      for _ = 1, 4 do
        repeat at = rng:pick(s.places) until at ~= s.target or kind ~= s.kind
        if s.place[at].room == homes[kind] then break end
      end
      s.things[i] = { kind = kind, how = "", at = at }
      if not seen[kind] then s.kinds[#s.kinds + 1], seen[kind] = kind, true end
    end
    table.sort(s.kinds)
    return s
  end,
  goal = function(s)
    local what = s.size.wanted > 1 and "two " .. s.how .. " " .. s.kind .. "s" or named { how = s.how, kind = s.kind }
    return "Put " .. what .. (within(insides, s.target) and " in the " or " on the ") .. s.target .. ". You can carry one thing."
      .. (s.size.change and " The microwave heats, the fridge cools and the sink cleans what you carry." or "")
  end,
  observe = function(s)
    local places, things, at = {}, {}, s.place[s.at]
    for _, name in ipairs(s.places) do if s.place[name].room == s.room then places[#places + 1] = name end end
    for _, t in ipairs(s.things) do if t.at == s.at then things[#things + 1] = named(t) end end
    local text = s.room .. " with " .. gym.list(places)
    if at then -- what is carried is nowhere
      local seen = #things > 0 and gym.list(things) or "nothing"
      text = text .. "\nat the " .. s.at .. (at.shut and ", it is closed" or " with " .. seen)
    end
    return text .. "\nyou carry " .. (s.held > 0 and named(s.things[s.held]) or "nothing")
  end,
  step = function(s, verb, what)
    local held, at = s.things[s.held], s.place[s.at]
    if verb == "go" then
      local p = s.place[what]
      if not p then
        s.room, s.at, s.been[what] = what, "", true
      elseif p.room ~= s.room then
        return "The " .. what .. " is not in this room."
      else
        s.at, p.seen = what, p.seen or not p.shut
      end
      return ""
    end
    if not at then return "First go to a place." end
    if verb == "open" then
      if not at.shut then return "It is not closed." end
      at.shut, at.seen = false, true
      return ""
    end
    if verb == "take" then
      if held then return "Your hands are full." end
      for i, t in ipairs(s.things) do
        -- Of several of a kind, one that is not yet as asked.
        if t.kind == what and t.at == s.at and not at.shut and (s.held == 0 or t.how ~= s.how) then s.held = i end
      end
      if s.held == 0 then return "You see no " .. what .. " here." end
      s.things[s.held].at = ""
      return ""
    end
    if not held then return "You carry nothing." end
    if verb == "put" then
      if at.shut then return "It is closed." end
      held.at, s.held = s.at, 0
      return ""
    end
    for _, c in ipairs(changes) do
      if c.verb == verb then
        if s.at ~= c.place then return "That can be done at the " .. c.place .. " only." end
        held.how = c.how
      end
    end
    return ""
  end,
  check = function(s)
    local n = 0
    for _, t in ipairs(s.things) do if done(s, t) then n = n + 1 end end
    return n / s.size.wanted
  end,
  progress = function(s)
    local n, seen, places, held = 0, 0, 0, s.things[s.held]
    for _, t in ipairs(s.things) do if done(s, t) then n = n + 1 end end
    if n == s.size.wanted then return 1 end
    for _, p in pairs(s.place) do seen, places = seen + (p.seen and 1 or 0), places + 1 end
    if held and held.kind == s.kind then n = n + (held.how == s.how and 0.6 or 0.3) end
    return 0.2 * seen / places + 0.8 * n / s.size.wanted
  end,
  oracle = function(s)
    local held, here = s.things[s.held], s.place[s.at]
    if held and held.kind == s.kind then
      local ready = held.how == s.how
      local verb, to = reach(s, ready and s.target or s.change.place)
      if verb then return verb, to end
      if not ready then return s.change.verb end
      return here.shut and "open" or "put"
    elseif held then
      if here then return here.shut and "open" or "put" end
      for _, name in ipairs(s.places) do if s.place[name].room == s.room then return "go", name end end
    end
    for _, t in ipairs(s.things) do
      if t.kind == s.kind and s.place[t.at].seen and not done(s, t) then
        local verb, to = reach(s, t.at)
        if verb then return verb, to end
        return "take", s.kind
      end
    end
    return search(s)
  end,
  hints = { "Look into every place until you see the thing, closed ones too.", function(s)
    for _, t in ipairs(s.things) do
      if t.kind == s.kind and t.at ~= "" then
        return "Look in the " .. s.place[t.at].room .. (s.size.rooms > 1 and "." or ", at the " .. t.at .. ".")
      end
    end
    return "You have it."
  end },
}
