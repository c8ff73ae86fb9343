-- Something was reported twice: link the newer issue to the older and close it as a duplicate.
local gym, task, tracker = require "gym", require "lib/task", require "lib/tracker"
return {
  doc = "link a duplicate to the older issue and close it", set = "sites", sites = { "tracker" }, actions = { "go_back" },
  levels = 3, turns = { 20, 28, 28 }, floor = 0.02,
  setup = function(rng, level)
    local old
    repeat old = tracker.draw(rng, { state = "not closed" }) until #sites.tracker.find { text = old.title, project = old.project } == 1
    local new = sites.tracker.raise { project = old.project, title = old.title, text = "I saw this today" }
    local s = { level = level, old = old.ref, new = new, title = old.title, name = tracker.get(old.project).name, phrase = rng(1, 2) }
    s.want = { tracker = { new .. " duplicates: " .. old.ref, new .. " state: closed", new .. " resolution: duplicate" } }
    s.path = { { "tracker", "/issues?*" }, { "tracker", "/i/" .. new }, { "tracker", "/i/" .. new .. "/link" } }
    return s
  end,
  goal = function(s)
    if s.level == 1 then return (s.phrase == 1 and "%s duplicates %s. Link it so, and close it as a duplicate." or "Mark the issue %s as a duplicate of %s: link it and close it with the resolution \"duplicate\"."):format(s.new, s.old) end
    if s.level == 2 then return (s.phrase == 1 and "The new issue %s is in the tracker already, with the same title in the same project. Link it to the older one as a duplicate, then close it as a duplicate."
      or "%s was reported before under the same title. Find the older issue, link the new one as its duplicate and close the new one with the resolution \"duplicate\"."):format(s.new) end
    return (s.phrase == 1 and "In the project %s, \"%s\" was reported twice. Link the newer issue as a duplicate of the older, and close the newer as a duplicate."
      or "The project %s has two issues with the title \"%s\". Close the newer one with the resolution \"duplicate\", after linking it to the one that it duplicates."):format(s.name, s.title)
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    local linked = task.done("tracker", s.want.tracker[1])
    if not linked and page.path == "/i/" .. s.new .. "/link" then
      return task.form(page, { { "This issue", "duplicates" }, { "Issue", s.old } }, "Add link")
    end
    local go = s.level == 3 and tracker.named(s.new) or tracker.issue(s.new)
    if not linked then return task.first(page, { go, tracker.link("Links") }) end
    return task.first(page, { tracker.issue(s.new), function(p)
      if sites.tracker.issue(s.new).state == "closed" then return task.click(p, "button", "Reopen") end
      return task.form(p, { { "Resolution", "duplicate" } }, "Close issue")
    end })
  end,
  hints = { "The links of an issue have a page of their own.", function(s) return "The older one is " .. s.old .. ", the other is to be closed." end },
}
