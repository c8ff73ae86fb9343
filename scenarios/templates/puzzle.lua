-- Pay an amount exactly with coins that are there in any number.
-- What a scenario's table may hold is in docs/scenarios.md; prove it sound with: gym scenario check FILE
return {
  doc = "pay an amount exactly with few coins",
  levels = 3,
  turns = { 3, 4, 5 },          -- by level: an episode is cut off after so many
  floor = 0.4,                  -- an agent that has learnt nothing succeeds at most so often

  -- The task: everything that may differ is drawn from rng and kept in the table that is returned, s.
  setup = function(rng, level)
    local coins = { { 1, 5 }, { 1, 5, 20 }, { 1, 5, 20, 100 } }
    local s = { coins = coins[level], due = 0 }
    for _ = 1, level + 1 do s.due = s.due + rng:pick(s.coins) end
    s.amount = s.due
    return s
  end,

  -- What the agent is told once, what it sees each turn, and what it can do.
  goal = function(s) return ("Pay %d exactly, coin by coin."):format(s.due) end,
  observe = function(s) return "left to pay " .. s.amount end,
  verbs = function(s) return { pay = { "Pay with one coin.", "coin:" .. table.concat(s.coins, "|") } } end,

  -- What an action does. It returns a text for the agent and whether the episode is over.
  step = function(s, verb, coin)
    s.amount = s.amount - tonumber(coin)
    return s.amount < 0 and "That was too much." or "", s.amount <= 0
  end,

  -- The outcome, 0 to 1; and how near it is, for process rewards.
  check = function(s) return s.amount == 0 and 1 or 0 end,
  progress = function(s) return s.amount < 0 and 0 or 1 - s.amount / s.due end,

  -- What an expert does now.
  oracle = function(s)
    for i = #s.coins, 1, -1 do
      if s.coins[i] <= s.amount then return "pay", tostring(s.coins[i]) end
    end
    return "pay", tostring(s.coins[1])
  end,

  -- From abstract to concrete.
  hints = { "Begin with the largest coin that fits.", function(s) return "The coins are " .. table.concat(s.coins, ", ") .. "." end },
}
