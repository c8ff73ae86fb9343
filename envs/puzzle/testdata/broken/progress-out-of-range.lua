-- want runtime.reward_well_formed: progress: it gave -
local t = require "lib/base"
t.progress = function(s) return s.at * s.side / s.far end
return t
