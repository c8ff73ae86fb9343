-- A sound scenario: walk to the door that the lamp's colour means. The others break it in one way each.
return {
  doc = "walk to the door that the lamp means", levels = 3, turns = { 4, 6, 8 }, floor = 0.4,
  setup = function(rng, level)
    return { rng = rng, far = level + 1, at = 0, side = rng:pick { -1, 1 }, code = rng(100000, 999999), noise = rng(1, 1000000) }
  end,
  goal = function(s) return "Red means the left door, blue the right one. This is house " .. s.noise .. "." end,
  verbs = { left = "Go left.", right = "Go right.", call = { "Call out.", "n:1..9" } },
  observe = function(s) return (s.side < 0 and "red" or "blue") .. " lamp, at " .. s.at end,
  step = function(s, verb)
    if verb == "call" then return "Nobody answers." end
    s.at = s.at + (verb == "left" and -1 or 1)
    return "", math.abs(s.at) == s.far
  end,
  check = function(s) return s.at == s.side * s.far and 1 or 0 end,
  progress = function(s) return math.max(0, s.at * s.side / s.far) end,
  oracle = function(s) return s.side < 0 and "left" or "right" end,
  hints = { "Look at the lamp.", function(s) return "The door is on the " .. (s.side < 0 and "left." or "right.") end },
}
