-- want semantic.floor_gap: reaches almost what the oracle does
local t = require "lib/base"
t.floor = 0.95
return t
