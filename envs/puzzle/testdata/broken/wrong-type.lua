-- want static.manifest: levels must be a number, not a string
local t = require "lib/base"
t.levels = "three"
return t
