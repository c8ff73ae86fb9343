-- Read the talk about an article and do what was agreed there: which of two values is right is decided by the source.
local wiki, gym = require "lib/wiki", require "gym"
local users = { "Moss", "Fennel", "Briar", "Sorrel", "Tansy", "Yarrow" }
return {
  doc = "read the talk about an article, edit what was agreed, and answer there", set = "sites", sites = { "wiki" }, actions = { "go_back" },
  levels = 3, turns = { 18, 20, 26 }, floor = 0.03,
  setup = function(rng, level)
    local kind, fact = "town", "Population"
    if rng:chance(0.5) then kind, fact = "company", "Employees" end
    local title, who, a = rng:pick(sites.wiki.titles(kind)), rng:sample(users, 3), rng(1000, 4999)
    local b, swap = a + rng(100, 4000), rng:chance(0.5)
    local right, wrong = tostring(swap and a or b), tostring(swap and b or a)
    sites.wiki.talk(title, who[1], ("The fact %s is wrong, I have read that it is %s."):format(fact, level == 1 and right or wrong))
    if level > 1 then
      sites.wiki.talk(title, who[2], ("No. The statistics office has %s, and I have the page here."):format(right))
      sites.wiki.talk(title, who[1], "You are right, mine was from an old book.")
    end
    if level == 3 then sites.wiki.talk(title, who[3], ("In my opinion %s looks nicer."):format(wrong)) end
    return { level = level, title = title, fact = fact, low = tostring(a), high = tostring(b), want = right, summary = "As agreed", phrase = rng(1, 2) }
  end,
  goal = function(s)
    return (s.phrase == 1 and "The fact %s of %s should be either %s or %s. Read the talk about the article, and put in the value that was agreed there, with the summary %s"
      or "People have talked about the fact %s of %s: is it %s or %s? See what they agreed on and edit the article so, with the summary %s"):format(s.fact, s.title, s.low, s.high, s.summary)
      .. (s.level == 3 and ". Then add the comment Done to the talk." or ".")
  end,
  check = function(s)
    local e, list = wiki.mine(), sites.wiki.comments(s.title)
    local said = s.level < 3 and sites.wiki.talked() == 0 or s.level == 3 and sites.wiki.talked() == 1 and list[#list].by == "you" and list[#list].text:lower() == "done"
    return #e == 1 and e[1].article == s.title and e[1].fact == s.fact and e[1].new == s.want and e[1].summary == s.summary and said and #sites.wiki.watched() == 0 and 1 or 0
  end,
  progress = function(s, page)
    local e = wiki.mine()
    if #e > 0 then
      if #e > 1 or e[1].article ~= s.title or e[1].fact ~= s.fact or e[1].new ~= s.want or e[1].summary ~= s.summary then return 0 end
      local list = sites.wiki.comments(s.title)
      if s.level < 3 then return sites.wiki.talked() == 0 and 1 or 0 end
      return sites.wiki.talked() == 0 and 0.8 or sites.wiki.talked() == 1 and list[#list].text:lower() == "done" and 1 or 0
    end
    local read = sites.wiki.visited(wiki.path(s.title) .. "/talk")
    if page.path == wiki.path(s.title) .. "/edit" and read then return gym.find(page, { role = "textbox", name = s.fact, value = s.want }) and 0.6 or 0.5 end
    return read and 0.4 or wiki.seen(s.title) and 0.2 or 0
  end,
  oracle = function(s, page)
    local at, edited = wiki.path(s.title), #wiki.mine() > 0
    if edited or not sites.wiki.visited(at .. "/talk") then
      if page.path == at .. "/talk" then
        local box = gym.find(page, { role = "textbox", name = "Comment" })
        if box.value ~= "Done" then return "fill", box, "Done" end
        return wiki.button(page, "Add comment")
      end
      local verb, a, b = wiki.open(page, s.title)
      if verb then return verb, a, b end
      return wiki.link(page, "Talk")
    elseif page.path == at .. "/talk" then
      return wiki.link(page, "Back")
    end
    return wiki.edit(page, s.title, s.fact, s.want, s.summary)
  end,
  hints = { "The talk is linked from the article.", function(s) return "Go to " .. s.title .. " and to its talk." end },
}
