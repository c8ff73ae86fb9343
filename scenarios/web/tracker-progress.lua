-- Tell how far a milestone is, when an issue's milestone is due, or how many hours went into something.
local gym, task, tracker = require "gym", require "lib/task", require "lib/tracker"
return {
  doc = "tell a milestone's progress, a due date, or hours", set = "sites", sites = { "tracker" },
  actions = { "send_msg_to_user", "go_back" }, levels = 3, turns = { 10, 16, 16 }, floor = 0.03,
  setup = function(rng, level)
    local p = tracker.live(rng)
    local s = { level = level, project = p.key, name = p.name, phrase = rng(1, 2) }
    if level < 3 then
      local m, i = rng:pick(p.milestones), nil
      if level == 2 then i = tracker.draw(rng, { milestone = m.name }, p.key) end
      s.plan, s.due, s.ref = m.name, m.due, i and i.ref
      s.what = level == 2 and "due" or rng:pick { "closed", "left" }
      local all, closed = #sites.tracker.find { project = p.key, milestone = m.name }, #sites.tracker.find { project = p.key, milestone = m.name, state = "closed" }
      s.tell = level == 2 and m.due or tostring(s.what == "closed" and closed or all - closed)
      s.at = "/p/" .. p.key .. "/milestones/" .. m.n
      s.path = { { "tracker", "/p/" .. p.key }, { "tracker", level == 1 and s.at or "/p/" .. p.key .. "/milestones*" } }
      if i then table.insert(s.path, 1, { "tracker", "/i/" .. i.ref }) end
      return s
    end
    s.state = rng:pick { "in progress", "in review" }
    s.ref = sites.tracker.find({ project = p.key, state = s.state, sort = "most comments" })[1]
    s.tell, s.path = sites.tracker.issue(s.ref).hours, { { "tracker", "/issues?*" }, { "tracker", "/i/" .. s.ref } }
    return s
  end,
  goal = function(s)
    if s.level == 1 then
      return (s.phrase == 1 and "Tell the user how many issues of the milestone %s %s. The number alone." or "How many issues of %s %s? Answer with the number."):format(s.plan, s.what == "closed" and "are closed" or "are not closed yet")
    elseif s.level == 2 then
      return (s.phrase == 1 and "On which date is the milestone due that %s belongs to? Tell the user the date." or "The user asks until when %s is to be done: look up its milestone and say the date when it is due."):format(s.ref)
    end
    return (s.phrase == 1 and "Search the issues of %s that are \"%s\", sorted by \"most comments\". Tell the user how many hours are logged on the first."
      or "How many hours have gone into the issue that is first among those of %s in the state \"%s\", sorted by \"most comments\"? Answer with the number."):format(s.name, s.state)
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    local tell = function() return "send_msg_to_user", s.tell end
    local list = "/p/" .. s.project .. "/milestones"
    if s.level == 1 then
      if page.path == s.at then                            -- the number left can be read off the list below, that closed off the line above
        return tell()
      end
      return task.first(page, { tracker.part(s.project, list, "Milestones"), tracker.link(s.plan) })
    elseif s.level == 2 then
      if page.path == list then return tell() end
      if page.path == "/p/" .. s.project then return task.click(page, "link", "Milestones") end
      return task.first(page, { tracker.issue(s.ref), tracker.link("Project " .. s.name) })
    end
    if page.path == "/i/" .. s.ref then return tell() end
    return task.first(page, { tracker.search { { "Project", s.name }, { "State", s.state }, { "Sort by", "most comments" } }, tracker.link(s.ref .. " " .. sites.tracker.issue(s.ref).title) })
  end,
  hints = { "A project's page leads to its milestones.", function(s) return "The project is " .. s.name .. ", look there for what was asked." end },
}
