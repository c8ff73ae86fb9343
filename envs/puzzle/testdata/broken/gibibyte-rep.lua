-- want gym.no_fault: string.rep: more than
local t = require "lib/base"
t.step = function(s) return ("x"):rep(2 ^ 30) end
return t
