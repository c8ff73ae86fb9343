-- want semantic.verifier_determinism: is judged
local t = require "lib/base"
local calls = 0
t.check = function(s) calls = calls + 1 return s.at == s.side * s.far and 1 or calls % 3 / 10 end
local step = t.step
t.step = function(s, ...) t.check(s) return step(s, ...) end
return t
