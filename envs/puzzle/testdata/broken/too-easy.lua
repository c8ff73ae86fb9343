-- want semantic.floor_gap: the floor is stated as 0.05
local t = require "lib/base"
t.floor = 0.05
return t
