-- want semantic.canary_floor: repeating the first action
local t = require "lib/base"
t.check = function(s) return math.abs(s.at) == s.far and 1 or 0 end
return t
