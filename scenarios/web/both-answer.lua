-- Somebody asks on the forum about an issue: look it up in the tracker, and reply on the forum.
local gym, task, forum, tracker = require "gym", require "lib/task", require "lib/forum", require "lib/tracker"
local home, address = "http://forum.gym.test/", "http://tracker.gym.test/"
return {
  doc = "look an issue up in the tracker and answer a question about it on the forum", set = "sites", sites = { "forum", "tracker" }, actions = { "goto", "go_back" },
  levels = 3, turns = { 24, 24, 26 }, floor = 0.02,
  setup = function(rng, level)
    local p = tracker.live(rng)
    local i, city = tracker.draw(rng, { state = rng:pick { "in progress", "in review", "closed" } }, p.key), rng:pick(gym.cities)
    local s = { level = level, ref = i.ref, phrase = rng(1, 2), title = ("Any news of %s for us in %s"):format(i.ref, city), asker = forum.draw(rng, 0).author }
    local body
    if level == 1 then
      s.text, body = i.state, "Is it open, in progress, in review or closed by now?"
    else
      local who = { i.assignee }
      for _, name in ipairs(rng:shuffle(gym.copy(p.members))) do
        if name ~= i.assignee and #who < 3 then who[#who + 1] = name end
      end
      s.text, body = i.assignee, ("Who works on it, is that %s?"):format(gym.list(rng:shuffle(who), "or"))
    end
    s.id = sites.forum.post { board = "support", title = s.title, body = body, author = s.asker }
    s.want = { forum = { ("thread %d comment: %s"):format(s.id, s.text) } }
    if level == 3 then
      s.thanks = rng:pick { "Answered on the forum today", "A customer has asked for it", "Mentioned in the support board" }
      s.want.tracker = { i.ref .. " comment: " .. s.thanks }
    end
    s.path = { { "forum", "/t/" .. s.id }, { "tracker", "/i/" .. i.ref } }
    return s
  end,
  goal = function(s)
    local what = s.level == 1 and "its state" or "the name of its assignee"
    local also = s.thanks and (" Add the comment \"%s\" to the issue."):format(s.thanks) or ""
    return (s.phrase == 1 and "%s asks on the forum, in the thread \"%s\", about the issue %s. Look it up in the tracker at %s and reply on the forum, at %s with a comment under the thread that is %s and nothing else.%s"
      or "Answer the question of %s in the thread \"%s\". The issue %s is in the tracker: %s and the forum is at %s The comment is to be just %s.%s"):format(s.asker, s.title, s.ref, address, home, what, also)
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    local on = page.url:sub(1, #address) == address
    local noted = not s.thanks or task.done("tracker", s.want.tracker[1])
    if not sites.tracker.visited("/i/" .. s.ref) or not noted then
      if not on then return "goto", address end
      return task.first(page, { tracker.issue(s.ref), tracker.form({ { "Your comment", s.thanks } }, "Add comment") })
    end
    if on then return "goto", home end
    return task.first(page, { forum.thread(s.id), function(p) return task.form(p, { { "Your comment", s.text } }, "Publish comment") end })
  end,
  hints = { "The question names what the answer can be.", function(s) return "Go to the tracker's search for " .. s.ref .. "." end },
}
