-- Find a place on the map and tell what its page says: a fact, the hours of a day, or which of two closes later.
local trips, gym = require "lib/trips", require "gym"
local days = { Wednesday = "week", Friday = "week", Saturday = "saturday", Sunday = "sunday" }
local function closes(p) return p.week:sub(-5) end
return {
  doc = "find a place on a map and tell a fact about it", set = "sites", sites = { "trips" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 10, 10, 18 }, floor = 0.05,
  setup = function(rng, level)
    local s = { level = level, phrase = rng(1, 3), at = {} }
    local city = rng:pick(sites.trips.cities())
    local pair = rng:sample(sites.trips.places(city), 2)
    if level == 1 then
      s.what = rng:pick { "phone", "address", "rating", "category" }
      s.want = pair[1][s.what]
    elseif level == 2 then
      s.day = rng:pick { "Wednesday", "Friday", "Saturday", "Sunday" }
      s.want = pair[1][days[s.day]]
    else
      while closes(pair[1]) == closes(pair[2]) or closes(pair[1]) < "07:00" or closes(pair[2]) < "07:00" do
        pair = rng:sample(sites.trips.places(city), 2)
      end
      s.want = closes(pair[1]) > closes(pair[2]) and pair[1].name or pair[2].name
    end
    for i = 1, level == 3 and 2 or 1 do s.at[i] = { id = pair[i].id, name = pair[i].name } end
    s.city = city
    return s
  end,
  goal = function(s)
    local name = s.at[1].name .. " in " .. s.city
    if s.level == 1 then
      return ({ "Tell the user the %s of %s.", "What does the map give as the %s of %s? Tell the user.", "A guest asks for the %s of %s. Answer as the map has it." })[s.phrase]:format(s.what, name)
    elseif s.level == 2 then
      return ({ "Tell the user the %s opening hours of %s, as they are written there, or closed.",
        "I want to go there on %s: tell me the opening hours of %s as written, or closed.",
        "%s: what are the opening hours of %s? Tell the user, as written, or closed." })[s.phrase]:format(s.day, name)
    end
    return ({ "Which closes later on Fridays, %s or %s? Tell the user its name.", "Tell the user which of %s and %s is open longer into the evening from Monday to Friday.",
      "Of %s and %s, one closes later on weekdays. Tell the user which." })[s.phrase]:format(name, s.at[2].name)
  end,
  check = function(s) return trips.told(s.answer, s.want) and 1 or 0 end,
  progress = function(s)
    if s.answer then return trips.told(s.answer, s.want) and 1 or 0 end
    local n = 0
    for _, p in ipairs(s.at) do n = n + (sites.trips.visited("/place/" .. p.id) and 1 or 0) end
    return n / (#s.at + 1)
  end,
  oracle = function(s, page)
    for i, p in ipairs(s.at) do
      if page.path == "/place/" .. p.id and i == #s.at then return "send_msg_to_user", s.want end
      if not sites.trips.visited("/place/" .. p.id) or i == #s.at then return trips.search(page, p) end
    end
  end,
  hints = { "Search for the place by its name.", function(s) return "Open the page of " .. s.at[#s.at].name .. " last." end },
}
