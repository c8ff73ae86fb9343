-- want runtime.resource_bounds: it needs too much work
local t = require "lib/base"
t.step = function(s) while true do end end
return t
