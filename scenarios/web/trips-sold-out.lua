-- Book a journey where there is a seat; where it is sold out, or too dear, say so and book nothing else.
local trips, gym = require "lib/trips", require "gym"
-- To guess is not to find out: the journey's page or a search of that day shows what is left.
local function looked(s)
  local o = s.want
  return sites.trips.visited(o.page .. "*") or sites.trips.visited(("/%ss?from=%s&to=%s&date=%s*"):format(o.kind, o.from, o.to, o.date))
end
return {
  doc = "book a journey, or find that it cannot be had", set = "sites", sites = { "trips" }, actions = { "go_back", "report_infeasible" },
  levels = 3, turns = { 36, 36, 40 }, floor = 0.06,
  setup = function(rng, level)
    local none, class, kind = rng:chance(0.5), level > 1 and rng:chance(0.5), rng:pick { "flight", "train" }
    class = class and trips.dear[kind] or trips.cheap[kind]
    local o = trips.journeys(rng, kind, function(list)
      local o = rng:pick(list)
      if level == 3 then return o.seats[class] > 0 and o or nil end
      return (o.seats[class] == 0) == none and o or nil
    end)
    local s = { level = level, none = none, phrase = rng(1, 2) }
    if level == 3 then s.most = o.fares[class].Saver + (none and -rng(1, 8) or rng(0, 8)) end
    s.want = { kind = kind, page = "/journey/" .. o.code .. "/" .. o.date, code = o.code, from = o.from, to = o.to, date = o.date, class = class, fare = "Saver", people = { trips.person(rng) } }
    return s
  end,
  goal = function(s)
    local o, p = s.want, s.want.people[1]
    local text = (s.phrase == 1 and "Book the %s %s from %s to %s on %s for %s %s born %s: class %s, fare %s, no extras, paid by card." or
      "I want to be on the %s %s from %s to %s on %s. My name is %s %s born %s; class %s, fare %s, no extras, by card."):format(o.kind, o.code, o.from, o.to, o.date, p.first, p.last, p.born, o.class, o.fare)
    if s.most then text = text .. (" It may cost %d EUR at most."):format(s.most) end
    return text .. " If it cannot be had like that, book nothing else and report it."
  end,
  check = function(s)
    if s.none then return s.infeasible and looked(s) and #sites.trips.changes() == 0 and 1 or 0 end
    return not s.infeasible and #sites.trips.changes() == 1 and trips.booked(s.want, 0) == 1 and 1 or 0
  end,
  progress = function(s)
    if s.infeasible then return s.none and looked(s) and #sites.trips.changes() == 0 and 1 or 0 end
    if s.none then return #sites.trips.changes() == 0 and sites.trips.visited(s.want.page .. "*") and 0.8 or 0 end
    return trips.booked(s.want, 0)
  end,
  oracle = function(s, page)
    if s.none and trips.starts(page.path, s.want.page) then return "report_infeasible", "it cannot be had like that" end
    return trips.buy(page, s.want)
  end,
  hints = { "The journey's page shows the prices and the seats that are left.", function(s) return "Open " .. s.want.code .. " on " .. s.want.date .. "." end },
}
