-- Write reviews of what was delivered: stars, title and text.
local steps, shop = require "lib/steps", require "lib/shop"
local titles = { "Good value", "Never again", "Just as hoped", "Could be better", "A fine gift" }
local texts = { "we use it every day", "it broke after a week", "the colour is lovely", "it took long to arrive", "my children like it" }
return {
  doc = "write reviews of what was bought", set = "sites", sites = { "shop" }, actions = { "go_back" },
  levels = 3, turns = { 18, 22, 44 }, floor = 0.05,
  setup = function(rng, level)
    for _ = 1, 500 do
      sites.shop.sign_in(rng(1, 50))
      local o = sites.shop.orders()[rng(6, 12)]
      if #o.lines == ({ 1, 1, 2 })[level] then
        local s = { id = o.id, level = level, phrase = rng(1, 2), write = {} }
        for i, l in ipairs(o.lines) do
          s.write[i] = { product = l.product, name = l.name, stars = rng(1, 5), title = rng:pick(titles), text = rng:pick(texts) }
        end
        if level < 3 or #sites.shop.find { q = s.write[1].name } == 1 and #sites.shop.find { q = s.write[2].name } == 1 then return s end
      end
    end
  end,
  goal = function(s)
    local out = {}
    for i, w in ipairs(s.write) do
      local what = s.level == 2 and "the product that I got with order " .. s.id or "the " .. w.name
      local form = s.phrase == 1 and "Review %s: %d stars, title %s, text: %s." or "Give %s %d stars in a review with the title %s and the text: %s."
      out[i] = form:format(what, w.stars, w.title, w.text)
    end
    return table.concat(out, " ")
  end,
  check = function(s)
    local got = sites.shop.reviewed()
    if not steps.only(sites.shop.changed(), "reviews") or #got ~= #s.write then return 0 end
    for _, w in ipairs(s.write) do
      local right = false
      for _, g in ipairs(got) do right = right or g.product == w.product and g.stars == w.stars and g.title == w.title and g.text == w.text end
      if not right then return 0 end
    end
    return 1
  end,
  progress = function(s)
    local p = 0
    for _, w in ipairs(s.write) do
      local mine = sites.shop.visited("/product/" .. w.product) and 0.3 or 0
      if sites.shop.visited("/product/" .. w.product .. "/review") then mine = 0.6 end
      for _, g in ipairs(sites.shop.reviewed()) do
        if g.product == w.product then mine = g.stars == w.stars and g.title == w.title and g.text == w.text and 1 or 0 end
      end
      p = p + mine / #s.write
    end
    return math.min(1, p)
  end,
  oracle = function(s, page)
    local next
    for _, w in ipairs(s.write) do
      local done = false
      for _, g in ipairs(sites.shop.reviewed()) do done = done or g.product == w.product end
      if not done and not next then next = w end
    end
    local path = "/product/" .. next.product
    if page.path == path .. "/review" then
      return steps.form(page, { { "Stars", tostring(next.stars) }, { "Title", next.title }, { "Your review", next.text } }, "Publish")
    end
    if page.path == path then return steps.press(page, "Write a review") end
    if s.level == 2 and page.path ~= "/orders/" .. s.id then return shop.order(page, s.id) end
    return shop.open(page, next.name)
  end,
  hints = { "The page of a product leads to the form.", function(s) return "Begin with " .. s.write[1].name .. "." end },
}
