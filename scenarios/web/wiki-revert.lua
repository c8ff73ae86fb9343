-- Undo an edit that does harm: the one of a user, the one with a value that is wrong, or the one of several that is named.
local wiki, gym = require "lib/wiki", require "gym"
local users = { "Moss", "Fennel", "Briar", "Sorrel", "Tansy", "Yarrow" }
return {
  doc = "undo the edit that does harm, and no other", set = "sites", sites = { "wiki" }, actions = { "go_back" },
  levels = 3, turns = { 12, 12, 12 }, floor = 0.08,
  setup = function(rng, level)
    local title = rng:pick(sites.wiki.titles("town"))
    local who, facts = rng:sample(users, 3), rng:sample({ "Population", "Founded", "River" }, 3)
    local n = ({ 1, 2, 3 })[level]
    local at = rng(1, n)
    for i = 1, n do
      local value = facts[i] == "River" and rng:pick { "Esker", "Lune", "Kell" } or tostring(rng(1000, 1899))
      if i == at and level < 3 then value = rng:pick { "lots", "unknown to man", "bananas", "who cares" } end
      sites.wiki.write(title, who[i], facts[i], value, rng:pick { "", "Update", "New source" })
    end
    local s = { level = level, title = title, at = at, who = who[at], fact = facts[at], phrase = rng(1, 2), edits = n }
    s.old = sites.wiki.edits()[at].old
    return s
  end,
  goal = function(s)
    return ({ { "%s has damaged the article %s. Undo that edit.", "Undo the edit that %s made to the article %s." },
      { "Somebody put nonsense into the article %s. Undo that edit and keep the others.", "One edit of the article %s is vandalism. Undo it, and nothing else." },
      { "Undo what %s did to the article %s, and keep what others did.", "The user %s edited the article %s without a source. Undo that edit only." } })[s.level][s.phrase]
      :format(s.level ~= 2 and s.who or s.title, s.title)
  end,
  check = function(s)
    local e = wiki.mine()
    return wiki.untouched(1) and e[1].article == s.title and e[1].fact == s.fact and e[1].new == s.old and 1 or 0
  end,
  progress = function(s, page)
    local e = wiki.mine()
    if not wiki.untouched() then return wiki.untouched(1) and e[1].article == s.title and e[1].fact == s.fact and e[1].new == s.old and 1 or 0 end
    return sites.wiki.visited(wiki.path(s.title) .. "/history") and 0.6 or wiki.seen(s.title) and 0.3 or 0
  end,
  oracle = function(s, page)
    if page.path == wiki.path(s.title) .. "/history" then return wiki.button(page, "Undo edit " .. s.at) end
    local verb, a, b = wiki.open(page, s.title)
    if verb then return verb, a, b end
    return wiki.link(page, "History")
  end,
  hints = { "An article's history has a button for each edit.", function(s) return "Open " .. s.title .. " and its history." end },
}
