-- want semantic.no_solution_leakage: Look at the lamp.
local t = require "lib/base"
local observe = t.observe
t.observe = function(s) return observe(s) .. "\n" .. "Look at the lamp. " .. t.hints[2](s) end
return t
