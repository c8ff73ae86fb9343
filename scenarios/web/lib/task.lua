-- Tasks on sites whose function changes() says what differs from the start, a
-- line each. A task's state s has
--   s.want    the lines that must be there at the end, and no other, by site: { forum = { "thread 7 vote: up" } }
--   s.tell    the answer, where one is asked for
--   s.cannot  true where the right answer is to report that it cannot be done
--   s.look    where it can be seen that it cannot: paths of the first site; one must have been opened
--   s.path    paths on the way, for progress: { "forum", "/t/7" }
local gym = require "gym"
local M = {}

local function plain(text) return (text or ""):lower() end

-- compare is how many of the wanted lines are there, how many there are to be, and how many others are there.
local function compare(s)
  local have, total, other = 0, 0, 0
  for name, site in pairs(sites) do
    local open = {}
    for _, line in ipairs(s.want and s.want[name] or {}) do
      open[line], total = (open[line] or 0) + 1, total + 1
    end
    for _, line in ipairs(site.changes()) do
      if (open[line] or 0) > 0 then
        open[line], have = open[line] - 1, have + 1
      else
        other = other + 1
      end
    end
  end
  return have, total, other
end

local function looked(s)
  for _, path in ipairs(s.look or {}) do
    for name, site in pairs(sites) do
      if site.visited(path) then return true end
    end
  end
  return not s.look
end

function M.check(s)
  local have, total, other = compare(s)
  if other > 0 then return 0 end
  if s.cannot then return s.infeasible and have == 0 and looked(s) and 1 or 0 end
  if s.infeasible or have < total or s.tell and plain(s.answer) ~= plain(s.tell) then return 0 end
  return (total > 0 or s.tell) and 1 or 0
end

function M.progress(s)
  if s.answer or s.infeasible then return M.check(s) end
  local have, total, other = compare(s)
  if s.cannot then return looked(s) and have + other == 0 and 0.5 or 0 end
  local seen, path = 0, s.path or {}
  for _, at in ipairs(path) do
    if sites[at[1]].visited(at[2]) then seen = seen + 1 end
  end
  local all = #path + 2 * total + (s.tell and 1 or 0)
  return math.max(0, (seen + 2 * have - 2 * other) / all)
end

-- done says whether a site has a line among its changes.
function M.done(site, line)
  for _, l in ipairs(sites[site].changes()) do
    if l == line then return true end
  end
  return false
end

-- at says whether the page has one of the site's paths, whatever its query.
function M.at(page, path) return page.path == path or page.path:sub(1, #path + 1) == path .. "?" end

-- click clicks what has the role and the name; nothing where it is not there.
function M.click(page, role, name)
  local e = gym.find(page, { role = role, name = name })
  if e then return "click", e end
end

-- form fills the next field that differs, { label, value } each, and then clicks the button. A checkbox's value is true or false.
function M.form(page, fields, button)
  for _, f in ipairs(fields) do
    local label, want = f[1], f[2]
    local box, list = gym.find(page, { role = "textbox", name = label }), gym.find(page, { role = "combobox", name = label })
    local tick = gym.find(page, { role = "checkbox", name = label }) or gym.find(page, { role = "radio", name = label })
    if list then
      if list.value ~= want then return "select_option", list, want end
    elseif tick then
      if (tick.state:find("checked") ~= nil) ~= want then return "click", tick end
    elseif box and box.value ~= want then
      return "fill", box, want
    end
  end
  return M.click(page, "button", button)
end

-- first is the first of some steps, functions of the page, that has anything to do.
function M.first(page, steps)
  for _, step in ipairs(steps) do
    local verb, a, b = step(page)
    if verb then return verb, a, b end
  end
end

return M
