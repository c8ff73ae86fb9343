-- Move cards on a project's board: the oldest of a column, or the oldest that nobody has.
local gym, task, tracker = require "gym", require "lib/task", require "lib/tracker"
return {
  doc = "take an issue from the board to its next state", set = "sites", sites = { "tracker" }, actions = { "go_back" },
  levels = 3, turns = { 11, 14, 22 }, floor = 0.03,
  setup = function(rng, level)
    local p = tracker.live(rng)
    local s = { level = level, project = p.key, name = p.name, phrase = rng(1, 2), from = level == 1 and "in progress" or level == 2 and "in review" or "open" }
    s.ref = sites.tracker.find({ project = p.key, state = s.from, assignee = level == 3 and "nobody" or nil, sort = "oldest" })[1]
    s.want = { tracker = { s.ref .. " state: " .. ({ "in review", "closed", "in progress" })[level] } }
    if level == 2 then
      s.resolution = rng:pick { "fixed", "rejected", "cannot reproduce" }
      s.want.tracker[2] = s.ref .. " resolution: " .. s.resolution
    elseif level == 3 then
      s.who = rng:pick(p.members)
      s.want.tracker[2] = s.ref .. " assignee: " .. s.who
    end
    s.path = { { "tracker", level < 3 and "/p/" .. p.key .. "/board" or "/issues?*" }, { "tracker", "/i/" .. s.ref } }
    return s
  end,
  goal = function(s)
    if s.level == 1 then return (s.phrase == 1 and "Send the oldest issue that is in progress in %s to review." or "On the board of %s, the first card of the column \"in progress\" is ready. Send it to review."):format(s.name) end
    if s.level == 2 then return (s.phrase == 1 and "Close the oldest issue that is in review in %s, with the resolution \"%s\"." or "On the board of %s, take the first card of \"in review\" and close it as \"%s\"."):format(s.name, s.resolution) end
    return (s.phrase == 1 and "Find the oldest open issue of %s that is assigned to nobody. Assign it to %s and start work on it." or "Of the issues of %s in the state \"open\" that nobody has, give the oldest to %s and put it in progress."):format(s.name, s.who)
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    local i, here = sites.tracker.issue(s.ref), page.path == "/i/" .. s.ref
    if page.path == "/i/" .. s.ref .. "/edit" then return task.form(page, { { "Assignee", s.who } }, "Save issue") end
    if here and s.level == 3 then return task.click(page, i.assignee ~= s.who and "link" or "button", i.assignee ~= s.who and "Edit" or "Start work") end
    if here and s.level == 2 then return task.form(page, { { "Resolution", s.resolution } }, "Close issue") end
    if here then return task.click(page, "button", "Send to review") end
    local link = tracker.link(s.ref .. " " .. i.title)
    if s.level < 3 then return task.first(page, { tracker.part(s.project, "/p/" .. s.project .. "/board", "Board"), link }) end
    return task.first(page, { tracker.search { { "Project", s.name }, { "State", "open" }, { "Assignee", "nobody" }, { "Sort by", "oldest" } }, link })
  end,
  hints = { "A project's board shows the oldest first; the search can be sorted so.", function(s) return "The issue is " .. s.ref .. ", whatever else is there." end },
}
