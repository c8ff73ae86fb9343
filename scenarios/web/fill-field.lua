-- Type the given words into the named field, then submit.
local gym = require "gym"
return {
  doc = "type a text into the named field", levels = 3, turns = 5, floor = 0.1,
  setup = function(rng, level)
    local n = ({ 1, 2, 3 })[level]
    local names = rng:sample(gym.words, n + 2)
    local text = names[n + 1]
    if level > 1 and rng:chance(0.5) then text = rng:pick(gym.names) .. " " .. rng:pick(gym.surnames) end
    local fields = {}
    for i = 1, n do fields[i] = names[i] end
    return { fields = fields, at = rng(1, n), text = text, phrase = level == 1 and 1 or rng(1, 2) }
  end,
  goal = function(s)
    local name = s.fields[s.at]
    if s.phrase == 2 then return ('Enter "%s" as %s, then submit.'):format(s.text, name) end
    return ('Type "%s" into the field %s and press Submit.'):format(s.text, name)
  end,
  pages = function(s, req)
    if req.method == "POST" then s.done, s.got = true, req.form end
    local out = {}
    for i, name in ipairs(s.fields) do
      out[i] = ('<label>%s <input name="f%d"></label>'):format(name, i)
    end
    return gym.page("Fields", '<form method="post" action="/">' .. table.concat(out, "\n") .. "<button>Submit</button></form>")
  end,
  check = function(s)
    if not s.got then return 0 end
    for i in ipairs(s.fields) do
      if s.got["f" .. i] ~= (i == s.at and s.text or "") then return 0 end
    end
    return 1
  end,
  progress = function(s, page)
    local e = gym.find(page, { role = "textbox", name = s.fields[s.at] })
    local right = e and e.value == s.text
    if s.done then return right and 1 or 0 end
    return right and 0.7 or 0
  end,
  oracle = function(s, page)
    local e = gym.find(page, { role = "textbox", name = s.fields[s.at] })
    if e.value ~= s.text then return "fill", e, s.text end
    return "click", gym.find(page, { role = "button", name = "Submit" })
  end,
  hints = { "The text stands in the goal.", function(s) return "The field is called " .. s.fields[s.at] .. "." end },
}
