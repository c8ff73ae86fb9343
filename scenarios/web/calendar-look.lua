-- Look an event up and tell something about it: on a day that is given, of a weekly series, the next one of some kind.
local gym, office = require "gym", require "lib/office"
local asks = { place = "the place", start = "the start time", ["end"] = "the end time", guest = "the name of the only guest" }
return {
  doc = "look an event up and tell something about it", set = "sites", sites = { "calendar" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 12, 14, 16 }, floor = 0.05,
  setup = function(rng, level)
    local e, date
    repeat
      date = ("2031-%02d-%02d"):format(rng(5, 9), rng(13, 28))
      local all = sites.calendar.day(date)
      e = #all > 0 and rng:pick(all) or nil
      local same = 0
      for _, o in ipairs(all) do same = same + (e and o.title == e.title and 1 or 0) end
    until e and same == 1 and #e.guests == 1 and not e.weekly and e.place ~= ""
    if level == 3 then
      local first
      for _, o in ipairs(sites.calendar.find(e.title)) do
        if o.date >= sites.calendar.today() and (not first or o.date < first.date or o.date == first.date and o.start < first.start) then first = o end
      end
      e = first
    end
    local ask = rng:pick(#e.guests == 1 and { "place", "start", "end", "guest" } or { "place", "start", "end" })
    if e.place == "" then ask = "start" end
    return { id = e.id, title = e.title, date = e.date, ask = asks[ask], want = ask == "guest" and e.guests[1] or e[ask], level = level, phrase = rng(1, 2) }
  end,
  goal = function(s)
    local what = ("the event %s on %s"):format(s.title, s.date)
    if s.level == 2 then
      local months = { ["05"] = "May", ["06"] = "June", ["07"] = "July", ["08"] = "August", ["09"] = "September" }
      what = ("the event %s on the %dth of %s 2031"):format(s.title, tonumber(s.date:sub(9)), months[s.date:sub(6, 7)])
      what = what:gsub("21th", "21st"):gsub("22th", "22nd"):gsub("23th", "23rd")
    end
    if s.level == 3 then what = "the next event called " .. s.title .. ", today or later" end
    return (({ "Tell the user %s of %s, and nothing else.", "What is %s of %s? Tell the user just that." })[s.phrase]):format(s.ask, what)
  end,
  check = function(s) return s.answer == s.want and office.calendar() and 1 or 0 end,
  progress = function(s)
    if s.answer then return s.answer == s.want and office.calendar() and 1 or 0 end
    if sites.calendar.visited("/event/" .. s.id .. "*") then return 0.7 end
    return (sites.calendar.visited("/day?date=" .. s.date) or office.searched(sites.calendar, s.title)) and 0.4 or 0
  end,
  oracle = function(s, page)
    if office.begins(page.path, "/event/" .. s.id) then return "send_msg_to_user", s.want end
    if s.level == 1 then return office.toEvent(page, s.id, s.date) end
    local link = gym.find(page, { role = "link", name = s.date .. " " .. office.listed(sites.calendar.event(s.id)) })
    if link then return "click", link end
    if not gym.find(page, { role = "textbox", name = "Words" }) then return office.press(page, "link", "Search") end
    if gym.find(page, { role = "textbox", name = "Words", value = s.title }) and gym.find(page, { role = "link", name = "Later" }) then return office.press(page, "link", "Later") end
    return office.form(page, { { "Words", s.title } }, "Search")
  end,
  hints = { "The calendar can be searched, and shows any day.", function(s) return "It is on " .. s.date .. "." end },
}
