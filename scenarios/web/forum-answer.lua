-- Find a thread, find a comment in it, and tell what its author has or has paid.
local gym, task, forum = require "gym", require "lib/task", require "lib/forum"
-- draw draws again where the best comment shares its place, or nobody was answered.
local function draw(rng, level)
  local t, list = forum.draw(rng, ({ 2, 4, 5 })[level])
  local c, s = rng:pick(list), { id = t.id, title = t.title, what = rng:pick { "model", "price" }, phrase = rng(1, 2) }
  if level == 2 then s.most, c = true, forum.best(list) end
  if level == 3 then                                     -- the one that somebody's comment answers
    local replies = {}
    for _, r in ipairs(list) do
      if r.parent then replies[#replies + 1] = r end
    end
    local reply = #replies > 0 and rng:pick(replies)
    c, s.by = reply and sites.forum.comment(reply.parent), reply and reply.author
  end
  if not c then return draw(rng, level) end
  s.who, s.tell, s.path = c.author, c[s.what], { { "forum", "/search?*" }, { "forum", "/t/" .. t.id .. "*" } }
  return s
end
return {
  doc = "find what somebody wrote in a thread and tell it", set = "sites", sites = { "forum" },
  actions = { "send_msg_to_user", "go_back" }, levels = 3, turns = { 10, 14, 16 }, floor = 0.02,
  setup = draw,
  goal = function(s)
    local who = s.who
    if s.most then who = "the author of the comment with most points" end
    if s.by then who = "the user whom " .. s.by .. " replies to" end
    local what = s.what == "model" and ("which model does %s use"):format(who) or ("what did %s pay, in dollars"):format(who)
    return (s.phrase == 1 and "In the thread \"%s\", %s? Tell the user the %s alone." or "There is a thread \"%s\" on the forum. According to the comments, %s? Answer with the %s alone.")
      :format(s.title, what, s.what == "model" and "maker and number" or "number")
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    local verb, a, b = forum.thread(s.id)(page)
    if verb then return verb, a, b end
    for _, e in ipairs(page.elements) do
      if e.name:sub(1, #s.who + 1):find(s.who .. "[ ,]") and e.name:find(s.tell, 1, true) then return "send_msg_to_user", s.tell end
    end
    return task.click(page, "link", "Next page")
  end,
  hints = { "Search for the title; the comments are below the thread.", function(s) return "The comment is by " .. s.who .. "." end },
}
