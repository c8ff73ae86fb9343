-- Take issues through the workflow: close, reopen, assign and start.
local gym, task, tracker = require "gym", require "lib/task", require "lib/tracker"
local reasons = { "It is back in the last build", "A customer sees it again", "The repair was for another screen", "The tests still fail on it" }
return {
  doc = "close, start or reopen issues", set = "sites", sites = { "tracker" }, actions = { "go_back" },
  levels = 3, turns = { 14, 20, 20 }, floor = 0.02,
  setup = function(rng, level)
    local s = { level = level, phrase = rng(1, 2), want = { tracker = {} } }
    local i = tracker.draw(rng, { state = level == 1 and "in review" or level == 3 and "closed" or "open", assignee = level == 2 and "nobody" or nil })
    s.ref, s.path = i.ref, { { "tracker", "/issues?*" }, { "tracker", "/i/" .. i.ref } }
    local function line(text) table.insert(s.want.tracker, i.ref .. " " .. text) end
    if level == 1 then
      s.resolution = rng:pick { "fixed", "rejected", "cannot reproduce" }
      line "state: closed"
      line("resolution: " .. s.resolution)
    elseif level == 2 then
      s.who = rng:pick(tracker.get(i.project).members)
      line("assignee: " .. s.who)
      line "state: in progress"
    else
      s.reason = rng:pick(reasons)
      line "state: open"
      line "resolution: "
      line("comment: " .. s.reason)
    end
    return s
  end,
  goal = function(s)
    if s.level == 1 then return (s.phrase == 1 and "Close the issue %s with the resolution \"%s\"." or "%s is done with: close it as \"%s\"."):format(s.ref, s.resolution) end
    if s.level == 2 then return (s.phrase == 1 and "%s begins today. Assign it to %s and start work on it." or "Have the issue %s assigned to %s and put it in progress."):format(s.ref, s.who) end
    return (s.phrase == 1 and "Reopen %s and add the comment \"%s\"." or "The issue %s was closed too early. Open it again, and say why in a comment: \"%s\""):format(s.ref, s.reason)
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    local i = sites.tracker.issue(s.ref)
    if s.level == 2 and i.assignee ~= s.who then
      if page.path == "/i/" .. s.ref .. "/edit" then return task.form(page, { { "Assignee", s.who } }, "Save issue") end
      return task.first(page, { tracker.issue(s.ref), tracker.link("Edit") })
    end
    return task.first(page, { tracker.issue(s.ref), function(p)
      if s.level == 1 then
        if i.state == "closed" and i.resolution ~= s.resolution then return task.click(p, "button", "Reopen") end
        return task.form(p, { { "Resolution", s.resolution } }, "Close issue")
      end
      if s.level == 2 then return task.click(p, "button", i.state == "closed" and "Reopen" or "Start work") end
      if i.state == "closed" then return task.click(p, "button", "Reopen") end
      if i.state ~= "open" then return task.click(p, "button", "Back to open") end
      return task.form(p, { { "Your comment", s.reason } }, "Add comment")
    end })
  end,
  hints = { "The buttons on an issue's page change its state.", function(s) return "Search for " .. s.ref .. " first of all." end },
}
