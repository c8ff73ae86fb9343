-- Tell a fact where the wiki has it; where the article or the fact is missing, say so.
local wiki, gym = require "lib/wiki", require "gym"
local facts = { town = { "Population", "Founded", "River", "Mayor" }, person = { "Born", "Birthplace", "Employer" }, company = { "Founded", "Headquarters", "Director", "Employees" } }
-- To guess is not to find out.
local function looked(s)
  if s.gone and s.level == 1 then return sites.wiki.visited("/search*") end
  return wiki.seen(s.at)
end
return {
  doc = "tell a fact, or find that the wiki does not have it", set = "sites", sites = { "wiki" }, actions = { "send_msg_to_user", "go_back", "report_infeasible" },
  levels = 3, turns = { 10, 12, 14 }, floor = 0.08,
  setup = function(rng, level)
    local kind = level == 3 and "person" or rng:pick { "town", "person", "company" }
    local title, fact, gone = rng:pick(sites.wiki.titles(kind)), rng:pick(facts[kind]), rng:chance(0.5)
    local at = title
    if level == 3 then at, fact = wiki.fact(title, "Employer"), rng:pick(facts.company) end
    local s = { level = level, title = title, at = at, fact = fact, gone = gone, want = wiki.fact(at, fact), phrase = rng(1, 2) }
    if gone and level == 1 then
      while sites.wiki.article(s.title) do s.title = rng:pick { "Lower ", "Upper ", "New ", "Old " } .. title end
    elseif gone then
      sites.wiki.put(at, fact, nil)
    end
    return s
  end,
  goal = function(s)
    local of = s.level == 3 and "the employer of " .. s.title or s.title
    return (s.phrase == 1 and "Tell the user what the wiki gives as the fact %s of %s." or "What does the wiki have as %s of %s? Tell the user."):format(s.fact, of) .. " If it is not there, report that."
  end,
  check = function(s)
    if s.gone then return s.infeasible and looked(s) and 1 or 0 end
    return wiki.told(s.answer, s.want) and 1 or 0
  end,
  progress = function(s)
    if s.answer or s.infeasible then return (s.gone and s.infeasible and looked(s) or not s.gone and wiki.told(s.answer, s.want)) and 1 or 0 end
    return looked(s) and 0.8 or s.level == 3 and wiki.seen(s.title) and 0.4 or 0
  end,
  oracle = function(s, page)
    if s.gone and s.level == 1 then
      if page.path:find("^/search") and gym.find(page, { role = "textbox", value = s.title }) then return "report_infeasible", "it is not there" end
      return wiki.look(page, s.title)
    elseif page.path == wiki.path(s.at) then
      if s.gone then return "report_infeasible", "it is not there" end
      return "send_msg_to_user", s.want
    end
    local verb, a, b = wiki.open(page, s.title)
    if verb then return verb, a, b end
    return wiki.link(page, s.at)
  end,
  hints = { "Search for the article, and look at all of its facts.", function(s) return "Search for " .. s.title .. "." end },
}
