-- Write something where that may be impossible: the thread is locked or not there, the user takes no messages.
local gym, task, forum = require "gym", require "lib/task", require "lib/forum"
local texts = { "I had the same trouble last spring", "Thank you for writing this down", "Where did you find the parts", "It can be had for less in town" }
return {
  doc = "write a comment or message, or see that it cannot be done", set = "sites", sites = { "forum" },
  actions = { "report_infeasible", "go_back" }, levels = 3, turns = { 14, 14, 16 }, floor = 0.05,
  setup = function(rng, level)
    local s = { cannot = rng:chance(0.5) or nil, text = rng:pick(texts), phrase = rng(1, 2), subject = rng:pick { "A question", "Your thread", "Parts" } .. " of " .. rng(2, 28) .. " May" }
    local t
    repeat                                                  -- a moderator could open the thread again
      t = forum.draw(rng, 1)
      local fits = level == 1 and not forum.mine(t.board) or level == 2 and t.title:find("near %S+$") or level == 3 and sites.forum.user(t.author).closed == (s.cannot or false)
    until fits
    s.id, s.title, s.to = t.id, t.title, level == 3 and t.author or nil
    s.want = { forum = { level == 3 and ("message to %s: %s | %s"):format(t.author, s.subject, s.text) or ("thread %d comment: %s"):format(t.id, s.text) } }
    s.path = { { "forum", "/search?*" }, { "forum", level == 3 and "/messages/new*" or "/t/" .. t.id } }
    if not s.cannot then return s end
    if level == 1 then
      sites.forum.lock(t.id)
      s.look = { "/t/" .. t.id .. "*" }
    elseif level == 2 then                                  -- the same about a place that it was never written about
      repeat s.title = t.title:gsub("%S+$", rng:pick(gym.cities)) until #sites.forum.find { text = s.title } == 0
      s.id, s.look = nil, { "/search?*" }
    else
      s.look = { "/u/" .. t.author .. "*", "/messages/new*" }
    end
    return s
  end,
  goal = function(s)
    local text = s.to and ("Send a message to the author of the thread \"%s\", with the subject \"%s\" and the text \"%s\"."):format(s.title, s.subject, s.text)
      or (s.phrase == 1 and "Write the comment \"%s\" under the thread \"%s\"." or "Comment \"%s\" on the thread with the title \"%s\"."):format(s.text, s.title)
    return text .. " If the forum does not allow it, or the thread is not there, report that it is infeasible."
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    if not s.id then
      if task.at(page, "/search") and page.path ~= "/search" and gym.find(page, { role = "textbox", value = s.title }) then return "report_infeasible", s.title end
      if not task.at(page, "/search") then return task.click(page, "link", "Search") end
      return task.form(page, { { "Words in the title", s.title } }, "Search")
    end
    if s.to then
      if task.at(page, "/u/" .. s.to) and s.cannot then return "report_infeasible", s.to .. " does not take messages" end
      if task.at(page, "/messages/new") and gym.find(page, { role = "textbox", value = s.to }) then
        return task.form(page, { { "To", s.to }, { "Subject", s.subject }, { "Message", s.text } }, "Send")
      end
      return task.first(page, { forum.user(s.to, forum.thread(s.id)), function(p) return task.click(p, "link", "Send a message") end })
    end
    return task.first(page, { forum.thread(s.id), function(p)
      if s.cannot then return "report_infeasible", "This thread is locked" end
      return task.form(p, { { "Your comment", s.text } }, "Publish comment")
    end })
  end,
  hints = { "Look at the page where it would be done: it says whether it can be.", function(s) return s.cannot and "Here it cannot be done." or "Here it can be done." end },
}
