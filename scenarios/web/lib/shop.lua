-- What the scenarios on the shop share: drawing tasks, finding the way, judging carts.
local gym, steps = require "gym", require "lib/steps"
local shop = {}

-- pick draws a product that suits; sized says whether it is to have sizes, all of which are then in stock.
function shop.pick(rng, sized, but)
  for _ = 1, 1000 do
    local p = sites.shop.product(999 + rng(1, 2000))
    local ok = (#p.sizes > 0) == sized and #sites.shop.find { q = p.name } == 1
    for _, n in ipairs(p.stock) do ok = ok and n > 0 end
    for _, other in ipairs(but or {}) do ok = ok and other.name ~= p.name end
    if ok then return p end
  end
end

-- want draws a line for a cart: a product and how it is wanted.
function shop.want(rng, level, but)
  local p = shop.pick(rng, level > 1, but)
  local line = { product = p.id, name = p.name, size = "", quantity = 1, wrap = false }
  if level > 1 then
    local i = rng(1, #p.sizes)
    line.size, line.quantity = p.sizes[i], rng(1, math.min(4, p.stock[i]))
    line.wrap = level > 2 and rng:chance(0.5)
  end
  return line
end

-- say is a line as a goal says it.
function shop.say(line)
  local more = {}
  if line.size ~= "" then more[#more + 1] = "in size " .. line.size end
  if line.wrap then more[#more + 1] = "gift wrapped" end
  return (line.quantity == 1 and "the " or line.quantity .. " of the ") .. line.name .. (#more > 0 and " " .. table.concat(more, ", ") or "")
end

local function alike(a, b) return a.product == b.product and a.size == b.size and a.quantity == b.quantity and a.wrap == b.wrap end

-- lines says whether a cart or an order has exactly the wanted lines, and how many of them are right.
function shop.lines(got, want)
  local right = 0
  for _, w in ipairs(want) do
    for _, g in ipairs(got) do
      if alike(w, g) then right = right + 1 break end
    end
  end
  return right == #want and #got == #want, right
end

-- open leads to a product's page by the search.
function shop.open(page, name)
  local link = gym.find(page, { role = "link", name = name })
  if link then return "click", link end
  local box = gym.find(page, { role = "textbox", name = "Search products" })
  if not box then return steps.press(page, "Shop") end
  if box.value ~= name then return "fill", box, name end
  return steps.press(page, "Search")
end

-- at says whether a page is that of a product.
function shop.at(page, id) return page.path == "/product/" .. id or page.path == "/product/" .. id .. "/cart" end

-- fill brings the cart to the wanted lines; nothing where it has them. What is too much is taken out first.
function shop.fill(page, want)
  local cart = sites.shop.cart()
  for i, g in ipairs(cart) do
    local wanted = false
    for _, w in ipairs(want) do wanted = wanted or alike(w, g) end
    if not wanted then return steps.press(page, "Remove " .. g.label, "Cart") end
  end
  for _, w in ipairs(want) do
    if not select(1, shop.lines({ w }, cart)) then
      local there = false
      for _, g in ipairs(cart) do there = there or alike(w, g) end
      if not there then
        if not shop.at(page, w.product) then return shop.open(page, w.name) end
        local fields = { { "Quantity", tostring(w.quantity) }, { "Gift wrap, free", w.wrap } }
        if w.size ~= "" then table.insert(fields, 1, { "Size", w.size }) end
        return steps.form(page, fields, "Add to cart")
      end
    end
  end
end

-- order leads to the page of an order.
function shop.order(page, id)
  return steps.press(page, "Order " .. id, steps.at(page, "/orders") and "Next page" or "Orders", "Orders")
end

-- address is how the checkout shows an address.
function shop.address(a) return a.label .. ": " .. a.text end

-- ways are how shipping is shown.
shop.ways = { Standard = "Standard: 3 to 5 days, 4.90 EUR, free from 100.00 EUR on", Express = "Express: next day, 9.90 EUR",
  Pickup = "Pickup: from our store in Mill Road, free" }

return shop
