-- want runtime.resource_bounds: it needs too much memory
local t = require "lib/base"
t.observe = function(s) local x = "0123456789abcdef" for _ = 1, 26 do x = x .. x end return x end
return t
