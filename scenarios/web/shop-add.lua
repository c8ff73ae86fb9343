-- Put exactly what is asked for into the cart: sizes, quantities and gift wrap; on level 3 two things.
local steps, shop = require "lib/steps", require "lib/shop"
local phrases = { "Put %s into my cart. Do not order yet.", "I want to buy %s later; have the cart ready.", "Fill my cart with %s, and stop there." }
return {
  doc = "fill the cart with what is asked for", set = "sites", sites = { "shop" }, actions = { "go_back" },
  levels = 3, turns = { 12, 16, 30 }, floor = 0.05,
  setup = function(rng, level)
    sites.shop.sign_in(rng(1, 50))
    local want = { shop.want(rng, level) }
    if level == 3 then want[2] = shop.want(rng, rng(1, 2), want) end
    return { want = want, phrase = rng(1, #phrases) }
  end,
  goal = function(s)
    local all = {}
    for i, line in ipairs(s.want) do all[i] = shop.say(line) end
    return phrases[s.phrase]:format(table.concat(all, ", and "))
  end,
  check = function(s) return steps.only(sites.shop.changed(), "cart") and shop.lines(sites.shop.cart(), s.want) and 1 or 0 end,
  progress = function(s)
    local p, cart = 0, sites.shop.cart()
    local _, right = shop.lines(cart, s.want)
    for _, w in ipairs(s.want) do
      if sites.shop.visited("/product/" .. w.product) then p = p + 0.4 end
    end
    if right == #s.want and right == #cart then return 1 end
    return math.max(0, p + 0.5 * (right - math.max(0, #cart - right))) / #s.want * 0.9
  end,
  oracle = function(s, page) return shop.fill(page, s.want) end,
  hints = { "Search for the product by its name.", "A size must be chosen on the product's page before it can be added.",
    function(s) return "Begin with " .. s.want[1].name .. "." end },
}
