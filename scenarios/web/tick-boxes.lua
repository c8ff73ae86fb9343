-- Tick exactly the named boxes, then submit.
local gym = require "gym"
local function list(words)
  if #words == 1 then return words[1] end
  local head = {}
  for i = 1, #words - 1 do head[i] = words[i] end
  return table.concat(head, ", ") .. " and " .. words[#words]
end
return {
  doc = "tick exactly the named boxes", levels = 3, turns = 9, floor = 0.2,
  setup = function(rng, level)
    local n = ({ 4, 5, 6 })[level]
    local names = rng:sample(gym.words, n)
    local want = rng:sample(names, rng(({ 1, 2, 2 })[level], ({ 1, 3, 4 })[level]))
    local wanted, ticked = {}, {}
    for _, w in ipairs(want) do wanted[w] = true end
    if level == 3 and rng:chance(0.5) then ticked[rng:pick(names)] = true end -- one box is ticked already
    return { names = names, want = want, wanted = wanted, ticked = ticked, phrase = level == 1 and 1 or rng(1, 2) }
  end,
  goal = function(s)
    return (({ "Tick %s and press Submit.", "Select only %s, then submit." })[s.phrase]):format(list(s.want))
  end,
  pages = function(s, req)
    if req.method == "POST" then
      s.done, s.got = true, {}
      for _, name in ipairs(s.names) do s.got[name] = req.form[name] ~= nil end
    end
    local out = {}
    for i, name in ipairs(s.names) do
      out[i] = ('<label><input type="checkbox" name="%s"%s> %s</label>'):format(name, s.ticked[name] and " checked" or "", name)
    end
    return gym.page("Boxes", '<form method="post" action="/">' .. table.concat(out, "\n") .. "<button>Submit</button></form>")
  end,
  check = function(s)
    if not s.got then return 0 end
    for _, name in ipairs(s.names) do
      if (s.got[name] or false) ~= (s.wanted[name] or false) then return 0 end
    end
    return 1
  end,
  progress = function(s, page)
    local right, n = 0, 0
    for _, e in ipairs(page.elements) do
      if e.role == "checkbox" then
        n = n + 1
        if (e.state == "checked") == (s.wanted[e.name] or false) then right = right + 1 end
      end
    end
    if s.done then return right == n and 1 or 0 end
    return n > 0 and 0.8 * right / n or 0
  end,
  oracle = function(s, page)
    for _, e in ipairs(page.elements) do -- in the order of the page
      if e.role == "checkbox" and (e.state == "checked") ~= (s.wanted[e.name] or false) then return "click", e end
    end
    return "click", gym.find(page, { role = "button", name = "Submit" })
  end,
  hints = { "A box that is ticked but not named must be unticked.", function(s) return "There are " .. #s.want .. " to tick." end },
}
