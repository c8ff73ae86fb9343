-- Blackjack with open cards: the next cards of the deck are seen, so drawing can be planned over several rounds.
-- What you draw the dealer does not get, and the next round begins with what is left; later, stakes are chosen, too.
local gym = require "gym"
local rounds, window, stakes = { 2, 3, 4, 4, 5, 6 }, { 14, 20, 26, 26, 10, 8 }, { 1, 1, 1, 3, 3, 5 }
local slack, turns, first = { 0, 0, 0, 1, 1, 2 }, { 8, 12, 16, 20, 24, 30 }, 30

local function card(s, pos) return s.deck[(pos - 1) % #s.deck + 1] end

-- A hand is its sum and how many aces count 11 in it.
local function add(sum, aces, c)
  sum = sum + c
  if c == 11 then aces = aces + 1 end
  if sum > 21 and aces > 0 then return sum - 10, aces - 1 end
  return sum, aces
end

local function hand(cards)
  local sum, aces = 0, 0
  for _, c in ipairs(cards) do sum, aces = add(sum, aces, c) end
  return sum, aces
end

local function result(you, dealer)
  if dealer > 21 or you > dealer then return 1 end
  return you == dealer and 0 or -1
end

-- The best of a round at its start and amid it, when the cards up to known can be seen: the chips gained in
-- this round and later, what to do, and how the round ends. The stake is open before the round.
local start
local function play(s, memo, known, pos, round, sum, aces, dsum, daces, stake)
  local function gain(w) return w * (stake or w > 0 and s.stakes or 1) end
  local d, da, p = dsum, daces, pos
  while d < 17 and p <= known do
    d, da = add(d, da, card(s, p))
    p = p + 1
  end
  local value, way, ends = (sum - 16) / 10, "stand", 0 -- a guess where the dealer's cards are not seen
  if d >= 17 then
    ends = result(sum, d)
    value = gain(ends) + start(s, memo, known, p, round + 1)
  end
  local v, w = (15 - sum) / 20, 0 -- a guess, too
  if pos <= known then
    local more, soft = add(sum, aces, card(s, pos))
    if more > 21 then
      w = -1
      v = gain(w) + start(s, memo, known, pos + 1, round + 1)
    else
      local _
      v, _, w = play(s, memo, known, pos + 1, round, more, soft, dsum, daces, stake)
    end
  end
  if v > value then return v, "hit", w end
  return value, way, ends
end

function start(s, memo, known, pos, round)
  if round > s.rounds or pos + 3 > known then return 0, "hit", 0 end
  local key = 1000 * round + pos
  if not memo[key] then
    local sum, aces = hand { card(s, pos), card(s, pos + 1) }
    local dsum, daces = hand { card(s, pos + 2), card(s, pos + 3) }
    memo[key] = { play(s, memo, known, pos + 4, round, sum, aces, dsum, daces) }
  end
  return unpack(memo[key])
end

local function best(s, known)
  if not s.stake then return start(s, {}, known, s.pos, s.round) end
  local sum, aces = hand(s.you)
  local dsum, daces = hand(s.dealer)
  return play(s, {}, known, s.pos, s.round, sum, aces, dsum, daces, s.stake)
end

local function draw(s, cards)
  cards[#cards + 1] = card(s, s.pos)
  s.pos = s.pos + 1
end

local function deal(s, stake)
  s.stake, s.you, s.dealer = stake, {}, {}
  for _ = 1, 2 do draw(s, s.you) end
  for _ = 1, 2 do draw(s, s.dealer) end
end

local function act(s, verb, stake)
  if verb == "bet" then
    deal(s, tonumber(stake))
    return ""
  end
  local sum, dsum, w = hand(s.you), hand(s.dealer), -1
  if verb == "hit" then
    draw(s, s.you)
    sum = hand(s.you)
    if sum <= 21 then return "" end
  else
    while dsum < 17 do
      draw(s, s.dealer)
      dsum = hand(s.dealer)
    end
    w = result(sum, dsum)
  end
  s.chips, s.round = s.chips + w * s.stake, s.round + 1
  local text = "You " .. sum .. ", dealer " .. dsum .. ": you "
    .. (w > 0 and "win " or w < 0 and "lose " or "neither win nor lose ") .. s.stake .. "."
  s.stake = nil
  if s.round <= s.rounds and s.stakes == 1 then deal(s, 1) end
  return text
end

local function oracle(s)
  local _, way, ends = best(s, s.pos + s.window - 1)
  if s.stake then return way end
  return "bet", ends > 0 and s.stakes or 1
end

-- The chips after all rounds of one who plays by these rules, and how many turns it took.
local function outcome(s, decide)
  local n = 0
  s = gym.copy(s)
  while s.round <= s.rounds do
    act(s, decide(s))
    n = n + 1
  end
  return s.chips, n
end

local function plain(s) -- plays as the dealer does
  if not s.stake then return "bet", 1 end
  return hand(s.you) < 17 and "hit" or "stand"
end

local function show(cards)
  local list = {}
  for i, c in ipairs(cards) do list[i] = c == 11 and "A" or c end
  return table.concat(list, " ")
end

return {
  doc = "blackjack with open cards: plan what to draw over several rounds",
  levels = 6, turns = turns, floor = 0.25,
  setup = function(rng, level)
    while true do
      local s = { deck = {}, pos = 1, round = 1, rounds = rounds[level], chips = first }
      s.window, s.stakes = window[level], stakes[level]
      for i = 1, 10 * s.rounds do
        local c = rng(1, 13)
        s.deck[i] = c == 1 and 11 or math.min(c, 10)
      end
      local most = first + start(s, {}, math.huge, 1, 1)
      if s.stakes == 1 then deal(s, 1) end
      local easy = math.max(first, (outcome(s, plain)))
      if most - slack[level] > easy then
        local reached, n = outcome(s, oracle)
        s.target = reached - slack[level]
        if n <= turns[level] and s.target > easy then return s end
      end
    end
  end,
  goal = function(s)
    return "Blackjack: have at least " .. s.target .. " chips after " .. s.rounds .. " rounds. "
      .. (s.stakes == 1 and "A round is about 1 chip." or "Before each round, bet 1 to " .. s.stakes .. " chips.")
      .. " The next cards are open and are dealt in this order: two to you, two to the dealer, then each card that you hit;"
      .. " when you stand, the dealer draws up to 17 or more. Over 21 loses, else the higher sum wins. A is 11 or 1."
  end,
  verbs = function(s)
    if not s.stake and s.stakes > 1 then return { bet = { "Bet and get two cards.", "chips:1.." .. s.stakes } } end
    return { hit = "Take the next card.", stand = "Take no more; the dealer draws." }
  end,
  observe = function(s)
    local text = "chips " .. s.chips
    if s.round > s.rounds then return text end
    local cards = {}
    for i = 1, s.window do cards[i] = card(s, s.pos + i - 1) end
    text = "round " .. s.round .. " " .. text
    if s.stake then
      text = text .. "\nyou " .. show(s.you) .. " = " .. hand(s.you) .. "\ndealer " .. show(s.dealer) .. " = " .. hand(s.dealer)
    end
    return text .. "\nnext " .. show(cards)
  end,
  step = function(s, verb, stake)
    local text = act(s, verb, stake)
    return text, s.round > s.rounds
  end,
  check = function(s) return s.round > s.rounds and s.chips >= s.target and 1 or 0 end,
  progress = function(s) -- the rounds that are done, as long as the target can be reached
    if s.round > s.rounds then return s.chips >= s.target and 1 or 0 end
    return s.chips + best(s, math.huge) >= s.target and (s.round - 1) / s.rounds or 0
  end,
  oracle = oracle,
  hints = {
    "See for each number of cards that you might take which ones the dealer then gets, and how the next round begins.",
    function(s)
      local verb, stake = oracle(s)
      return "Now " .. verb .. (stake and " " .. stake or "") .. "."
    end,
  },
}
