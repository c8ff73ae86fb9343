-- What the scenarios on the wiki have in common: an expert's way to an article, and the facts by which tasks are made.
local gym = require "gym"
local M = {}

function M.id(title) return sites.wiki.article(title).id end
function M.path(title) return "/article/" .. M.id(title) end
function M.fact(title, name) return sites.wiki.article(title).facts[name] end
function M.seen(title) return sites.wiki.visited(M.path(title)) end
function M.button(page, name) return "click", gym.find(page, { role = "button", name = name }) end

-- link clicks the first of the links that is there.
function M.link(page, ...)
  for _, name in ipairs { ... } do
    local e = gym.find(page, { role = "link", name = name })
    if e then return "click", e end
  end
end

-- look puts a text into the search field and searches.
function M.look(page, text)
  local box = gym.find(page, { role = "textbox", name = "Search" })
  if not box then return M.link(page, "Main page") end
  if box.value ~= text then return "fill", box, text end
  return M.button(page, "Search")
end

-- open goes to an article; nothing where it is there.
function M.open(page, title)
  if page.path == M.path(title) then return end
  local verb, e = M.link(page, title)
  if verb then return verb, e end
  local box = gym.find(page, { role = "textbox", name = "Search" })
  if box and box.value == title and page.path:find("^/search") then
    verb, e = M.link(page, "Next page")
    if verb then return verb, e end
  end
  return M.look(page, title)
end

-- edit goes to an article's form and sends it with this fact and summary.
function M.edit(page, title, fact, value, summary)
  if page.path ~= M.path(title) .. "/edit" then
    local verb, a, b = M.open(page, title)
    if verb then return verb, a, b end
    return M.link(page, "Edit")
  end
  for name, now in pairs(sites.wiki.article(title).facts) do
    local box, want = gym.find(page, { role = "textbox", name = name }), name == fact and value or now
    if box and box.value ~= want then return "fill", box, want end
  end
  local box = gym.find(page, { role = "textbox", name = "Summary" })
  if box.value ~= summary then return "fill", box, summary end
  return M.button(page, "Save")
end

-- mine are the agent's edits.
function M.mine()
  local out = {}
  for _, e in ipairs(sites.wiki.edits()) do if e.by == "you" then out[#out + 1] = e end end
  return out
end

-- untouched says whether the agent changed nothing at all but what the counts say.
function M.untouched(edits, watched, comments)
  return #M.mine() == (edits or 0) and #sites.wiki.watched() == (watched or 0) and sites.wiki.talked() == (comments or 0)
end

-- one says whether the agent made one edit, and exactly this one.
function M.one(title, fact, value, summary)
  local e = M.mine()
  return M.untouched(1) and e[1].article == title and e[1].fact == fact and e[1].new == value and (not summary or e[1].summary == summary)
end

function M.told(answer, want) return answer ~= nil and answer:lower() == tostring(want):lower() end

-- most is the title whose fact is the greatest number, or the smallest; nil where two have it.
function M.most(titles, fact, small)
  local best, top, tie
  for _, t in ipairs(titles) do
    local n = tonumber(M.fact(t, fact)) * (small and -1 or 1)
    if not top or n > top then best, top, tie = t, n, false elseif n == top then tie = true end
  end
  return not tie and best or nil
end

return M
