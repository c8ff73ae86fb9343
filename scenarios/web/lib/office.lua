-- What the scenarios on the mailbox and the calendar share: ways for oracles, and comparing what was done with what was asked.
local gym = require "gym"
local office = {}

-- A click on the named link, button or other element.
function office.press(page, role, name, nth) return "click", gym.find(page, { role = role, name = name, nth = nth }) end

-- The next step of filling in a form: fields are pairs of a label and a value, in order; then the button is pressed.
function office.form(page, fields, button)
  for _, f in ipairs(fields) do
    local box = gym.find(page, { role = "textbox", name = f[1] })
    if box and box.value ~= f[2] then return "fill", box, f[2] end
    local list = gym.find(page, { role = "combobox", name = f[1] })
    if list and list.value ~= f[2] then return "select_option", list, f[2] end
  end
  return office.press(page, "button", button)
end

-- Whether a page is of a site.
function office.at(page, site) return office.begins(page.url, "http://" .. site .. ".gym.test/") end

function office.begins(text, start) return text:sub(1, #start) == start end

-- The next step on the way to a mail's page, by a search for words or through its folder; nothing where it is open.
function office.toMail(page, id, words)
  if page.path == "/mail/" .. id then return end
  local m = sites.mail.mail(id)
  local link = gym.find(page, { role = "link", name = m.title })
  if link then return "click", link end
  if m.folder == "spam" or m.folder == "trash" then
    if office.begins(page.path, "/folder/" .. m.folder) then return office.press(page, "link", "Older") end
    if page.path == "/folders" then return office.press(page, "link", gym.title(m.folder)) end
    return office.press(page, "link", "Folders")
  end
  local box = gym.find(page, { role = "textbox", name = "Search mail" })
  if not box then return office.press(page, "link", "Inbox") end
  local older = gym.find(page, { role = "link", name = "Older" })
  if box.value == words and office.begins(page.path, "/search?") and older then return "click", older end
  return office.form(page, { { "Search mail", words } }, "Search")
end

-- How an event is listed in the views of a day or a week.
function office.listed(e) return ("%s to %s %s"):format(e.start, e["end"], e.title) end

-- Whether the calendar has shown a date: its day, its week, or its free time.
function office.shown(date)
  for _, v in ipairs(sites.calendar.visits()) do
    local week = v == "GET /week" and sites.calendar.today() or v:match("/week%?date=([%d-]+)")
    if v == "GET /" and date == sites.calendar.today() or v:find("date=" .. date, 1, true) then return true end
    if week and sites.calendar.monday(week) == sites.calendar.monday(date) then return true end
  end
  return false
end

-- The next step on the way to an event's page, by its day; nothing where it is open.
function office.toEvent(page, id, date)
  if page.path == "/event/" .. id .. "?date=" .. date then return end
  local name = office.listed(sites.calendar.event(id))
  if office.begins(page.path, "/day?date=" .. date) and gym.find(page, { role = "link", name = name }) then return office.press(page, "link", name) end
  if not gym.find(page, { role = "textbox", name = "Date" }) or gym.find(page, { role = "textbox", name = "Title" }) then return office.press(page, "link", "Today") end
  return office.form(page, { { "Date", date } }, "Show")
end

-- The next step of choosing one thing to do with the mails of a list: names are what they are listed as.
function office.tick(page, names, action)
  for _, name in ipairs(names) do
    local box = gym.find(page, { role = "checkbox", name = name })
    if box and box.state == "" then return "click", box end
  end
  return office.form(page, { { "With the ticked mails", action } }, "Do it")
end

-- Whether two lists hold the same texts, in any order.
function office.same(a, b)
  a, b = gym.copy(a), gym.copy(b)
  table.sort(a)
  table.sort(b)
  return table.concat(a, "\n") == table.concat(b, "\n")
end

-- How much of the wanted texts is there, from 0 to 1; 0 where there is anything else.
function office.share(have, want)
  local wanted, n = {}, 0
  for _, w in ipairs(want) do wanted[w] = true end
  for _, h in ipairs(have) do
    if not wanted[h] then return 0 end
    n = n + 1
  end
  return #want == 0 and 1 or n / #want
end

local function line(value)
  if value == nil then return "" end
  return type(value) == "table" and table.concat(value, ", ") or tostring(value)
end

-- Whether an item has all the fields that are wanted of it.
local function has(item, want)
  for key, value in pairs(want) do
    if line(item[key]) ~= line(value) then return false end
  end
  return true
end

-- Whether the items are the wanted ones and no more, in any order. Each must have the fields that are given.
function office.match(items, want)
  if #items ~= #want then return false end
  local used = {}
  for _, w in ipairs(want) do
    local found
    for i, item in ipairs(items) do
      if not found and not used[i] and has(item, w) then found = i end
    end
    if not found then return false end
    used[found] = true
  end
  return true
end

-- Whether the mailbox has these changes, sent mails and nothing else.
function office.mailbox(changes, sent)
  return office.same(sites.mail.changes(), changes or {}) and office.match(sites.mail.sent(), sent or {})
end

-- Whether the calendar has these changes, new events and nothing else.
function office.calendar(changes, created)
  return office.same(sites.calendar.changes(), changes or {}) and office.match(sites.calendar.created(), created or {})
end

-- How far one has come, from 0 to 1: the share of steps that are done. The steps are truth values, in the order of the way.
function office.steps(list)
  local n = 0
  for _, done in ipairs(list) do
    if done then n = n + 1 end
  end
  return n / #list
end

-- Whether something was looked for: a site's address with these words in its query was opened.
function office.searched(site, words)
  words = words:gsub(" ", "+")
  for _, v in ipairs(site.visits()) do
    local _, from = v:find("?", 1, true)
    if from and v:find(words, from, true) then return true end
  end
  return false
end

-- A mail that is as wanted, drawn.
function office.pick(rng, want) return sites.mail.mail(rng:pick(sites.mail.mails(want))) end

return office
