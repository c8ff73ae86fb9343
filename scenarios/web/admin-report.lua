-- Read the report: totals and counts of invoices by region, status and dates.
local steps = require "lib/steps"
local months = { "2030-06", "2030-08", "2030-09", "2030-11", "2031-01", "2031-03", "2031-04" }
local last = { ["06"] = "30", ["08"] = "31", ["09"] = "30", ["11"] = "30", ["01"] = "31", ["03"] = "31", ["04"] = "30" }
return {
  doc = "read totals off the report", set = "sites", sites = { "admin" }, actions = { "send_msg_to_user", "go_back" },
  levels = 3, turns = { 8, 10, 16 }, floor = 0.1,
  setup = function(rng, level)
    for _ = 1, 100 do
      local s = { level = level, phrase = rng(1, 2), by = level == 1 and rng:pick { "Region", "Status", "Month" } or level == 2 and rng:pick { "Region", "Month" } or rng:pick { "Region", "Status" }, status = "", from = "", to = "" }
      if level > 1 and s.by ~= "Status" then s.status = rng:pick { "open", "paid", "void" } end
      if level == 3 then
        local m = rng:pick(months)
        s.from, s.to = m .. "-" .. ("%02d"):format(rng(1, 20)), m .. "-" .. last[m:sub(6)]
      end
      local lines = sites.admin.totals(s.by, s.status, s.from, s.to)
      local l = rng:pick(lines)
      s.group, s.ask = l.group, rng:pick { "total", "count" }
      s.want, s.other = tostring(l[s.ask]), tostring(l.count)
      if l.group ~= "All" and l.count > 1 then return s end
    end
  end,
  goal = function(s)
    local what = s.ask == "total" and "What is the total of" or "How many are"
    local group = s.by == "Region" and ("the invoices in the region %s"):format(s.group) or s.by == "Month" and ("the invoices of the month %s"):format(s.group) or ("the invoices that are %s"):format(s.group)
    local more = (s.status ~= "" and ", counting only those that are " .. s.status or "") .. (s.from ~= "" and (", with dates from %s to %s"):format(s.from, s.to) or "")
    return ("%s %s%s? %s"):format(what, group, more, s.phrase == 1 and "Tell the user the number." or "The report knows; tell the user.")
  end,
  check = function(s) return steps.same(s.answer, s.want) and #sites.admin.changed() == 0 and 1 or 0 end,
  progress = function(s)
    if s.answer then return steps.same(s.answer, s.want) and 1 or 0 end
    local best = sites.admin.visited("/report*") and 0.2 or 0
    for _, v in ipairs(sites.admin.visits()) do
      local p = v:find("by=" .. s.by, 1, true) and 0.4 or 0
      if p > 0 and v:find("status=" .. s.status .. "&", 1, true) then p = p + 0.2 end
      if p > 0.4 and v:find("from=" .. s.from, 1, true) and v:find("to=" .. s.to, 1, true) then p = p + 0.2 end
      best = math.max(best, p)
    end
    return best
  end,
  oracle = function(s, page)
    if not steps.at(page, "/report") then return steps.press(page, "Report") end
    if page.path == ("/report?by=%s&status=%s&from=%s&to=%s"):format(s.by, s.status, s.from, s.to) then return "send_msg_to_user", s.want end
    return steps.form(page, { { "Group by", s.by }, { "Status", s.status == "" and "All" or s.status }, { "From", s.from }, { "To", s.to } }, "Show")
  end,
  hints = { "The page Report has it.", function(s) return "Group by " .. s.by .. "." end },
}
