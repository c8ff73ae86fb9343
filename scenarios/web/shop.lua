-- Find a product, put it into the cart, check out.
local gym = require "gym"
return {
  doc = "find, add to cart, check out", levels = 3, turns = 10, floor = 0.1,
  setup = function(rng, level)
    local names = rng:sample(gym.products, ({ 3, 4, 5 })[level])
    local want = rng:pick(names)
    return { names = names, want = want, cart = {}, size = level > 1 and rng:pick(gym.sizes) or nil,
      buyer = rng:pick(gym.names), city = level == 3 and rng:pick(gym.cities) or nil, phrase = level == 1 and 1 or rng(1, 2) }
  end,
  goal = function(s)
    local what = (s.size and "a " .. s.size .. " " or "the ") .. s.want
    local who = s.buyer .. (s.city and " in " .. s.city or "")
    return (s.phrase == 1 and "Buy %s for %s." or "Order %s and have it sent to %s."):format(what, who)
  end,
  pages = function(s, req)
    local form = req.form
    if req.path == "/item" then
      s.looking = s.names[tonumber(req.query.n or "")]
      if not s.looking then return nil, "/" end
      local size = ""
      if s.size then size = '<label>Size <select name="size"><option>small</option><option>medium</option><option>large</option></select></label>' end
      return gym.page("Item", "<h1>" .. s.looking .. '</h1><form method="post" action="/add">' .. size
        .. '<button>Add to cart</button></form><p><a href="/">Back</a></p>')
    elseif req.path == "/add" and req.method == "POST" then
      s.cart = { name = s.looking, size = form.size }
      return nil, "/cart"
    elseif req.path == "/cart" then
      return gym.page("Cart", "<p>" .. (s.cart.name or "empty") .. (s.cart.size and " " .. s.cart.size or "") .. "</p>"
        .. '<p><a href="/pay">Check out</a> <a href="/">Shop</a></p>')
    elseif req.path == "/pay" then
      if req.method == "POST" then s.done, s.name, s.town = true, form.name, form.city end
      return gym.page("Check out", '<form method="post" action="/pay"><label>Name <input name="name"></label>'
        .. (s.city and '<label>City <input name="city"></label>' or "") .. "<button>Order</button></form>")
    end
    local out = {}
    for i, name in ipairs(s.names) do out[i] = ('<p><a href="/item?n=%d">%s</a></p>'):format(i, name) end
    return gym.page("Shop", table.concat(out, "\n"))
  end,
  check = function(s)
    if not s.done or s.cart.name ~= s.want or s.cart.size ~= s.size then return 0 end
    return s.name == s.buyer and s.town == s.city and 1 or 0
  end,
  progress = function(s, page)
    local cart = s.cart.name == s.want and s.cart.size == s.size
    if s.done then return cart and s.name == s.buyer and s.town == s.city and 1 or 0 end
    if not cart then return s.looking == s.want and 0.2 or 0 end
    local p = 0.5
    if gym.find(page, { name = "Name", value = s.buyer }) then p = p + 0.2 end
    if s.city and gym.find(page, { name = "City", value = s.city }) then p = p + 0.2 end
    return p
  end,
  oracle = function(s, page)
    local cart = s.cart.name == s.want and s.cart.size == s.size
    if page.title == "Shop" then
      return "click", gym.find(page, { role = "link", name = s.want })
    elseif page.title == "Item" then
      if s.looking ~= s.want then return "click", gym.find(page, { name = "Back" }) end
      local size = gym.find(page, { role = "combobox" })
      if size and size.value ~= s.size then return "select_option", size, s.size end
      return "click", gym.find(page, { name = "Add to cart" })
    elseif page.title == "Cart" then
      return "click", gym.find(page, { name = cart and "Check out" or "Shop" })
    end
    local name, city = gym.find(page, { role = "textbox", name = "Name" }), gym.find(page, { role = "textbox", name = "City" })
    if name.value ~= s.buyer then return "fill", name, s.buyer end
    if city and city.value ~= s.city then return "fill", city, s.city end
    return "click", gym.find(page, { name = "Order" })
  end,
  hints = { "The way is: product, cart, check out, order.", function(s) return "The product is " .. s.want .. "." end },
}
