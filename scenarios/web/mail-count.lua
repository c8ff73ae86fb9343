-- Tell how many mails there are of some kind: in a folder or with a label, from somebody, from somebody and unread.
local gym, office = require "gym", require "lib/office"
return {
  doc = "tell how many mails there are of a kind", set = "sites", sites = { "mail" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 8, 12, 16 }, floor = 0.1,
  setup = function(rng, level)
    local s = { level = level, phrase = rng(1, 2) }
    if level == 1 then
      s.folder, s.label = rng:pick { "archive", "sent", "spam", "trash" }, rng:chance(0.5) and rng:pick(sites.mail.labels()) or nil
      if s.label then
        local n = 0
        for _, f in ipairs { "inbox", "archive", "sent" } do n = n + #sites.mail.mails { label = s.label, folder = f } end
        s.want = n
      else
        s.want = #sites.mail.mails { folder = s.folder }
      end
    else
      s.folder = level == 2 and rng:pick { "inbox", "archive" } or "inbox"
      s.from = rng:pick(sites.mail.people()).name
      for i = 1, rng(1, 4) do
        local id = sites.mail.add { from = s.from, subject = "Question " .. 1000 + i .. " about the " .. rng:pick(gym.products), body = { "Do you have a minute?" }, folder = s.folder, unread = rng:chance(0.6) }
        if i == 1 and level == 3 then sites.mail.arrange(id, { unread = true }) end
      end
      s.want = #sites.mail.mails { folder = s.folder, from = s.from, unread = level == 3 and true or nil }
    end
    s.want = tostring(s.want)
    return s
  end,
  goal = function(s)
    local what = "in the folder " .. gym.title(s.folder)
    if s.label then what = "with the label " .. s.label end
    if s.level == 2 then what = ("from %s in the folder %s"):format(s.from, s.folder) end
    if s.level == 3 then what = ("from %s in the folder %s that are unread"):format(s.from, s.folder) end
    return (({ "How many mails %s are there? Tell the user just the number.", "Count the mails %s and tell the user the number alone." })[s.phrase]):format(what)
  end,
  check = function(s) return s.answer == s.want and office.mailbox() and 1 or 0 end,
  progress = function(s, page)
    if s.answer then return s.answer == s.want and office.mailbox() and 1 or 0 end
    if s.level == 1 then return sites.mail.visited("/folders") and 0.6 or 0 end
    return gym.find(page, { role = "text", name = s.want .. " mails, page 1 of 1" }) and 0.7 or sites.mail.visited("/search/options") and 0.3 or 0
  end,
  oracle = function(s, page)
    if s.level == 1 then
      local path = s.label and "/label/" .. s.label or "/folder/" .. s.folder
      if office.begins(page.path, path) or page.path == "/folders" then return "send_msg_to_user", s.want end
      return office.press(page, "link", "Folders")
    end
    local query = "/search?from=" .. s.from:gsub(" ", "+") .. "&q=&folder=" .. s.folder .. "&after=&before=" .. (s.level == 3 and "&unread=on" or "")
    if page.path == query then return "send_msg_to_user", s.want end
    if page.path ~= "/search/options" then
      local link = gym.find(page, { role = "link", name = "Search options" })
      if link then return "click", link end
      return office.press(page, "link", "Inbox")
    end
    local box = gym.find(page, { role = "checkbox", name = "Unread only" })
    if s.level == 3 and box.state == "" then return "click", box end
    return office.form(page, { { "From", s.from }, { "Folder", s.folder } }, "Search")
  end,
  hints = { "A list says how many mails it has in all.", function(s) return s.level == 1 and "The page Folders has all the numbers." or "The search options take a sender and a folder." end },
}
