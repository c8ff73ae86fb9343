-- Sort a board's threads and tell something about the one at the top, or about who wrote it.
local gym, task, forum = require "gym", require "lib/task", require "lib/forum"
local places = { "first", "second", "third" }
return {
  doc = "sort a board and tell what is at the top", set = "sites", sites = { "forum" },
  actions = { "send_msg_to_user", "go_back" }, levels = 3, turns = { 9, 11, 11 }, floor = 0.02,
  setup = function(rng, level)
    local s = { board = forum.slug(rng), sort = rng:pick { "top", "most comments", "newest" }, phrase = rng(1, 2) }
    if level == 1 then s.sort = "top" end
    s.place = level == 3 and rng(2, 3) or 1
    s.what = level == 1 and rng:pick { "author", "title" } or rng:pick { "town", "since", "karma" }
    local t = sites.forum.thread(sites.forum.find({ board = s.board, sort = s.sort })[s.place])
    local u = sites.forum.user(t.author)
    s.id, s.title, s.author = t.id, t.title, t.author
    s.tell = tostring(level == 1 and t[s.what] or u[s.what])
    s.path = { { "forum", "/b/" .. s.board .. "?*" } }
    if level > 1 then s.path = { s.path[1], { "forum", "/t/" .. t.id }, { "forum", "/u/" .. t.author } } end
    return s
  end,
  goal = function(s)
    local list = ("%s on the list of the board %s sorted by \"%s\""):format(places[s.place], forum.name(s.board), s.sort)
    local what = ({ author = "who wrote it", title = "its title", town = "the town that its author comes from",
      since = "since which date its author has been a member", karma = "how much karma its author has" })[s.what]
    return (s.phrase == 1 and "Look at the thread that is %s. Tell the user %s." or "One thread is %s. The user wants to know %s."):format(list, what)
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    local direct = s.what == "author" or s.what == "title"
    if direct and task.at(page, "/b/" .. s.board) and gym.find(page, { role = "link", name = s.title }) then return "send_msg_to_user", s.tell end
    if page.path == "/u/" .. s.author then return "send_msg_to_user", s.tell end
    return task.first(page, { forum.user(s.author, function(p)
      if task.at(p, "/t/" .. s.id) then return task.click(p, "link", s.author) end
      local verb, a = forum.board(s.board)(p)
      if verb then return verb, a end
      verb, a = task.click(p, "link", s.title)
      if verb and gym.find(p, { role = "combobox", value = s.sort }) then return verb, a end
      return task.form(p, { { "Sort by", s.sort } }, "Sort")
    end) })
  end,
  hints = { "The list of a board can be sorted.", function(s) return "Its author is " .. s.author .. "." end },
}
