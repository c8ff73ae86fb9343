-- Void an invoice, close a customer, discontinue an item: about half of them must not be, by a rule; that is to be said instead.
local steps, admin = require "lib/steps", require "lib/admin"
local kinds = {
  { t = "invoices", column = "Status", value = "void", verb = "Void the invoice", values = {} },
  { t = "customers", column = "Status", value = "closed", verb = "Close the customer", values = { Status = "active" } },
  { t = "stock", column = "Status", value = "discontinued", verb = "Discontinue the item", values = { Status = "active" } },
  { t = "staff", column = "Status", value = "left", verb = "Record that this employee has left, by the status:", values = {} },
}
-- looked says whether a page was opened that can show that a rule forbids it: a list with the status, or the row itself.
local function looked(s) return sites.admin.visited("/" .. s.t .. "*") or s.t == "customers" and sites.admin.visited("/invoices*") end
return {
  doc = "change a row's status, if the rules allow it", set = "sites", sites = { "admin" }, actions = { "report_infeasible", "go_back" },
  levels = 3, turns = { 16, 16, 16 }, floor = 0.1,
  setup = function(rng, level)
    local good, k = rng:chance(0.5), kinds[level == 3 and rng(3, 4) or level]
    for _ = 1, 2000 do
      local values = k.values
      if k.t == "invoices" then values = { Status = good and "open" or rng:pick { "paid", "paid", "void" } } end
      if k.t == "staff" then values = { Role = good and rng:pick { "clerk", "lead" } or "owner" } end
      if k.t == "stock" and good then values = { Status = "active", Quantity = "0" } end
      local r = admin.pick(rng, k.t, values)
      local why = sites.admin.refused(k.t, r.id, k.column, k.value)
      if (why == nil) == good and r.Status ~= k.value then
        return { t = k.t, id = r.id, name = k.t == "invoices" and tostring(r.id) or r.Name or r.Item, good = good, verb = k.verb, want = { { k.t, r.id, k.column, k.value } }, phrase = rng(1, 2) }
      end
    end
  end,
  goal = function(s)
    return ("%s %s. %s"):format(s.verb, s.name, s.phrase == 1 and "If a rule forbids it, change nothing and say so." or "Should that be against the rules, report that it cannot be done.")
  end,
  check = function(s)
    if s.good then return admin.only(s.want) and 1 or 0 end
    return s.infeasible and looked(s) and #sites.admin.changed() == 0 and 1 or 0
  end,
  progress = function(s)
    local changed, seen = #sites.admin.changed(), sites.admin.visited(admin.path(s.t, s.id) .. "*")
    if s.infeasible then return not s.good and looked(s) and changed == 0 and 1 or 0 end
    if changed > 0 then return s.good and admin.only(s.want) and 1 or 0 end
    return sites.admin.visited(admin.path(s.t, s.id) .. "/edit") and 0.7 or seen and 0.5 or sites.admin.visited("/" .. s.t .. "?q=*") and 0.1 or 0
  end,
  oracle = function(s, page)
    local r = sites.admin.record(s.t, s.id)
    if not s.good then
      for _, e in ipairs(page.elements) do -- the form has said why
        if page.path == admin.path(s.t, s.id) .. "/edit" and e.role == "text" and (e.name:find("cannot", 1, true) or e.name:find("must stay one", 1, true)) and sites.admin.visits()[#sites.admin.visits()]:sub(1, 4) == "POST" then
          return "report_infeasible", s.name
        end
      end
    end
    return admin.edit(page, s.t, r, { [s.want[1][3]] = s.want[1][4] })
  end,
  hints = { "The rules are on the first page, and on the page of every row.", "A form that is sent says what is wrong with it." },
}
