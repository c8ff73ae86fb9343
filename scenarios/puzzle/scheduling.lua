-- Give jobs one by one to workers so that none ends after it is due; some must wait for others or for their time.
local gym = require "gym"
local jobs, workers, slack = { 3, 4, 5, 6, 6, 8 }, { 1, 1, 1, 1, 2, 2 }, { 0, 1, 1, 1, 1, 1 }
local ordered, timed = { false, false, true, true, true, true }, { false, false, false, true, false, true }

-- When a job would begin and end with a worker now; nil where it waits for one that is not given yet.
local function times(s, job, worker)
  local from = math.max(s.free[worker], job.from)
  if job.after then
    local e = s.ends[job.after]
    if not e then return nil end
    from = math.max(from, e)
  end
  return from, from + job.takes
end

-- The rest of a good plan as a list of { job, worker }, or nil where a job will be late.
local function plan(s)
  if s.plan then return s.plan end
  local free, ends, bad, list = gym.copy(s.free), gym.copy(s.ends), {}, {}
  local now = { free = free, ends = ends }
  local function search(n)
    if n == #s.jobs then return true end
    local key = table.concat(free, " ")
    for j in ipairs(s.jobs) do key = key .. " " .. (ends[j] or "_") end
    if bad[key] then return false end
    for j, job in ipairs(s.jobs) do
      for w = 1, ends[j] and 0 or #free do
        local from, to = times(now, job, w)
        if from and to <= job.due then
          local was = free[w]
          free[w], ends[j] = to, to
          list[n + 1 - s.given] = { j, w }
          if search(n + 1) then return true end
          free[w], ends[j], list[n + 1 - s.given] = was, nil, nil
        end
      end
    end
    bad[key] = true
    return false
  end
  s.plan = search(s.given) and list or nil
  return s.plan
end

local function give(s, j, w)
  local from, to = times(s, s.jobs[j], w)
  if not from then return nil end
  s.free[w], s.ends[j], s.begins[j], s.who[j], s.given = to, to, from, w, s.given + 1
  local first = s.plan and s.plan[1]
  if first and first[1] == j and first[2] == w then table.remove(s.plan, 1) else s.plan = nil end
  s.late = s.late or to > s.jobs[j].due
  return from, to
end

local function fresh(s)
  s.free, s.ends, s.begins, s.who, s.given, s.late, s.plan = {}, {}, {}, {}, 0, false, nil
  for w = 1, s.workers do s.free[w] = 0 end
end

-- Whether giving the jobs without a plan would do.
local function lucky(s, rng)
  fresh(s)
  local order = {}
  for j in ipairs(s.jobs) do order[j] = j end
  while s.given < #s.jobs and not s.late do
    local j = rng:pick(order)
    if not s.ends[j] then give(s, j, rng(1, s.workers)) end
  end
  return not s.late
end

-- Jobs that can all be done in time: they are made in the order of a good plan, and then renamed.
local function make(rng, level)
  local n, s = jobs[level], { workers = workers[level], jobs = {} }
  fresh(s)
  local order = {}
  for j = 1, n do order[j] = j end
  order = rng:shuffle(order)
  for i = 1, n do
    local w = 1
    for v = 2, s.workers do if s.free[v] < s.free[w] then w = v end end
    local start = s.free[w] + (timed[level] and rng:chance(0.3) and 1 or 0)
    local job = { takes = rng(1, 4), from = 0 }
    if timed[level] and start > 0 and (start > s.free[w] or rng:chance(0.3)) then job.from = start end
    if ordered[level] and i > 1 and rng:chance(0.5) then
      local before = order[rng(1, i - 1)]
      if s.ends[before] <= start then job.after = before end
    end
    s.free[w], s.ends[order[i]] = start + job.takes, start + job.takes
    job.due = s.free[w] + rng(0, slack[level])
    s.jobs[order[i]] = job
  end
  return s
end

return {
  doc = "give jobs to workers so that each ends before it is due",
  levels = 6, turns = { 5, 7, 9, 11, 11, 14 }, floor = 0.2,
  verbs = function(s)
    local left = {}
    for j in ipairs(s.jobs) do
      if not s.ends[j] or s.given == #s.jobs then left[#left + 1] = s.names[j] end
    end
    return { give = { "Give the next job to a worker.", "job:" .. table.concat(left, "|"),
      s.workers > 1 and "worker:1.." .. s.workers or nil } }
  end,
  setup = function(rng, level)
    for _ = 1, 200 do
      local s = make(rng, level)
      local luck = 0
      for _ = 1, 12 do luck = luck + (lucky(s, rng) and 1 or 0) end
      fresh(s)
      s.names = rng:sample(gym.split("A B C D E F G H K L M N P R S T"), #s.jobs)
      table.sort(s.names)
      if luck <= 1 then return s end
    end
    error("all jobs are too easy")
  end,
  goal = function(s)
    local lines = {}
    for j, job in ipairs(s.jobs) do
      lines[j] = s.names[j] .. " takes " .. job.takes .. (job.from > 0 and ", not before " .. job.from or "")
        .. (job.after and ", after " .. s.names[job.after] or "") .. ", due at " .. job.due .. "."
    end
    return (s.workers > 1 and "Two workers do" or "A worker does") .. " one job at a time, from time 0, each as soon as it can."
      .. " Give out all jobs; none may end after it is due. " .. table.concat(lines, " ")
  end,
  observe = function(s)
    local lines = {}
    for w = 1, s.workers do lines[w] = (s.workers > 1 and "worker " .. w .. " " or "") .. "free at " .. s.free[w] end
    for j in ipairs(s.jobs) do
      lines[#lines + 1] = s.names[j] .. (s.ends[j] and " from " .. s.begins[j] .. " to " .. s.ends[j] or " open")
    end
    return table.concat(lines, "\n")
  end,
  step = function(s, _, name, worker)
    local j = 1
    while s.names[j] ~= name do j = j + 1 end
    local from, to = give(s, j, worker or 1)
    if not from then return name .. " must wait for " .. s.names[s.jobs[j].after] .. ".", false end
    if s.late then return name .. " ends at " .. to .. ". That is too late.", true end
    return "", s.given == #s.jobs
  end,
  check = function(s) return s.given == #s.jobs and not s.late and 1 or 0 end,
  progress = function(s) return s.late and 0 or plan(s) and s.given / #s.jobs or 0 end,
  oracle = function(s)
    local first = plan(s) and s.plan[1]
    if first then return "give", s.names[first[1]], first[2] end
    for j, job in ipairs(s.jobs) do
      if not s.ends[j] and times(s, job, 1) then return "give", s.names[j], 1 end
    end
    return "give", s.names[1], 1
  end,
  hints = { "What is due first often goes first; see what each choice leaves for the others.", function(s)
    local first = plan(s) and s.plan[1]
    return first and "Give " .. s.names[first[1]] .. " next" .. (s.workers > 1 and ", to worker " .. first[2] .. "." or ".")
      or "A job will be late."
  end },
}
