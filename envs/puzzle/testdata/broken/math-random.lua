-- want runtime.startup: math.random is not here: draw from the rng
local t = require "lib/base"
t.setup = function(rng, level) return { far = level + 1, at = 0, side = math.random(0, 1) * 2 - 1 } end
return t
