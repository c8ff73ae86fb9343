-- want semantic.no_solution_leakage: shows "
local t = require "lib/base"
local observe = t.observe
t.secret = function(s) return tostring(s.code) end
t.observe = function(s) return observe(s) .. " ref=" .. s.code end
return t
