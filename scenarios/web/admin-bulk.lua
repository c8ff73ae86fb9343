-- Do one thing to many rows, by their boxes: a customer's open invoices, a department's leads, items that run low.
local steps, admin = require "lib/steps", require "lib/admin"
return {
  doc = "do one thing to all rows that meet conditions", set = "sites", sites = { "admin" }, actions = { "go_back" },
  levels = 3, turns = { 26, 44, 54 }, floor = 0.02,
  setup = function(rng, level)
    for _ = 1, 500 do
      local s, ids = { level = level, phrase = rng(1, 2), want = {} }, {}
      if level == 1 then
        s.t, s.name, s.action, s.column, s.value = "invoices", admin.pick(rng, "customers").Name, "Mark as paid", "Status", "paid"
        ids = sites.admin.where("invoices", { Customer = s.name, Status = "open" })
        s.fields, s.query = { { "Search", s.name }, { "Status", "open" } }, { "status=open", "q=" .. s.name:gsub(" ", "+") }
      elseif level == 2 then
        s.t, s.dept, s.role, s.action, s.column, s.value = "staff", rng:pick { "Sales", "Finance", "Logistics", "Support", "Purchasing" }, rng:pick { "lead", "owner" }, "Set away", "Status", "away"
        ids = sites.admin.where("staff", { Department = s.dept, Role = s.role, Status = "active" })
        s.fields = { { "Department", s.dept }, { "Role", s.role }, { "Status", "active" } }
        s.query = { "department=" .. s.dept, "role=" .. s.role, "status=active" }
      else
        s.t, s.supplier, s.house, s.action, s.column, s.value = "stock", rng:pick { "Arlo", "Benton", "Cormac", "Delphin", "Everley" }, rng:pick { "Harbour", "Airport", "Valley", "Depot" }, "Order more", "Status", "ordered"
        for _, id in ipairs(sites.admin.where("stock", { Supplier = s.supplier, Warehouse = s.house, Status = "active" })) do
          local r = sites.admin.record("stock", id)
          if tonumber(r.Quantity) < tonumber(r.Minimum) then ids[#ids + 1] = id end
        end
        s.fields = { { "Supplier", s.supplier }, { "Warehouse", s.house }, { "Status", "active" } }
        s.query = { "supplier=" .. s.supplier, "warehouse=" .. s.house, "status=active" }
      end
      for i, id in ipairs(ids) do s.want[i] = { s.t, id, s.column, s.value } end
      if #ids > 1 and #ids < 10 then return s end
    end
  end,
  goal = function(s)
    if s.level == 1 then return (s.phrase == 1 and "Mark all open invoices of %s as paid." or "%s has paid everything: mark all the open invoices as paid."):format(s.name) end
    if s.level == 2 then return (s.phrase == 1 and "Set every active %s of the department %s away." or "All employees with the role %s in %s who are active are away from today; set them so."):format(s.role, s.dept) end
    return (s.phrase == 1 and "Order more of every active item by %s in the warehouse %s whose quantity is below its minimum."
      or "Go through the active items of the supplier %s in %s: where the quantity is less than the minimum, order more."):format(s.supplier, s.house)
  end,
  check = function(s) return admin.only(s.want) and 1 or 0 end,
  progress = function(s)
    local right = admin.right(s.want)
    return math.max(0, right - (#sites.admin.changed() - right)) / #s.want
  end,
  oracle = function(s, page)
    local wanted = {}
    for _, w in ipairs(s.want) do wanted[w[2]] = true end
    return admin.tick(page, s.t, s.fields, s.query, wanted, function(id) return sites.admin.record(s.t, id)[s.column] == s.value end, s.action)
  end,
  hints = { "Narrow the list down first.", "Boxes that are ticked are forgotten when another page is opened; apply first.",
    function(s) return "There are " .. #s.want .. " of them." end },
}
