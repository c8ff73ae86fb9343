-- want runtime.state_contract: s.f is a function
local t = require "lib/base"
local setup = t.setup
t.setup = function(rng, level)
  local s = setup(rng, level)
  s.f = function() end
  return s
end
return t
