-- Read one cell of a table and type it as the answer.
local gym = require "gym"
return {
  doc = "read a table and answer", levels = 3, turns = 5, floor = 0.1,
  setup = function(rng, level)
    local rows, n = {}, ({ 3, 4, 5 })[level]
    local names, cities, colors = rng:sample(gym.names, n), rng:sample(gym.cities, n), rng:sample(gym.colors, n)
    for i = 1, n do rows[i] = { names[i], cities[i], colors[i] } end
    local columns = level == 3 and 3 or 2
    return { rows = rows, columns = columns, at = rng(1, n), ask = level == 3 and rng(2, 3) or 2, phrase = level == 1 and 1 or rng(1, 2) }
  end,
  goal = function(s)
    local what = ({ "Name", "City", "Color" })[s.ask]
    if s.phrase == 2 then return ("What is the %s of %s? Submit the answer."):format(what, s.rows[s.at][1]) end
    return ("Enter the %s of %s and submit."):format(what, s.rows[s.at][1])
  end,
  pages = function(s, req)
    if req.method == "POST" then s.done, s.got = true, req.form.answer end
    local out = { "<tr><th>Name</th><th>City</th>" .. (s.columns == 3 and "<th>Color</th>" or "") .. "</tr>" }
    for i, r in ipairs(s.rows) do
      out[i + 1] = "<tr><td>" .. r[1] .. "</td><td>" .. r[2] .. "</td>" .. (s.columns == 3 and "<td>" .. r[3] .. "</td>" or "") .. "</tr>"
    end
    return gym.page("Table", "<table>" .. table.concat(out) .. "</table>"
      .. '<form method="post" action="/"><label>Answer <input name="answer"></label><button>Submit</button></form>')
  end,
  check = function(s) return s.got == s.rows[s.at][s.ask] and 1 or 0 end,
  progress = function(s, page)
    local e = gym.find(page, { role = "textbox", name = "Answer" })
    local right = e and e.value == s.rows[s.at][s.ask]
    if s.done then return s.got == s.rows[s.at][s.ask] and 1 or 0 end
    return right and 0.7 or 0
  end,
  oracle = function(s, page)
    local e = gym.find(page, { role = "textbox", name = "Answer" })
    if e.value ~= s.rows[s.at][s.ask] then return "fill", e, s.rows[s.at][s.ask] end
    return "click", gym.find(page, { role = "button", name = "Submit" })
  end,
  hints = { "Find the row that begins with the name.", function(s) return "It is in row " .. s.at .. "." end },
}
