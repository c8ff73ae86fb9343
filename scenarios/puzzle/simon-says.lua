-- Repeat a growing sequence of colours, each shown only once; on the harder levels backwards.
-- After the toy Simon (Baer and Morrison), but only the new light is shown in each round.
local gym = require "gym"
local colors, rounds = { 3, 3, 4, 5, 6, 6 }, { 2, 3, 4, 5, 5, 6 }

-- The place in the sequence of the press that comes now.
local function place(s) return s.back and s.round - s.pressed or s.pressed + 1 end
local function presses(n) return n * (n + 1) / 2 end

return {
  doc = "repeat a growing sequence of colours, each shown only once",
  about = "Trains memory: what was shown must be kept over many turns, as it is not shown again.",
  levels = 6, turns = { 3, 6, 10, 15, 15, 21 }, floor = 0.1, -- a wrong press ends it, so there is none to spare
  setup = function(rng, level)
    local s = { colors = rng:sample(gym.colors, colors[level]), order = {}, round = 1, pressed = 0, back = level > 4 }
    for i = 1, rounds[level] do s.order[i] = rng:pick(s.colors) end
    return s
  end,
  goal = function(s)
    return "In each of " .. #s.order .. " rounds one more light is shown, once. Then press the colours of all lights"
      .. " shown since the beginning, " .. (s.back and "the newest first." or "the oldest first.") .. " A wrong press loses."
  end,
  verbs = function(s) return { press = { "Press a colour.", "color:" .. table.concat(s.colors, "|") } } end,
  observe = function(s)
    if s.lost then return "Wrong." end
    if s.round > #s.order then return "All right." end
    local light = s.pressed == 0 and "New light: " .. s.order[s.round] .. ". " or ""
    return light .. "Press " .. s.pressed + 1 .. " of " .. s.round .. "."
  end,
  step = function(s, _, color)
    if color ~= s.order[place(s)] then
      s.lost = true
      return "", true
    end
    s.pressed = s.pressed + 1
    if s.pressed == s.round then s.round, s.pressed = s.round + 1, 0 end
    return ""
  end,
  check = function(s) return s.round > #s.order and 1 or 0 end,
  progress = function(s) return s.lost and 0 or (presses(s.round - 1) + s.pressed) / presses(#s.order) end,
  oracle = function(s) return "press", s.order[place(s)] end,
  hints = {
    "Remember every light that was shown; in each round the sequence is the same and one longer.",
    function(s) return "The sequence begins with " .. s.order[1] .. "." end,
    function(s) return "The whole sequence is " .. table.concat(s.order, " ") .. "." end,
  },
}
