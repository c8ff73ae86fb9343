-- Find issues and tell something about them: a field, how many there are, or who reported the oldest.
local gym, task, tracker = require "gym", require "lib/task", require "lib/tracker"
return {
  doc = "find issues and tell a field, their number, or the oldest one's reporter", set = "sites", sites = { "tracker" },
  actions = { "send_msg_to_user", "go_back" }, levels = 3, turns = { 10, 13, 16 }, floor = 0.03,
  setup = function(rng, level)
    local s, p = { level = level, phrase = rng(1, 2) }, tracker.live(rng)
    if level == 1 then
      local i = tracker.draw(rng, { state = "in progress" })
      s.ref, s.what = i.ref, rng:pick { "assignee", "reporter", "priority", "created" }
      s.tell, s.path = i[s.what], { { "tracker", "/issues?*" }, { "tracker", "/i/" .. i.ref } }
      return s
    end
    s.project, s.name = p.key, p.name
    repeat
      s.state, s.priority, s.label = rng:pick { "open", "in progress", "in review", "closed" }, rng:pick(tracker.priorities), rng:pick(tracker.labels)
      s.refs = sites.tracker.find { project = p.key, state = s.state, priority = level == 2 and s.priority or nil, label = level == 3 and s.label or nil, sort = "oldest" }
    until #s.refs > 1
    s.path = { { "tracker", "/issues?*" } }
    if level == 2 then
      s.tell = tostring(#s.refs)
    else
      s.ref = s.refs[1]
      s.tell, s.path[2] = sites.tracker.issue(s.ref).reporter, { "tracker", "/i/" .. s.ref }
    end
    return s
  end,
  goal = function(s)
    if s.level == 1 then
      local what = ({ assignee = "who is the assignee of %s", reporter = "who has reported %s", priority = "which priority %s has", created = "on which date %s was created" })[s.what]:format(s.ref)
      return (s.phrase == 1 and "Tell the user %s in the tracker." or "The user would like to know %s. Look it up and say it."):format(what)
    elseif s.level == 2 then
      return (s.phrase == 1 and "How many issues of the project %s are in the state \"%s\" and have the priority \"%s\"? Tell the user the number alone."
        or "Count the issues of %s that are \"%s\" with the priority \"%s\", and answer with the number."):format(s.name, s.state, s.priority)
    end
    return (s.phrase == 1 and "Of the issues of the project %s that are in the state \"%s\" and have the label \"%s\", who has reported the oldest? Tell the user the name."
      or "Look for the oldest issue of %s that is \"%s\" and labelled \"%s\". Answer with the name of its reporter."):format(s.name, s.state, s.label)
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    local tell = function() return "send_msg_to_user", s.tell end
    if s.level == 1 then return task.first(page, { tracker.issue(s.ref), tell }) end
    if s.level == 3 and page.path == "/i/" .. s.ref then return tell() end
    local fields = { { "Project", s.name }, { "State", s.state }, { s.level == 2 and "Priority" or "Label", s.level == 2 and s.priority or s.label } }
    if s.level == 3 then fields[4] = { "Sort by", "oldest" } end
    return task.first(page, { tracker.search(fields), s.level == 2 and tell or tracker.link(s.ref .. " " .. sites.tracker.issue(s.ref or s.refs[1]).title) })
  end,
  hints = { "The search has a list for each field.", function(s) return s.ref and "Open the issue " .. s.ref .. " itself." or "Choose " .. s.name .. " as the project in the search." end },
}
