-- want gym.progress_rises: it falls by 1.00 for each 1 that it rises
local t = require "lib/base"
t.progress = function(s) return 1 - math.abs(s.at) / s.far end
return t
