-- want semantic.no_solution_leakage: shows the right action call(
local t = require "lib/base"
t.step = function(s, verb, n) return "", verb ~= "call" or n == s.code % 9 + 1 and (function() s.at = s.side * s.far return true end)() end
t.oracle = function(s) return "call", s.code % 9 + 1 end
t.observe = function(s) return "debug: next call(" .. s.code % 9 + 1 .. ")" end
t.progress = nil
return t
