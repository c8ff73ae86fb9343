-- Write to somebody: by name, to the author of a thread, or in answer to a message.
local gym, task, forum = require "gym", require "lib/task", require "lib/forum"
local subjects = { "Your picture from %s", "The meeting in %s", "A question about %s", "Parts from %s" }
local texts = { "Could you tell me more by Sunday", "I would be glad to help with it", "Please send me the measures of yours", "I can be there at seven with two friends" }
return {
  doc = "send a direct message or answer one", set = "sites", sites = { "forum" }, actions = { "go_back" },
  levels = 3, turns = { 14, 18, 16 }, floor = 0.02,
  setup = function(rng, level)
    local t
    repeat t = forum.draw(rng, 0) until not sites.forum.user(t.author).closed
    local s = { to = t.author, subject = rng:pick(subjects):format(rng:pick(gym.cities)), text = rng:pick(texts), phrase = rng(1, 2), path = { { "forum", "/messages/new*" } } }
    if level == 2 then s.thread, s.title, s.path = t.id, t.title, { { "forum", "/t/" .. t.id }, { "forum", "/u/" .. t.author }, { "forum", "/messages/new*" } } end
    if level == 3 then
      local at, city = rng(1, 5), rng:sample(gym.cities, 6)
      for i = 1, 5 do
        local from
        repeat from = sites.forum.thread(rng:pick(sites.forum.find { board = forum.slug(rng) })).author until not sites.forum.user(from).closed and from ~= s.to
        local subject = (i == 3 and "Parts from %s" or "The meeting in %s"):format(city[i])
        if i == at then s.old, from = subject, s.to end
        local id = sites.forum.mail { from = from, subject = subject, body = "Can you say until tomorrow whether you need it" }
        if i == at then s.path = { { "forum", "/messages/" .. id }, { "forum", "/messages/new*" } } end
      end
      s.subject = "Re: " .. s.old
    end
    s.want = { forum = { ("message to %s: %s | %s"):format(s.to, s.subject, s.text) } }
    return s
  end,
  goal = function(s)
    if s.old then
      return (s.phrase == 1 and "Reply to the message \"%s\" in the user's inbox: \"%s\"" or "The user has a message \"%s\". Answer it with \"%s\" and leave the subject as the site proposes it."):format(s.old, s.text)
    end
    local who = s.title and ("the author of the thread \"%s\""):format(s.title) or s.to
    return (s.phrase == 1 and "Send a message to %s. Subject: \"%s\" Text: \"%s\"" or "Write to %s, with the subject \"%s\" and the text \"%s\"."):format(who, s.subject, s.text)
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    if task.at(page, "/messages/new") and gym.find(page, { role = "textbox", name = "To" }) and (not s.title and not s.old or gym.find(page, { role = "textbox", value = s.to })) then
      return task.form(page, { { "To", s.to }, { "Subject", s.subject }, { "Message", s.text } }, "Send")
    end
    if s.title then
      return task.first(page, { forum.user(s.to, forum.thread(s.thread)), function(p) return task.click(p, "link", "Send a message") end })
    end
    if s.old and gym.find(page, { role = "heading", name = s.old }) then return task.click(page, "link", "Reply") end
    if page.path == "/messages" then return task.click(page, "link", s.old or "New message") end
    return task.click(page, "link", "Messages")
  end,
  hints = { "Messages are sent from the page of messages, from a profile, or by Reply.", function(s) return "It goes to " .. s.to .. "." end },
}
