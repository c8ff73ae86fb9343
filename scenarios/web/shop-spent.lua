-- Look into the orders and tell: a total, a date, the number of the dearest order.
local gym, steps, shop = require "gym", require "lib/steps", require "lib/shop"
return {
  doc = "tell a fact about past orders", set = "sites", sites = { "shop" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 12, 14, 14 }, floor = 0.1,
  setup = function(rng, level)
    for _ = 1, 500 do
      sites.shop.sign_in(rng(1, 50))
      local orders, s = sites.shop.orders(), { level = level, phrase = rng(1, 2) }
      local o = rng:pick(orders)
      s.id, s.name = o.id, rng:pick(o.lines).name
      if level < 3 then
        s.ask = level == 1 and rng:pick { "total", "payment" } or rng:pick { "total", "delivered" }
        s.want = o[s.ask]
        local n = 0
        for _, other in ipairs(orders) do
          for _, l in ipairs(other.lines) do n = n + (l.name == s.name and 1 or 0) end
        end
        if s.want ~= "" and n == 1 then return s end
      else
        s.ask, s.status = rng:pick { "dearest", "cheapest" }, rng:pick { "processing", "shipped", "delivered" }
        local found = {}
        for _, other in ipairs(orders) do
          if other.status == s.status then found[#found + 1] = other end
        end
        table.sort(found, function(a, b)
          if s.ask == "dearest" then return tonumber(a.total) > tonumber(b.total) end
          return tonumber(a.total) < tonumber(b.total)
        end)
        s.id, s.want = found[1].id, tostring(found[1].id)
        if #found == 1 or found[1].total ~= found[2].total then return s end
      end
    end
  end,
  goal = function(s)
    if s.level == 3 then
      return (s.phrase == 1 and "Which of my %s orders has the %s total? Tell the user its number." or "Tell the user the number of the one of my %s orders whose total is the %s.")
        :format(s.status, s.ask == "dearest" and "highest" or "lowest")
    end
    local of = s.level == 1 and "order " .. s.id or "the order with the " .. s.name
    local what = ({ total = "How much did I pay in all for %s", payment = "How did I pay for %s", delivered = "On which day was %s delivered" })[s.ask]
    return what:format(of) .. (s.phrase == 1 and "? Tell the user." or "? Look it up and tell.")
  end,
  check = function(s) return steps.same(s.answer, s.want) and steps.only(sites.shop.changed()) and 1 or 0 end,
  progress = function(s)
    if s.answer then return steps.same(s.answer, s.want) and 1 or 0 end
    if s.level == 3 then return sites.shop.visited("/orders?q=&status=" .. s.status .. "*") and 0.6 or sites.shop.visited("/orders*") and 0.3 or 0 end
    return sites.shop.visited("/orders/" .. s.id) and 0.7 or sites.shop.visited("/orders*") and 0.2 or 0
  end,
  oracle = function(s, page)
    if s.level == 3 then
      local shown = steps.at(page, "/orders") and page.path:find("status=" .. s.status, 1, true)
      if shown then
        if gym.find(page, { role = "link", name = "Order " .. s.id }) then return "send_msg_to_user", s.want end
        return steps.press(page, "Next page")
      end
      if not steps.at(page, "/orders") then return steps.press(page, "Orders") end
      return steps.form(page, { { "Status", s.status } }, "Show")
    end
    if page.path == "/orders/" .. s.id then return "send_msg_to_user", s.want end
    if s.level == 2 and steps.at(page, "/orders") and not page.path:find("q=", 1, true) then
      return steps.form(page, { { "Search your orders", s.name } }, "Show")
    end
    return shop.order(page, s.id)
  end,
  hints = { "All orders are on the page Orders, over several pages.", function(s) return "It is about order " .. s.id .. "." end },
}
