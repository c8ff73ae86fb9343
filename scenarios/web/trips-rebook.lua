-- Move a booking to another day: to the journey that is named, the earliest that is not sold out, or the cheapest change.
local trips, gym = require "lib/trips", require "gym"
local function looked(s) return sites.trips.visited("/trip/" .. s.want.ref .. "*") end -- to guess is not to find out
local function left(o, b) return o.seats[b.class] > 0 end
return {
  doc = "move a booking to another day by the rules of its fare", set = "sites", sites = { "trips" }, actions = { "go_back", "report_infeasible" },
  levels = 3, turns = { 20, 22, 24 }, floor = 0.06,
  setup = function(rng, level)
    local stuck = level == 3 and rng:chance(0.5)
    local list = trips.arrange(rng, 3 + level, stuck and "Saver" or rng:pick { "Standard", "Flex" })
    local want, to = list[1], nil
    local s = { level = level, want = want, stuck = stuck, phrase = rng(1, 2) }
    while not to do
      s.date = sites.trips.date(want.day + rng(1, 30))
      local all = {}
      for _, o in ipairs(sites.trips.journeys(want.kind, want.from, want.to, s.date)) do if left(o, want) then all[#all + 1] = o end end
      to = #all > 1 and (level == 1 and rng:pick(all) or level == 2 and all[1] or all[#all])
    end
    s.to = to.code
    return s
  end,
  goal = function(s)
    local which = ({ "to {to} on {date}", "to {date}, to the first {kind} of that day that is not sold out", "to {date}, to the last {kind} of that day that is not sold out" })[s.level]
    local text = s.phrase == 1 and "Change my {kind} from {from} to {to_} on {old} " .. which .. "." or "I am booked from {from} to {to_} on {old}. Move this {kind} " .. which .. "."
    local words = { kind = s.want.kind, from = s.want.from, to_ = s.want.to, old = s.want.date, to = s.to, date = s.date }
    return text:gsub("{([%w_]+)}", words) .. " Change no other booking" .. (s.level == 3 and "; if the fare does not allow it, report that." or ".")
  end,
  check = function(s)
    if s.stuck then return s.infeasible and looked(s) and #sites.trips.changes() == 0 and 1 or 0 end
    if s.infeasible or not trips.only("change " .. s.want.ref) then return 0 end
    local b = trips.booking(s.want.ref)
    return b.code == s.to and b.date == s.date and 1 or 0
  end,
  progress = function(s)
    local b, v, at = trips.booking(s.want.ref), sites.trips.visited, "/trip/" .. s.want.ref
    if #sites.trips.changes() > 0 then return b.code == s.to and b.date == s.date and trips.only("change " .. s.want.ref) and 1 or 0 end
    if s.infeasible then return s.stuck and looked(s) and 1 or 0 end
    return v(at .. "/change/" .. s.to .. "/" .. s.date) and 0.8 or v(at .. "/change?date=" .. s.date) and 0.6 or v(at .. "/change") and 0.4 or v(at) and 0.3 or v("/trips") and 0.1 or 0
  end,
  oracle = function(s, page)
    local at = "/trip/" .. s.want.ref
    if page.path == at .. "/change/" .. s.to .. "/" .. s.date then return "click", gym.find(page, { role = "button", name = "Confirm the change" }) end
    if page.path == at .. "/change" or trips.starts(page.path, at .. "/change?") then
      if s.stuck then return "report_infeasible", "the fare does not allow it" end
      if trips.starts(page.path, at .. "/change?date=" .. s.date) then
        local verb, e = trips.link(page, s.to, "Next page")
        if verb then return verb, e end
      end
      return trips.form(page, { { "New date", s.date } }, "Show journeys")
    end
    local verb, e = trips.toTrip(page, s.want.ref)
    if verb then return verb, e end
    return trips.link(page, "Change the date")
  end,
  hints = { "The booking's page leads to a list of other journeys.", function(s) return "The booking is " .. s.want.ref .. "." end },
}
