-- Change or delete what one has written oneself.
local gym, task, forum = require "gym", require "lib/task", require "lib/forum"
local texts = { "It was repaired by the maker in the end", "Solved, thank you all for the help", "Update: the shop in town took it back", "I have changed my mind about the price", "The answer was in the manual on page nine" }
return {
  doc = "edit or delete one's own threads and comments", set = "sites", sites = { "forum" }, actions = { "go_back" },
  levels = 3, turns = { 12, 18, 26 }, floor = 0.02,
  setup = function(rng, level)
    local cities, s = rng:sample(gym.cities, 4), { phrase = rng(1, 2), text = rng:pick(texts), want = { forum = {} } }
    local mine = {}
    for i, what in ipairs { "Question about a bill from %s", "My week in %s", "Lost and found in %s" } do
      local title = what:format(cities[i])
      mine[i] = { title = title, id = sites.forum.post { board = forum.slug(rng), title = title, body = "More about " .. cities[i] .. " soon" } }
      sites.forum.say { thread = mine[i].id, author = sites.forum.thread(rng:pick(sites.forum.find { board = "hiking" })).author, text = "Good to know" }
    end
    local keep, drop = mine[rng(1, 2)], mine[3]
    local t = forum.draw(rng, 2)
    local c = sites.forum.say { thread = t.id, text = "I sold mine in " .. cities[4] }
    sites.forum.say { thread = mine[2].id, text = "I sold mine in " .. cities[1] }
    if level ~= 2 then
      s.edit, s.title = keep.id, keep.title
      s.want.forum[1] = ("thread %d edit: %s | %s"):format(keep.id, keep.title, s.text)
      s.path = { { "forum", "/t/" .. keep.id }, { "forum", "/t/" .. keep.id .. "/edit" } }
    end
    if level == 2 then
      s.comment, s.under = c, t.title
      s.want.forum[1] = ("comment %d deleted"):format(c)
      s.path = { { "forum", "/t/" .. t.id }, { "forum", "/c/" .. c } }
    elseif level == 3 then
      s.drop, s.other = drop.id, drop.title
      s.want.forum[2] = ("thread %d deleted"):format(drop.id)
    end
    return s
  end,
  goal = function(s)
    local parts = {}
    if s.edit then parts[1] = ("change the text of the user's thread \"%s\" to \"%s\""):format(s.title, s.text) end
    if s.comment then parts[1] = ("delete the comment that the user wrote under the thread \"%s\""):format(s.under) end
    if s.drop then parts[2] = ("delete the user's thread \"%s\""):format(s.other) end
    return gym.title(gym.list(parts, "and")) .. (s.phrase == 1 and "." or ", and leave the rest as it is.")
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    if s.edit and not task.done("forum", s.want.forum[1]) then
      if page.path == "/t/" .. s.edit .. "/edit" then return task.form(page, { { "Title", s.title }, { "Text", s.text } }, "Save changes") end
      return task.first(page, { forum.thread(s.edit), function(p) return task.click(p, "link", "Edit thread") end })
    end
    local kind, id = s.comment and "comment" or "thread", s.comment or s.drop
    if page.path == ("/%s/%d/delete"):format(kind:sub(1, 1), id) then return task.click(page, "button", "Delete for good") end
    return task.first(page, { s.comment and forum.comment(id) or forum.thread(id), function(p) return task.click(p, "link", "Delete " .. kind) end })
  end,
  hints = { "One's own threads are on one's profile; their pages have links to edit and delete.", function(s) return "Search for " .. (s.title or s.under) .. " first of all." end },
}
