-- What oracles do again and again: each step gives the action that comes next.
local gym = require "gym"
local steps = {}

-- press clicks the first of the named buttons and links that is there.
function steps.press(page, ...)
  for _, name in ipairs { ... } do
    local e = gym.find(page, { role = "button", name = name }) or gym.find(page, { role = "link", name = name })
    if e then return "click", e end
  end
end

local function field(page, name)
  for _, role in ipairs { "textbox", "combobox", "checkbox", "radio" } do
    local e = gym.find(page, { role = role, name = name })
    if e then return e end
  end
end

-- form brings the fields, a list of { name, value }, to their values, and then presses a button. Boxes are true or false.
function steps.form(page, fields, ...)
  for _, f in ipairs(fields) do
    local e, want = field(page, f[1]), f[2]
    if not e then error("there is no field " .. f[1]) end
    if e.role == "textbox" and e.value ~= want then return "fill", e, want end
    if e.role == "combobox" and e.value ~= want then return "select_option", e, want end
    if type(want) == "boolean" and (e.state == "checked") ~= want then return "click", e end
  end
  return steps.press(page, ...)
end

-- same says whether an answer is the one that is wanted, whatever its case and what stands around it.
function steps.same(answer, want)
  local function plain(text) return (tostring(text):lower():gsub("%s+", " "):gsub("^ ", ""):gsub("[ .]+$", ""):gsub(" eur$", "")) end
  return answer ~= nil and plain(answer) == plain(want)
end

-- only says whether the changes are exactly these, in any order.
function steps.only(changes, ...)
  local want = { ... }
  if #changes ~= #want then return false end
  table.sort(changes) table.sort(want)
  for i = 1, #want do
    if changes[i] ~= want[i] then return false end
  end
  return true
end

-- at says whether a page has this path, whatever its query.
function steps.at(page, path) return page.path == path or page.path:sub(1, #path + 1) == path .. "?" end

return steps
