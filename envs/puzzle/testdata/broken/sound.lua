-- want nothing
local t = require "lib/base"

return t
