-- want gym.oracle_writable: needs "door", and a policy, which reads small letters alone, takes it for "Door"
local t = require "lib/base"
t.verbs.call = { "Call out.", "name:Door|door" }
t.oracle = function(s) return "call", "door" end
return t
