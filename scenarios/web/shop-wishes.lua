-- Keep the wish list: add to it, take out what is sold out, take out what is too dear.
local steps, shop = require "lib/steps", require "lib/shop"
-- wrong counts what is on the list and should not be, and what should be and is not.
local function wrong(s)
  local n, has = 0, {}
  for _, id in ipairs(sites.shop.wishes()) do has[id] = true end
  for _, id in ipairs(s.want) do
    if not has[id] then n = n + 1 end
    has[id] = nil
  end
  for _ in pairs(has) do n = n + 1 end
  return n
end
return {
  doc = "keep the wish list in order", set = "sites", sites = { "shop" }, actions = { "go_back" },
  levels = 3, turns = { 12, 10, 24 }, floor = 0.05,
  setup = function(rng, level)
    sites.shop.sign_in(rng(1, 50))
    local s, mine, had = { level = level, want = {}, phrase = rng(1, 2) }, sites.shop.wishes(), {}
    for i, id in ipairs(mine) do had[i] = sites.shop.product(id) end
    if level ~= 2 then
      local p = shop.pick(rng, rng:chance(0.5), had)
      s.add = { id = p.id, name = p.name }
    end
    if level == 2 then
      for _, id in ipairs(mine) do
        local p, gone = sites.shop.product(id), rng:chance(0.4)
        for i = 1, #p.stock do sites.shop.set_stock(id, p.sizes[i] or "", gone and 0 or rng(1, 9)) end
        if not gone then s.want[#s.want + 1] = id end
      end
      if #s.want == #mine then
        local p = sites.shop.product(table.remove(s.want, rng(1, #s.want)))
        for i = 1, #p.stock do sites.shop.set_stock(p.id, p.sizes[i] or "", 0) end
      end
    else
      local prices = {}
      for i, id in ipairs(mine) do prices[i] = sites.shop.product(id).cents end
      table.sort(prices)
      s.limit = level == 3 and math.floor(prices[#prices - rng(1, 2)] / 100) + 1 or nil
      for _, id in ipairs(mine) do
        if not s.limit or sites.shop.product(id).cents <= s.limit * 100 then s.want[#s.want + 1] = id end
      end
      if s.add then s.want[#s.want + 1] = s.add.id end
    end
    s.wrong = wrong(s)
    return s
  end,
  goal = function(s)
    if s.level == 1 then return (s.phrase == 1 and "Put the %s on my wish list." or "I would love to have the %s one day: note it on my wish list."):format(s.add.name) end
    if s.level == 2 then return s.phrase == 1 and "Remove everything from my wish list that is out of stock." or "Tidy up my wish list: what is out of stock goes." end
    return (s.phrase == 1 and "Remove everything from my wish list that costs more than %d EUR, and add the %s, whatever it costs."
      or "What costs more than %d EUR must go from my wish list. The %s comes onto it, at any price."):format(s.limit, s.add.name)
  end,
  check = function(s)
    local got = sites.shop.wishes()
    if #got ~= #s.want or not steps.only(sites.shop.changed(), "wishes") then return 0 end
    for i = 1, #got do
      if got[i] ~= s.want[i] then return 0 end
    end
    return 1
  end,
  progress = function(s)
    local near = s.add and wrong(s) == 1 and sites.shop.visited("/product/" .. s.add.id) and 0.5 or 0
    return math.max(0, 1 - (wrong(s) - near) / s.wrong)
  end,
  oracle = function(s, page)
    local want, has = {}, {}
    for _, id in ipairs(s.want) do want[id] = true end
    for _, id in ipairs(sites.shop.wishes()) do
      has[id] = true
      if not want[id] then return steps.press(page, "Remove " .. sites.shop.product(id).name, "Wish list") end
    end
    for _, id in ipairs(s.want) do
      if not has[id] then
        if shop.at(page, id) then return steps.press(page, "Add to wish list") end
        return shop.open(page, sites.shop.product(id).name)
      end
    end
  end,
  hints = { "The wish list shows prices and what is out of stock.", "A product's page has the button that adds it to the list." },
}
