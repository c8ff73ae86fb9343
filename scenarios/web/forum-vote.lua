-- Vote on threads and comments.
local gym, task, forum = require "gym", require "lib/task", require "lib/forum"
return {
  doc = "vote on threads and comments", set = "sites", sites = { "forum" }, actions = { "go_back" },
  levels = 3, turns = { 13, 16, 26 }, floor = 0.02,
  setup = function(rng, level)
    local t, list = forum.draw(rng, ({ 0, 2, 4 })[level])
    local s = { id = t.id, title = t.title, phrase = rng(1, 2), votes = {}, path = { { "forum", "/search?*" }, { "forum", "/t/" .. t.id } }, want = { forum = {} } }
    local function vote(way, kind, of) s.votes[#s.votes + 1] = { way = way, kind = kind, id = of.id, author = of.author } end
    if level ~= 2 then vote(rng:pick { "up", "down" }, "thread", t) end
    local picked = rng:sample(list, ({ 0, 1, 2 })[level])
    for i, c in ipairs(picked) do vote(i == 1 and level == 3 and "up" or "down", "comment", c) end
    for i, v in ipairs(s.votes) do s.want.forum[i] = ("%s %d vote: %s"):format(v.kind, v.id, v.way) end
    return s
  end,
  goal = function(s)
    local parts = {}
    for i, v in ipairs(s.votes) do
      parts[i] = "vote " .. v.way .. " " .. (v.kind == "thread" and "the thread itself" or "the comment by " .. v.author)
    end
    return (s.phrase == 1 and "Find the thread \"%s\" and %s." or "On the thread \"%s\", %s."):format(s.title, gym.list(parts, "and"))
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    for i, v in ipairs(s.votes) do
      if not task.done("forum", s.want.forum[i]) then
        return task.first(page, { v.kind == "thread" and forum.thread(v.id) or forum.comment(v.id), forum.press("Vote " .. v.way) })
      end
    end
  end,
  hints = { "A comment's own page has the buttons for votes on it.", function(s) return "Start with a search for " .. s.title .. " itself." end },
}
