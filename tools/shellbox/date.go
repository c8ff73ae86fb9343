package shellbox

import (
	"strconv"
	"strings"
	"time"
)

// readDate reads the dates that people give: 2024-03-01, with a time, @seconds,
// and days ago.
func readDate(s string, now time.Time) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(strings.TrimPrefix(s, "@"), 10, 40); err == nil && strings.HasPrefix(s, "@") {
		return time.Unix(n, 0).UTC(), true
	}
	switch s {
	case "now", "today":
		return now, true
	case "yesterday":
		return now.AddDate(0, 0, -1), true
	case "tomorrow":
		return now.AddDate(0, 0, 1), true
	}
	if words := strings.Fields(s); len(words) >= 2 {
		n, err := strconv.Atoi(words[0])
		if len(words) == 3 && words[2] == "ago" {
			n = -n
		}
		if err == nil && max(n, -n) < 100_000 {
			switch strings.TrimSuffix(words[1], "s") {
			case "minute":
				return now.Add(time.Duration(n) * time.Minute), true
			case "hour":
				return now.Add(time.Duration(n) * time.Hour), true
			case "day":
				return now.AddDate(0, 0, n), true
			case "week":
				return now.AddDate(0, 0, 7*n), true
			case "month":
				return now.AddDate(0, n, 0), true
			}
		}
	}
	for _, layout := range []string{time.DateOnly, time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04:05", time.RFC3339, "20060102", "02 Jan 2006", "Jan 2 2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return now, false
}

// date prints the time, which stands still while a command runs.
func date(p *proc) int {
	at, format := p.fs().Now(), "Mon Jan _2 15:04:05 UTC 2006"
	for i := 0; i < len(p.args); i++ {
		a := p.args[i]
		value, ok := strings.CutPrefix(a, "--date=")
		if (a == "-d" || a == "--date") && i+1 < len(p.args) {
			i++
			value, ok = p.args[i], true
		}
		switch {
		case ok:
			if at, ok = readDate(value, at); !ok {
				return p.fail("invalid date '%s'", value)
			}
		case a == "-r" && i+1 < len(p.args):
			i++
			info, err := p.fs().Stat(p.path(p.args[i]))
			if err != nil {
				return p.fail("%s: %v", p.args[i], err)
			}
			at = info.ModTime()
		case a == "-I":
			format = time.DateOnly
		case strings.HasPrefix(a, "+"):
			p.print(strftime(a[1:], at) + "\n")
			return 0
		case a != "-u":
			return p.fail("invalid date '%s'", a)
		}
	}
	p.print(at.Format(format) + "\n")
	return 0
}

// strftime fills the common fields of a format.
func strftime(format string, t time.Time) string {
	f := t.Format
	return strings.NewReplacer("%Y", f("2006"), "%m", f("01"), "%d", f("02"), "%H", f("15"), "%M", f("04"), "%S", f("05"), "%F", f(time.DateOnly), "%T", f("15:04:05"), "%y", f("06"), "%b", f("Jan"), "%B", f("January"),
		"%a", f("Mon"), "%A", f("Monday"), "%j", f("002"), "%s", strconv.FormatInt(t.Unix(), 10), "%Z", "UTC", "%z", "+0000", "%e", f("_2"), "%I", f("03"), "%p", f("PM"), "%R", f("15:04"), "%u", strconv.Itoa((int(t.Weekday())+6)%7+1),
		"%N", "000000000", "%n", "\n", "%t", "\t", "%%", "%").Replace(format)
}
