-- Cancel an order; what is on its way already cannot be cancelled, which is to be said instead.
local steps, shop = require "lib/steps", require "lib/shop"
local phrases = {
  { "Cancel order %s. The reason is: %s.", "I do not want order %s any more; cancel it with the reason %s." },
  { "Cancel my order of the %s. The reason is: %s.", "Please cancel the order that has the %s in it, reason: %s." },
  { "Cancel my order of %s, with the reason %s.", "There is an order of mine from %s; cancel it, reason: %s." },
}
return {
  doc = "cancel an order, if it can be cancelled", set = "sites", sites = { "shop" }, actions = { "report_infeasible", "go_back" },
  levels = 3, turns = { 12, 16, 14 }, floor = 0.1,
  setup = function(rng, level)
    local good
    for _ = 1, 200 do
      sites.shop.sign_in(rng(1, 50))
      good = rng:chance(0.5)
      local orders = sites.shop.orders()
      local o = orders[good and rng(1, 3) or rng(4, 8)]
      local name, twice = rng:pick(o.lines).name, 0
      for _, other in ipairs(orders) do
        for _, l in ipairs(other.lines) do twice = twice + (l.name == name and 1 or 0) end
      end
      if twice == 1 then
        return { id = o.id, good = good, level = level, phrase = rng(1, 2), name = name, what = ({ tostring(o.id), name, o.date })[level],
          reason = rng:pick { "Ordered by mistake", "Found it cheaper", "Delivery takes too long", "No longer needed" } }
      end
    end
  end,
  goal = function(s) return phrases[s.level][s.phrase]:format(s.what, s.reason) .. " If that is not possible, leave it and say so." end,
  check = function(s)
    if not s.good then return s.infeasible and sites.shop.visited("/orders*") and steps.only(sites.shop.changed()) and 1 or 0 end
    local o = sites.shop.order(s.id)
    return o.status == "cancelled" and o.reason == s.reason and steps.only(sites.shop.changed(), "order " .. s.id) and 1 or 0
  end,
  progress = function(s)
    local o, seen = sites.shop.order(s.id), sites.shop.visited("/orders/" .. s.id .. "*")
    if s.infeasible then return not s.good and sites.shop.visited("/orders*") and #sites.shop.changed() == 0 and 1 or 0 end
    if o.status == "cancelled" then return s.good and o.reason == s.reason and #sites.shop.changed() == 1 and 1 or 0 end
    return sites.shop.visited("/orders/" .. s.id .. "/cancel") and 0.7 or seen and 0.4 or sites.shop.visited("/orders") and 0.1 or 0
  end,
  oracle = function(s, page)
    local path = "/orders/" .. s.id
    if page.path == path .. "/cancel" then
      if not s.good then return "report_infeasible", tostring(s.id) end
      return steps.form(page, { { "Reason", s.reason } }, "Cancel this order")
    end
    if page.path == path then return steps.press(page, "Cancel order") end
    if s.level == 2 and steps.at(page, "/orders") and not page.path:find("q=", 1, true) then
      return steps.form(page, { { "Search your orders", s.name } }, "Show")
    end
    return shop.order(page, s.id)
  end,
  hints = { "The page of an order leads to its cancellation.", function(s) return "It is order " .. s.id .. "." end },
}
