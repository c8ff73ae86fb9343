-- Book the train that fits best: the quickest, the last one to be there in time, or the cheapest in the better class.
local trips = require "lib/trips"
local function there(o) return not o.nextday and o.arrives or nil end
local rules = {
  { "the quickest train from {from} to {to} on {date}", function(o) return o.minutes end, "Second" },
  { "the last train from {from} to {to} on {date} that arrives before {by} on the same day", function(o, by) return there(o) and there(o) < by and -o.leave or nil end, "Second" },
  { "the cheapest train from {from} to {to} on {date} that arrives before {by} on the same day and is not sold out", function(o, by) return there(o) and there(o) < by and o.seats.First > 0 and o.fares.First.Saver or nil end, "First" },
}
return {
  doc = "book the train that fits the user's plan best", set = "sites", sites = { "trips" }, actions = { "go_back" },
  levels = 3, turns = { 42, 44, 50 }, floor = 0.02,
  setup = function(rng, level)
    local rule, by = rules[level], rng:pick { "14:00", "16:00", "18:00", "20:00" }
    local class = rule[3]
    local o = trips.journeys(rng, "train", function(list)
      local n = 0
      local best = trips.best(list, function(t)
        local key = rule[2](t, by)
        n = n + (key and 1 or 0)
        return key
      end)
      return best and n > 1 and best.seats[class] > 0 and best or nil
    end)
    local want = { kind = "train", page = "/journey/" .. o.code .. "/" .. o.date, code = o.code, from = o.from, to = o.to, date = o.date, class = class, fare = rng:pick { "Saver", "Standard", "Flex" },
      people = { trips.person(rng) }, bags = level == 3 and rng(0, 2) or 0, insurance = false }
    if level == 3 then want.people[1].seat = rng:pick(sites.trips.seats(o.code, o.date, class)) end
    return { level = level, by = by, want = want, phrase = rng(1, 2) }
  end,
  goal = function(s)
    local o, p = s.want, s.want.people[1]
    local text = (s.phrase == 1 and "Book %s for %s %s born %s" or "I want to take %s. The traveller is %s %s born %s")
      :format(rules[s.level][1]:gsub("{by}", s.by):gsub("{(%w+)}", o), p.first, p.last, p.born)
    text = text .. ("; class %s, fare %s"):format(o.class, o.fare)
    if p.seat ~= "" then text = text .. ", seat " .. p.seat end
    return text .. (o.bags == 0 and ", no bags" or (", %d checked bags"):format(o.bags)) .. ", no insurance, paid by card."
  end,
  check = function(s) return #sites.trips.changes() == 1 and trips.booked(s.want, 0) == 1 and 1 or 0 end,
  progress = function(s) return trips.booked(s.want, 0) end,
  oracle = function(s, page) return trips.buy(page, s.want) end,
  hints = { "Sort the trains by what matters, and look at when they arrive.", function(s) return "The train is " .. s.want.code .. "." end },
}
