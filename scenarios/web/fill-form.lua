-- Fill a form from a sentence.
local gym = require "gym"
return {
  doc = "fill a form from a sentence", levels = 3, turns = 9, floor = 0.1,
  setup = function(rng, level)
    local all = {
      { name = "First name", text = rng:pick(gym.names) }, { name = "Surname", text = rng:pick(gym.surnames) },
      { name = "City", text = rng:pick(gym.cities) }, { name = "Color", text = rng:pick(gym.colors) },
      { name = "Pet", text = rng:pick(gym.words) },
    }
    local n = ({ 2, 3, 4 })[level]
    local fields = rng:sample(all, n)
    return { fields = fields, said = level == 1 and fields or rng:shuffle(fields), phrase = level == 1 and 1 or rng(1, 2) }
  end,
  goal = function(s)
    local parts = {}
    for i, f in ipairs(s.said) do
      parts[i] = s.phrase == 1 and (f.name .. " is " .. f.text) or (f.text .. " as " .. f.name)
    end
    if s.phrase == 1 then return "Fill the form: " .. table.concat(parts, ", ") .. ". Then submit." end
    return "Enter " .. table.concat(parts, ", ") .. " and submit."
  end,
  pages = function(s, req)
    if req.method == "POST" then s.done, s.got = true, req.form end
    local out = {}
    for i, f in ipairs(s.fields) do
      out[i] = ('<label>%s <input name="f%d"></label>'):format(f.name, i)
    end
    return gym.page("Form", '<form method="post" action="/">' .. table.concat(out, "\n") .. "<button>Submit</button></form>")
  end,
  check = function(s)
    if not s.got then return 0 end
    for i, f in ipairs(s.fields) do
      if s.got["f" .. i] ~= f.text then return 0 end
    end
    return 1
  end,
  progress = function(s, page)
    local right = 0
    for _, f in ipairs(s.fields) do
      local e = gym.find(page, { role = "textbox", name = f.name })
      if e and e.value == f.text then right = right + 1 end
    end
    if s.done then return right == #s.fields and 1 or 0 end
    return 0.9 * right / #s.fields
  end,
  oracle = function(s, page)
    for _, f in ipairs(s.fields) do -- in the order of the page
      local e = gym.find(page, { role = "textbox", name = f.name })
      if e.value ~= f.text then return "fill", e, f.text end
    end
    return "click", gym.find(page, { role = "button", name = "Submit" })
  end,
  hints = { "Every field is named in the goal.", function(s) return s.fields[1].name .. " is " .. s.fields[1].text .. "." end },
}
