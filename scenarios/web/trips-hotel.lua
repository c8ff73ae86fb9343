-- Book a room: in the hotel that is named, in the cheapest that fits, or in the best that the user can pay.
local trips = require "lib/trips"
local function with(h, what)
  for _, w in ipairs(h.with) do if w == what then return true end end
  return false
end
return {
  doc = "book a hotel room that fits, for nights and guests", set = "sites", sites = { "trips" }, actions = { "go_back" },
  levels = 3, turns = { 36, 42, 44 }, floor = 0.02,
  setup = function(rng, level)
    local s = { level = level, phrase = rng(1, 2) }
    while not s.want do
      local city, date, nights, room = rng:pick(sites.trips.cities()), sites.trips.date(rng(5, 150)), rng(1, 5), rng:pick { "Single", "Double", "Family" }
      local fare = rng:pick { "Fixed", "Free" }
      local list = sites.trips.hotels(city, date, nights)
      s.stars, s.has, s.most = rng(2, 4), rng:pick { "breakfast", "parking", "pool", "pets" }, nights * rng(80, 190)
      local best, n
      if level == 1 then
        best, n = rng:pick(list), 2
        if best.left[room] == 0 then best = nil end
      else
        n = 0
        best = trips.best(list, function(h)
          if h.left[room] == 0 or level == 2 and h.stars < s.stars or not with(h, s.has) or level == 3 and math.floor(h.price[room] * (fare == "Free" and 115 or 100) / 100) > s.most then return nil end
          n = n + 1
          return level == 2 and h.price[room] or -h.tenths
        end)
      end
      if best and n > 1 then
        s.want = { kind = "hotel", page = "/hotel/" .. best.id .. "?in=" .. date .. "&nights=" .. nights, code = best.name, city = city, date = date, nights = nights, class = room, fare = fare,
          guests = room == "Single" and 1 or rng(1, 2), people = { trips.person(rng) }, breakfast = with(best, "breakfast") and (level ~= 2 or s.has == "breakfast") and rng:chance(0.5) }
      end
    end
    return s
  end,
  goal = function(s)
    local o, p = s.want, s.want.people[1]
    local what = ({ "in {code} in {city}", "in the cheapest hotel of {city} with at least {stars} stars and with {has_}, full ones aside,",
      "in the best rated hotel of {city} with {has_} where that costs no more than {most} EUR for the whole stay, full ones aside," })[s.level]
    what = what:gsub("{has_}", ({ breakfast = "breakfast", parking = "parking", pool = "a pool", pets = "pets allowed" })[s.has]):gsub("{(%w+)}", s):gsub("{(%w+)}", o)
    return ("%s a %s room %s for %d %s from %s, rate %s, for %d %s. The main guest is %s %s. %s, paid by card."):format(s.phrase == 1 and "Book" or "I want",
      o.class, what, o.nights, o.nights == 1 and "night" or "nights", o.date, o.fare, o.guests, o.guests == 1 and "guest" or "guests", p.first, p.last,
      o.breakfast and "With breakfast" or "Without breakfast")
  end,
  check = function(s) return #sites.trips.changes() == 1 and trips.booked(s.want, 0) == 1 and 1 or 0 end,
  progress = function(s) return trips.booked(s.want, 0) end,
  oracle = function(s, page) return trips.buy(page, s.want) end,
  hints = { "Search for hotels with arrival and nights; the list can be sorted and filtered.", function(s) return "The hotel is " .. s.want.code .. "." end },
}
