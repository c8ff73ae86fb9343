-- Press the one button that the goal names.
local gym = require "gym"
return {
  doc = "press the named button", levels = 3, turns = 4, floor = 0.3,
  setup = function(rng, level)
    local n = ({ 4, 5, 8 })[level]
    local names = level < 3 and rng:sample(gym.actions, n) or {}
    if level == 3 then -- two words, of which one alone may not be enough
      local verbs, things = rng:sample(gym.actions, 4), rng:sample(gym.words, 4)
      for i = 1, 4 do
        names[2 * i - 1] = verbs[i] .. " " .. things[i]
        names[2 * i] = verbs[i] .. " " .. things[i % 4 + 1]
      end
      names = rng:shuffle(names)
    end
    local text = level > 1 and rng:sample(gym.words, 2) or {}
    return { names = names, want = rng:pick(names), text = text, phrase = level == 1 and 1 or rng(1, 3) }
  end,
  goal = function(s)
    local p = { 'Click the button "%s".', 'Press %s.', 'Find the button %s and click on it.' }
    return p[s.phrase]:format(s.want)
  end,
  pages = function(s, req)
    if req.method == "POST" then s.done, s.got = true, req.form.b end
    local out = {}
    if s.text[1] then out[1] = "<p>" .. s.text[1] .. " " .. s.text[2] .. "</p>" end
    for _, name in ipairs(s.names) do
      out[#out + 1] = ('<button name="b" value="%s">%s</button>'):format(gym.esc(name), gym.esc(name))
    end
    return gym.page("Buttons", '<form method="post" action="/">' .. table.concat(out, "\n") .. "</form>")
  end,
  check = function(s) return s.got == s.want and 1 or 0 end,
  progress = function(s) return s.got == s.want and 1 or 0 end,
  oracle = function(s, page) return "click", gym.find(page, { role = "button", name = s.want }) end,
  hints = { "The name in the goal is the whole text of the button.", function(s) return "It begins with " .. s.want:sub(1, 2) .. "." end },
}
