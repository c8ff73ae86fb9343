-- Gather raw things and make a wanted thing of them, by way of tools and parts.
-- After the crafting tasks of Minecraft agents; the recipes are drawn, and on the harder levels must be looked up.
local gym = require "gym"
local raws = { "wood", "stone", "sand", "clay", "wool", "reed", "salt", "wax", "bone", "moss" }
local mined = { "iron", "copper", "coal", "gold", "silver", "tin" }
local tools = { "axe", "pick", "saw", "shovel", "sickle" }
local parts = { "plank", "rope", "brick", "glass", "wheel", "frame", "cloth", "nail", "pipe", "paint", "chain", "tile" }
local ends = { "cart", "lamp", "boat", "bell", "drum", "tower", "bridge", "clock", "kite", "crown", "loom", "mill" }
-- How many raw things, things that need a tool, parts on the way and parts that are of no use; the fewest actions and the most.
local sizes = {
  { raws = 3, mined = 0, parts = 0, vain = 1, least = 4, most = 6 },
  { raws = 3, mined = 0, parts = 1, vain = 1, least = 6, most = 10 },
  { raws = 3, mined = 1, parts = 1, vain = 1, least = 9, most = 15 },
  { raws = 3, mined = 1, parts = 2, vain = 2, least = 14, most = 22, hidden = true },
  { raws = 4, mined = 2, parts = 3, vain = 3, least = 22, most = 34, hidden = true, lucky = true },
}

-- What is still lacking of each thing, from the last of the list to the first: a thing is made only of those before it.
-- Recipes that were not looked up count as one action each, and where told is set, are not used.
local function demand(s, told)
  local need, lack, left = { [s.target] = 1 }, {}, 0
  for i = #s.list, 1, -1 do
    local thing = s.list[i]
    local n = math.max(0, (need[thing.name] or 0) - s.have[thing.name])
    lack[i], left = n, left + n
    if n > 0 and thing.tool then need[thing.tool] = 1 end
    if n > 0 and thing.from and not thing.known then left = left + 1 end
    for _, part in ipairs(n > 0 and (thing.known or not told) and thing.from or {}) do
      need[part.name] = (need[part.name] or 0) + n * part.n
    end
  end
  return lack, left
end

local function counted(list)
  local out = {}
  for i, part in ipairs(list) do out[i] = part.n .. " " .. part.name end
  return gym.list(out)
end

