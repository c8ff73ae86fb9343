-- Read a product's reviews and tell who wrote what, or when.
local steps, shop = require "lib/steps", require "lib/shop"
-- unique finds the one review with the most, or fewest, stars
local function extreme(reviews, sign)
  local best, again
  for _, r in ipairs(reviews) do
    if not best or sign * r.stars > sign * best.stars then best, again = r, false elseif r.stars == best.stars then again = true end
  end
  return not again and best or nil
end
return {
  doc = "find a review and tell who wrote it, or when", set = "sites", sites = { "shop" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 14, 14, 22 }, floor = 0.05,
  setup = function(rng, level)
    sites.shop.sign_in(rng(1, 50))
    for _ = 1, 500 do
      local s = { level = level, phrase = rng(1, 2), sign = rng:pick { -1, 1 } }
      local p = shop.pick(rng, rng:chance(0.5))
      if level == 3 then
        s.category, s.brand = rng:pick(sites.shop.categories()), rng:pick(sites.shop.brands())
        local found = sites.shop.find { category = s.category, brand = s.brand, sort = "Price, low to high" }
        if #found > 1 and sites.shop.product(found[1]).cents < sites.shop.product(found[2]).cents then p = sites.shop.product(found[1]) else p = { reviews = 0 } end
      end
      if p.reviews > 2 then
        local reviews = sites.shop.reviews(p.id)
        local r = level == 1 and rng:pick(reviews) or extreme(reviews, s.sign)
        if r then
          s.id, s.name, s.by, s.want = p.id, p.name, r.by, level == 1 and r.date or r.by
          return s
        end
      end
    end
  end,
  goal = function(s)
    if s.level == 1 then return (s.phrase == 1 and "On which day did %s review the %s? Tell the user." or "Tell the user the date of the review by %s of the %s."):format(s.by, s.name) end
    local what = s.level == 2 and "the " .. s.name or ("the cheapest product by %s in the department %s"):format(s.brand, s.category)
    local stars = s.sign > 0 and "most" or "fewest"
    return (s.phrase == 1 and "Which customer gave %s the %s stars? Tell the user the full name." or "Read the reviews of %s, and tell the user who gave it the %s stars."):format(what, stars)
  end,
  check = function(s) return steps.same(s.answer, s.want) and steps.only(sites.shop.changed()) and 1 or 0 end,
  progress = function(s)
    if s.answer then return steps.same(s.answer, s.want) and 1 or 0 end
    local path = "/product/" .. s.id
    return sites.shop.visited(path .. "/reviews*") and 0.7 or sites.shop.visited(path) and 0.4 or s.level == 3 and sites.shop.visited("/products?*" ) and 0.1 or 0
  end,
  oracle = function(s, page)
    local path = "/product/" .. s.id
    if steps.at(page, path .. "/reviews") then
      local order = s.sign > 0 and "Best first" or "Worst first"
      for _, e in ipairs(page.elements) do
        if e.role == "row" and e.name:find(s.want, 1, true) and (s.level > 1 or e.name:find(s.by, 1, true)) then return "send_msg_to_user", s.want end
      end
      if s.level > 1 and not page.path:find("sort=", 1, true) then return steps.form(page, { { "Order", order } }, "Show") end
      return steps.press(page, "Next page")
    end
    if page.path == path then
      local n = #sites.shop.reviews(s.id)
      return steps.press(page, ("Reviews (%d)"):format(n))
    end
    if s.level < 3 then return shop.open(page, s.name) end
    if not steps.at(page, "/products") then return steps.press(page, s.category, "Shop") end
    if page.path:find("brand=" .. s.brand, 1, true) and page.path:find("low+to+high", 1, true) then return steps.press(page, s.name) end
    return steps.form(page, { { "Department", s.category }, { "Brand", s.brand }, { "Sort by", "Price, low to high" } }, "Show")
  end,
  hints = { "Reviews have a page of their own, reached from the product.", function(s) return "The product is " .. s.name .. "." end },
}
