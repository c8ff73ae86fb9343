-- want runtime.reward_well_formed: check: it gave true, want a number from 0 to 1
local t = require "lib/base"
t.check = function(s) return s.at == s.side * s.far end
return t
