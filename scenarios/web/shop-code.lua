-- Order with a discount code; about half of the codes cannot be used, which is to be said instead.
local steps, shop = require "lib/steps", require "lib/shop"
local phrases = { "Order what is in my cart with the discount code %s; address, shipping and payment stay as they are.",
  "Use the code %s for my cart and place the order, with the address and shipping that are set already." }
-- sorts of codes by level: those that hold, and those that do not
local function suits(c, level, p)
  local over, category = c.until_ < "2031-05-12", c.category ~= ""
  if level == 1 then return not category and c.minimum == 0 end
  if level == 2 then return not category end
  return not over
end
return {
  doc = "order with a discount code, if it can be used", set = "sites", sites = { "shop" }, actions = { "report_infeasible", "go_back" },
  levels = 3, turns = { 14, 14, 14 }, floor = 0.1,
  setup = function(rng, level)
    sites.shop.sign_in(rng(1, 50))
    local good = rng:chance(0.5)
    for _ = 1, 500 do
      local c = rng:pick(sites.shop.codes())
      c.until_ = c["until"]
      local p = shop.pick(rng, false)
      local n = rng(1, math.min(3, p.stock[1]))
      local refused = c.until_ < "2031-05-12" or n * p.cents < c.minimum or c.category ~= "" and p.category ~= c.category
      if suits(c, level) and refused ~= good then
        sites.shop.put(p.id, "", n)
        return { code = c.name, good = good, phrase = rng(1, #phrases), want = { { product = p.id, name = p.name, size = "", quantity = n, wrap = false } } }
      end
    end
  end,
  goal = function(s) return phrases[s.phrase]:format(s.code) .. " If the code cannot be used, order nothing and say so." end,
  check = function(s)
    if not s.good then
      local looked = sites.shop.visited("/cart/code") or sites.shop.visited("/offers")
      return s.infeasible and looked and steps.only(sites.shop.changed()) and 1 or 0
    end
    local o = sites.shop.placed()[1]
    return o and steps.only(sites.shop.changed(), "cart", "new order") and o.code == s.code and shop.lines(o.lines, s.want)
      and o.address.default and o.shipping == "Standard" and o.payment == "Card on file" and 1 or 0
  end,
  progress = function(s, page)
    local o, tried = sites.shop.placed()[1], sites.shop.visited("/cart/code") or sites.shop.visited("/offers")
    if s.infeasible then return not s.good and tried and #sites.shop.changed() == 0 and 1 or 0 end
    if o then return s.good and o.code == s.code and 1 or 0 end
    if not s.good then return tried and 0.5 or 0 end
    if sites.shop.code() ~= s.code then return 0 end
    return steps.at(page, "/checkout") and 0.8 or 0.6
  end,
  oracle = function(s, page)
    if steps.at(page, "/cart/code") and not s.good then return "report_infeasible", s.code end
    if sites.shop.code() == s.code then return steps.press(page, "Place order", "Check out", "Cart") end
    if steps.at(page, "/cart") or steps.at(page, "/cart/code") then
      if sites.shop.code() ~= "" then return steps.press(page, "Remove the code") end
      return steps.form(page, { { "Discount code", s.code } }, "Apply code")
    end
    return steps.press(page, "Cart")
  end,
  hints = { "Codes are entered in the cart, which says whether they hold.", function(s) return "The page Offers says what " .. s.code .. " is for." end },
}
