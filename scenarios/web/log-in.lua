-- Log in with the given user and password.
local gym = require "gym"
return {
  doc = "log in with user and password", levels = 3, turns = 7, floor = 0.1,
  setup = function(rng, level)
    return {
      user = rng:pick(gym.names):lower(), password = rng:pick(gym.words) .. (level > 1 and tostring(rng(10, 99)) or ""),
      remember = level == 3 and rng:chance(0.5), box = level == 3, other = level > 1 and rng:pick({ "Register", "Cancel" }) or nil,
      otherFirst = rng:chance(0.5), phrase = level == 1 and 1 or rng(1, 2),
    }
  end,
  goal = function(s)
    local g = s.phrase == 1 and ("Log in as %s with the password %s"):format(s.user, s.password)
      or ("Use the user %s and password %s to log in"):format(s.user, s.password)
    return g .. (s.remember and " and tick Remember me." or ".")
  end,
  pages = function(s, req)
    if req.method == "POST" then s.done, s.got = true, req.form end
    local buttons = { '<button name="go" value="in">Log in</button>' }
    if s.other then
      table.insert(buttons, s.otherFirst and 1 or 2, '<button name="go" value="other">' .. s.other .. "</button>")
    end
    return gym.page("Log in", '<form method="post" action="/"><label>User <input name="user"></label>'
      .. '<label>Password <input type="password" name="password"></label>'
      .. (s.box and '<label><input type="checkbox" name="remember"> Remember me</label>' or "")
      .. table.concat(buttons) .. "</form>")
  end,
  check = function(s)
    local f = s.got
    return f and f.go == "in" and f.user == s.user and f.password == s.password
      and (f.remember ~= nil) == s.remember and 1 or 0
  end,
  progress = function(s, page)
    if s.done then
      local f = s.got
      return f.go == "in" and f.user == s.user and f.password == s.password and (f.remember ~= nil) == s.remember and 1 or 0
    end
    local p = 0
    if gym.find(page, { name = "User", value = s.user }) then p = p + 0.4 end
    if gym.find(page, { name = "Password", value = s.password }) then p = p + 0.4 end
    return p
  end,
  oracle = function(s, page)
    local user, password = gym.find(page, { name = "User" }), gym.find(page, { name = "Password" })
    if user.value ~= s.user then return "fill", user, s.user end
    if password.value ~= s.password then return "fill", password, s.password end
    local box = gym.find(page, { role = "checkbox" })
    if box and (box.state == "checked") ~= s.remember then return "click", box end
    return "click", gym.find(page, { role = "button", name = "Log in" })
  end,
  hints = { "Both fields must be filled before the button is pressed.", function(s) return "The user is " .. s.user .. "." end },
}
