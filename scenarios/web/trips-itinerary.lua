-- Put a trip together: a journey there, a hotel for the nights, on level 3 the way back as well.
local trips = require "lib/trips"
local function quick(o) return o.seats[trips.cheap[o.kind]] > 0 and not o.nextday and o.fares[trips.cheap[o.kind]].Saver or nil end
return {
  doc = "book a journey and a hotel that fit together", set = "sites", sites = { "trips" }, actions = { "go_back" },
  levels = 3, turns = { 64, 72, 110 }, floor = 0.02,
  setup = function(rng, level)
    local s = { level = level, phrase = rng(1, 2), person = trips.person(rng) }
    while not s.wants do
      local from, to = trips.cities(rng)
      local day, nights, kind = rng(5, 140), rng(2, 4), rng:pick { "flight", "train" }
      local there = trips.best(sites.trips.journeys(kind, from, to, sites.trips.date(day)), quick)
      local back = trips.best(sites.trips.journeys(kind, to, from, sites.trips.date(day + nights)), quick)
      local inn = trips.best(sites.trips.hotels(to, sites.trips.date(day), nights), function(h)
        return h.left.Single > 0 and (level == 1 or h.stars >= 3) and h.price.Single or nil
      end)
      if there and back and inn then
        local function ride(o)
          return { kind = kind, page = "/journey/" .. o.code .. "/" .. o.date, code = o.code, from = o.from, to = o.to, date = o.date, class = trips.cheap[kind], fare = "Saver", people = { s.person } }
        end
        s.from, s.to, s.date, s.home, s.nights, s.kind = from, to, sites.trips.date(day), sites.trips.date(day + nights), nights, kind
        s.wants = { ride(there), { kind = "hotel", page = "/hotel/" .. inn.id .. "?in=" .. s.date .. "&nights=" .. nights, code = inn.name, city = to, date = s.date, nights = nights,
          class = "Single", fare = "Fixed", guests = 1, people = { s.person } } }
        if level == 3 then s.wants[3] = ride(back) end
      end
    end
    return s
  end,
  goal = function(s)
    local p = s.person
    return (s.phrase == 1 and "%s %s born %s travels from %s to %s on %s and stays for %d nights. " or "Plan a trip for %s %s born %s: from %s to %s on %s, for %d nights. ")
      :format(p.first, p.last, p.born, s.from, s.to, s.date, s.nights)
      .. ("First book the cheapest %s that is not sold out and arrives on the same day, in %s at the fare Saver"):format(s.kind, trips.cheap[s.kind])
      .. ("; then a Single room for 1 guest in the cheapest hotel%s that is not full, rate Fixed"):format(s.level > 1 and " with at least 3 stars" or "")
      .. (s.level == 3 and ("; then the way back on %s, by the same rules as the way there"):format(s.home) or "") .. ". No extras, all paid by card."
  end,
  check = function(s)
    local list = sites.trips.bookings()
    if #list ~= #s.wants or #sites.trips.changes() ~= #s.wants then return 0 end
    for i, o in ipairs(s.wants) do if not trips.is(list[i], o) then return 0 end end
    return 1
  end,
  progress = function(s)
    local list, n = sites.trips.bookings(), 0
    for i, b in ipairs(list) do
      if not s.wants[i] or not trips.is(b, s.wants[i]) then return 0 end
      n = n + 1
    end
    return (n + (s.wants[n + 1] and trips.booked(s.wants[n + 1], n) or 0)) / #s.wants
  end,
  oracle = function(s, page) return trips.buy(page, s.wants[#sites.trips.bookings() + 1]) end,
  hints = { "Sort by price; sold out and full ones do not count.", function(s) return "Begin with " .. s.wants[1].code .. "." end },
}
