-- Choose the named option in the right list, then submit.
local gym = require "gym"
return {
  doc = "choose the named option in a list", levels = 3, turns = 5, floor = 0.2,
  setup = function(rng, level)
    local n, size = ({ 1, 2, 3 })[level], ({ 4, 5, 5 })[level]
    local words = rng:sample(gym.words, n)
    local pool = rng:sample(gym.cities, size + (level == 3 and 0 or n))
    local lists = {}
    for i = 1, n do -- at level 3 every list has the same options: the name of the list counts
      lists[i] = { name = words[i], options = level == 3 and rng:shuffle(pool) or rng:sample(pool, size) }
    end
    local at = rng(1, n)
    local want = rng:pick(lists[at].options)
    return { lists = lists, at = at, want = want, phrase = level == 1 and 1 or rng(1, 2) }
  end,
  goal = function(s)
    if s.phrase == 2 then return ("Set %s to %s and submit."):format(s.lists[s.at].name, s.want) end
    return ("Choose %s in the list %s and press Submit."):format(s.want, s.lists[s.at].name)
  end,
  pages = function(s, req)
    if req.method == "POST" then s.done, s.got = true, req.form end
    local out = {}
    for i, l in ipairs(s.lists) do
      local opts = { "<option>-</option>" }
      for _, o in ipairs(l.options) do opts[#opts + 1] = "<option>" .. o .. "</option>" end
      out[i] = ('<label>%s <select name="l%d">%s</select></label>'):format(l.name, i, table.concat(opts))
    end
    return gym.page("Lists", '<form method="post" action="/">' .. table.concat(out, "\n") .. "<button>Submit</button></form>")
  end,
  check = function(s)
    if not s.got then return 0 end
    for i in ipairs(s.lists) do
      if s.got["l" .. i] ~= (i == s.at and s.want or "-") then return 0 end
    end
    return 1
  end,
  progress = function(s, page)
    local e = gym.find(page, { role = "combobox", name = s.lists[s.at].name })
    local right = e and e.value == s.want
    if s.done then return right and 1 or 0 end
    return right and 0.7 or 0
  end,
  oracle = function(s, page)
    for i, l in ipairs(s.lists) do
      local e, want = gym.find(page, { role = "combobox", name = l.name }), i == s.at and s.want or "-"
      if e.value ~= want then return "select_option", e, want end
    end
    return "click", gym.find(page, { role = "button", name = "Submit" })
  end,
  hints = { "Leave the other lists as they are.", function(s) return "The list is called " .. s.lists[s.at].name .. "." end },
}
