-- Cancel one booking of several, where its fare lets it be cancelled; where not, say so and leave it.
local trips, gym = require "lib/trips", require "gym"
local function looked(s) return sites.trips.visited("/trip/" .. s.want.ref .. "*") end -- to guess is not to find out
return {
  doc = "cancel a booking, or find that its fare does not allow it", set = "sites", sites = { "trips" }, actions = { "go_back", "report_infeasible" },
  levels = 3, turns = { 14, 14, 16 }, floor = 0.08,
  setup = function(rng, level)
    local stuck = rng:chance(0.5)
    local list = trips.arrange(rng, 2 + 2 * level, stuck and "Saver" or rng:pick { "Standard", "Flex" })
    local want = list[1]
    if level == 3 then -- the next journey by date
      for _, b in ipairs(list) do if b.day < want.day then want = b end end
      stuck = want.fare == "Saver"
    end
    return { level = level, want = want, stuck = stuck, phrase = rng(1, 2) }
  end,
  goal = function(s)
    local text = ({ { "Cancel my booking {ref}.", "Please cancel the booking with the reference {ref}." },
      { "Cancel my {kind} from {from} to {to} on {date}.", "I cannot travel from {from} to {to} on {date}. Cancel that {kind}." },
      { "Cancel the first of my trips by date, and no other.", "I stay at home: cancel the earliest of my trips, only that one." } })[s.level][s.phrase]
    return text:gsub("{(%w+)}", s.want) .. " If its fare does not allow it, report that it cannot be done."
  end,
  check = function(s)
    if s.stuck then return s.infeasible and looked(s) and #sites.trips.changes() == 0 and 1 or 0 end
    return not s.infeasible and trips.only("cancel " .. s.want.ref) and 1 or 0
  end,
  progress = function(s)
    if #sites.trips.changes() > 0 then return trips.only("cancel " .. s.want.ref) and 1 or 0 end
    if s.infeasible then return s.stuck and looked(s) and 1 or 0 end
    local v = sites.trips.visited
    return v("/trip/" .. s.want.ref .. "/cancel") and 0.7 or v("/trip/" .. s.want.ref) and 0.5 or v("/trips") and 0.2 or 0
  end,
  oracle = function(s, page)
    if page.path == "/trip/" .. s.want.ref .. "/cancel" then
      local confirm = gym.find(page, { role = "button", name = "Confirm cancelling" })
      if confirm then return "click", confirm end
      return "report_infeasible", s.level == 3 and "cannot be done" or "fare does not allow it"
    end
    local verb, e = trips.toTrip(page, s.want.ref)
    if verb then return verb, e end
    return trips.link(page, "Cancel this booking")
  end,
  hints = { "My trips lists the bookings; what a fare allows is on the booking's page.", function(s) return "It is " .. s.want.ref .. ", of the fare " .. s.want.fare .. "." end },
}
