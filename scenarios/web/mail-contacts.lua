-- Keep the address book: change an entry that is named, change one that is known by its address, replace one by another.
local gym, office = require "gym", require "lib/office"
local function entry(p) return ("contact %s address %s phone %s company %s"):format(p.name, p.address, p.phone, p.company) end
return {
  doc = "change, add and delete contacts", set = "sites", sites = { "mail" }, actions = { "go_back" },
  levels = 3, turns = { 16, 16, 28 }, floor = 0.02,
  setup = function(rng, level)
    local known, strangers = {}, {}
    for _, p in ipairs(rng:shuffle(sites.mail.people())) do table.insert(p.contact and known or strangers, p) end
    local p, s = known[1], { level = level, phrase = rng(1, 2) }
    s.field = rng:pick { "Phone", "Company" }
    s.value = s.field == "Phone" and ("0%d-%d"):format(rng(200, 899), rng(10000, 99999)) or strangers[2].company
    s.id, s.name = p.id, p.name
    if level == 3 then
      s.new = strangers[1]
      s.want = { entry(s.new), "contact " .. p.name .. " deleted" }
    else
      p[s.field:lower()] = s.value
      s.want = { entry(p) }
    end
    s.old = s.field == "Phone" and "phone number" or "company"
    return s
  end,
  goal = function(s)
    if s.level == 3 then
      return ("%s has left. Delete this contact and add %s instead, with the address %s, the phone number %s and the company %s."):format(s.name, s.new.name, s.new.address, s.new.phone, s.new.company)
    end
    local who = s.level == 2 and "the contact with the address " .. sites.mail.contact(s.name).address or s.name
    return (({ "The %s of %s is now %s. Put it into the contacts.", "In the contacts, change the %s of %s to %s." })[s.phrase]):format(s.old, who, s.value)
  end,
  check = function(s) return office.mailbox(s.want) and 1 or 0 end,
  progress = function(s)
    if #sites.mail.sent() > 0 then return 0 end
    local share = office.share(sites.mail.changes(), s.want)
    if share == 0 and #sites.mail.changes() > 0 then return 0 end
    return math.max(share, sites.mail.visited("/contact/" .. s.id .. "*") and 0.4 or 0)
  end,
  oracle = function(s, page)
    local changed = #sites.mail.changes() > 0
    if changed and not office.begins(page.path, "/contact/new") then
      if office.begins(page.path, "/contacts") then return office.press(page, "link", "New contact") end
      return office.press(page, "link", "Contacts")
    end
    if changed then return office.form(page, { { "Name", s.new.name }, { "Address", s.new.address }, { "Phone", s.new.phone }, { "Company", s.new.company } }, "Save") end
    if page.path == "/contact/" .. s.id then return office.press(page, s.new and "button" or "link", s.new and "Delete contact" or "Edit") end
    if page.path == "/contact/" .. s.id .. "/edit" then return office.form(page, { { s.field, s.value } }, "Save") end
    if not office.begins(page.path, "/contacts") then return office.press(page, "link", "Contacts") end
    if gym.find(page, { role = "link", name = s.name }) then return office.press(page, "link", s.name) end
    local search = gym.find(page, { role = "textbox", name = "Search contacts" })
    local words = s.level == 2 and sites.mail.contact(s.name).address or s.name
    if search.value == words then return office.press(page, "link", "Next") end
    return office.form(page, { { "Search contacts", words } }, "Search")
  end,
  hints = { "Contacts can be searched.", function(s) return "The contact is " .. s.name .. "." end },
}
