-- want semantic.oracle_max: level 3
local t = require "lib/base"
t.turns = { 4, 6, 3 }
return t
