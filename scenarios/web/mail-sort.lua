-- Do what is said with some mails, one thing with each, and leave all others as they are.
local gym, office = require "gym", require "lib/office"
local does = {
  Archive = { "archive %s", "folder archive" }, Delete = { "delete %s", "folder trash" }, ["Mark as spam"] = { "mark %s as spam", "folder spam" },
  Star = { "star %s", "starred true" }, ["Mark as unread"] = { "mark %s as unread", "unread" },
}
local function todo(s)
  for _, t in ipairs(s.tasks) do
    local there = false
    for _, c in ipairs(sites.mail.changes()) do there = there or c == t.want end
    if not there then return t end
  end
end
local function wanted(s)
  local out = {}
  for i, t in ipairs(s.tasks) do out[i] = t.want end
  return out
end
return {
  doc = "star, archive, delete or mark the named mails", set = "sites", sites = { "mail" }, actions = { "go_back" },
  levels = 3, turns = { 12, 20, 28 }, floor = 0.05,
  setup = function(rng, level)
    local tasks, verbs = {}, rng:sample({ "Archive", "Delete", "Mark as spam", "Star", "Mark as unread" }, level)
    local ids = rng:sample(sites.mail.mails { folder = "inbox" }, level)
    for i, id in ipairs(ids) do
      sites.mail.arrange(id, { unread = false, starred = false })
      local m = sites.mail.mail(id)
      local named = rng:chance(0.5) and ('the mail "%s"'):format(m.subject) or ('the mail "%s" from %s'):format(m.subject, m.from)
      tasks[i] = { id = id, do_ = verbs[i], named = named, number = m.facts.number, want = "mail " .. id .. " " .. does[verbs[i]][2] }
    end
    return { tasks = tasks, phrase = rng(1, 2) }
  end,
  goal = function(s)
    local parts = {}
    for i, t in ipairs(s.tasks) do parts[i] = does[t.do_][1]:format(t.named) end
    local all = gym.list(parts, "and")
    return s.phrase == 1 and gym.title(all) .. "." or "Please " .. all .. ", and leave the rest as it is."
  end,
  check = function(s) return office.mailbox(wanted(s)) and 1 or 0 end,
  progress = function(s)
    local t, share = todo(s), office.share(sites.mail.changes(), wanted(s))
    if #sites.mail.sent() > 0 or share == 0 and #sites.mail.changes() > 0 then return 0 end
    return share + (t and sites.mail.visited("/mail/" .. t.id) and 0.4 / #s.tasks or 0)
  end,
  oracle = function(s, page)
    local t = todo(s)
    local verb, e, text = office.toMail(page, t.id, t.number)
    if verb then return verb, e, text end
    return office.press(page, "button", t.do_)
  end,
  hints = { "A mail's page has a button for each of these.", function(s) return "Begin with " .. s.tasks[1].named .. "." end },
}
