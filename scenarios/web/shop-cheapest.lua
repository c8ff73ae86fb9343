-- Find the cheapest product that meets conditions, by the list's filters and its order, and tell its name.
local steps = require "lib/steps"
local cheap = "Price, low to high"
local words = { brand = "by the brand %s", colour = "in %s", stock = "that is in stock", rating = "rated %s or better" }
local order = { "brand", "colour", "rating", "stock" }
local phrases = { "Tell the user the name of the cheapest product in the department %s.", "Which is the cheapest product of the department %s? Tell its full name." }
return {
  doc = "find the cheapest product that meets conditions", set = "sites", sites = { "shop" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 10, 14, 18 }, floor = 0.05,
  setup = function(rng, level)
    sites.shop.sign_in(rng(1, 50))
    for _ = 1, 500 do
      local q = { category = rng:pick(sites.shop.categories()), sort = cheap }
      if level == 2 then
        if rng:chance(0.5) then q.brand = rng:pick(sites.shop.brands()) else q.colour = rng:pick(sites.shop.colours()) end
      elseif level == 3 then
        q.colour, q.rating, q.stock = rng:pick(sites.shop.colours()), rng:pick { 3, 3.5, 4 }, rng:chance(0.5) or nil
      end
      local found = sites.shop.find(q)
      if #found > level and sites.shop.product(found[1]).cents < sites.shop.product(found[2]).cents then
        return { q = q, id = found[1], want = sites.shop.product(found[1]).name, phrase = rng(1, #phrases) }
      end
    end
  end,
  goal = function(s)
    local more = {}
    for _, name in ipairs(order) do
      if s.q[name] then more[#more + 1] = words[name]:format(name == "rating" and ("%.1f"):format(s.q.rating) or s.q[name]) end
    end
    local g = phrases[s.phrase]:format(s.q.category)
    return #more > 0 and g .. " It must be one " .. table.concat(more, ", ") .. "." or g
  end,
  check = function(s) return steps.same(s.answer, s.want) and steps.only(sites.shop.changed()) and 1 or 0 end,
  progress = function(s)
    if s.answer then return steps.same(s.answer, s.want) and 1 or 0 end
    local best = 0
    for _, v in ipairs(sites.shop.visits()) do
      local p = v:find("category=" .. s.q.category, 1, true) and 0.2 or 0
      if p > 0 and v:find("low+to+high", 1, true) then
        p = 0.5
        if not s.q.brand or v:find("brand=" .. s.q.brand, 1, true) then p = p + 0.15 end
        if not s.q.colour or v:find("colour=" .. s.q.colour, 1, true) then p = p + 0.15 end
      end
      best = math.max(best, p)
    end
    return best
  end,
  oracle = function(s, page)
    if not steps.at(page, "/products") then return steps.press(page, s.q.category, "Shop") end
    local shown = page.path:find("low+to+high", 1, true) and page.path:find("category=" .. s.q.category, 1, true)
      and (not s.q.brand or page.path:find("brand=" .. s.q.brand, 1, true)) and (not s.q.colour or page.path:find("colour=" .. s.q.colour, 1, true))
      and (not s.q.rating or page.path:find(("rating=%.1f"):format(s.q.rating), 1, true)) and (not s.q.stock or page.path:find("stock=yes", 1, true))
    local gym = require "gym"
    if shown and gym.find(page, { role = "link", name = s.want }) then return "send_msg_to_user", s.want end
    return steps.form(page, { { "Search", "" }, { "Department", s.q.category }, { "Brand", s.q.brand or "All brands" }, { "Colour", s.q.colour or "All colours" },
      { "Rating at least", s.q.rating and ("%.1f"):format(s.q.rating) or "Any rating" }, { "In stock only", s.q.stock == true }, { "Sort by", cheap } }, "Show")
  end,
  hints = { "Every list can be sorted by price.", function(s) return "Open the department " .. s.q.category .. " and set the form above the list." end },
}
