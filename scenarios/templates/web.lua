-- Order so many of one thing on a page.
-- What a scenario's table may hold is in docs/scenarios.md; prove it sound with: gym scenario check FILE
local gym = require "gym"
return {
  doc = "order a number of one thing",
  levels = 2,
  turns = { 3, 4 },             -- by level: an episode is cut off after so many
  floor = 0.3,                  -- an agent that has learnt nothing succeeds at most so often

  -- The task: everything that may differ is drawn from rng and kept in the table that is returned, s.
  setup = function(rng, level)
    return { things = rng:sample(gym.products, 2 * level), want = rng(1, 2 * level), count = tostring(rng(2, 9)) }
  end,
  goal = function(s) return ("Order %s of the %s."):format(s.count, s.things[s.want]) end,

  -- The site: HTML for a request (req.method, req.path, req.query, req.form). s.done ends the episode.
  pages = function(s, req)
    if req.method == "POST" then
      s.done, s.thing, s.number = true, req.form.thing, req.form.number
      return
    end
    local rows = {}
    for i, thing in ipairs(s.things) do
      rows[i] = ('<button name="thing" value="%s">Order %s</button>'):format(thing, thing)
    end
    return gym.page("Orders", '<form method="post" action="/"><label>Number <input name="number"></label>'
      .. table.concat(rows) .. "</form>")
  end,

  -- The outcome, 0 to 1; and how near it is, for process rewards.
  check = function(s) return s.thing == s.things[s.want] and s.number == s.count and 1 or 0 end,
  progress = function(s, page)
    if s.done then return s.thing == s.things[s.want] and s.number == s.count and 1 or 0 end
    return gym.find(page, { name = "Number", value = s.count }) and 0.5 or 0
  end,

  -- What an expert does now: a verb, an element and a text.
  oracle = function(s, page)
    local number = gym.find(page, { name = "Number" })
    if number.value ~= s.count then return "fill", number, s.count end
    return "click", gym.find(page, { role = "button", name = "Order " .. s.things[s.want] })
  end,

  -- From abstract to concrete.
  hints = { "Write the number first." },
}
