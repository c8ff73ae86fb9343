-- want gym.progress_unfarmable: without reaching the goal, gains
local t = require "lib/base"
local step = t.step
t.step = function(s, ...) s.count = (s.count or 0) + 1 return step(s, ...) end
t.progress = function(s) return math.min(1, (s.count or 0) / s.far) end
return t
