-- want runtime.rubric_introspectable: has the criteria
local t = require "lib/base"
t.rubric = function(s) return { [s.side < 0 and "west" or "east"] = 1 } end
return t
