package sites

import (
	"net/http"
	"slices"
	"strings"
)

// slot is a time of a day that is free.
type slot struct{ Start, End string }

// slots are the times of a date, on the half hours from 9:00 to 17:00, when
// the owner and all guests are free for so long.
func (s *calendar) slots(date string, minutes int, guests []string) []slot {
	var busy [][2]int
	for _, e := range s.on(date, true) {
		busy = append(busy, [2]int{minuteOf(e.Start), minuteOf(e.End)})
	}
	for _, g := range guests {
		busy = append(busy, s.world.busy(g, date)...)
	}
	var out []slot
	for from := 9 * 60; from+minutes <= 17*60; from += 30 {
		if !slices.ContainsFunc(busy, func(b [2]int) bool { return from < b[1] && b[0] < from+minutes }) {
			out = append(out, slot{mailClock(from), mailClock(from + minutes)})
		}
	}
	return out
}

// lengths are those that can be looked for, in minutes.
var lengths = []string{"30", "60", "90", "120"}

// free finds time that several people have.
func (s *calendar) free(w http.ResponseWriter, r *http.Request) {
	date, minutes, guests := tidied(r.FormValue("date")), r.FormValue("minutes"), named(r.FormValue("guests"))
	data := map[string]any{"Date": date, "Minutes": minutes, "Guests": strings.Join(guests, ", "), "Lengths": lengths}
	if r.URL.RawQuery != "" {
		switch stranger := slices.IndexFunc(guests, func(g string) bool { return !s.knows(g) }); {
		case date < calendarFirst || date > calendarLast || parseDay(date).IsZero():
			data["Error"] = "The date must be one of 2031, like 2031-01-31."
		case !slices.Contains(lengths, minutes):
			data["Error"] = "Choose a length."
		case stranger >= 0:
			data["Error"] = "Nothing is known of the calendar of " + guests[stranger] + "."
		default:
			data["Asked"], data["Slots"] = true, s.slots(date, atoi(minutes), guests)
		}
	}
	s.show(w, "Free time", "free", data)
}

// knows says whether somebody's calendar can be looked at.
func (s *calendar) knows(name string) bool {
	return slices.ContainsFunc(s.world.people, func(p mailPerson) bool { return p.Name == name })
}
