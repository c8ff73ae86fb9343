-- Put articles on the watch list: those that are named, those that name another, and take off one that no longer matters.
local wiki, gym = require "lib/wiki", require "gym"
local function has(list, title)
  for _, t in ipairs(list) do if t == title then return true end end
  return false
end
return {
  doc = "watch exactly the articles that are asked for", set = "sites", sites = { "wiki" }, actions = { "go_back" },
  levels = 3, turns = { 22, 26, 34 }, floor = 0.05,
  setup = function(rng, level)
    local s = { level = level, phrase = rng(1, 2), off = {} }
    if level == 1 then s.want = rng:sample(sites.wiki.titles("town"), 2) return s end
    while not s.want do
      local company = rng:pick(sites.wiki.titles("company"))
      local list = { wiki.fact(company, "Director"), wiki.fact(company, "Headquarters") }
      s.company, s.want = company, list
    end
    if level == 3 then
      s.off[1] = rng:pick(sites.wiki.titles("person"))
      while has(s.want, s.off[1]) do s.off[1] = rng:pick(sites.wiki.titles("person")) end
      sites.wiki.watch(s.off[1])
    end
    return s
  end,
  goal = function(s)
    if s.level == 1 then return (s.phrase == 1 and "Watch the articles %s and %s." or "Put %s and %s on my watch list, and nothing else."):format(s.want[1], s.want[2]) end
    local text = (s.phrase == 1 and "I want the director and the town of the headquarters of %s to be put on my watch list, not the company itself" or "I want to watch the articles about the director and about the headquarters of %s"):format(s.company)
    return text .. (s.level == 3 and (", and to take %s off my watch list."):format(s.off[1]) or ".")
  end,
  check = function(s)
    local list = sites.wiki.watched()
    for _, t in ipairs(s.want) do if not has(list, t) then return 0 end end
    return #list == #s.want and #wiki.mine() == 0 and sites.wiki.talked() == 0 and 1 or 0
  end,
  progress = function(s)
    local list, n, all = sites.wiki.watched(), 0, #s.want + #s.off
    for _, t in ipairs(s.want) do n = n + (has(list, t) and 1 or wiki.seen(t) and 0.4 or 0) end
    for _, t in ipairs(s.off) do n = n + (not has(list, t) and 1 or wiki.seen(t) and 0.4 or 0) end
    for _, t in ipairs(list) do if not has(s.want, t) and not has(s.off, t) then n = n - 0.5 end end
    return math.max(0, n / all)
  end,
  oracle = function(s, page)
    local list = sites.wiki.watched()
    for _, t in ipairs(list) do
      if not has(s.want, t) then
        if page.path == wiki.path(t) then return wiki.button(page, "Stop watching") end
        if page.path == "/watchlist" then return wiki.link(page, t) end
        return wiki.link(page, "Watch list")
      end
    end
    for _, t in ipairs(s.want) do
      if not has(list, t) then
        if page.path == wiki.path(t) then return wiki.button(page, "Watch") end
        if s.level == 1 then return wiki.open(page, t) end
        local verb, a, b = wiki.open(page, s.company)
        if verb then return verb, a, b end
        return wiki.link(page, t)
      end
    end
  end,
  hints = { "An article's page has a button to watch it.", function(s) return "One of them is " .. s.want[1] .. "." end },
}
