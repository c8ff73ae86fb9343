-- Answer a question about a whole category: how many there are, the greatest of them, the second greatest.
local wiki, gym = require "lib/wiki", require "gym"
return {
  doc = "answer a question about all articles of a category", set = "sites", sites = { "wiki" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 8, 12, 12 }, floor = 0.05,
  setup = function(rng, level)
    while true do
      local category = rng:pick(sites.wiki.categories())
      local list = sites.wiki.members(category)
      local article = sites.wiki.article(list[1])
      local fact = article.kind == "person" and "Born" or article.kind == "company" and rng:pick { "Employees", "Founded" } or rng:pick { "Population", "Founded" }
      local first = wiki.most(list, fact)
      local s = { level = level, category = category, fact = fact, phrase = rng(1, 2), want = level == 1 and tostring(#list) or first }
      if level == 3 and first then
        local rest = {}
        for _, t in ipairs(list) do if t ~= first then rest[#rest + 1] = t end end
        s.want = wiki.most(rest, fact)
      end
      if s.want and (level > 1 or #list > 8) then return s end
    end
  end,
  goal = function(s)
    if s.level == 1 then
      return (s.phrase == 1 and "How many articles are in the category %s? Tell the user the number." or "Tell the user the number of articles in the wiki's category %s."):format(s.category)
    end
    local rank = s.level == 2 and "the greatest" or "the second greatest"
    return (s.phrase == 1 and "Of the category %s, which article has %s number under %s? Tell the user its title." or "In the wiki's category %s, find the article with %s value of the fact %s and tell the user its title."):format(s.category, rank, s.fact)
  end,
  check = function(s) return wiki.told(s.answer, s.want) and wiki.untouched() and 1 or 0 end,
  progress = function(s, page)
    if s.answer then return wiki.told(s.answer, s.want) and 1 or 0 end
    local name = s.category:gsub(" ", "%%20")
    if page.path:find("sort=" .. s.fact, 1, true) and page.path:find("/list/" .. name, 1, true) then return 0.8 end
    return sites.wiki.visited("/list/" .. name .. "*") and 0.6 or sites.wiki.visited("/category/" .. name) and 0.4 or sites.wiki.visited("/categories") and 0.2 or 0
  end,
  oracle = function(s, page)
    local name = s.category:gsub(" ", "%%20")
    if s.level == 1 and page.path == "/category/" .. name then return "send_msg_to_user", s.want end
    if page.path:find("/list/" .. name, 1, true) then
      if page.path:find("sort=" .. s.fact, 1, true) then return "send_msg_to_user", s.want end
      local menu = gym.find(page, { role = "combobox", name = "Sort by" })
      if menu.value ~= s.fact then return "select_option", menu, s.fact end
      return wiki.button(page, "Sort")
    end
    if page.path == "/category/" .. name then return wiki.link(page, "As a table") end
    if page.path == "/categories" then return wiki.link(page, s.category) end
    return wiki.link(page, "Categories")
  end,
  hints = { "A category can be shown as a table, and the table sorted.", function(s) return "The category is " .. s.category .. "." end },
}
