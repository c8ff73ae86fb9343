-- Several people have one name: find the one that is meant by trade, by year, or by the employer, and tell a fact.
local wiki, gym = require "lib/wiki", require "gym"
return {
  doc = "tell people of the same name apart, and tell a fact of one", set = "sites", sites = { "wiki" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 12, 14, 22 }, floor = 0.05,
  setup = function(rng, level)
    while true do
      local name = rng:pick(sites.wiki.namesakes())
      local all = sites.wiki.named(name)
      local who, by = rng:pick(all), ({ "Trade", "Born", "Employer" })[level]
      local same = 0
      for _, t in ipairs(all) do if wiki.fact(t, by) == wiki.fact(who, by) then same = same + 1 end end
      local fact = rng:pick { "Birthplace", level == 3 and "Born" or "Employer" }
      if same == 1 then
        return { level = level, name = name, all = all, who = who, sign = wiki.fact(who, by), fact = fact, want = wiki.fact(who, fact), phrase = rng(1, 2) }
      end
    end
  end,
  goal = function(s)
    local who = ({ "the {sign} {name}", "{name} who was born in {sign}", "{name} who works for {sign}" })[s.level]:gsub("{(%w+)}", s)
    local what = ({ Birthplace = "birthplace", Employer = "employer", Born = "year of birth" })[s.fact]
    return (s.phrase == 1 and "Tell the user the %s of %s." or "The wiki has several people of that name. What is the %s of %s? Tell the user."):format(what, who)
  end,
  check = function(s) return wiki.told(s.answer, s.want) and wiki.untouched() and 1 or 0 end,
  progress = function(s)
    if s.answer then return wiki.told(s.answer, s.want) and 1 or 0 end
    return wiki.seen(s.who) and 0.7 or sites.wiki.visited("/search*") and 0.2 or 0
  end,
  oracle = function(s, page)
    if page.path == wiki.path(s.who) then return "send_msg_to_user", s.want end
    local listed = page.path:find("^/search") and gym.find(page, { role = "link", name = s.who })
    if not listed then return wiki.look(page, s.name) end
    for _, t in ipairs(s.level == 3 and s.all or {}) do -- who works where is seen only there
      if not wiki.seen(t) then return wiki.link(page, t) end
    end
    return "click", listed
  end,
  hints = { "Search for the name; the articles tell the people apart.", function(s) return "The article is titled " .. s.who .. "." end },
}
