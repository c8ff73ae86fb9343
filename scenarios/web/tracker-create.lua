-- Report an issue with all its fields.
local gym, task, tracker = require "gym", require "lib/task", require "lib/tracker"
local faults = { "%s does not open after the update", "%s shows the wrong time", "%s forgets its settings", "%s is empty for new users", "%s cannot be read in the dark" }
local texts = { "Three customers wrote about it today", "It began with the last build", "It happens on every second try", "A picture of it is with the support team" }
return {
  doc = "create an issue", set = "sites", sites = { "tracker" }, actions = { "go_back" },
  levels = 3, turns = { 14, 20, 24 }, floor = 0.02,
  setup = function(rng, level)
    local p = tracker.live(rng)
    local s = { project = p.key, name = p.name, title = gym.title(rng:pick(faults):format(rng:pick(p.parts))), text = rng:pick(texts), phrase = rng(1, 2) }
    s.fields = { { "Title", s.title }, { "Description", s.text } }
    local ref = p.key .. "-" .. (p.last + 1)
    s.want = { tracker = { ref .. " created", ref .. " title: " .. s.title, ref .. " text: " .. s.text } }
    local function set(label, line, value)
      s.fields[#s.fields + 1] = { label, value }
      table.insert(s.want.tracker, ref .. " " .. line .. ": " .. value)
    end
    if level > 1 then
      set("Priority", "priority", tracker.other(rng, tracker.priorities, "normal"))
      set("Assignee", "assignee", rng:pick(p.members))
    end
    if level > 2 then
      local open = {}
      for _, m in ipairs(p.milestones) do
        if not m.closed then open[#open + 1] = m.name end
      end
      set("Milestone", "milestone", rng:pick(open))
      s.labels = rng:sample(tracker.labels, rng(1, 2))
      table.sort(s.labels)
      table.insert(s.want.tracker, ref .. " labels: " .. table.concat(s.labels, ", "))
    end
    s.path = { { "tracker", "/p/" .. p.key }, { "tracker", "/p/" .. p.key .. "/new" } }
    return s
  end,
  goal = function(s)
    local parts = {}
    for i, f in ipairs(s.fields) do parts[i] = f[1] .. ": " .. (i < 3 and '"' .. f[2] .. '"' or f[2]) end
    if s.labels then parts[#parts + 1] = (#s.labels > 1 and "Labels: " or "Label: ") .. gym.list(s.labels, "and") end
    return (s.phrase == 1 and "Create an issue in the project %s. %s." or "The user wants to report this in %s: %s. Create the issue, and leave what is not named as it is."):format(s.name, table.concat(parts, "; "))
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    local fields = gym.copy(s.fields)
    for _, l in ipairs(tracker.labels) do
      local want = false
      for _, mine in ipairs(s.labels or {}) do want = want or mine == l end
      fields[#fields + 1] = { l, want }
    end
    return task.first(page, { tracker.part(s.project, "/p/" .. s.project .. "/new", "New issue"), tracker.form(fields, "Create issue") })
  end,
  hints = { "A project's page leads to the form for a new issue.", function(s) return "Begin with the project " .. s.name .. ", not with the search." end },
}
