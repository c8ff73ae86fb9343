-- want static.manifest: unknown key "progres"; did you mean "progress"?
local t = require "lib/base"
t.progres = t.progress
return t
