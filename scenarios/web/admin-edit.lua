-- Change fields of one row: one of a customer, two of an employee, three of an item.
local gym, admin = require "gym", require "lib/admin"
local departments = { "Sales", "Finance", "Logistics", "Support", "Purchasing" }
local what = { customers = "customer", staff = "employee", stock = "item" }
local function other(rng, list, than)
  local v = rng:pick(list)
  while v == than do v = rng:pick(list) end
  return v
end
return {
  doc = "change fields of a customer, an employee or an item", set = "sites", sites = { "admin" }, actions = { "go_back" },
  levels = 3, turns = { 16, 20, 24 }, floor = 0.05,
  setup = function(rng, level)
    local t = ({ "customers", "staff", "stock" })[level]
    local r = admin.pick(rng, t, t == "stock" and { Status = "active" } or {})
    local s = { t = t, id = r.id, name = r.Name or r.Item, phrase = rng(1, 2), set = {} }
    if level == 1 then
      local column = rng:pick { "Phone", "Credit", "Contact" }
      s.set[1] = { column, ({ Phone = "0" .. rng(200000000, 899999999), Credit = rng(70, 99) .. "500.00", Contact = rng:pick(gym.names) .. " " .. rng:pick(gym.surnames) .. "-" .. rng:pick(gym.surnames) })[column] }
    elseif level == 2 then
      s.set = { { "Department", other(rng, departments, r.Department) }, { "Office", other(rng, gym.cities, r.Office) } }
    else
      s.set = { { "Quantity", tostring(rng(300, 900)) }, { "Warehouse", other(rng, { "Harbour", "Airport", "Valley", "Depot" }, r.Warehouse) }, { "Price", rng(100, 200) .. "." .. rng(10, 99) } }
    end
    s.want = {}
    for i, f in ipairs(s.set) do s.want[i] = { t, r.id, f[1], f[2] } end
    return s
  end,
  goal = function(s)
    local parts = {}
    for i, f in ipairs(s.set) do parts[i] = f[1]:lower() .. " " .. f[2] end
    return (s.phrase == 1 and "Change the %s %s: %s." or "The record of the %s %s is out of date; it should be: %s."):format(what[s.t], s.name, table.concat(parts, ", "))
  end,
  check = function(s) return admin.only(s.want) and 1 or 0 end,
  progress = function(s)
    if #sites.admin.changed() > 0 then return admin.only(s.want) and 1 or 0 end
    local path = admin.path(s.t, s.id)
    return sites.admin.visited(path .. "/edit") and 0.6 or sites.admin.visited(path) and 0.4 or sites.admin.visited("/" .. s.t .. "?q=*") and 0.1 or 0
  end,
  oracle = function(s, page)
    local values = {}
    for _, f in ipairs(s.set) do values[f[1]] = f[2] end
    return admin.edit(page, s.t, sites.admin.record(s.t, s.id), values)
  end,
  hints = { "Search for the row, open it, and choose Edit.", function(s) return "Its number is " .. s.id .. "." end },
}
