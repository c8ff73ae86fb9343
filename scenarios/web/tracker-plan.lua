-- Plan work: add a milestone, move issues to one, or both.
local gym, task, tracker = require "gym", require "lib/task", require "lib/tracker"
return {
  doc = "add milestones and move issues to them", set = "sites", sites = { "tracker" }, actions = { "go_back" },
  levels = 3, turns = { 13, 26, 28 }, floor = 0.02,
  setup = function(rng, level)
    local p = tracker.live(rng)
    local s = { project = p.key, name = p.name, phrase = rng(1, 2), refs = {}, want = { tracker = {} }, path = {} }
    if level ~= 2 then
      s.plan, s.due = p.name .. " " .. rng(7, 9) .. "." .. rng(0, 9), ("2032-%02d-%02d"):format(rng(1, 12), rng(1, 28))
      s.want.tracker[1], s.path[1] = ("%s milestone: %s due %s"):format(p.key, s.plan, s.due), { "tracker", "/p/" .. p.key .. "/milestones" }
    else
      repeat
        local m = rng:pick(p.milestones)
        s.plan = not m.closed and m.name or nil
      until s.plan
    end
    for n = 1, level - 1 == 1 and 2 or level == 3 and 1 or 0 do
      local i
      repeat i = tracker.draw(rng, { state = "not closed" }, p.key) until i.milestone ~= s.plan and i.ref ~= s.refs[1]
      s.refs[n] = i.ref
      table.insert(s.want.tracker, i.ref .. " milestone: " .. s.plan)
      table.insert(s.path, { "tracker", "/i/" .. i.ref })
    end
    return s
  end,
  goal = function(s)
    local add = s.due and ("add the milestone \"%s\" to the project %s, due %s"):format(s.plan, s.name, s.due)
    local move = #s.refs > 0 and ("move %s to the milestone %s"):format(gym.list(s.refs, "and"), s.due and "\"" .. s.plan .. "\"" or s.plan)
    local text = add and move and add .. ", and " .. move or add or move
    return gym.title(text) .. (s.phrase == 1 and "." or ", in the tracker.")
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    if s.due and not task.done("tracker", s.want.tracker[1]) then
      return task.first(page, { tracker.part(s.project, "/p/" .. s.project .. "/milestones", "Milestones"), tracker.form({ { "Name", s.plan }, { "Due", s.due } }, "Add milestone") })
    end
    for _, ref in ipairs(s.refs) do
      if sites.tracker.issue(ref).milestone ~= s.plan then
        if page.path == "/i/" .. ref .. "/edit" then return task.form(page, { { "Milestone", s.plan } }, "Save issue") end
        return task.first(page, { tracker.issue(ref), tracker.link("Edit") })
      end
    end
  end,
  hints = { "Milestones are added on a project's page of milestones; an issue's is among its fields.", function(s) return "The project is " .. s.name .. ", begin on its page." end },
}
