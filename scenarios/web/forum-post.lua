-- Write a thread of one's own.
local gym, task, forum = require "gym", require "lib/task", require "lib/forum"
local titles = { "Meeting of beginners in %s", "Looking for a teacher in %s", "A day trip to %s next month", "What the shops of %s have now", "Our club in %s has a new room" }
local bodies = { "We start at %d and everybody is welcome", "There are %d places left until Friday", "Tell me by the %d of June what you think", "I have asked %d people and none knew" }
local flairs = { "Question", "Advice", "Show", "News" }
return {
  doc = "publish a thread with title, text and flair", set = "sites", sites = { "forum" }, actions = { "go_back" },
  levels = 3, turns = { 14, 16, 20 }, floor = 0.02,
  setup = function(rng, level)
    local s = { board = forum.slug(rng), flair = level == 1 and "Question" or rng:pick { "Advice", "Show", "News" }, phrase = rng(1, 2),
      title = rng:pick(titles):format(rng:pick(gym.cities)), text = rng:pick(bodies):format(rng(2, 19)) }
    local line = ("%s thread: %s | %s | %s"):format(s.board, s.title, s.text, s.flair)
    s.want, s.path = { forum = { line } }, { { "forum", "/b/" .. s.board }, { "forum", "/b/" .. s.board .. "/new" } }
    if level == 3 then
      for _, b in ipairs(rng:shuffle(sites.forum.boards())) do
        if b.slug ~= s.board and not s.second then s.second = b.slug end
      end
      s.want.forum[2] = ("%s thread: %s | %s | %s"):format(s.second, s.title, s.text, s.flair)
    end
    return s
  end,
  goal = function(s)
    local where = s.second and ("the boards %s and %s each"):format(forum.name(s.board), forum.name(s.second)) or "the board " .. forum.name(s.board)
    return (s.phrase == 1 and "Start a thread on %s. Title: \"%s\" Text: \"%s\" Flair: %s" or "On %s, publish a new thread with the title \"%s\" and the text \"%s\", flair %s.")
      :format(where, s.title, s.text, s.flair)
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    for i, slug in ipairs { s.board, s.second } do
      if not task.done("forum", s.want.forum[i]) then
        if task.at(page, "/b/" .. slug .. "/new") then
          return task.form(page, { { "Title", s.title }, { "Text", s.text }, { "Flair", s.flair } }, "Publish thread")
        end
        return task.first(page, { forum.board(slug), function(p) return task.click(p, "link", "New thread") end })
      end
    end
  end,
  hints = { "The page of a board leads to the form.", function(s) return "Open the board " .. forum.name(s.board) .. ", then New thread, then fill in the form." end },
}
