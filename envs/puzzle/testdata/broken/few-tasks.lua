-- want gym.splits_apart: episodes of train and test are the same
local t = require "lib/base"
t.setup = function(rng, level) return { far = level + 1, at = 0, side = rng(1, 100) < 12 and -1 or 1, noise = 1 } end
return t
