-- Compare articles by a fact: which of two, three or four is greatest or smallest.
local wiki, gym = require "lib/wiki", require "gym"
local by = { town = { { "Population", "has the most inhabitants", "has the fewest inhabitants" }, { "Founded", "was founded last", "was founded first" } },
  company = { { "Employees", "has the most employees", "has the fewest employees" }, { "Founded", "was founded last", "was founded first" } },
  person = { { "Born", "was born last", "was born first" } } }
return {
  doc = "compare articles of an encyclopedia by a fact", set = "sites", sites = { "wiki" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 22, 30, 38 }, floor = 0.1,
  setup = function(rng, level)
    while true do
      local kind = rng:pick { "town", "company", "person" }
      local fact, small = rng:pick(by[kind]), rng:chance(0.5)
      local at = rng:sample(sites.wiki.titles(kind), level + 1)
      local want = wiki.most(at, fact[1], small)
      if want then return { at = at, want = want, words = small and fact[3] or fact[2], phrase = rng(1, 2) } end
    end
  end,
  goal = function(s)
    return (s.phrase == 1 and "Which of these %s: %s? Tell the user the title of its article." or "Look up in the wiki which %s: %s. Tell the user that title."):format(s.words, table.concat(s.at, "; "))
  end,
  check = function(s) return wiki.told(s.answer, s.want) and wiki.untouched() and 1 or 0 end,
  progress = function(s)
    if s.answer then return wiki.told(s.answer, s.want) and wiki.untouched() and 1 or 0 end
    local n = 0
    for _, t in ipairs(s.at) do n = n + (wiki.seen(t) and 1 or 0) end
    return n / (#s.at + 1)
  end,
  oracle = function(s, page)
    for _, t in ipairs(s.at) do if not wiki.seen(t) then return wiki.open(page, t) end end
    return "send_msg_to_user", s.want
  end,
  hints = { "Open each article once.", function(s) return "Begin with " .. s.at[1] .. "." end },
}
