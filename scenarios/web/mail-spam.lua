-- Sort good mail from spam: take a mail back out of spam; put junk there; both, where the sender alone tells which is which.
local gym, office = require "gym", require "lib/office"
local function junk(rng, folder, name)
  return sites.mail.add {
    from = name, address = name:lower():gsub(" ", ".") .. "@win.test", folder = folder, subject = "Prize " .. rng(1000, 9999) .. " is waiting", kind = "junk",
    body = { "Dear winner,", "send us your details today." }, unread = true, date = ("2031-05-%02d 07:%02d"):format(rng(6, 11), rng(10, 59)),
  }
end
return {
  doc = "move good mail out of spam, and junk into it", set = "sites", sites = { "mail" }, actions = { "go_back" },
  levels = 3, turns = { 14, 20, 36 }, floor = 0.05,
  setup = function(rng, level)
    local s = { level = level, good = {}, bad = {}, want = {}, phrase = rng(1, 2) }
    if level ~= 2 then
      local p = rng:pick(sites.mail.people())
      s.from = p.name
      s.good[1] = sites.mail.add { from = p.name, address = p.address, folder = "spam", subject = ("Meeting about project %d"):format(rng(1000, 9999)), body = { "Shall we meet this week?" }, date = ("2031-05-%02d 10:15"):format(rng(8, 11)) }
    end
    if level > 1 then
      s.name = rng:pick(gym.surnames) .. " " .. rng:pick { "Lottery", "Prizes", "Casino" }
      for i = 1, level do s.bad[i] = junk(rng, "inbox", s.name) end
    end
    for _, id in ipairs(s.good) do s.want[#s.want + 1] = "mail " .. id .. " folder inbox" end
    for _, id in ipairs(s.bad) do s.want[#s.want + 1] = "mail " .. id .. " folder spam" end
    return s
  end,
  goal = function(s)
    local back = ("the mail that %s sent about a project is in the folder Spam by mistake: move it to the inbox"):format(s.from or "")
    local away = ("all mails from %s in the inbox are junk: mark them as spam"):format(s.name or "")
    local all = s.level == 1 and back or s.level == 2 and away or s.phrase == 1 and back .. ", and " .. away or away .. ", and " .. back
    return s.phrase == 1 and gym.title(all) .. "." or "Clean up: " .. all .. ". Leave all other mail."
  end,
  check = function(s) return office.mailbox(s.want) and 1 or 0 end,
  progress = function(s)
    if #sites.mail.sent() > 0 then return 0 end
    local share = office.share(sites.mail.changes(), s.want)
    if share > 0 then return 0.3 + 0.7 * share end
    return #sites.mail.changes() == 0 and (sites.mail.visited("/folder/spam*") or sites.mail.visited("/search?*") and s.level == 2) and 0.2 or 0
  end,
  oracle = function(s, page)
    if s.good[1] and sites.mail.mail(s.good[1]).folder == "spam" then
      local verb, e, text = office.toMail(page, s.good[1])
      if verb then return verb, e, text end
      return office.press(page, "button", "Move to inbox")
    end
    local left = {}
    for _, id in ipairs(s.bad) do
      if sites.mail.mail(id).folder == "inbox" then left[#left + 1] = sites.mail.mail(id).title end
    end
    if office.begins(page.path, "/search?") and gym.find(page, { role = "checkbox", name = left[1] }) then return office.tick(page, left, "Mark as spam") end
    if not gym.find(page, { role = "textbox", name = "Search mail" }) then return office.press(page, "link", "Inbox") end
    return office.form(page, { { "Search mail", s.name } }, "Search")
  end,
  hints = { "Spam is one of the folders.", function(s) return s.name and "Search for " .. s.name .. "." or "Open the folder Spam and look for " .. s.from .. "." end },
}
