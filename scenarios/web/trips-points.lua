-- Pay with points: find out what there is, and book a journey with points where they are enough.
local trips, gym = require "lib/trips", require "gym"
local function looked(s) return sites.trips.visited(s.want.page .. "*") end -- to guess is not to find out
return {
  doc = "pay with points, or find that they are not enough", set = "sites", sites = { "trips" }, actions = { "go_back", "report_infeasible" },
  levels = 3, turns = { 36, 36, 42 }, floor = 0.06,
  setup = function(rng, level)
    local kind = rng:pick { "flight", "train" }
    local class = trips.cheap[kind]
    local o = trips.journeys(rng, kind, function(list)
      if level < 3 then return trips.best(list, function(j) return j.seats[class] > 0 and j.leave or nil end) end
      return trips.best(list, function(j) return j.seats[class] > 0 and j.fares[class].Standard or nil end)
    end)
    local bags = level > 1 and rng(0, 2) or 0
    local sum, short = (o.fares[class].Standard + 25 * bags) * 100, rng:chance(0.5)
    sites.trips.points(sum + (short and -1 or 1) * rng(1, 900))
    return { level = level, short = short, phrase = rng(1, 2), want = { kind = kind, page = "/journey/" .. o.code .. "/" .. o.date, code = o.code, from = o.from, to = o.to,
      date = o.date, class = class, fare = "Standard", people = { trips.person(rng) }, bags = bags, pay = "points" } }
  end,
  goal = function(s)
    local o, p = s.want, s.want.people[1]
    local which = s.level < 3 and ("the %s %s"):format(o.kind, o.code) or ("the cheapest %s that is not sold out"):format(o.kind)
    return (s.phrase == 1 and "Pay with my points for %s from %s to %s on %s, class %s, fare %s, for %s %s born %s" or "Use my points to book %s from %s to %s on %s in %s at the fare %s for %s %s born %s")
      :format(which, o.from, o.to, o.date, o.class, o.fare, p.first, p.last, p.born)
      .. (o.bags > 0 and (" with %d checked %s"):format(o.bags, o.bags == 1 and "bag" or "bags") or "") .. ". If the points are not enough, pay nothing and report that."
  end,
  check = function(s)
    if s.short then return s.infeasible and looked(s) and #sites.trips.changes() == 0 and 1 or 0 end
    return not s.infeasible and #sites.trips.changes() == 1 and trips.booked(s.want, 0) == 1 and 1 or 0
  end,
  progress = function(s)
    if s.infeasible then return s.short and looked(s) and #sites.trips.changes() == 0 and 1 or 0 end
    return trips.booked(s.want, 0)
  end,
  oracle = function(s, page)
    local d = sites.trips.drafted()
    if s.short and page.path == "/book/review" and trips.chosen(d, s.want) and trips.extras(d, s.want) then return "report_infeasible", "the points are not enough" end
    return trips.buy(page, s.want)
  end,
  hints = { "The last page before booking shows the price in points.", function(s) return "Open " .. s.want.code .. " on " .. s.want.date .. "." end },
}
