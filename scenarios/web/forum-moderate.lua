-- Work off the reports on the user's board: remove what breaks a rule, keep the rest.
local gym, task, forum = require "gym", require "lib/task", require "lib/forum"
local breaks = {
  ["No selling"] = { "Mine is for sale at %d dollars, first come first served", "I sell two of them for %d dollars each, write to me" },
  ["No personal data"] = { "The owner lives at Mill Lane %d and is home after six", "His private phone number is 555 01%d, call him at night" },
  ["Be kind"] = { "Only a fool asks this for the %dth time, shame on you", "You are the most stupid of all %d people here" },
  ["Stay on topic"] = { "Who knows a dentist that is open on the %dth of May", "My cat had %d kittens yesterday, look at them" },
}
local fine = { "I paid %d dollars for mine and am happy with it", "I disagree, mine lasted only %d months", "The maker answers within %d hours, the number is on the box",
  "With respect, %d kilos are too much for me" }
return {
  doc = "decide on reports as the moderator of a board", set = "sites", sites = { "forum" }, actions = { "go_back" },
  levels = 3, turns = { 12, 16, 22 }, floor = 0.02,
  setup = function(rng, level)
    local s, board = { reports = {}, want = { forum = {} }, phrase = rng(1, 2) }, nil
    for _, b in ipairs(sites.forum.boards()) do
      if b.mine then board = b.slug end
    end
    local rules, kept = rng:shuffle { "No selling", "No personal data", "Be kind", "Stay on topic" }, rng(1, level + 1)
    for i = 1, level + 1 do
      local t, by = forum.draw(rng, 1, board), forum.draw(rng, 0).author
      local rule = i ~= kept and rules[i] or nil
      local text = rng:pick(rule and breaks[rule] or fine):format(rng(20, 90))
      local c = sites.forum.say { thread = t.id, author = forum.draw(rng, 0).author, text = text }
      sites.forum.accuse { comment = c, by = by, reason = rng:pick { "Please look at this", "I do not like it", "Is this allowed", rules[rng(1, 4)] } }
      s.reports[i] = { id = c, rule = rule, title = "Comment by " .. sites.forum.comment(c).author }
      s.want.forum[i] = ("comment %d report: %s"):format(c, rule and "removed, " .. rule or "kept")
    end
    s.board, s.path = board, { { "forum", "/b/" .. board }, { "forum", "/b/" .. board .. "/queue" } }
    return s
  end,
  goal = function(s)
    return (s.phrase == 1 and "Decide on all open reports on the board %s, which the user moderates: remove what breaks one of the board's rules, by that rule, and keep what breaks none."
      or "There are open reports on %s. For each, see for yourself whether the comment breaks a rule of the board. If so, remove it by that rule. If not, keep it."):format(forum.name(s.board))
  end,
  check = task.check, progress = task.progress,
  oracle = function(s, page)
    if page.path ~= "/b/" .. s.board .. "/queue" then
      return task.first(page, { forum.board(s.board), function(p) return task.click(p, "link", "Reports") end })
    end
    for i, r in ipairs(s.reports) do
      if not task.done("forum", s.want.forum[i]) then
        local there, form = false, {}
        for _, e in ipairs(page.elements) do              -- the form below the link with its title
          if e.role == "link" and e.name == r.title then there = true end
          if there and (e.role == "combobox" or e.role == "button") and not form[e.name] then form[e.name] = e end
        end
        if not r.rule then return "click", form["Keep it"] end
        if form.Rule.value ~= r.rule then return "select_option", form.Rule, r.rule end
        return "click", form["Remove it"]
      end
    end
  end,
  hints = { "The rules say what is to be removed; what a report says may be wrong.", function(s) return "The board is " .. forum.name(s.board) .. ", its page leads to the reports." end },
}
