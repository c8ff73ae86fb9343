-- What the scenarios on the site trips have in common: drawing tasks, and an expert's way through the pages.
local gym = require "gym"
local M = {}

-- form does the next thing that a form needs: fields are { label, value }, true ticks a box; then the button.
function M.form(page, fields, button)
  for _, f in ipairs(fields) do
    local e
    for _, role in ipairs { "textbox", "combobox", "checkbox" } do e = e or gym.find(page, { role = role, name = f[1] }) end
    if e and e.role == "checkbox" then
      if (e.state == "checked") ~= f[2] then return "click", e end
    elseif e and e.value ~= f[2] then
      return e.role == "textbox" and "fill" or "select_option", e, f[2]
    end
  end
  return "click", gym.find(page, { role = "button", name = button })
end

-- link clicks the first of the links that is there.
function M.link(page, ...)
  for _, name in ipairs { ... } do
    local e = gym.find(page, { role = "link", name = name })
    if e then return "click", e end
  end
end

function M.starts(text, with) return text:sub(1, #with) == with end

-- asks says whether a page's address has all these parts of a query.
function M.asks(page, query)
  for k, v in pairs(query) do
    if not (page.path .. "&"):find(k .. "=" .. v:gsub(" ", "+") .. "&", 1, true) then return false end
  end
  return true
end

-- results follows a link in the results of a search: fields by label, and query as the address then has it.
function M.results(page, path, nav, fields, query, button, link)
  if M.starts(page.path, path) and M.asks(page, query) then
    local verb, e = M.link(page, link, "Next page")
    if verb then return verb, e end
  end
  if page.path == path or M.starts(page.path, path .. "?") then return M.form(page, fields, button) end
  return M.link(page, nav)
end

-- toPlace opens a place's page.
function M.toPlace(page, place)
  if page.title == place.name .. " - Trips" then return end
  return M.results(page, "/places", "Maps", { { "Name", place.name } }, { q = place.name }, "Search places", place.name)
end

-- search is toPlace from the first page, where the form stands as well.
function M.search(page, place)
  if page.path == "/" then return M.form(page, { { "Name", place.name } }, "Search places") end
  return M.toPlace(page, place)
end

-- cities draws two.
function M.cities(rng)
  local pair = rng:sample(sites.trips.cities(), 2)
  return pair[1], pair[2]
end

-- journeys draws a leg and a day until want, a function of the list, gives something; that comes first.
function M.journeys(rng, kind, want)
  for _ = 1, 200 do
    local from, to = M.cities(rng)
    local date = sites.trips.date(rng(5, 150))
    local list = sites.trips.journeys(kind, from, to, date)
    local found = want(list)
    if found then return found, list end
  end
  error("no such journey in this world")
end

-- best is the item with the smallest key; nil where two have it.
function M.best(list, key)
  local best, tie
  for _, o in ipairs(list) do
    local k = key(o)
    if k and (not best or k < key(best)) then best, tie = o, false elseif k and k == key(best) then tie = true end
  end
  return not tie and best or nil
end

M.cheap = { flight = "Economy", train = "Second" }
M.dear = { flight = "Business", train = "First" }

-- toJourney opens a journey's page.
function M.toJourney(page, o)
  if M.starts(page.path, "/journey/" .. o.code .. "/" .. o.date) then return end
  local label = o.kind == "flight" and "Flights" or "Trains"
  return M.results(page, "/" .. o.kind .. "s", label, { { "From", o.from }, { "To", o.to }, { "Date", o.date } },
    { from = o.from, to = o.to, date = o.date }, "Search " .. o.kind .. "s", o.code)
end

-- toHotel opens a hotel's page for a stay.
function M.toHotel(page, o)
  if page.title == o.code .. " - Trips" and M.asks(page, { ["in"] = o.date }) and page.path:find("nights=" .. o.nights, 1, true) then return end
  return M.results(page, "/hotels", "Hotels", { { "City", o.city }, { "Arrival", o.date }, { "Nights", tostring(o.nights) } },
    { city = o.city, ["in"] = o.date, nights = tostring(o.nights) }, "Search hotels", o.code)
end

-- person draws somebody who travels.
function M.person(rng)
  return { first = rng:pick(gym.names), last = rng:pick(gym.surnames), seat = "",
    born = ("%d-%02d-%02d"):format(rng(1950, 2005), rng(1, 12), rng(1, 28)) }
end

-- chosen says whether a draft or booking is of what is wanted, people and extras aside.
function M.chosen(b, o)
  return b ~= nil and b.kind == o.kind and b.code == o.code and b.date == o.date and b.class == o.class and b.fare == o.fare
    and #b.people == #o.people and (o.kind ~= "hotel" or b.nights == o.nights and b.guests == o.guests)
end

function M.named(b, o)
  for i, p in ipairs(o.people) do
    local q = b.people[i]
    if q.first ~= p.first or q.last ~= p.last or o.kind ~= "hotel" and q.born ~= p.born then return false end
  end
  return b.email == sites.trips.account().email
end

function M.extras(b, o)
  for i, p in ipairs(o.people) do
    if b.people[i].seat ~= p.seat then return false end
  end
  return b.bags == (o.bags or 0) and b.insurance == (o.insurance or false) and b.breakfast == (o.breakfast or false)
end

-- is says whether a booking is the wanted one.
function M.is(b, o)
  return M.chosen(b, o) and M.named(b, o) and M.extras(b, o) and b.paid == (o.pay or "card") and not b.cancelled
end

-- booked is how far the booking of o is, 0 to 1; done are the bookings there should be besides.
function M.booked(o, done)
  local list = sites.trips.bookings()
  if #list > done then return #list == done + 1 and M.is(list[#list], o) and 1 or 0 end
  local draft = sites.trips.drafted()
  if not M.chosen(draft, o) then return o.page and sites.trips.visited(o.page .. "*") and 0.25 or 0 end
  return 0.4 + (M.named(draft, o) and 0.2 or 0) + (M.named(draft, o) and M.extras(draft, o) and 0.2 or 0)
end

-- buy is an expert's next action on the way to the booking o.
function M.buy(page, o)
  local draft = sites.trips.drafted()
  if M.chosen(draft, o) and M.starts(page.path, "/book/") then
    if page.path == "/book/travellers" then
      local fields = { { "E-mail for the ticket", sites.trips.account().email } }
      for i, p in ipairs(o.people) do
        fields[#fields + 1] = { "First name " .. i, p.first }
        fields[#fields + 1] = { "Last name " .. i, p.last }
        fields[#fields + 1] = { "Date of birth " .. i, p.born }
      end
      return M.form(page, fields, "Continue")
    elseif not M.named(draft, o) then
      return M.link(page, "Edit travellers", "My trips")
    elseif page.path == "/book/extras" then
      local fields = { { "Checked bags", tostring(o.bags or 0) }, { "Insurance for 12 EUR a traveller", o.insurance or false },
        { "Breakfast for 14 EUR a guest and night", o.breakfast or false } }
      for _, p in ipairs(o.people) do fields[#fields + 1] = { "Seat of " .. p.first .. " " .. p.last, p.seat == "" and "any seat" or p.seat } end
      return M.form(page, fields, "Continue")
    elseif not M.extras(draft, o) then
      return M.link(page, "Edit extras")
    end
    return M.form(page, { { "Pay with", o.pay or "card" }, { "I accept the rules of the fare", true } }, "Book and pay")
  elseif M.chosen(draft, o) and page.path == "/trips" then
    return M.link(page, "Go on booking")
  end
  local verb, a, b = (o.kind == "hotel" and M.toHotel or M.toJourney)(page, o)
  if verb then return verb, a, b end
  return M.form(page, { { "Class", o.class }, { "Room", o.class }, { "Fare", o.fare }, { "Rate", o.fare },
    { "Travellers", tostring(#o.people) }, { "Guests", tostring(o.guests or 1) } }, "Continue")
end

-- arrange puts n bookings of journeys among the traveller's and gives them back, in front one with the fare given.
function M.arrange(rng, n, fare)
  local out, days, at = {}, {}, rng(1, n)
  for d = 3, 140 do days[#days + 1] = d end
  days = rng:sample(days, n)
  for i = 1, n do
    local from, to = M.cities(rng)
    local kind, date = rng:pick { "flight", "train" }, sites.trips.date(days[i])
    local o = rng:pick(sites.trips.journeys(kind, from, to, date))
    local b = { kind = kind, code = o.code, date = date, from = from, to = to, day = days[i], class = M.cheap[kind],
      fare = i == at and fare or rng:pick { "Saver", "Standard", "Flex" } }
    b.ref = sites.trips.book(b)
    out[i] = b
  end
  table.insert(out, 1, table.remove(out, at))
  return out
end

-- booking is the one of that reference, as it stands.
function M.booking(ref)
  for _, b in ipairs(sites.trips.bookings()) do if b.ref == ref then return b end end
end

-- only says whether the changes are exactly these.
function M.only(...)
  local got, want = sites.trips.changes(), { ... }
  if #got ~= #want then return false end
  for i, c in ipairs(want) do
    if got[i] ~= c then return false end
  end
  return true
end

-- toTrip opens the page of a booking.
function M.toTrip(page, ref)
  if page.path == "/trip/" .. ref then return end
  if M.starts(page.path, "/trips") then return M.link(page, ref, "Next page") end
  return M.link(page, "My trips")
end

-- told says whether an answer is the wanted one, whatever its case.
function M.told(answer, want) return answer ~= nil and answer:lower() == tostring(want):lower() end

return M
