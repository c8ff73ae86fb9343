-- want runtime.state_contract: differs
local t = require "lib/base"
local steps = 0
local step = t.step
t.step = function(s, ...)
  steps = steps + 1
  local said, over = step(s, ...)
  return "Step " .. steps .. ".", over
end
return t
