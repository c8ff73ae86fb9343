-- Change the account: a phone number, a new address, an address that moves and becomes the default.
local gym, steps = require "gym", require "lib/steps"
local streets = { "Birch Lane", "Quarry Road", "Lock Street", "Orchard Way", "Tower Hill" }
local fields = { "label", "name", "street", "postcode", "city" }
local titles = { label = "Label", name = "Name", street = "Street", postcode = "Postcode", city = "City" }
return {
  doc = "change the account's phone number and addresses", set = "sites", sites = { "shop" }, actions = { "go_back" },
  levels = 3, turns = { 12, 20, 22 }, floor = 0.05,
  setup = function(rng, level)
    sites.shop.sign_in(rng(1, 50))
    local s = { level = level, phrase = rng(1, 2), phone = "0" .. rng(100000000, 899999999), was = sites.shop.person(), wasAt = sites.shop.addresses() }
    local new = { street = rng(1, 98) .. " " .. rng:pick(streets), postcode = tostring(rng(10000, 99999)), city = rng:pick(gym.cities) }
    if level == 2 then
      new.label, new.name = rng:pick { "Cabin", "School", "Studio", "Harbour" }, rng:pick(gym.names) .. " " .. rng:pick(gym.surnames)
    else
      local old = s.wasAt[rng(2, 3)]
      new.id, new.label, new.name = old.id, old.label, s.was.name
    end
    s.new = new
    return s
  end,
  goal = function(s)
    local n = s.new
    if s.level == 1 then return (s.phrase == 1 and "Change my phone number to %s." or "My new phone number is %s; put it into my account."):format(s.phone) end
    if s.level == 2 then
      return (s.phrase == 1 and "Add an address to my account: label %s, name %s, street %s, postcode %s, city %s." or "Save a new address %s for %s, %s, %s %s, and leave the default as it is.")
        :format(n.label, n.name, n.street, n.postcode, n.city)
    end
    return (s.phrase == 1 and "My address %s has moved to %s in %s, postcode %s. Change it, and make it the default." or "Make %s my default address, and correct it: street %s, city %s, postcode %s.")
      :format(n.label, n.street, n.city, n.postcode)
  end,
  check = function(s)
    if s.level == 1 then
      local p = sites.shop.person()
      return steps.only(sites.shop.changed(), "person") and p.phone == s.phone and p.name == s.was.name and p.email == s.was.email and p.newsletter == s.was.newsletter and 1 or 0
    end
    if not steps.only(sites.shop.changed(), "addresses") then return 0 end
    local got = sites.shop.addresses()
    if #got ~= (s.level == 2 and 4 or 3) then return 0 end
    for i, a in ipairs(got) do
      local want = (i == 4 or a.id == s.new.id) and s.new or s.wasAt[i]
      for _, f in ipairs(fields) do
        if a[f] ~= want[f] then return 0 end
      end
      local default = s.wasAt[i] and s.wasAt[i].default or false
      if s.level == 3 then default = a.id == s.new.id end
      if a.default ~= default then return 0 end
    end
    return 1
  end,
  progress = function(s)
    local p, form = sites.shop.visited("/account*") and 0.1 or 0, s.level == 1 and "/account/edit" or "/account/address/" .. (s.new.id or "new")
    if sites.shop.visited(form) then p = 0.3 end
    if s.level == 1 then return sites.shop.person().phone == s.phone and 1 or p end
    for i, a in ipairs(sites.shop.addresses()) do
      if i == 4 or a.id == s.new.id then
        if a.street == s.new.street and a.city == s.new.city and a.postcode == s.new.postcode and a.label == s.new.label then p = s.level == 2 and a.name == s.new.name and 1 or 0.7 end
        if s.level == 3 and a.default then p = p + 0.3 end
      end
    end
    return p
  end,
  oracle = function(s, page)
    if s.level == 1 then
      if not gym.find(page, { role = "textbox", name = "Phone" }) then return steps.press(page, "Edit details", "Account") end
      return steps.form(page, { { "Phone", s.phone } }, "Save")
    end
    local mine
    for i, a in ipairs(sites.shop.addresses()) do
      if i == 4 or a.id == s.new.id then mine = a end
    end
    local right = mine ~= nil
    for _, f in ipairs(fields) do right = right and mine[f] == s.new[f] end
    if right then return steps.press(page, "Make " .. s.new.label .. " the default", "Account") end
    if not gym.find(page, { role = "textbox", name = "Postcode" }) then
      return steps.press(page, s.level == 2 and not mine and "Add an address" or "Edit " .. (mine or s.new).label, "Account")
    end
    local want = {}
    for i, f in ipairs(fields) do want[i] = { titles[f], s.new[f] } end
    return steps.form(page, want, "Save address")
  end,
  hints = { "All of it is on the page Account.", function(s) return s.level == 1 and "Edit the details." or "The label is " .. s.new.label .. "." end },
}
