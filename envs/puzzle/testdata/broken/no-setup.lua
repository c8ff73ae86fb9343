-- want static.manifest: the key setup is missing
local t = require "lib/base"
t.setup = nil
return t
