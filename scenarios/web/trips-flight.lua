-- Book a flight in several pages, for whom, in the class and fare and with the extras that were asked for, once.
local trips = require "lib/trips"
local rules = {
  { "the flight {code} from {from} to {to} on {date}", function(o) return o.leave end },
  { "the cheapest direct flight from {from} to {to} on {date} that is not sold out", function(o) return o.stops == 0 and o.fares.Economy.Saver or nil end },
  { "the flight from {from} to {to} on {date} that leaves first after 12:00", function(o) return o.leave > 720 and o.leave or nil end },
}
return {
  doc = "book a flight for one or two travellers, with fare and extras", set = "sites", sites = { "trips" }, actions = { "go_back" },
  levels = 3, turns = { 42, 52, 60 }, floor = 0.02,
  setup = function(rng, level)
    local o = trips.journeys(rng, "flight", function(list)
      local best = trips.best(list, function(f) return f.seats.Economy > 0 and rules[level][2](f) or nil end)
      return best and best.seats.Economy > 0 and (level ~= 3 or trips.best(list, rules[3][2]) == best) and best or nil
    end)
    local want = { kind = "flight", page = "/journey/" .. o.code .. "/" .. o.date, code = o.code, from = o.from, to = o.to, date = o.date, class = "Economy",
      fare = rng:pick { "Saver", "Standard", "Flex" }, people = { trips.person(rng) }, bags = level > 1 and rng(0, 2) or 0, insurance = level == 3 and rng:chance(0.5) }
    if level == 2 then want.people[1].seat = rng:pick(sites.trips.seats(o.code, o.date, "Economy")) end
    if level == 3 then
      want.people[2] = trips.person(rng)
      while want.people[2].first == want.people[1].first do want.people[2] = trips.person(rng) end
    end
    return { level = level, want = want, phrase = rng(1, 2) }
  end,
  goal = function(s)
    local o, who = s.want, {}
    for i, p in ipairs(o.people) do who[i] = ("%s %s born %s"):format(p.first, p.last, p.born) end
    local text = (s.phrase == 1 and "Book %s for %s, class Economy, fare %s" or "I need %s booked for %s. Economy, fare %s")
      :format(rules[s.level][1]:gsub("{(%w+)}", o), table.concat(who, " and "), o.fare)
    text = (text:gsub("{(%w+)}", o))
    local extras = {}
    if o.people[1].seat ~= "" then extras[1] = "seat " .. o.people[1].seat end
    extras[#extras + 1] = o.bags == 0 and "no checked bags" or ("%d checked %s in all"):format(o.bags, o.bags == 1 and "bag" or "bags")
    extras[#extras + 1] = o.insurance and "with insurance" or "without insurance"
    return text .. ", " .. table.concat(extras, ", ") .. ". Leave everything else as it is, and pay by card."
  end,
  check = function(s) return #sites.trips.changes() == 1 and trips.booked(s.want, 0) == 1 and 1 or 0 end,
  progress = function(s) return trips.booked(s.want, 0) end,
  oracle = function(s, page) return trips.buy(page, s.want) end,
  hints = { "Search, open the flight, choose class and fare, then go from page to page.", function(s) return "The flight is " .. s.want.code .. "; open it on " .. s.want.date .. "." end },
}
