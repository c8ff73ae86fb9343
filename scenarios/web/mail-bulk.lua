-- Do one thing with all mails of a sender in the inbox: all, those unread, those of a kind. The ticked ones go in one step.
local gym, office = require "gym", require "lib/office"
local does = { Archive = "folder archive", Delete = "folder trash", ["Mark as spam"] = "folder spam", Star = "starred true" }
local says = { Archive = "archive", Delete = "delete", ["Mark as spam"] = "mark as spam", Star = "star" }
return {
  doc = "do one thing with all mails of a sender in the inbox", set = "sites", sites = { "mail" }, actions = { "go_back" },
  levels = 3, turns = { 20, 24, 28 }, floor = 0.05,
  setup = function(rng, level)
    local from, s = rng:pick(sites.mail.people()).name, { level = level, phrase = rng(1, 2) }
    s.from, s.action = from, rng:pick { "Archive", "Delete", "Mark as spam", "Star" }
    for _, id in ipairs(sites.mail.mails { from = from, folder = "inbox" }) do sites.mail.arrange(id, { folder = "archive" }) end
    s.ids, s.names, s.want = {}, {}, {}
    for i, n in ipairs(rng:sample({ 2101, 3202, 4303, 5404, 6505, 7606 }, 2 + level)) do
      local mine = level == 1 or i <= level
      local id = sites.mail.add {
        from = from, subject = (level == 3 and mine and "Order %d for the %s" or "Question %d about the %s"):format(n, rng:pick(gym.products)),
        body = { "Please have a look when you can." }, unread = level == 2 and mine or level == 3 and rng:chance(0.5), date = ("2031-05-%02d 08:%02d"):format(rng(5, 11), rng(10, 59)),
      }
      if mine then
        s.ids[#s.ids + 1], s.names[#s.names + 1], s.want[#s.want + 1] = id, sites.mail.mail(id).title, "mail " .. id .. " " .. does[s.action]
      end
    end
    return s
  end,
  goal = function(s)
    local what = ({ "all mails from %s in the inbox", "all unread mails from %s in the inbox", 'all mails from %s in the inbox whose subject begins with "Order"' })[s.level]:format(s.from)
    return (({ "%s %s, and only those.", "I want you to %s %s. Touch no other mail." })[s.phrase]):format(s.phrase == 1 and gym.title(says[s.action]) or says[s.action], what)
  end,
  check = function(s) return office.mailbox(s.want) and 1 or 0 end,
  progress = function(s, page)
    local n = 0
    for _, name in ipairs(s.names) do n = n + (gym.find(page, { role = "checkbox", name = name, state = "checked" }) and 1 or 0) end
    local share = office.share(sites.mail.changes(), s.want)
    return #sites.mail.sent() > 0 and 0 or math.max(share, #sites.mail.changes() == 0 and 0.5 * n / #s.names or 0)
  end,
  oracle = function(s, page)
    local query = "/search?from=" .. s.from:gsub(" ", "+") .. "&q=&folder=inbox&after=&before="
    if office.begins(page.path, query) then return office.tick(page, s.names, s.action) end
    if page.path == "/search/options" then return office.form(page, { { "From", s.from }, { "Folder", "inbox" } }, "Search") end
    local link = gym.find(page, { role = "link", name = "Search options" })
    if link then return "click", link end
    return office.press(page, "link", "Inbox")
  end,
  hints = { "Look for them with the search options, then tick them.", function(s) return "Search for mails from " .. s.from .. " in the inbox." end },
}
