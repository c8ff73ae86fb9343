-- Set an issue's fields.
local gym, task, tracker = require "gym", require "lib/task", require "lib/tracker"
return {
  doc = "set priority, assignee, milestone and labels of an issue", set = "sites", sites = { "tracker" }, actions = { "go_back" },
  levels = 3, turns = { 14, 16, 20 }, floor = 0.02,
  setup = function(rng, level)
    local i = tracker.draw(rng, { state = "open" })
    local p = tracker.get(i.project)
    local s = { ref = i.ref, fields = {}, phrase = rng(1, 2), want = { tracker = {} }, path = { { "tracker", "/issues?*" }, { "tracker", "/i/" .. i.ref }, { "tracker", "/i/" .. i.ref .. "/edit" } } }
    local function set(label, line, value)
      s.fields[#s.fields + 1] = { label, value }
      table.insert(s.want.tracker, i.ref .. " " .. line .. ": " .. value)
    end
    if level ~= 2 then set("Priority", "priority", tracker.other(rng, tracker.priorities, i.priority)) end
    if level > 1 then set("Assignee", "assignee", tracker.other(rng, p.members, i.assignee)) end
    if level == 2 then
      local m
      repeat m = rng:pick(p.milestones) until not m.closed and m.name ~= i.milestone
      set("Milestone", "milestone", m.name)
    elseif level == 3 then                                   -- one label more or less
      s.label, s.add = rng:pick(tracker.labels), true
      local labels = {}
      for _, l in ipairs(i.labels) do
        if l == s.label then s.add = false else labels[#labels + 1] = l end
      end
      if s.add then labels[#labels + 1] = s.label end
      table.sort(labels)
      table.insert(s.want.tracker, i.ref .. " labels: " .. table.concat(labels, ", "))
    end
    return s
  end,
  goal = function(s)
    local parts = {}
    for i, f in ipairs(s.fields) do parts[i] = ("set the %s to %s"):format(f[1]:lower(), f[2]) end
    if s.label then parts[#parts + 1] = s.add and "add the label " .. s.label or "take off the label " .. s.label end
    return (s.phrase == 1 and "In the tracker, open %s and %s." or "Issue %s: %s. Change nothing else."):format(s.ref, gym.list(parts, "and"))
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    local fields = gym.copy(s.fields)
    if s.label then fields[#fields + 1] = { s.label, s.add } end
    if page.path == "/i/" .. s.ref .. "/edit" then return task.form(page, fields, "Save issue") end
    return task.first(page, { tracker.issue(s.ref), tracker.link("Edit") })
  end,
  hints = { "An issue's page leads to the form where its fields are.", function(s) return "Search for " .. s.ref .. " first of all." end },
}
