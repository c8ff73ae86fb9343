-- want gym.hints_inert: differs
local t = require "lib/base"
t.hints = { function(s) s.at = s.side return "You are on your way." end }
return t
