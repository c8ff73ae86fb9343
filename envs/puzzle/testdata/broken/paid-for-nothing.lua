-- want semantic.canary_floor: doing nothing
local t = require "lib/base"
t.check = function(s) return (s.at == s.side * s.far or s.at == 0) and 1 or 0 end
return t