local function recipes(s, known)
  local out = {}
  for _, thing in ipairs(s.list) do
    if thing.from and thing.known == known then out[#out + 1] = thing.name .. " of " .. counted(thing.from) end
  end
  return out
end

local function names(s, made)
  local out = {}
  for _, thing in ipairs(s.list) do if (thing.from ~= nil) == made then out[#out + 1] = thing.name end end
  table.sort(out)
  return table.concat(out, "|")
end

local function make(rng, size)
  local s = { have = {}, list = {}, hidden = size.hidden or false, lucky = size.lucky or false, rng = rng }
  local add = function(thing)
    s.list[#s.list + 1], s.have[thing.name] = thing, 0
    if thing.from then thing.known = not size.hidden end
    return thing.name
  end
  local function recipe(from, n)
    local out = {}
    for i, name in ipairs(rng:sample(from, n)) do out[i] = { name = name, n = rng:pick({ 1, 1, 2, 2, 3 }) } end
    return out
  end
  local basic, tool, part = {}, rng:sample(tools, math.max(1, size.mined)), rng:sample(parts, size.parts + size.vain)
  for i, name in ipairs(rng:sample(raws, size.raws)) do basic[i] = add({ name = name }) end
  local ore = rng:sample(mined, math.max(1, size.mined))
  local stock = rng:shuffle(basic)
  for i = 1, size.mined do
    add({ name = tool[i], from = recipe(basic, 2) })
    stock[#stock + 1] = add({ name = ore[i], tool = tool[i] })
  end
  -- Each part takes the one before it or a mined thing, so that the way is long.
  local last = stock[#stock]
  for i = 1, size.parts do
    local from = recipe(stock, 1)
    while from[1].name == last do from = recipe(stock, 1) end
    from[2] = { name = size.mined > 1 and i == 1 and ore[1] or last, n = rng(1, 2) }
    if from[1].name == from[2].name then from[1].name = basic[1] end
    last = add({ name = part[i], from = from })
    stock[#stock + 1] = last
  end
  for i = 1, size.vain do add({ name = part[size.parts + i], from = recipe(stock, 2) }) end
  local from = recipe(basic, size.parts == 0 and 2 or 1)
  if size.parts > 0 then from[2] = { name = last, n = 1 } end
  if size.mined > 1 then from[3] = { name = ore[2], n = rng(1, 2) } end
  s.target = add({ name = rng:pick(ends), from = from })
  local _, left = demand(s)
  s.far = left
  return s
end

return {
  doc = "gather raw things and make the wanted thing of them, by way of tools and parts",
  levels = 5, turns = { 10, 17, 25, 36, 55 }, floor = 0.15,
  verbs = function(s)
    local made = names(s, true)
    local verbs = { gather = { "Gather a raw thing.", "thing:" .. names(s, false) },
      craft = { "Make a thing; what it is made of is used up.", "thing:" .. made } }
    if s.hidden then verbs.study = { "Look up what a thing is made of.", "thing:" .. made } end
    return verbs
  end,
  setup = function(rng, level)
    local size, s = sizes[level], nil
    repeat s = make(rng, size) until s.far >= size.least and s.far <= size.most
    return s
  end,
  goal = function(s)
    local text, need = "Make a " .. s.target .. ".", {}
    if not s.hidden then text = text .. " Recipes: " .. table.concat(recipes(s, true), "; ") .. "." end
    for _, thing in ipairs(s.list) do
      if thing.tool then need[#need + 1] = "To gather " .. thing.name .. " you need the " .. thing.tool .. "." end
    end
    if s.hidden then need[#need + 1] = "Study things to learn what they are made of." end
    if s.lucky then need[#need + 1] = "Gathering gives one or two." end
    return text .. (#need > 0 and " " or "") .. table.concat(need, " ")
  end,
  observe = function(s)
    local have = {}
    for _, thing in ipairs(s.list) do
      if s.have[thing.name] > 0 then have[#have + 1] = { name = thing.name, n = s.have[thing.name] } end
    end
    local known = s.hidden and recipes(s, true) or {}
    return "you have " .. (#have > 0 and counted(have) or "nothing") .. (#known > 0 and "\n" or "") .. table.concat(known, "\n")
  end,
  step = function(s, verb, name)
    local thing
    for _, t in ipairs(s.list) do if t.name == name then thing = t end end
    if verb == "study" then
      thing.known = true
    elseif verb == "gather" then
      if thing.tool and s.have[thing.tool] == 0 then return "You need the " .. thing.tool .. " for that." end
      s.have[name] = s.have[name] + (s.lucky and s.rng(1, 2) or 1)
    else
      for _, part in ipairs(thing.from) do
        if s.have[part.name] < part.n then return "You lack what it is made of." end
      end
      for _, part in ipairs(thing.from) do s.have[part.name] = s.have[part.name] - part.n end
      s.have[name] = s.have[name] + 1
    end
    return ""
  end,
  check = function(s) return s.have[s.target] > 0 and 1 or 0 end,
  progress = function(s)
    local _, left = demand(s)
    return math.max(0, 1 - left / s.far)
  end,
  oracle = function(s)
    local lack = demand(s, true)
    for i = #s.list, 1, -1 do
      if lack[i] > 0 and s.list[i].from and not s.list[i].known then return "study", s.list[i].name end
    end
    for i, thing in ipairs(s.list) do
      if lack[i] > 0 then return thing.from and "craft" or "gather", thing.name end
    end
  end,
  hints = { "Work back from the wanted thing: what it is made of, and what that is made of.", function(s)
    for i, thing in ipairs(s.list) do
      if thing.name == s.target then return "A " .. s.target .. " is made of " .. counted(thing.from) .. "." end
    end
  end },
}
