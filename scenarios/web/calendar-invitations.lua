-- Answer invitations: one by its sender, several as they are named, several by whether there is time for them.
local gym, office = require "gym", require "lib/office"
local titles = { "Garden party", "Panel talk", "Board dinner", "Open day", "Press lunch", "Chess evening", "Poster session", "Site visit" }
local function todo(s)
  for i, id in ipairs(s.ids) do
    if sites.calendar.event(id).answer == "" and s.answers[i] then return id, s.answers[i] end
  end
end
return {
  doc = "accept or decline invitations", set = "sites", sites = { "calendar" }, actions = { "go_back" },
  levels = 3, turns = { 10, 14, 26 }, floor = 0.15,
  setup = function(rng, level)
    local n, s = ({ 3, 4, 3 })[level], { ids = {}, answers = {}, names = {}, from = {}, changes = {}, level = level, phrase = rng(1, 2) }
    s.names, s.from = rng:sample(titles, n), rng:sample(sites.calendar.people(), n)
    local clash = rng(1, 2 ^ n - 2)
    for i = 1, n do
      local date, slots, at = nil, {}, nil
      repeat
        date = ("2031-05-%02d"):format(rng(13, 30))
        slots = sites.calendar.free(date, 60)
        local busy = sites.calendar.day(date)
        at = #slots > 0 and #busy > 0 and rng:pick(slots) or nil
        if at and level == 3 and math.floor(clash / 2 ^ (i - 1)) % 2 == 1 then at = rng:pick(busy) end
        for _, id in ipairs(s.ids) do if sites.calendar.event(id).date == date then at = nil end end
      until at
      s.ids[i] = sites.calendar.add { title = s.names[i], date = date, start = at.start, ["end"] = at["end"], from = s.from[i], place = "Hall " .. rng(1, 9) }
      if level == 3 then s.answers[i] = math.floor(clash / 2 ^ (i - 1)) % 2 == 1 and "declined" or "accepted" end
    end
    if level < 3 then
      for i = 1, level do s.answers[i] = rng:pick { "accepted", "declined" } end
    end
    for i in pairs(s.answers) do s.changes[#s.changes + 1] = ("event %d answer %s"):format(s.ids[i], s.answers[i]) end
    return s
  end,
  goal = function(s)
    if s.level == 3 then return (({ "Answer all invitations: accept those at a time when you have nothing else, decline those that overlap with an event of yours.", "Go through your invitations. Decline what overlaps with something in your calendar, and accept the others." })[s.phrase]) end
    local parts = {}
    for i, answer in ipairs(s.answers) do
      parts[i] = (answer == "accepted" and "accept " or "decline ") .. (s.phrase == 1 and ("the invitation to %s"):format(s.names[i]) or ("the invitation of %s"):format(s.from[i]))
    end
    return gym.title(gym.list(parts, "and")) .. ". Leave the others open."
  end,
  check = function(s) return office.calendar(s.changes) and 1 or 0 end,
  progress = function(s)
    local share, id = office.share(sites.calendar.changes(), s.changes), todo(s)
    if #sites.calendar.created() > 0 or share == 0 and #sites.calendar.changes() > 0 then return 0 end
    return share + (id and 0.8 / #s.changes * office.steps { sites.calendar.visited("/invitations"), sites.calendar.visited("/event/" .. id .. "*") } or 0)
  end,
  oracle = function(s, page)
    local id, answer = todo(s)
    local e = sites.calendar.event(id)
    if s.level == 3 and office.begins(page.path, "/event/" .. id) and not sites.calendar.visited("/day?date=" .. e.date) then return office.press(page, "link", "All of this day") end
    if office.begins(page.path, "/event/" .. id) then return office.press(page, "button", answer == "accepted" and "Accept" or "Decline") end
    local link = gym.find(page, { role = "link", name = e.title }) or gym.find(page, { role = "link", name = office.listed(e) })
    if link then return "click", link end
    return office.press(page, "link", "Invitations")
  end,
  hints = { "The invitations have a page of their own.", function(s) return s.level == 3 and "An event's page leads to all of its day." or "Begin with " .. s.names[1] .. "." end },
}
