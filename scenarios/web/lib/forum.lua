-- Ways on the forum: each function gives a step towards a page, and nothing on that page. Draws give what tasks are about.
local gym, task = require "gym", require "lib/task"
local M = {}

local function nav(page, name) return task.click(page, "link", name) end

-- board goes to a board's page.
function M.board(slug)
  return function(page)
    if task.at(page, "/b/" .. slug) then return end
    for _, b in ipairs(sites.forum.boards()) do
      if b.slug == slug and page.path == "/" then return nav(page, b.name) end
    end
    return nav(page, "Home")
  end
end

-- thread goes to a thread's page by a search for its title.
function M.thread(id)
  return function(page)
    if task.at(page, "/t/" .. id) then return end
    local title = sites.forum.thread(id).title
    local link = gym.find(page, { role = "link", name = title })
    if link then return "click", link end
    if not task.at(page, "/search") then return nav(page, "Search") end
    if gym.find(page, { role = "textbox", name = "Words in the title", value = title }) and gym.find(page, { role = "link", name = "Next page" }) then
      return nav(page, "Next page")
    end
    return task.form(page, { { "Words in the title", title } }, "Search")
  end
end

-- comment goes to a comment's page by way of its thread.
function M.comment(id)
  return function(page)
    if task.at(page, "/c/" .. id) then return end
    local c = sites.forum.comment(id)
    local verb, a, b = M.thread(c.thread)(page)
    if verb then return verb, a, b end
    verb, a = nav(page, "Open comment by " .. c.author)
    if verb then return verb, a end
    verb, a = nav(page, "Next page")
    if verb then return verb, a end
    return nav(page, "Previous page")
  end
end

-- user goes to the page of the author of a thread or comment, whose step leads there.
function M.user(name, by)
  return function(page)
    if task.at(page, "/u/" .. name) then return end
    local verb, a = nav(page, name)
    if not verb then verb, a = nav(page, "Profile of " .. name) end
    if verb then return verb, a end
    return by(page)
  end
end

-- press clicks a button of the page.
function M.press(name)
  return function(page) return task.click(page, "button", name) end
end

-- slug is any board's; name is a board's name.
function M.slug(rng) return rng:pick(sites.forum.boards()).slug end
function M.name(slug)
  for _, b in ipairs(sites.forum.boards()) do
    if b.slug == slug then return b.name end
  end
end

-- mine says whether the user moderates a board.
function M.mine(slug)
  for _, b in ipairs(sites.forum.boards()) do
    if b.slug == slug then return b.mine end
  end
end

-- draw is a thread, of a board where one is given, with at least so many comments. Its comments come along.
function M.draw(rng, least, board)
  for _ = 1, 200 do
    local t = sites.forum.thread(rng:pick(sites.forum.find { board = board or M.slug(rng) }))
    if #t.comments >= least then
      local list = {}
      for i, id in ipairs(t.comments) do list[i] = sites.forum.comment(id) end
      return t, list
    end
  end
end

-- best is the comment with most points, where no other has as many.
function M.best(list)
  local best, tie
  for _, c in ipairs(list) do
    if not best or c.score > best.score then
      best, tie = c, false
    elseif c.score == best.score then
      tie = true
    end
  end
  if not tie then return best end
end

return M
