-- Comment on issues that are named, or described.
local gym, task, tracker = require "gym", require "lib/task", require "lib/tracker"
local texts = { "Please add a log of %d minutes", "We see this at %d customers", "Version %d has it as well", "The limit should be %d at least" }
return {
  doc = "comment on issues that are named or described", set = "sites", sites = { "tracker" }, actions = { "go_back" },
  levels = 3, turns = { 13, 16, 24 }, floor = 0.02,
  setup = function(rng, level)
    local p = tracker.live(rng)
    local s = { level = level, name = p.name, text = rng:pick(texts):format(rng(2, 60)), phrase = rng(1, 2), refs = {}, path = { { "tracker", "/issues?*" } }, want = { tracker = {} } }
    if level == 2 then
      repeat
        s.state, s.priority, s.sort = rng:pick { "open", "in progress", "in review" }, rng:pick(tracker.priorities), rng:pick { "oldest", "newest" }
        s.refs[1] = sites.tracker.find({ project = p.key, state = s.state, priority = s.priority, sort = s.sort })[1]
      until s.refs[1]
    else
      s.refs[1] = tracker.draw(rng, { state = "not closed" }, p.key).ref
      if level == 3 then
        repeat s.refs[2] = tracker.draw(rng).ref until s.refs[2] ~= s.refs[1]
      end
    end
    for i, ref in ipairs(s.refs) do
      s.path[i + 1], s.want.tracker[i] = { "tracker", "/i/" .. ref }, ref .. " comment: " .. s.text
    end
    return s
  end,
  goal = function(s)
    local which = gym.list(s.refs, "and")
    if s.level == 2 then which = ("the %s issue of %s that is \"%s\" with the priority \"%s\""):format(s.sort, s.name, s.state, s.priority) end
    return (s.phrase == 1 and "Add the comment \"%s\" to %s." or "The user wants to say \"%s\" in a comment on %s."):format(s.text, which)
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    for i, ref in ipairs(s.refs) do
      if not task.done("tracker", s.want.tracker[i]) then
        local go = tracker.issue(ref)
        if s.level == 2 and page.path ~= "/i/" .. ref then
          local verb, a, b = tracker.search { { "Project", s.name }, { "State", s.state }, { "Priority", s.priority }, { "Sort by", s.sort } }(page)
          if verb then return verb, a, b end
        end
        return task.first(page, { go, tracker.form({ { "Your comment", s.text } }, "Add comment") })
      end
    end
  end,
  hints = { "The form for a comment is at the end of an issue's page.", function(s) return "Open " .. s.refs[1] .. " before anything else." end },
}
