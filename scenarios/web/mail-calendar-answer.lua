-- Read in the mailbox what somebody says about invitations, and answer them in the calendar accordingly.
local gym, office = require "gym", require "lib/office"
local titles = { "Garden party", "Panel talk", "Board dinner", "Open day", "Press lunch", "Chess evening", "Poster session", "Site visit" }
local says = {
  accepted = { "We do need you at the %s, so please accept.", "I count on you for the %s. Say yes to it." },
  declined = { "You can skip the %s, please decline it.", "The %s is not for us this year. Say no to it." },
}
local invitations = "http://calendar.gym.test/invitations"
local function todo(s)
  for i, id in ipairs(s.ids) do
    if s.answers[i] and sites.calendar.event(id).answer == "" then return i, id end
  end
end
return {
  doc = "answer invitations in the calendar as a mail says", set = "sites", sites = { "mail", "calendar" }, actions = { "goto", "go_back" },
  levels = 3, turns = { 14, 20, 26 }, floor = 0.1,
  setup = function(rng, level)
    local boss, s = rng:pick(sites.mail.people()), { level = level, ids = {}, answers = {}, changes = {}, names = rng:sample(titles, 4), phrase = rng(1, 2) }
    s.boss, s.subject = boss.name, rng:pick { "Your invitations", "Plans for May", "A word about next week" }
    local body = { "Dear Robin," }
    for i, name in ipairs(s.names) do
      s.ids[i] = sites.calendar.add { title = name, date = ("2031-05-%02d"):format(rng(13, 30)), start = "18:00", ["end"] = "19:00", from = rng:pick(sites.calendar.people()) }
    end
    for i = 1, level do
      s.answers[i] = rng:pick { "accepted", "declined" }
      body[#body + 1] = rng:pick(says[s.answers[i]]):format(s.names[i])
      s.changes[i] = ("event %d answer %s"):format(s.ids[i], s.answers[i])
    end
    s.mail = sites.mail.add { from = boss.name, address = boss.address, subject = s.subject, body = body, unread = true, date = ("2031-05-%02d 16:20"):format(rng(9, 11)) }
    return s
  end,
  goal = function(s)
    return (({
      '%s tells you in the mail "%s" what to do with invitations. Do so in the calendar, at %s, and answer no others.',
      'See what %s writes in the mail "%s", and answer the invitations of the calendar as it says. They are at %s; leave the rest open.',
    })[s.phrase]):format(s.boss, s.subject, invitations)
  end,
  check = function(s) return office.mailbox() and office.calendar(s.changes) and 1 or 0 end,
  progress = function(s)
    local share = office.share(sites.calendar.changes(), s.changes)
    if not office.mailbox() or #sites.calendar.created() > 0 or share == 0 and #sites.calendar.changes() > 0 then return 0 end
    return 0.3 * office.steps { sites.mail.visited("/mail/" .. s.mail), sites.mail.visited("/mail/" .. s.mail) and sites.calendar.visited("/invitations") } + 0.7 * share
  end,
  oracle = function(s, page)
    if not sites.mail.visited("/mail/" .. s.mail) then return office.toMail(page, s.mail, s.boss) end
    if office.at(page, "mail") then return "goto", invitations end
    local i, id = todo(s)
    if office.begins(page.path, "/event/" .. id) then return office.press(page, "button", s.answers[i] == "accepted" and "Accept" or "Decline") end
    return office.press(page, "link", page.path == "/invitations" and s.names[i] or "Invitations")
  end,
  hints = { "Read the mail first, then open the calendar's address.", function(s) return "The mail is about " .. s.names[1] .. "." end },
}
