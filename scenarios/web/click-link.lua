-- Follow the one link that the goal names, in running text.
local gym = require "gym"
return {
  doc = "follow the named link", levels = 3, turns = 4, floor = 0.3,
  setup = function(rng, level)
    local n = ({ 4, 6, 8 })[level]
    local words = rng:sample(gym.words, n + 4)
    local links, text = {}, {}
    for i = 1, n do links[i] = words[i] end
    if level == 3 then -- every word is in several links: both words count
      local colors = rng:sample(gym.colors, 3)
      for i = 1, n do links[i] = colors[(i - 1) % 3 + 1] .. " " .. words[math.floor((i - 1) / 3) + 1] end
      links = rng:shuffle(links)
    end
    for i = n + 1, n + 4 do text[#text + 1] = words[i] end
    return { links = links, text = text, want = rng:pick(links), phrase = level == 1 and 1 or rng(1, 3) }
  end,
  goal = function(s)
    local p = { 'Click on the link "%s".', 'Follow the link %s.', 'Open the page about %s.' }
    return p[s.phrase]:format(s.want)
  end,
  pages = function(s, req)
    local at = tonumber(req.path:match("^/to/(%d+)$") or "")
    if at then s.done, s.got = true, s.links[at] end
    local out = {}
    for i, name in ipairs(s.links) do
      local text = i % 2 == 0 and (s.text[i / 2] or "") or ""
      out[i] = ('<p>%s <a href="/to/%d">%s</a></p>'):format(text, i, name)
    end
    return gym.page("Links", table.concat(out, "\n"))
  end,
  check = function(s) return s.got == s.want and 1 or 0 end,
  progress = function(s) return s.got == s.want and 1 or 0 end,
  oracle = function(s, page) return "click", gym.find(page, { role = "link", name = s.want }) end,
  hints = { "The text of the link is in the goal.", function(s) return "It has " .. #s.want .. " letters and spaces." end },
}
