-- Make an employee's record agree with a colleague's: look it up in one, put it into the other.
local admin = require "lib/admin"
local columns = { { "Department" }, { "Department", "Role" }, { "Department", "Role", "Status" } }
return {
  doc = "carry values over from one employee to another", set = "sites", sites = { "admin" }, actions = { "go_back" },
  levels = 3, turns = { 26, 28, 32 }, floor = 0.02,
  setup = function(rng, level)
    while true do
      local from, to = admin.pick(rng, "staff"), admin.pick(rng, "staff")
      local s, differ = { from = from.id, to = to.id, names = { from.Name, to.Name }, level = level, phrase = rng(1, 2), want = {} }, to.Role ~= "owner"
      for i, c in ipairs(columns[level]) do
        s.want[i] = { "staff", to.id, c, from[c] }
        differ = differ and from[c] ~= to[c]
      end
      if differ then return s end
    end
  end,
  goal = function(s)
    local names = ({ "department", "department and role", "department, role and status" })[s.level]
    return (s.phrase == 1 and "%s joins %s: give the former the same %s as the latter." or "Change the record of %s; it must have the %s that %s has."):format(s.names[2], s.phrase == 1 and s.names[1] or names, s.phrase == 1 and names or s.names[1])
  end,
  check = function(s) return admin.only(s.want) and 1 or 0 end,
  progress = function(s)
    if #sites.admin.changed() > 0 then return admin.only(s.want) and 1 or 0 end
    local seen = sites.admin.visited("/staff/" .. s.from) or sites.admin.visited("/staff/" .. s.from .. "/edit")
    return (seen and 0.4 or 0) + (sites.admin.visited("/staff/" .. s.to .. "/edit") and 0.4 or sites.admin.visited("/staff/" .. s.to) and 0.2 or 0)
  end,
  oracle = function(s, page)
    local values = {}
    for _, w in ipairs(s.want) do values[w[3]] = w[4] end
    if not sites.admin.visited("/staff/" .. s.from) then return admin.open(page, "staff", sites.admin.record("staff", s.from)) end
    return admin.edit(page, "staff", sites.admin.record("staff", s.to), values)
  end,
  hints = { "Look at the colleague's record first.", function(s) return "Read number " .. s.from .. ", change number " .. s.to .. "." end },
}
