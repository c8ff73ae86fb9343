-- Save places on the map: the one that is named, the best of its kind in a city, or all that fit and no other.
local trips, gym = require "lib/trips", require "gym"
local function has(list, name)
  for _, n in ipairs(list) do if n == name then return true end end
  return false
end
return {
  doc = "save the places that fit, and no others", set = "sites", sites = { "trips" }, actions = { "go_back" },
  levels = 3, turns = { 12, 14, 36 }, floor = 0.05,
  setup = function(rng, level)
    local s = { level = level, phrase = rng(1, 2) }
    while not s.want do
      s.city, s.category = rng:pick(sites.trips.cities()), rng:pick { "cafe", "museum", "restaurant", "park", "library", "cinema" }
      local list, fit = sites.trips.places(s.city, s.category), {}
      for _, p in ipairs(list) do if p.tenths >= 40 and p.sunday ~= "closed" then fit[#fit + 1] = { id = p.id, name = p.name } end end
      local best = trips.best(list, function(p) return -p.tenths end)
      if level == 1 then s.want = { rng:pick(sites.trips.places(s.city)) }
      elseif level == 2 and #list > 2 and best then s.want = { best }
      elseif level == 3 and #fit > 1 and #fit < 4 and #fit < #list then s.want = fit end
    end
    for i, p in ipairs(s.want) do s.want[i] = { id = p.id, name = p.name } end
    return s
  end,
  goal = function(s)
    if s.level == 1 then return ({ "Save the place %s in %s.", "Put %s, which is in %s, among my saved places." })[s.phrase]:format(s.want[1].name, s.city) end
    if s.level == 2 then return ({ "Save the %s with the highest rating in %s.", "Put the best rated %s of %s among my saved places." })[s.phrase]:format(s.category, s.city) end
    local what = s.category == "library" and "libraries" or s.category .. "s"
    return ({ "Save all %s in %s that open on Sundays and are rated 4.0 or better, and no other place.", "I want every one of the %s of %s with a rating of at least 4.0 that is open on Sunday saved, nothing else." })[s.phrase]:format(what, s.city)
  end,
  check = function(s)
    local saved = sites.trips.saved()
    for _, p in ipairs(s.want) do if not has(saved, p.name) then return 0 end end
    if #saved ~= #s.want then return 0 end
    for _, c in ipairs(sites.trips.changes()) do if not c:find("^save ") and not c:find("^unsave ") then return 0 end end
    return 1
  end,
  progress = function(s)
    local saved, n = sites.trips.saved(), 0
    for _, p in ipairs(s.want) do n = n + (has(saved, p.name) and 1 or sites.trips.visited("/place/" .. p.id) and 0.5 or 0) end
    return math.max(0, (n - 0.5 * math.max(0, #saved - #s.want)) / #s.want)
  end,
  oracle = function(s, page)
    local saved = sites.trips.saved()
    local remove, save = gym.find(page, { role = "button", name = "Remove from saved places" }), gym.find(page, { role = "button", name = "Save this place" })
    for _, p in ipairs(s.want) do
      if page.path == "/place/" .. p.id and save then return "click", save end
    end
    for _, name in ipairs(saved) do
      local wanted = false
      for _, p in ipairs(s.want) do wanted = wanted or p.name == name end
      if not wanted then
        if page.title == name .. " - Trips" then return "click", remove end
        return trips.link(page, name, "Saved places", "Maps")
      end
    end
    for _, p in ipairs(s.want) do
      if not has(saved, p.name) then
        if s.level == 1 then return trips.search(page, p) end
        if page.path == "/" then return trips.form(page, { { "City", s.city } }, "Search places") end
        local query = { city = s.city, category = s.category, sort = s.level == 2 and "rating" or "name" }
        return trips.results(page, "/places", "Maps", { { "City", s.city }, { "Category", s.category }, { "Sort by", query.sort } }, query, "Search places", p.name)
      end
    end
  end,
  hints = { "A place is saved by the button on its page.", function(s) return "One of them is " .. s.want[1].name .. " (number " .. s.want[1].id .. ")." end },
}
