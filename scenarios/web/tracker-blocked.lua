-- Close an issue where that may not be allowed: its project is archived, something blocks it, or it is not there.
local gym, task, tracker = require "gym", require "lib/task", require "lib/tracker"
return {
  doc = "close an issue, or see that it cannot be done", set = "sites", sites = { "tracker" },
  actions = { "report_infeasible", "go_back" }, levels = 3, turns = { 13, 14, 14 }, floor = 0.06,
  setup = function(rng, level)
    local s = { cannot = rng:chance(0.5) or nil, resolution = rng:pick { "fixed", "rejected", "cannot reproduce" }, phrase = rng(1, 2) }
    local i = tracker.draw(rng, { state = "in review" }, level == 1 and s.cannot and tracker.dead().key or nil)
    s.ref = i.ref
    if level == 2 then
      local by
      repeat by = tracker.draw(rng, { state = s.cannot and "in progress" or "closed" }, i.project) until by.ref ~= i.ref
      sites.tracker.put(i.ref, { blocked = by.ref })
    elseif level == 3 and s.cannot then
      local p = tracker.get(i.project)
      s.ref = p.key .. "-" .. (p.last + rng(1, 40))
      s.none = true
    end
    s.want = { tracker = { s.ref .. " state: closed", s.ref .. " resolution: " .. s.resolution } }
    s.path = { { "tracker", "/issues?*" }, { "tracker", "/i/" .. s.ref } }
    s.look = s.cannot and { s.none and "/issues?*" or "/i/" .. s.ref }
    return s
  end,
  goal = function(s)
    return (s.phrase == 1 and "Close %s with the resolution \"%s\"." or "The issue %s is to be closed as \"%s\".") :format(s.ref, s.resolution)
      .. " Touch no other issue. If it is not there or the tracker's rules do not allow it, report that it is infeasible."
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    if s.none then
      if page.path:find("=" .. s.ref, 1, true) then return "report_infeasible", s.ref end
      if page.path ~= "/" then return task.click(page, "link", "Projects") end
      return task.form(page, { { "Search issues", s.ref } }, "Search")
    end
    return task.first(page, { tracker.issue(s.ref), function(p)
      if s.cannot then return "report_infeasible", s.ref end
      return task.form(p, { { "Resolution", s.resolution } }, "Close issue")
    end })
  end,
  hints = { "The rules of work are on each project's page; an issue's page shows what blocks it.", function(s) return s.cannot and "Here it cannot be done." or "Here it can be done." end },
}
