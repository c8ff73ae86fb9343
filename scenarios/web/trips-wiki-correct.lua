-- Two sites: an article lacks a fact, and there are two candidates; the site for trips knows which is right.
local trips, wiki, gym = require "lib/trips", require "lib/wiki", require "gym"
local home = { trips = "http://trips.gym.test/", wiki = "http://wiki.gym.test/" }
return {
  doc = "look up on one site which of two values is right, and put it into the wiki", set = "sites", sites = { "trips", "wiki" },
  actions = { "goto", "go_back" }, levels = 3, turns = { 24, 30, 46 }, floor = 0.03,
  setup = function(rng, level)
    local n = ({ 1, 1, 2 })[level]
    local s = { level = level, phrase = rng(1, 2), list = {}, summary = "Checked" }
    for i, title in ipairs(rng:sample(sites.wiki.titles("city"), n)) do
      local right, claim, place
      if level == 1 then
        right, claim = sites.trips.airport(title), sites.trips.airport(rng:pick(sites.trips.cities()))
        while claim == right do claim = sites.trips.airport(rng:pick(sites.trips.cities())) end
        s.fact = "Airport"
      else
        local pair = rng:sample(sites.trips.places(title), 2)
        place, right, claim, s.fact = pair[1], pair[1].phone, pair[2].phone, "Tourist office"
      end
      local truth = rng:sample({ right, claim }, 2)
      sites.wiki.put(title, s.fact, "unknown")
      s.list[i] = { title = title, right = right, first = truth[1], second = truth[2], place = place and { name = place.name, id = place.id } }
    end
    return s
  end,
  goal = function(s)
    local parts = {}
    for i, a in ipairs(s.list) do
      parts[i] = s.level == 1 and ("the airport of %s has the code %s or %s"):format(a.title, a.first, a.second)
        or ("the phone number of %s, which is the tourist office of %s, is %s or %s"):format(a.place.name, a.title, a.first, a.second)
    end
    local where = s.level == 1 and "on the city's page" or "on the map"
    return (s.phrase == 1 and "It is not clear whether %s. Look it up %s at http://trips.gym.test/ and have the fact %s right at http://wiki.gym.test/ with the summary %s, nothing else changed."
      or "We wonder whether %s. What is %s at http://trips.gym.test/ is right: put it in as %s of the article at http://wiki.gym.test/ with the summary %s. Change nothing else."):format(table.concat(parts, ", and whether "), where, s.fact, s.summary)
  end,
  check = function(s)
    local e = wiki.mine()
    if #e ~= #s.list or not wiki.untouched(#e) or #sites.trips.changes() > 0 then return 0 end
    for _, a in ipairs(s.list) do if wiki.fact(a.title, s.fact) ~= a.right then return 0 end end
    for _, x in ipairs(e) do if x.fact ~= s.fact or x.summary ~= s.summary then return 0 end end
    return 1
  end,
  progress = function(s)
    local n, e = 0, wiki.mine()
    for _, a in ipairs(s.list) do
      local known = a.place and sites.trips.visited("/place/" .. a.place.id) or not a.place and sites.trips.visited("/city/" .. a.right)
      n = n + (known and 0.4 or 0) + (known and wiki.seen(a.title) and 0.2 or 0) + (known and wiki.fact(a.title, s.fact) == a.right and 0.4 or 0)
    end
    for _, x in ipairs(e) do if x.fact ~= s.fact or x.summary ~= s.summary then return 0 end end
    return #e > #s.list and 0 or n / #s.list
  end,
  oracle = function(s, page)
    local at = page.url:find(home.wiki, 1, true) and "wiki" or "trips"
    for _, a in ipairs(s.list) do
      local path = a.place and "/place/" .. a.place.id or "/city/" .. a.right
      if not sites.trips.visited(path) then
        if at ~= "trips" then return "goto", home.trips end
        if a.place then return trips.search(page, a.place) end
        return trips.link(page, a.title, "Cities")
      end
    end
    if at ~= "wiki" then return "goto", home.wiki end
    for _, a in ipairs(s.list) do
      if wiki.fact(a.title, s.fact) ~= a.right then return wiki.edit(page, a.title, s.fact, a.right, s.summary) end
    end
  end,
  hints = { "Look at both sites; only the wiki is changed.", function(s) return "Look up " .. (s.list[1].place and s.list[1].place.name or s.list[1].title) .. " first." end },
}
