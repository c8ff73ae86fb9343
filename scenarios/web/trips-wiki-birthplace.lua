-- Two sites: learn from the encyclopedia which city is meant, and look there for the journey on the site for trips.
local trips, wiki, gym = require "lib/trips", require "lib/wiki", require "gym"
local home = { trips = "http://trips.gym.test/", wiki = "http://wiki.gym.test/" }
return {
  doc = "learn a city from the wiki, then find and book the way there on another site", set = "sites", sites = { "trips", "wiki" },
  actions = { "goto", "go_back", "send_msg_to_user" }, levels = 3, turns = { 30, 34, 60 }, floor = 0.03,
  setup = function(rng, level)
    local cities, s = {}, { level = level, phrase = rng(1, 2), kind = rng:pick { "flight", "train" } }
    for _, c in ipairs(sites.trips.cities()) do cities[c] = true end
    while not s.best do
      local person = rng:pick(sites.wiki.titles("person"))
      local company = rng:pick(sites.wiki.titles("company"))
      local chain = level == 1 and { person } or { company, wiki.fact(company, "Director") }
      local to, from = wiki.fact(chain[#chain], "Birthplace"), rng:pick(sites.trips.cities())
      if cities[to] and to ~= from then
        local date, class = sites.trips.date(rng(5, 150)), trips.cheap[s.kind]
        local best = trips.best(sites.trips.journeys(s.kind, from, to, date), function(o) return o.seats[class] > 0 and o.fares[class].Saver or nil end)
        s.chain, s.from, s.to, s.date, s.class, s.best = chain, from, to, date, class, best and best.code
      end
    end
    if level == 3 then
      s.want = { kind = s.kind, page = "/journey/" .. s.best .. "/" .. s.date, code = s.best, from = s.from, to = s.to, date = s.date, class = s.class, fare = "Saver", people = { trips.person(rng) } }
    end
    return s
  end,
  goal = function(s)
    local where = s.level == 1 and "the city where " .. s.chain[1] .. " was born" or "the city where the director of " .. s.chain[1] .. " was born"
    local what = ("the cheapest %s from %s to %s on %s in %s that is not sold out"):format(s.kind, s.from, where, s.date, s.class)
    local p = s.want and s.want.people[1]
    local task = p and ("Book %s, fare Saver, without extras, paid by card, for %s %s born %s."):format(what, p.first, p.last, p.born) or ("Tell the user the code of %s."):format(what)
    return task .. (s.phrase == 1 and " The encyclopedia is at http://wiki.gym.test/ and the journeys are at http://trips.gym.test/."
      or " Use http://wiki.gym.test/ for the city and http://trips.gym.test/ for the journey.")
  end,
  check = function(s)
    if not wiki.untouched() then return 0 end
    if s.level == 3 then return #sites.trips.changes() == 1 and trips.booked(s.want, 0) == 1 and 1 or 0 end
    return #sites.trips.changes() == 0 and trips.told(s.answer, s.best) and 1 or 0
  end,
  progress = function(s)
    if s.answer then return s.level < 3 and trips.told(s.answer, s.best) and 1 or 0 end
    local known = wiki.seen(s.chain[#s.chain]) and 0.4 or wiki.seen(s.chain[1]) and 0.2 or 0
    local asked = sites.trips.visited(("/%ss?from=%s&to=%s&date=%s*"):format(s.kind, s.from, s.to, s.date)) and 0.2 or 0
    if #sites.trips.changes() > 0 then return s.level == 3 and trips.booked(s.want, 0) or 0 end
    return known + (known == 0.4 and asked + (s.level == 3 and 0.4 * trips.booked(s.want, 0) or 0) or 0)
  end,
  oracle = function(s, page)
    local at, last = page.url:find(home.wiki, 1, true) and "wiki" or "trips", s.chain[#s.chain]
    if not wiki.seen(last) then
      if at ~= "wiki" then return "goto", home.wiki end
      if s.chain[2] and page.path == wiki.path(s.chain[1]) then return wiki.link(page, last) end
      return wiki.open(page, s.chain[1])
    elseif at ~= "trips" then
      return "goto", home.trips
    end
    -- The city is in no field's reach, so the expert goes by its own page.
    local path, label = "/" .. s.kind .. "s", s.kind == "flight" and "Flights" or "Trains"
    if trips.starts(page.path, path .. "?") and gym.find(page, { role = "textbox", name = "To", value = s.to }) then
      if s.level < 3 and trips.asks(page, { from = s.from, to = s.to, date = s.date, sort = "price" }) then
        if gym.find(page, { role = "link", name = s.best }) then return "send_msg_to_user", s.best end
        return trips.link(page, "Next page")
      end
      local verb, e = trips.link(page, s.level == 3 and s.best or "")
      if verb then return verb, e end
      return trips.form(page, { { "From", s.from }, { "Date", s.date }, { "Class", s.class }, { "Sort by", "price" } }, "Search " .. s.kind .. "s")
    elseif page.title == s.to .. " - Trips" then
      return trips.link(page, label .. " to " .. s.to)
    elseif page.path == "/cities" then
      return trips.link(page, s.to)
    elseif s.level == 3 and (trips.starts(page.path, s.want.page) or trips.chosen(sites.trips.drafted(), s.want)) then
      return trips.buy(page, s.want)
    end
    return trips.link(page, "Cities")
  end,
  hints = { "First the encyclopedia, then the page Cities of the other site.", function(s) return "The city is " .. s.to .. "." end },
}
