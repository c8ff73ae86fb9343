-- Find the named button behind tabs and collapsible sections.
local gym = require "gym"
return {
  doc = "look behind tabs and sections", levels = 3, turns = 8, floor = 0.3,
  setup = function(rng, level)
    local tabs = rng:sample(gym.actions, ({ 2, 3, 3 })[level])
    local folded = level ~= 1
    local items, all = {}, rng:sample(gym.words, #tabs * 2)
    for t in ipairs(tabs) do items[t] = { all[2 * t - 1], all[2 * t] } end
    local at = rng(1, #tabs)
    return { tabs = tabs, items = items, folded = folded, at = at, want = rng:pick(items[at]), tab = 1,
      told = level < 3, phrase = level == 1 and 1 or rng(1, 2) }
  end,
  goal = function(s)
    if not s.told then return ("Find the button %s behind the tabs and click it."):format(s.want) end
    return (({ "Go to the tab %s and click %s.", "Open %s, then press %s." })[s.phrase]):format(s.tabs[s.at], s.want)
  end,
  pages = function(s, req)
    if req.method == "POST" then s.done, s.got = true, req.form.b end
    s.tab = tonumber(req.query.tab or "") or s.tab
    local out = {}
    for i, name in ipairs(s.tabs) do
      out[#out + 1] = ('<a role="tab" href="/?tab=%d"%s>%s</a>'):format(i, i == s.tab and ' aria-selected="true"' or "", name)
    end
    local body = {}
    for i, name in ipairs(s.items[s.tab] or {}) do
      body[i] = ('<button name="b" value="%s">%s</button>'):format(name, name)
    end
    local inner = table.concat(body)
    if s.folded then inner = "<details><summary>More</summary>" .. inner .. "</details>" end
    return gym.page("Tabs", "<p>" .. table.concat(out) .. '</p><form method="post" action="/">' .. inner .. "</form>")
  end,
  check = function(s) return s.got == s.want and 1 or 0 end,
  progress = function(s, page)
    if s.done then return s.got == s.want and 1 or 0 end
    if gym.find(page, { role = "button", name = s.want }) then return 0.8 end
    return s.tab == s.at and 0.5 or 0
  end,
  oracle = function(s, page)
    local e = gym.find(page, { role = "button", name = s.want })
    if e then return "click", e end
    local more = gym.find(page, { role = "disclosure", state = "" })
    if s.told then
      if s.tab ~= s.at then return "click", gym.find(page, { role = "tab", name = s.tabs[s.at] }) end
      return "click", more
    end
    if more then return "click", more end -- not told where: look behind one after the other
    return "click", gym.find(page, { role = "tab", name = s.tabs[s.tab % #s.tabs + 1] })
  end,
  hints = { "What is folded away shows after a click.", function(s) return "It is behind " .. s.tabs[s.at] .. "." end },
}
