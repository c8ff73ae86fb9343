-- want runtime.seed_control: 12 seeds give the same episode
local t = require "lib/base"
t.setup = function(rng, level) return { far = level + 1, at = 0, side = 1, noise = 1 } end
return t
