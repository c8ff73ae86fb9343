-- Ways on the tracker, as lib/forum has them on the forum, and draws.
local gym, task = require "gym", require "lib/task"
local M = {}

-- issue goes to an issue's page by a search for its number.
function M.issue(ref)
  return function(page)
    if page.path == "/i/" .. ref then return end
    local link = gym.find(page, { role = "link", name = ref .. " " .. sites.tracker.issue(ref).title })
    if link then return "click", link end
    local back = gym.find(page, { role = "link", name = "Back to " .. ref })
    if back then return "click", back end
    if not task.at(page, "/issues") or task.at(page, "/issues") and page.path:find("assignee=Robin") then
      local box = gym.find(page, { role = "textbox", name = "Search issues" })
      if box then return task.form(page, { { "Search issues", ref } }, "Search") end
      return task.click(page, "link", page.path == "/issues" and "Projects" or "Search issues")
    end
    return task.form(page, { { "Title or number", ref } }, "Search")
  end
end

-- named is issue, for where the number is not told: by a search for the title.
function M.named(ref)
  return function(page)
    if page.path == "/i/" .. ref then return end
    local title = sites.tracker.issue(ref).title
    local link = gym.find(page, { role = "link", name = ref .. " " .. title })
    if link then return "click", link end
    if not task.at(page, "/issues") then return task.click(page, "link", "Search issues") end
    if gym.find(page, { role = "textbox", value = title }) and gym.find(page, { role = "link", name = "Next page" }) then return task.click(page, "link", "Next page") end
    return task.form(page, { { "Title or number", title } }, "Search")
  end
end

-- project goes to a project's page.
function M.project(key)
  return function(page)
    if page.path == "/p/" .. key then return end
    if page.path ~= "/" then return task.click(page, "link", "Projects") end
    return task.click(page, "link", M.get(key).name)
  end
end

-- part goes to a page that the project's page leads to by a link.
function M.part(key, path, link)
  return function(page)
    if page.path == path then return end
    local verb, a = M.project(key)(page)
    if verb then return verb, a end
    return task.click(page, "link", link)
  end
end

function M.link(name)
  return function(page) return task.click(page, "link", name) end
end

-- form is task.form as a step.
function M.form(fields, button)
  return function(page) return task.form(page, fields, button) end
end

-- search looks for issues by the search form: fields as of task.form. There is nothing to do where its results are shown.
function M.search(fields)
  return function(page)
    if not task.at(page, "/issues") then return task.click(page, "link", "Search issues") end
    local verb, a, b = task.form(page, fields, "Search")
    if verb ~= "click" or page.path == "/issues" then return verb, a, b end
    for _, f in ipairs(fields) do                            -- what is chosen may not have been asked for yet
      local value = f[2]:gsub(" ", "+")
      if not page.path:find("=" .. value, 1, true) and f[1] ~= "Project" then return verb, a, b end
    end
  end
end

-- get is a project by its key; live is any that is not archived, dead the one that is.
function M.get(key)
  for _, p in ipairs(sites.tracker.projects()) do
    if p.key == key then return p end
  end
end
function M.live(rng)
  local p
  repeat p = rng:pick(sites.tracker.projects()) until not p.archived
  return p
end
function M.dead()
  for _, p in ipairs(sites.tracker.projects()) do
    if p.archived then return p end
  end
end

-- draw is an issue of a project in which something can be changed; like is what to search for.
function M.draw(rng, like, project)
  like = gym.copy(like or {})
  local refs
  repeat
    like.project = project or M.live(rng).key
    refs = sites.tracker.find(like)
  until #refs > 0
  return sites.tracker.issue(rng:pick(refs))
end

-- other is any of a list but one.
function M.other(rng, list, but)
  local x
  repeat x = rng:pick(list) until x ~= but
  return x
end

M.priorities = { "low", "normal", "high", "urgent" }
M.labels = { "bug", "feature", "docs", "security", "performance", "design", "regression" }

return M
