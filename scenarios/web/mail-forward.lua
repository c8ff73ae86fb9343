-- Forward a mail: with a note, and then put away; or the one that another mail asks for.
local gym, office = require "gym", require "lib/office"
local notes = { "For your files", "Can you pay this", "Please check the amount", "This one is yours" }
return {
  doc = "forward a mail", set = "sites", sites = { "mail" }, actions = { "go_back" },
  levels = 3, turns = { 14, 18, 24 }, floor = 0.02,
  setup = function(rng, level)
    local m, to = office.pick(rng, { kind = rng:pick { "invoice", "report" }, folder = level == 1 and "inbox" or "archive" }), nil
    repeat to = rng:pick(sites.mail.people()) until to.contact and to.name ~= m.from
    local s = { id = m.id, subject = m.subject, from = m.from, number = m.facts.number, to = to.address, name = to.name, note = rng:pick(notes), level = level, phrase = rng(1, 2), changes = {} }
    s.typed = level < 3 and to.address or to.name
    if level == 2 then
      s.label = rng:pick(sites.mail.labels())
      sites.mail.arrange(s.id, { labels = {} })
      s.changes = { "mail " .. s.id .. " labels " .. s.label }
    elseif level == 3 then
      s.ask = sites.mail.add { from = to.name, address = to.address, subject = "A favour " .. rng(100, 999), body = { "Hello Robin,", "could you forward me the mail number " .. s.number .. " that " .. m.from .. " sent you?" }, unread = true }
      s.subject = sites.mail.mail(s.ask).subject
    end
    return s
  end,
  goal = function(s)
    if s.level == 3 then return ('%s asks you for another mail in "%s". Forward that mail to %s with the note: %s.'):format(s.name, s.subject, s.name, s.note) end
    local out = (({ 'Forward the mail "%s" from %s to %s with the note: %s.', 'The mail "%s" from %s should go on to %s. Forward it, and write: %s.' })[s.phrase]):format(s.subject, s.from, s.to, s.note)
    return s.level == 2 and out .. " Also give the mail itself the label " .. s.label .. "." or out
  end,
  check = function(s) return office.mailbox(s.changes, { { to = { s.to }, cc = {}, body = s.note, forward = s.id } }) and 1 or 0 end,
  progress = function(s, page)
    local sent = office.match(sites.mail.sent(), { { to = { s.to }, cc = {}, body = s.note, forward = s.id } })
    local share = office.share(sites.mail.changes(), s.changes)
    if #sites.mail.sent() > 0 and not sent or share == 0 and #sites.mail.changes() > 0 then return 0 end
    local there = office.begins(page.path, "/compose?forward=" .. s.id)
    return office.steps { not s.ask or sites.mail.visited("/mail/" .. s.ask), sites.mail.visited("/mail/" .. s.id), sent or there, sent or there and gym.find(page, { role = "textbox", name = "Message", value = s.note }), sent, sent and share == 1 }
  end,
  oracle = function(s, page)
    if page.path == "/compose?forward=" .. s.id then return office.form(page, { { "To", s.typed }, { "Message", s.note } }, "Send") end
    local sent = #sites.mail.sent() > 0
    if page.path == "/mail/" .. s.id and (sent or s.level ~= 2) then
      if sent then return office.form(page, { { "Label", s.label } }, "Add label") end
      return office.press(page, "link", "Forward")
    end
    if s.ask and not sites.mail.visited("/mail/" .. s.ask) then return office.toMail(page, s.ask, s.name) end
    if s.ask and not gym.find(page, { role = "textbox", name = "Search mail", value = s.number }) and page.path ~= "/mail/" .. s.ask then return office.toMail(page, s.ask, s.name) end
    local verb, e, text = office.toMail(page, s.id, s.number)
    if verb then return verb, e, text end
    return office.press(page, "link", "Forward")
  end,
  hints = { "Forward is below a mail's text.", function(s) return "The mail has the number " .. s.number .. "." end },
}
