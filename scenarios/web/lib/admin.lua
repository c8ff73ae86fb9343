-- What the scenarios on the back office share: finding rows, and judging what was changed.
local gym, steps = require "gym", require "lib/steps"
local admin = {}
local titles = { customers = "Customers", invoices = "Invoices", stock = "Stock", staff = "Staff" }

-- key is how a row is searched for: its number for invoices, its name for the rest.
function admin.key(t, r) return t == "invoices" and tostring(r.id) or r.Name or r.Item end

-- pick draws a row with these values whose name finds it alone.
function admin.pick(rng, t, values)
  local ids = sites.admin.where(t, values or {})
  for _ = 1, 200 do
    local r = sites.admin.record(t, rng:pick(ids))
    if #sites.admin.list(t, { q = admin.key(t, r) }) == 1 then return r end
  end
end

-- path is a row's page.
function admin.path(t, id) return "/" .. t .. "/" .. id end

-- open leads to a row's page by the search.
function admin.open(page, t, r)
  local link = gym.find(page, { role = "link", name = r.id .. " " .. (r.Name or r.Item or r.Customer) })
  if link then return "click", link end
  if not steps.at(page, "/" .. t) then return steps.press(page, titles[t]) end
  return steps.form(page, { { "Search", admin.key(t, r) } }, "Show")
end

-- edit leads to a row's form and brings its fields to the values by column.
function admin.edit(page, t, r, values)
  local path = admin.path(t, r.id)
  if page.path == path .. "/edit" then
    local fields = {}
    for name, value in pairs(values) do fields[#fields + 1] = { name, value } end
    return steps.form(page, fields, "Save")
  end
  if page.path == path then return steps.press(page, "Edit") end
  return admin.open(page, t, r)
end

-- only says whether exactly these were changed: a list of { table, id, column, new }.
function admin.only(want)
  local got = sites.admin.changed()
  return #got == #want and admin.right(want) == #want
end

-- right counts which of them are as wanted.
function admin.right(want)
  local n = 0
  for _, w in ipairs(want) do
    if sites.admin.record(w[1], w[2])[w[3]] == w[4] then n = n + 1 end
  end
  return n
end

-- tick goes through a list that is narrowed down by the fields, ticks the rows that are wanted and not done, and applies an action.
function admin.tick(page, t, fields, query, wanted, done, action)
  if not steps.at(page, "/" .. t) then return steps.press(page, titles[t]) end
  for _, part in ipairs(query) do
    if not page.path:find(part, 1, true) then return steps.form(page, fields, "Show") end
  end
  local ticked = false
  for _, e in ipairs(page.elements) do
    local id = e.role == "checkbox" and tonumber(e.name:match("^Select (%d+)$"))
    if id then
      local should = wanted[id] == true and not done(id)
      if (e.state == "checked") ~= should then return "click", e end
      ticked = ticked or should
    end
  end
  if ticked then return steps.form(page, { { "With the selected", action } }, "Apply") end
  return steps.press(page, "Next page", titles[t])
end

return admin
