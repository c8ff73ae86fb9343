-- Pick the item with the greatest or smallest number.
local gym = require "gym"
return {
  doc = "pick the greatest or smallest", levels = 3, turns = 4, floor = 0.3,
  setup = function(rng, level)
    local n = ({ 4, 4, 5 })[level]
    local tens = {}
    for i = 1, 9 do tens[i] = i end
    local numbers = rng:sample(tens, n) -- the first digits all differ
    for i = 1, n do
      if level == 2 then numbers[i] = numbers[i] * 10 end
      if level == 3 then numbers[i] = numbers[i] * 10 + rng(0, 9) end
    end
    local names = rng:sample(gym.products, n)
    local best = 1
    local small = level > 1 and rng:chance(0.5)
    for i = 2, n do
      if (numbers[i] > numbers[best]) ~= small then best = i end
    end
    return { names = names, numbers = numbers, best = best, small = small, phrase = level == 1 and 1 or rng(1, 2) }
  end,
  goal = function(s)
    if s.phrase == 2 then return s.small and "Click the cheapest." or "Click the most expensive." end
    return s.small and "Click the item with the smallest price." or "Click the item with the greatest price."
  end,
  pages = function(s, req)
    if req.method == "POST" then s.done, s.got = true, tonumber(req.form.pick) end
    local out = {}
    for i, name in ipairs(s.names) do
      out[i] = ('<p><button name="pick" value="%d">%s %d</button></p>'):format(i, name, s.numbers[i])
    end
    return gym.page("Prices", '<form method="post" action="/">' .. table.concat(out, "\n") .. "</form>")
  end,
  check = function(s) return s.got == s.best and 1 or 0 end,
  progress = function(s) return s.got == s.best and 1 or 0 end,
  oracle = function(s, page)
    return "click", gym.find(page, { role = "button", name = s.names[s.best] .. " " .. s.numbers[s.best] })
  end,
  hints = { "Compare the first digits.", function(s) return "The number is " .. s.numbers[s.best] .. "." end },
}
