-- Find a mail and tell what it says. Level 1 gives its number, level 2 its sender too but it is old, level 3 the sender alone.
local gym, office = require "gym", require "lib/office"
local asks = {
  invoice = { amount = "the amount due", due = "the date by which it is payable" },
  delivery = { code = "the parcel code", day = "the date on which the parcel is expected" },
  meeting = { time = "the time of the meeting", place = "the place of the meeting" },
  booking = { day = "the date of arrival", nights = "the number of nights" },
  report = { sold = "the number of units sold", open = "the number of open orders" },
}
local names = { invoice = "Invoice", delivery = "Your order", meeting = "Meeting about project", booking = "Booking", report = "Report" }
return {
  doc = "find a mail and tell a fact in it", set = "sites", sites = { "mail" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 10, 12, 16 }, floor = 0.05,
  setup = function(rng, level)
    local kind = rng:pick { "invoice", "delivery", "meeting", "booking", "report" }
    local m = office.pick(rng, { kind = kind, folder = level == 1 and "inbox" or "archive" })
    if level == 3 then m = sites.mail.mail(sites.mail.mails({ kind = kind, from = m.from, folder = "archive" })[1]) end
    local keys = {}
    for key in pairs(asks[kind]) do keys[#keys + 1] = key end
    local key = rng:pick(keys)
    return { id = m.id, from = m.from, kind = kind, ask = asks[kind][key], want = m.facts[key], number = m.facts.number, level = level, phrase = rng(1, 2) }
  end,
  goal = function(s)
    local what = ('the mail "%s %s"'):format(names[s.kind], s.number)
    if s.level == 2 then what = ("the archived mail from %s with the number %s"):format(s.from, s.number) end
    if s.level == 3 then what = ('the latest mail in the archive from %s that begins with "%s"'):format(s.from, names[s.kind]) end
    return (({ "What is %s in %s? Tell the user just that.", "Tell the user %s that is in %s, and nothing more." })[s.phrase]):format(s.ask, what)
  end,
  check = function(s) return s.answer == s.want and office.mailbox() and 1 or 0 end,
  progress = function(s)
    if s.answer then return s.answer == s.want and office.mailbox() and 1 or 0 end
    if sites.mail.visited("/mail/" .. s.id) then return 0.6 end
    return sites.mail.visited("/search?*") and 0.2 or 0
  end,
  oracle = function(s, page)
    local verb, e, text = office.toMail(page, s.id, s.level == 3 and s.from or s.number)
    if verb then return verb, e, text end
    return "send_msg_to_user", s.want
  end,
  hints = { "The search looks at senders, subjects and texts.", function(s) return "Search for " .. (s.level == 3 and s.from or s.number) .. "." end },
}
