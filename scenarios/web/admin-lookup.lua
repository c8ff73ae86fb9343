-- Tell a fact of a customer: found by name, by one of its invoices, or by its greatest open invoice.
local steps, admin = require "lib/steps", require "lib/admin"
local asks = { Contact = "the contact", Email = "the email address", Phone = "the phone number", City = "the city" }
local columns = { "Contact", "Email", "Phone" }
return {
  doc = "tell a fact of a customer", set = "sites", sites = { "admin" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 10, 12, 20 }, floor = 0.05,
  setup = function(rng, level)
    for _ = 1, 200 do
      local s = { level = level, phrase = rng(1, 2), ask = level == 1 and rng:pick { "Contact", "Email", "Phone", "City" } or rng:pick(columns) }
      local inv
      if level == 1 then
        s.customer = admin.pick(rng, "customers")
      elseif level == 2 then
        inv = admin.pick(rng, "invoices")
      else
        s.region, s.way = rng:pick { "North", "South", "East", "West" }, rng:pick { "greatest", "smallest" }
        local found = sites.admin.list("invoices", { Region = s.region, Status = "open", sort = s.way == "greatest" and "Amount, descending" or "Amount, ascending" })
        inv = sites.admin.record("invoices", found[1])
        if inv.Amount == sites.admin.record("invoices", found[2]).Amount then inv = nil end
      end
      if inv then s.invoice, s.customer = inv.id, sites.admin.record("customers", sites.admin.where("customers", { Name = inv.Customer })[1]) end
      if s.customer then
        s.id, s.name, s.want = s.customer.id, s.customer.Name, s.customer[s.ask]
        return s
      end
    end
  end,
  goal = function(s)
    local who = s.level == 1 and "the customer " .. s.name or s.level == 2 and "the customer of invoice " .. s.invoice
      or ("the customer with the %s open invoice in the region %s"):format(s.way, s.region)
    return (s.phrase == 1 and "Tell the user %s of %s." or "The user wants to know %s of %s. Look it up and tell."):format(asks[s.ask], who)
  end,
  check = function(s) return steps.same(s.answer, s.want) and #sites.admin.changed() == 0 and 1 or 0 end,
  progress = function(s)
    if s.answer then return steps.same(s.answer, s.want) and 1 or 0 end
    if sites.admin.visited("/customers/" .. s.id) then return 0.8 end
    if s.invoice then return sites.admin.visited("/invoices/" .. s.invoice) and 0.6 or s.level == 3 and sites.admin.visited("/invoices?q=&region=" .. s.region .. "*") and 0.3 or 0 end
    return sites.admin.visited("/customers?q=*") and 0.2 or 0
  end,
  oracle = function(s, page)
    if page.path == "/customers/" .. s.id then return "send_msg_to_user", s.want end
    if s.level == 1 then return admin.open(page, "customers", s.customer) end
    if page.path == "/invoices/" .. s.invoice then return steps.press(page, "Customer " .. s.id) end
    local r = sites.admin.record("invoices", s.invoice)
    if s.level == 3 and steps.at(page, "/invoices") and not page.path:find("sort=Amount", 1, true) then
      return steps.form(page, { { "Region", s.region }, { "Status", "open" }, { "Sort by", s.way == "greatest" and "Amount, descending" or "Amount, ascending" } }, "Show")
    end
    return admin.open(page, "invoices", r)
  end,
  hints = { "Lists can be searched, narrowed down and sorted.", function(s) return "It is customer " .. s.id .. "." end },
}
