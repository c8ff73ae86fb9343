-- Write a comment, or reply to somebody's.
local gym, task, forum = require "gym", require "lib/task", require "lib/forum"
local texts = { "The same happened to me in %s", "Thank you, I will try this in %s", "Has anybody in %s seen it in a shop", "We have used ours in %s for years",
  "That is far too much money for %s", "My neighbour in %s would agree with you" }
return {
  doc = "write a comment under a thread, or a reply to one", set = "sites", sites = { "forum" }, actions = { "go_back" },
  levels = 3, turns = { 14, 16, 20 }, floor = 0.02,
  setup = function(rng, level)
    local t, list = forum.draw(rng, ({ 0, 2, 4 })[level])
    local c = level == 2 and rng:pick(list) or level == 3 and forum.best(list) or nil
    local s = { id = t.id, title = t.title, text = rng:pick(texts):format(rng:pick(gym.cities)), phrase = rng(1, 2),
      path = { { "forum", "/search?*" }, { "forum", "/t/" .. t.id } } }
    if level == 3 and not c then c, s.vague = list[1], true end      -- a shared first place: the first comment instead
    if c then
      s.to, s.author, s.best = c.id, c.author, level == 3
      s.path[3] = { "forum", "/c/" .. c.id }
      s.want = { forum = { ("comment %d reply: %s"):format(c.id, s.text) } }
      if level == 3 then s.want.forum[2] = ("comment %d vote: up"):format(c.id) end
    else
      s.want = { forum = { ("thread %d comment: %s"):format(t.id, s.text) } }
    end
    return s
  end,
  goal = function(s)
    local where = ("under the thread \"%s\""):format(s.title)
    if s.to and not s.best then where = ("in reply to the comment by %s %s"):format(s.author, where) end
    if s.best then where = ("in reply to the %s %s"):format(s.vague and "oldest comment" or "comment with most points", where) end
    local also = s.best and " Also vote that comment up." or ""
    return (s.phrase == 1 and "Write \"%s\" %s.%s" or "The user wants you to publish \"%s\" %s.%s"):format(s.text, where, also)
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    if s.best and not task.done("forum", s.want.forum[2]) then return task.first(page, { forum.comment(s.to), forum.press("Vote up") }) end
    return task.first(page, { s.to and forum.comment(s.to) or forum.thread(s.id), function(p)
      return task.form(p, { { s.to and "Your reply" or "Your comment", s.text } }, s.to and "Publish reply" or "Publish comment")
    end })
  end,
  hints = { "A reply is written on the page of the comment that it answers.", function(s) return "Search for " .. s.title .. " first of all." end },
}
