-- Log hours on an issue.
local gym, task, tracker = require "gym", require "lib/task", require "lib/tracker"
local notes = { "Search for the cause", "Talk with the customer", "Tests on three machines", "Second review" }
return {
  doc = "log hours on an issue", set = "sites", sites = { "tracker" }, actions = { "go_back" },
  levels = 3, turns = { 16, 18, 18 }, floor = 0.02,
  setup = function(rng, level)
    local p = tracker.live(rng)
    local s = { level = level, project = p.key, name = p.name, hours = rng:pick { "1", "2", "3", "1.5", "2.5", "0.5" }, note = rng:pick(notes), date = "2031-05-12", phrase = rng(1, 2) }
    if level > 1 then s.date = ("2031-%02d-%02d"):format(rng(3, 4), rng(1, 28)) end
    s.ref = level < 3 and tracker.draw(rng, { state = "not closed" }, p.key).ref or sites.tracker.find({ project = p.key, state = "in progress", sort = "oldest" })[rng(1, 2)]
    if level == 3 then s.first = s.ref == sites.tracker.find({ project = p.key, state = "in progress", sort = "oldest" })[1] end
    s.want = { tracker = { ("%s time: %s hours on %s, %s"):format(s.ref, s.hours, s.date, s.note) } }
    s.path = { { "tracker", level == 3 and "/p/" .. p.key .. "/board" or "/issues?*" }, { "tracker", "/i/" .. s.ref }, { "tracker", "/i/" .. s.ref .. "/time" } }
    return s
  end,
  goal = function(s)
    local which = s.level < 3 and s.ref or ("the issue that is %s under \"in progress\" on the board of %s"):format(s.first and "first" or "second", s.name)
    return (s.phrase == 1 and "Log %s hours on %s for %s, with the note \"%s\"." or "The user has worked %s hours on %s on the day %s. Enter that in the time log with the note \"%s\"."):format(s.hours, which, s.date, s.note)
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    if page.path == "/i/" .. s.ref .. "/time" then return task.form(page, { { "Hours", s.hours }, { "Date", s.date }, { "Note", s.note } }, "Log time") end
    if page.path == "/i/" .. s.ref then return task.click(page, "link", "Time log") end
    if s.level < 3 then return tracker.issue(s.ref)(page) end
    return task.first(page, { tracker.part(s.project, "/p/" .. s.project .. "/board", "Board"), tracker.link(s.ref .. " " .. sites.tracker.issue(s.ref).title) })
  end,
  hints = { "An issue's page leads to its time log.", function(s) return "The issue is " .. s.ref .. ", whatever else is there." end },
}
