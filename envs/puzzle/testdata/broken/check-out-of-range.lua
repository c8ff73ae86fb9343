-- want runtime.reward_well_formed: check: it gave 2, want a number from 0 to 1
local t = require "lib/base"
t.check = function(s) return s.at == s.side * s.far and 2 or 0 end
return t
