-- Set the mailbox up for mail to come: a filter; a label with a filter for it; two filters, and a label less.
local gym, office = require "gym", require "lib/office"
local says = { Archive = "archived", Delete = "deleted", ["Mark as read"] = "marked as read", Star = "starred" }
local function entry(f) return ("filter from %s subject %s action %s"):format(f.from, f.subject, f.action) end
return {
  doc = "create filters and labels", set = "sites", sites = { "mail" }, actions = { "go_back" },
  levels = 3, turns = { 10, 16, 24 }, floor = 0.05,
  setup = function(rng, level)
    local who, s = rng:sample(sites.mail.people(), 2), { level = level, phrase = rng(1, 2), filters = {}, want = {} }
    local actions = rng:sample({ "Archive", "Delete", "Mark as read", "Star" }, 2)
    for i = 1, level == 3 and 2 or 1 do
      s.filters[i] = { from = who[i].address, subject = rng:chance(0.5) and rng:pick { "invoice", "report", "booking", "meeting" } or "", action = actions[i] }
    end
    if level == 2 then
      s.label = rng:pick(gym.cities)
      s.filters[1].action, s.want[1] = "Label " .. s.label, "label " .. s.label .. " made"
    elseif level == 3 then
      s.drop = rng:pick(sites.mail.labels())
      for _, id in ipairs(sites.mail.mails { label = s.drop }) do s.want[#s.want + 1] = "mail " .. id .. " labels " end
      s.want[#s.want + 1] = "label " .. s.drop .. " deleted"
    end
    for _, f in ipairs(s.filters) do s.want[#s.want + 1] = entry(f) end
    return s
  end,
  goal = function(s)
    local parts = {}
    for i, f in ipairs(s.filters) do
      local what = f.subject == "" and "mail from " .. f.from or ("mail from %s with the word %s in its subject"):format(f.from, f.subject)
      parts[i] = what .. (says[f.action] and " is " .. says[f.action] or " gets it")
    end
    if s.level == 2 then return ("Make a new label %s, and a filter so that %s."):format(s.label, parts[1]) end
    local all = gym.list(parts, "and")
    return (s.phrase == 1 and "See to it by filters that new %s." or "Set up the settings so that in future %s."):format(all) .. (s.drop and " The label " .. s.drop .. " is no longer needed: delete it." or "")
  end,
  check = function(s) return office.mailbox(s.want) and 1 or 0 end,
  progress = function(s)
    local share = #sites.mail.sent() == 0 and office.share(sites.mail.changes(), s.want) or 0
    return share > 0 and 0.2 + 0.8 * share or #sites.mail.changes() == 0 and sites.mail.visited("/settings") and 0.2 or 0
  end,
  oracle = function(s, page)
    if page.path ~= "/settings" then return office.press(page, "link", "Settings") end
    local have = {}
    for _, c in ipairs(sites.mail.changes()) do have[c] = true end
    if s.label and not have["label " .. s.label .. " made"] then return office.form(page, { { "Name of the new label", s.label } }, "Create label") end
    for _, f in ipairs(s.filters) do
      if not have[entry(f)] then
        local fields = { { "From", f.from }, { "Action", f.action } }
        if f.subject ~= "" then fields[3] = { "Words in the subject", f.subject } end
        return office.form(page, fields, "Create filter")
      end
    end
    return office.form(page, { { "Label", s.drop } }, "Delete label")
  end,
  hints = { "Filters and labels are made in the settings.", function(s) return "The sender to give is " .. s.filters[1].from .. "." end },
}
