-- Add a record: a customer, an employee, or both, with every field.
local gym, steps = require "gym", require "lib/steps"
local order = {
  customers = { "Name", "Contact", "Email", "Phone", "City", "Region", "Status", "Credit" },
  staff = { "Name", "Email", "Phone", "Department", "Role", "Office", "Start", "Status" },
}
local one, title = { customers = "customer", staff = "employee" }, { customers = "Customers", staff = "Staff" }
local function draw(rng, t)
  local name = rng:pick(gym.names) .. " " .. rng:pick(gym.words):sub(1, 1):upper() .. " " .. rng:pick(gym.surnames)
  local host = rng:pick(gym.words) .. ".example"
  local v = { Name = name, Email = rng:pick(gym.words) .. "@" .. host, Phone = "0" .. rng(200000000, 899999999) }
  if t == "customers" then
    v.Name = rng:pick(gym.surnames) .. " and " .. rng:pick(gym.surnames) .. " " .. rng:pick { "Mills", "Works", "Foods", "Tools", "Press" }
    v.Contact, v.City, v.Region = rng:pick(gym.names) .. " " .. rng:pick(gym.surnames), rng:pick(gym.cities), rng:pick { "North", "South", "East", "West" }
    v.Status, v.Credit = rng:pick { "active", "on hold" }, rng(1, 90) .. "000.00"
  else
    v.Department, v.Role = rng:pick { "Sales", "Finance", "Logistics", "Support", "Purchasing" }, rng:pick { "clerk", "lead" }
    v.Office, v.Start, v.Status = rng:pick(gym.cities), ("2031-%02d-%02d"):format(rng(6, 12), rng(1, 28)), rng:pick { "active", "away" }
  end
  return { t = t, v = v }
end
local function matches(r, new)
  for _, c in ipairs(order[new.t]) do
    if r[c] ~= new.v[c] then return false end
  end
  return true
end
-- made says whether one of the records that were added is this one.
local function made(new)
  for _, c in ipairs(sites.admin.changed()) do
    if c.column == "new" and c.table == new.t and matches(sites.admin.record(c.table, c.id), new) then return true end
  end
  return false
end
return {
  doc = "add a customer, an employee, or both", set = "sites", sites = { "admin" }, actions = { "go_back" },
  levels = 3, turns = { 28, 28, 54 }, floor = 0.02,
  setup = function(rng, level)
    local s = { phrase = rng(1, 2), new = { draw(rng, level == 2 and "staff" or "customers") } }
    if level == 3 then s.new[2] = draw(rng, "staff") end
    return s
  end,
  goal = function(s)
    local out = {}
    for i, new in ipairs(s.new) do
      local parts = {}
      for j, c in ipairs(order[new.t]) do parts[j] = c:lower() .. " " .. new.v[c] end
      out[i] = (s.phrase == 1 and "Add a new %s: %s." or "There is a new %s to be entered, with %s."):format(one[new.t], table.concat(parts, ", "))
    end
    return table.concat(out, " ")
  end,
  check = function(s)
    if #sites.admin.changed() ~= #s.new then return 0 end
    for _, new in ipairs(s.new) do
      if not made(new) then return 0 end
    end
    return 1
  end,
  progress = function(s, page)
    local p, wrong = 0, #sites.admin.changed()
    for _, new in ipairs(s.new) do
      if made(new) then
        p, wrong = p + 1, wrong - 1
      elseif page.path == "/" .. new.t .. "/new/edit" then
        local n = 0
        for _, c in ipairs(order[new.t]) do
          if gym.find(page, { name = c, value = new.v[c] }) then n = n + 1 end
        end
        p = p + 0.2 + 0.6 * n / #order[new.t]
      end
    end
    return math.max(0, p - wrong) / #s.new
  end,
  oracle = function(s, page)
    for _, new in ipairs(s.new) do
      if not made(new) then
        if page.path == "/" .. new.t .. "/new/edit" then
          local fields = {}
          for i, c in ipairs(order[new.t]) do fields[i] = { c, new.v[c] } end
          return steps.form(page, fields, "Save")
        end
        return steps.press(page, "New " .. one[new.t], title[new.t])
      end
    end
  end,
  hints = { "Below the list of customers, and that of staff, is a link to a new record.", "Every field but the note must be filled." },
}
