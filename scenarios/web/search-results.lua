-- Page through results until the named one is there, then open it.
local gym = require "gym"
return {
  doc = "page through search results", levels = 3, turns = 8, floor = 0.3,
  setup = function(rng, level)
    local per, pages = 3, ({ 2, 3, 4 })[level]
    local names = rng:sample(gym.words, per * pages)
    return { names = names, per = per, pages = pages, want = rng:pick(names), at = 1, phrase = level == 1 and 1 or rng(1, 2) }
  end,
  goal = function(s)
    return (({ "Find %s in the results and open it.", "Open the result %s." })[s.phrase]):format(s.want)
  end,
  pages = function(s, req)
    local open = tonumber(req.query.open or "")
    if open then s.done, s.got = true, s.names[open] end
    s.at = tonumber(req.query.page or "") or 1
    local out = {}
    for i = (s.at - 1) * s.per + 1, math.min(s.at * s.per, #s.names) do
      out[#out + 1] = ('<p><a href="/?open=%d">%s</a></p>'):format(i, s.names[i])
    end
    local nav = ""
    if s.at > 1 then nav = nav .. ('<a href="/?page=%d">Previous</a>'):format(s.at - 1) end
    if s.at < s.pages then nav = nav .. ('<a href="/?page=%d">Next</a>'):format(s.at + 1) end
    return gym.page("Page " .. s.at, table.concat(out, "\n") .. "<p>" .. nav .. "</p>")
  end,
  check = function(s) return s.got == s.want and 1 or 0 end,
  progress = function(s)
    if s.done then return s.got == s.want and 1 or 0 end
    local page
    for i, name in ipairs(s.names) do
      if name == s.want then page = math.ceil(i / s.per) end
    end
    return 0.8 * (1 - math.abs(page - s.at) / s.pages)
  end,
  oracle = function(s, page)
    local e = gym.find(page, { role = "link", name = s.want })
    if e then return "click", e end
    for i, name in ipairs(s.names) do
      if name == s.want then
        local go = math.ceil(i / s.per) > s.at and "Next" or "Previous"
        return "click", gym.find(page, { role = "link", name = go })
      end
    end
  end,
  hints = { "If it is not on this page, go to the next.", "Every result is on some page." },
}
