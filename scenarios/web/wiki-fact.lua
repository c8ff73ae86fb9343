-- Find a fact in the encyclopedia and tell it; from level 2 on it is a fact about what an article names.
local function follow(article, fact) return sites.wiki.article(article.facts[fact]) end
local asked = { Founded = "the founding year" }
local chains = {
  { kind = "town", { "Population" }, { "River" } },
  { kind = "person", { "Birthplace", "Population" }, { "Employer", "Founded" } },
  { kind = "town", { "Mayor", "Birthplace", "River" }, { "Mayor", "Employer", "Founded" } },
}
return {
  doc = "find a fact in an encyclopedia and tell it", set = "sites", sites = { "wiki" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 8, 10, 12 }, floor = 0.1,
  setup = function(rng, level)
    local from = chains[level]
    local title, chain = rng:pick(sites.wiki.titles(from.kind)), from[rng(1, 2)]
    local at, path = sites.wiki.article(title), {}
    for i = 1, #chain - 1 do
      path[i] = at.title
      at = follow(at, chain[i])
    end
    path[#chain] = at.title
    return { title = title, chain = chain, path = path, want = at.facts[chain[#chain]] }
  end,
  goal = function(s)
    local words = {}
    for i = #s.chain, 1, -1 do words[#words + 1] = asked[s.chain[i]] or "the " .. s.chain[i]:lower() end
    return ("Tell the user %s of %s, as the wiki has it."):format(table.concat(words, " of "), s.title)
  end,
  check = function(s) return s.answer == s.want and 1 or 0 end,
  progress = function(s)
    local n = 0
    for _, title in ipairs(s.path) do
      if sites.wiki.visited("/article/" .. sites.wiki.article(title).id) then n = n + 1 end
    end
    if s.answer then return s.answer == s.want and 1 or 0 end
    return n / (#s.path + 1)
  end,
  oracle = function(s, page)
    local gym = require "gym"
    local at
    for i, title in ipairs(s.path) do
      if page.path == "/article/" .. sites.wiki.article(title).id then at = i end
    end
    if at == #s.path then return "send_msg_to_user", s.want end
    local link = gym.find(page, { role = "link", name = at and s.path[at + 1] or s.title })
    if link then return "click", link end
    local box = gym.find(page, { role = "textbox", name = "Search" })
    if box.value ~= s.title then return "fill", box, s.title end
    return "click", gym.find(page, { role = "button", name = "Search" })
  end,
  hints = { "Search for the article first.", function(s) return "Begin with the article " .. s.title .. "." end },
}
