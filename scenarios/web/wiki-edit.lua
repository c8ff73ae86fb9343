-- Correct one fact of an article, with a summary, and leave all else alone.
local wiki, gym = require "lib/wiki", require "gym"
local kinds = { { "town", "Population", 1000, 200000 }, { "company", "Employees", 10, 9000 }, { "town", "Founded", 900, 1799 },
  { "person", "Born", 1930, 1999 }, { "company", "Founded", 1850, 2019 } }
return {
  doc = "edit exactly one fact of an article, with a summary", set = "sites", sites = { "wiki" }, actions = { "go_back" },
  levels = 3, turns = { 18, 18, 22 }, floor = 0.02,
  setup = function(rng, level)
    local kind = level == 3 and kinds[2] or rng:pick(kinds)
    local title, fact, value = rng:pick(sites.wiki.titles(kind[1])), kind[2], rng(kind[3], kind[4])
    local s = { level = level, title = title, from = title, fact = fact, summary = rng:pick { "Typo", "New census", "See the city archive", "Corrected after a letter" }, phrase = rng(1, 2) }
    if level == 3 then -- the article is found by what names it
      local person = rng:pick(sites.wiki.titles("person"))
      s.from, s.title, s.fact = person, wiki.fact(person, "Employer"), "Employees"
    end
    if tostring(value) == wiki.fact(s.title, s.fact) then value = value + 1 end
    s.value = tostring(value)
    if level == 1 then s.summary = "" end
    return s
  end,
  goal = function(s)
    local of = s.level == 3 and "the employer of " .. s.from or s.title
    return (s.phrase == 1 and "Change the fact %s of %s to %s in the wiki" or "In the wiki, the fact %s of %s should read %s. Correct it"):format(s.fact, of, s.value)
      .. (s.summary ~= "" and (", with the summary %s."):format(s.summary) or ", and nothing else.")
  end,
  check = function(s) return wiki.one(s.title, s.fact, s.value, s.summary ~= "" and s.summary) and 1 or 0 end,
  progress = function(s, page)
    if not wiki.untouched() then return wiki.one(s.title, s.fact, s.value, s.summary ~= "" and s.summary) and 1 or 0 end
    if page.path == wiki.path(s.title) .. "/edit" then
      return 0.6 + (gym.find(page, { role = "textbox", name = s.fact, value = s.value }) and 0.2 or 0) + (gym.find(page, { role = "textbox", name = "Summary", value = s.summary }) and 0.1 or 0)
    end
    return wiki.seen(s.title) and 0.4 or wiki.seen(s.from) and 0.2 or 0
  end,
  oracle = function(s, page)
    if s.from ~= s.title and not page.path:find(wiki.path(s.title), 1, true) then
      local verb, a, b = wiki.open(page, s.from)
      if verb then return verb, a, b end
      return wiki.link(page, s.title)
    end
    return wiki.edit(page, s.title, s.fact, s.value, s.summary)
  end,
  hints = { "An article's page leads to its form.", function(s) return "The article is " .. s.title .. "." end },
}
