-- Order: from a cart that is full already, from nothing, and with a payment, a note and gift wrap.
local steps, shop = require "lib/steps", require "lib/shop"
local phrases = { "%s to my address %s by %s shipping", "%s, to be sent to %s, shipping %s" }
local notes = { "ring twice", "leave it with the neighbours", "call before you come", "the bell is broken" }
return {
  doc = "order what is asked for, to the right address", set = "sites", sites = { "shop" }, actions = { "go_back" },
  levels = 3, turns = { 12, 28, 36 }, floor = 0.05,
  setup = function(rng, level)
    sites.shop.sign_in(rng(1, 50))
    local s = { want = { shop.want(rng, math.min(level, 2)) }, address = rng:pick(sites.shop.addresses()), shipping = rng:pick { "Standard", "Express", "Pickup" },
      payment = level == 3 and rng:pick { "Invoice", "Bank transfer" } or "Card on file", note = level == 3 and rng:pick(notes) or "", level = level, phrase = rng(1, 2) }
    if level == 1 then sites.shop.put(s.want[1].product, "", 1) end
    return s
  end,
  goal = function(s)
    local what = s.level == 1 and "Order what is in my cart" or "Order " .. shop.say(s.want[1])
    local g = phrases[s.phrase]:format(what, s.address.label, s.shipping)
    if s.level == 3 then g = g .. (". Pay by %s, with the note %s for the courier"):format(s.payment, s.note) end
    return g .. "."
  end,
  check = function(s)
    local o, changed = sites.shop.placed()[1], sites.shop.changed()
    if not o then return 0 end
    local only = s.level == 1 and steps.only(changed, "cart", "new order") or steps.only(changed, "new order")
    return only and shop.lines(o.lines, s.want) and o.address.id == s.address.id and o.shipping == s.shipping
      and o.payment == s.payment and o.note == s.note and 1 or 0
  end,
  progress = function(s, page)
    local o = sites.shop.placed()[1]
    if o then
      return shop.lines(o.lines, s.want) and o.address.id == s.address.id and o.shipping == s.shipping and o.payment == s.payment
        and o.note == s.note and #sites.shop.changed() == (s.level == 1 and 2 or 1) and 1 or 0
    end
    if not shop.lines(sites.shop.cart(), s.want) then return sites.shop.visited("/product/" .. s.want[1].product) and 0.2 or 0 end
    return steps.at(page, "/checkout") and 0.7 or 0.5
  end,
  oracle = function(s, page)
    local act, a, b = shop.fill(page, s.want)
    if act then return act, a, b end
    if not steps.at(page, "/checkout") then return steps.press(page, "Check out", "Cart") end
    return steps.form(page, { { shop.address(s.address), true }, { shop.ways[s.shipping], true }, { "Pay by", s.payment }, { "Note for the courier", s.note } }, "Place order")
  end,
  hints = { "The way is: product, cart, check out, order.", function(s) return "The address is " .. s.address.text .. "." end },
}
