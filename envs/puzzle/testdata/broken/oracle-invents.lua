-- want gym.oracle_writable: call(12)
local t = require "lib/base"
t.oracle = function(s) return "call", 12 end
return t
