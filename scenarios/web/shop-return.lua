-- Send things back that were delivered: the right ones, with reason, comment and the way of the refund.
local steps, shop = require "lib/steps", require "lib/shop"
local reasons = { "Too small", "Too large", "Damaged", "Not as described", "Changed my mind" }
local comments = { "the seam is open", "one handle is missing", "it does not fit", "the box was empty", "it smells of paint" }
return {
  doc = "ask for a return of things that were delivered", set = "sites", sites = { "shop" }, actions = { "go_back" },
  levels = 3, turns = { 16, 20, 24 }, floor = 0.05,
  setup = function(rng, level)
    for _ = 1, 500 do
      sites.shop.sign_in(rng(1, 50))
      local orders = sites.shop.orders()
      local o = orders[rng(6, 8)]
      local names, items, once = {}, {}, true
      for _, l in ipairs(rng:sample(o.lines, level == 3 and math.min(2, #o.lines) or 1)) do
        names[#names + 1], items[#items + 1] = l.name, { product = l.product, label = l.label }
      end
      for _, other in ipairs(orders) do
        for _, l in ipairs(other.lines) do once = once and (other.id == o.id or l.name ~= names[1]) end
      end
      if once and o.returnable and (level == 1 and #o.lines == 1 or level == 2 and #o.lines > 1 or level == 3 and #o.lines > 2) then
        return { id = o.id, names = names, items = items, level = level, reason = rng:pick(reasons), comment = level > 1 and rng:pick(comments) or "",
          refund = level == 3 and "Store credit" or "Original payment", phrase = rng(1, 2) }
      end
    end
  end,
  goal = function(s)
    local what = s.level == 1 and "what was in order " .. s.id or "the " .. table.concat(s.names, " and the ")
    local g = s.phrase == 1 and ("Return %s. Reason: %s."):format(what, s.reason) or ("I want to send back %s, with the reason %s."):format(what, s.reason)
    if s.level > 1 then g = g .. (" Write as the comment: %s."):format(s.comment) end
    return g .. (s.level == 3 and " Both are of one order; keep the rest of it. The refund is to be store credit." or "")
  end,
  check = function(s)
    local r = sites.shop.order(s.id).returned
    if not r or #r.items ~= #s.items or not steps.only(sites.shop.changed(), "order " .. s.id) then return 0 end
    for _, item in ipairs(s.items) do
      local there = false
      for _, id in ipairs(r.items) do there = there or id == item.product end
      if not there then return 0 end
    end
    return r.reason == s.reason and r.comment == s.comment and r.refund == s.refund and 1 or 0
  end,
  progress = function(s, page)
    local r = sites.shop.order(s.id).returned
    if r then return #r.items == #s.items and r.reason == s.reason and r.comment == s.comment and r.refund == s.refund and 1 or 0 end
    return sites.shop.visited("/orders/" .. s.id .. "/return") and 0.6 or sites.shop.visited("/orders/" .. s.id) and 0.4 or sites.shop.visited("/orders*") and 0.1 or 0
  end,
  oracle = function(s, page)
    local path = "/orders/" .. s.id
    if page.path == path .. "/return" then
      local fields = { { "Reason", s.reason }, { s.refund, true } }
      if s.comment ~= "" then fields[3] = { "Comment", s.comment } end
      for _, l in ipairs(sites.shop.order(s.id).lines) do
        local chosen = false
        for _, item in ipairs(s.items) do chosen = chosen or item.product == l.product end
        fields[#fields + 1] = { l.label, chosen }
      end
      return steps.form(page, fields, "Send return request")
    end
    if page.path == path then return steps.press(page, "Return items") end
    if s.level > 1 and steps.at(page, "/orders") and not page.path:find("q=", 1, true) then
      return steps.form(page, { { "Search your orders", s.names[1] } }, "Show")
    end
    return shop.order(page, s.id)
  end,
  hints = { "The page of an order leads to its return.", "Orders can be searched by product.", function(s) return "It is order " .. s.id .. "." end },
}
