-- Tell which place of a kind is nearest to another place: any, one that is open on Sunday, or the best one within a walk.
local trips, gym = require "lib/trips", require "gym"
local function plural(c) return ({ bakery = "bakeries", gym = "gyms", library = "libraries", pharmacy = "pharmacies" })[c] or c .. "s" end
local wants = {
  function(p, m) return m end,
  function(p, m) return p.sunday ~= "closed" and m or nil end,
  function(p, m) return m <= 1000 and -p.tenths or nil end,
}
return {
  doc = "find the place nearest to another, or the best within a walk", set = "sites", sites = { "trips" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 12, 14, 14 }, floor = 0.03,
  setup = function(rng, level)
    for _ = 1, 200 do
      local city, category = rng:pick(sites.trips.cities()), rng:pick { "bakery", "cafe", "museum", "pharmacy", "restaurant", "library", "gym" }
      local from, list = rng:pick(sites.trips.places(city)), sites.trips.places(city, category)
      local n = 0
      local best = trips.best(list, function(p)
        local m = sites.trips.way(from.name, p.name, "foot").metres
        local key = p.name ~= from.name and wants[level](p, m) or nil
        n = n + (key and 1 or 0)
        return key
      end)
      if best and #list >= 3 and n >= 2 and from.category ~= category then
        return { level = level, from = from.name, id = from.id, category = category, want = best.name, phrase = rng(1, 2) }
      end
    end
    error("no such place in this world")
  end,
  goal = function(s)
    local what = s.level == 3 and plural(s.category) or s.category
    local form = ({ { "Which {what} is nearest to {from} on foot? Tell the user its name.", "I am at {from}. Tell me the name of the nearest {what}." },
      { "Which {what} that opens on Sundays is nearest to {from} on foot? Tell the user its name.", "It is Sunday and I am at {from}. Tell me the name of the nearest {what} that is open." },
      { "Of the {what} within 1000 m on foot of {from}, which has the highest rating? Tell the user its name.", "I am at {from} and walk no more than 1000 m. Tell me the best rated of the {what}." } })[s.level][s.phrase]
    return (form:gsub("{(%w+)}", { what = what, from = s.from }))
  end,
  check = function(s) return trips.told(s.answer, s.want) and 1 or 0 end,
  progress = function(s, page)
    if s.answer then return trips.told(s.answer, s.want) and 1 or 0 end
    if not trips.asks(page, { near = s.from }) then return sites.trips.visited("/place/" .. s.id) and 0.2 or 0 end
    return trips.asks(page, { category = s.category }) and 0.7 or 0.4
  end,
  oracle = function(s, page)
    local query = { near = s.from, category = s.category, sort = s.level == 3 and "rating" or "distance", open = s.level == 2 and "Sunday" or nil }
    if not trips.starts(page.path, "/places") then
      if page.path == "/" then return "click", gym.find(page, { role = "button", name = "Search places" }) end
      return trips.link(page, "Maps")
    elseif trips.asks(page, query) then
      if gym.find(page, { role = "link", name = s.want }) then return "send_msg_to_user", s.want end
      return trips.link(page, "Next page")
    end
    return trips.form(page, { { "Near", s.from }, { "Category", s.category }, { "Sort by", query.sort }, { "Open on", query.open or "any day" } }, "Search places")
  end,
  hints = { "The search for places has a field for what they are near to, and can sort by distance or rating.",
    function(s) return "Search near " .. s.from .. " for " .. s.category .. "." end },
}
