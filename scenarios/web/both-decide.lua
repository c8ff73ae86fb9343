-- People on the forum have decided something about an issue: read it there, and set it in the tracker.
local gym, task, forum, tracker = require "gym", require "lib/task", require "lib/forum", require "lib/tracker"
local address = "http://tracker.gym.test/"
return {
  doc = "read on the forum what was decided, and set it in the tracker", set = "sites", sites = { "forum", "tracker" }, actions = { "goto", "go_back" },
  levels = 3, turns = { 20, 22, 24 }, floor = 0.02,
  setup = function(rng, level)
    local i = tracker.draw(rng, { state = "open" })
    local p = tracker.get(i.project)
    local s = { level = level, ref = i.ref, phrase = rng(1, 2), title = ("What to do about %s before the fair in %s"):format(i.ref, rng:pick(gym.cities)), fields = {}, want = { tracker = {} } }
    local priorities = rng:shuffle(gym.copy(tracker.priorities))
    for n, x in ipairs(priorities) do
      if x == i.priority then table.remove(priorities, n) break end
    end
    local function set(label, line, value)
      s.fields[#s.fields + 1] = { label, value }
      table.insert(s.want.tracker, i.ref .. " " .. line .. ": " .. value)
    end
    set("Priority", "priority", priorities[1])
    local who = tracker.other(rng, p.members, i.assignee)
    if level > 1 then set("Assignee", "assignee", who) end
    s.id = sites.forum.post { board = "support", title = s.title, body = level < 3 and ("The priority should be %s"):format(priorities[1]) .. (level == 2 and (" and %s should have it."):format(who) or ".")
      or "Which priority should it have, and who should do it? The lead decides.", author = forum.draw(rng, 0).author }
    if level == 3 then
      local said = { { forum.draw(rng, 0).author, priorities[2], tracker.other(rng, p.members, who) }, { forum.draw(rng, 0).author, priorities[1], who }, { forum.draw(rng, 0).author, priorities[3], i.assignee ~= "" and i.assignee or who } }
      s.lead = said[2][1]
      for _, c in ipairs(rng:shuffle(said)) do sites.forum.say { thread = s.id, author = c[1], text = ("Priority %s, and give it to %s."):format(c[2], c[3]) } end
    end
    s.path = { { "forum", "/t/" .. s.id }, { "tracker", "/i/" .. i.ref }, { "tracker", "/i/" .. i.ref .. "/edit" } }
    return s
  end,
  goal = function(s)
    local what = s.level == 1 and "the priority" or "the priority and the assignee"
    local who = s.lead and (" What %s says there counts."):format(s.lead) or ""
    return (s.phrase == 1 and "In the thread \"%s\" on the forum it was decided which %s the issue %s gets.%s Set it so in the tracker, which is at %s"
      or "Look in the forum's thread \"%s\" for %s that the issue %s is to have.%s Then change the issue in the tracker at %s"):format(s.title, s.phrase == 1 and what:gsub("the ", "") or what, s.ref, who, address)
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    if not sites.forum.visited("/t/" .. s.id) then return forum.thread(s.id)(page) end
    if page.url:sub(1, #address) ~= address then return "goto", address end
    if page.path == "/i/" .. s.ref .. "/edit" then return task.form(page, s.fields, "Save issue") end
    return task.first(page, { tracker.issue(s.ref), tracker.link("Edit") })
  end,
  hints = { "First read the thread, then open the tracker's address.", function(s) return "The tracker's page for it is reached by a search for " .. s.ref .. "." end },
}
