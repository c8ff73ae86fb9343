-- want semantic.oracle_max: there is no oracle
local t = require "lib/base"
t.oracle = nil
return t
