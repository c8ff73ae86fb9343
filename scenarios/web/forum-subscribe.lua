-- Subscribe to boards, and leave others.
local gym, task, forum = require "gym", require "lib/task", require "lib/forum"
return {
  doc = "subscribe to boards, and leave others", set = "sites", sites = { "forum" }, actions = { "go_back" },
  levels = 3, turns = { 6, 10, 18 }, floor = 0.05,
  setup = function(rng, level)
    local join, leave = {}, {}
    for _, b in ipairs(rng:shuffle(sites.forum.boards())) do
      local list = b.followed and leave or join
      list[#list + 1] = { slug = b.slug, name = b.name, to = not b.followed }
    end
    local s = { phrase = rng(1, 3), boards = level == 1 and { join[1] } or level == 2 and { join[1], leave[1] } or { join[1], join[2], leave[1], leave[2] },
      want = { forum = {} }, path = {} }
    for i, b in ipairs(s.boards) do
      s.path[i] = { "forum", "/b/" .. b.slug }
      s.want.forum[i] = ("%s subscribed: %s"):format(b.slug, b.to and "yes" or "no")
    end
    return s
  end,
  goal = function(s)
    local join, leave = {}, {}
    for _, b in ipairs(s.boards) do
      local list = b.to and join or leave
      list[#list + 1] = b.name
    end
    local text = ({ "Subscribe to %s", "The user wants to follow %s", "Make the user a subscriber of %s" })[s.phrase]:format(gym.list(join, "and"))
    return text .. (#leave > 0 and (s.phrase == 2 and ", and not %s any more." or " and unsubscribe from %s."):format(gym.list(leave, "and")) or ".")
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    for i, b in ipairs(s.boards) do
      if not task.done("forum", s.want.forum[i]) then return task.first(page, { forum.board(b.slug), forum.press(b.to and "Subscribe" or "Unsubscribe") }) end
    end
    for _, line in ipairs(sites.forum.changes()) do          -- a board that was not asked for
      local slug = line:match("^(%S+) subscribed")
      local ours = false
      for i in ipairs(s.boards) do ours = ours or s.want.forum[i] == line end
      if slug and not ours then
        return task.first(page, { forum.board(slug), forum.press(line:find("yes") and "Unsubscribe" or "Subscribe") })
      end
    end
  end,
  hints = { "Each board has a button for it.", function(s) return "Open " .. s.boards[1].name .. " before the others." end },
}
