-- Tell what a product's page says; on level 3 that of the best rated of three.
local gym, steps, shop = require "gym", require "lib/steps", require "lib/shop"
local asks = {
  { { "price", "What does the %s cost" }, { "material", "What is the %s made of" }, { "colour", "Which colour has the %s" } },
  { { "price", "What does the %s cost" }, { "stock", "How many of the %s are in stock in size %s" } },
  { { "price", "Which price has the best rated of these: %s" }, { "brand", "Which brand makes the best rated of these: %s" } },
}
return {
  doc = "find a product and tell a fact about it", set = "sites", sites = { "shop" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 10, 10, 38 }, floor = 0.05,
  setup = function(rng, level)
    sites.shop.sign_in(rng(1, 50))
    local ask, things = rng:pick(asks[level]), {}
    local s = { ask = ask[1], text = ask[2], of = 1 }
    while level < 3 and #things < 1 or level == 3 and #things < 3 do
      local p = shop.pick(rng, s.ask == "stock", things)
      local distinct = p.reviews > 0
      for _, other in ipairs(things) do distinct = distinct and other.rating ~= p.rating end
      if level < 3 or distinct then things[#things + 1] = p end
    end
    s.names, s.ids = {}, {}
    for i, p in ipairs(things) do
      s.names[i], s.ids[i] = p.name, p.id
      if tonumber(p.rating) > tonumber(things[s.of].rating) then s.of = i end
    end
    s.want = things[s.of][s.ask]
    if s.ask == "stock" then
      local i = rng(1, #things[1].sizes)
      s.size, s.want = things[1].sizes[i], tostring(things[1].stock[i])
    end
    return s
  end,
  goal = function(s) return s.text:format(gym.list(s.names, "and"), s.size) .. "? Tell the user." end,
  check = function(s) return steps.same(s.answer, s.want) and steps.only(sites.shop.changed()) and 1 or 0 end,
  progress = function(s)
    if s.answer then return steps.same(s.answer, s.want) and 1 or 0 end
    local n = 0
    for _, id in ipairs(s.ids) do
      if sites.shop.visited("/product/" .. id) then n = n + 1 end
    end
    return 0.8 * n / #s.ids
  end,
  oracle = function(s, page)
    for i, id in ipairs(s.ids) do
      if not sites.shop.visited("/product/" .. id) then return shop.open(page, s.names[i]) end
    end
    if not shop.at(page, s.ids[s.of]) then return shop.open(page, s.names[s.of]) end
    return "send_msg_to_user", s.want
  end,
  hints = { "Search for the product by its name.", function(s) return "Everything is on the page of " .. s.names[s.of] .. "." end },
}
