package sites

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/turngym/turngym/scenarios"
)

// calendarWorld is a year of appointments, and the people who are met.
type calendarWorld struct {
	events []event
	days   map[string][]int // the events of a date that do not repeat
	weekly []int            // the events that do
	people []mailPerson
}

// event is an appointment. One that repeats takes place every week from Date
// to Until, but on the dates in Skip.
type event struct {
	ID               int
	Title            string
	Date, Start, End string
	Place            string
	Guests           []string // names
	Notes            string
	Calendar         string
	Reminder         string // one of calendarReminders
	Until            string // "" is once
	Skip             []string
	From             string // whose invitation it is; "" where it is one's own
	Answer           string // to an invitation: "", accepted or declined
	Deleted          bool
}

// The year, the number of people, and the working hours as minutes of a day.
const (
	calendarToday  = "2031-05-12"
	calendarFirst  = "2031-01-01"
	calendarLast   = "2031-12-31"
	calendarPeople = 60
	dayBegin       = 8 * 60
	dayEnd         = 18 * 60
)

var (
	calendarNames     = []string{"Work", "Personal", "Team"}
	calendarReminders = []string{"none", "10 minutes", "30 minutes", "1 hour", "1 day"}
	calendarTitles    = strings.Fields("Budget Design Sales Hiring Planning Launch Supplier Contract Training Safety Release Strategy Quality Press")
	calendarForms     = strings.Fields("review meeting call workshop interview briefing")
	calendarPersonal  = strings.Fields("Dentist Gym Haircut Choir Optician Physio Piano")
)

// A weekly series has a weekday and a time of its own, which nothing else
// takes.
var calendarSeries = []event{
	{Title: "Standup", Date: "2031-01-06", Start: "09:00", End: "09:30", Calendar: "Team", Reminder: "10 minutes", Until: calendarLast},
	{Title: "Sales round", Date: "2031-01-07", Start: "16:00", End: "17:00", Calendar: "Team", Reminder: "none", Until: calendarLast},
	{Title: "Lunch walk", Date: "2031-01-08", Start: "12:00", End: "13:00", Calendar: "Personal", Reminder: "none", Until: calendarLast},
	{Title: "Mentoring", Date: "2031-01-09", Start: "15:00", End: "16:00", Calendar: "Work", Reminder: "10 minutes", Until: "2031-11-27"},
	{Title: "Weekly report", Date: "2031-01-03", Start: "17:00", End: "18:00", Calendar: "Work", Reminder: "1 hour", Until: calendarLast},
	{Title: "Swimming", Date: "2031-01-04", Start: "10:00", End: "11:00", Calendar: "Personal", Reminder: "none", Until: calendarLast},
}

func newCalendar(rng *rand.Rand) World {
	w := &calendarWorld{people: mailPersons(rng, calendarPeople), days: map[string][]int{}}
	for _, e := range calendarSeries {
		e.Place = w.room(rng)
		if e.Calendar != "Personal" {
			e.Guests = w.guests(rng)
		}
		w.weekly = append(w.weekly, w.add(e))
	}
	for day := parseDay(calendarFirst); day.Format(time.DateOnly) <= calendarLast; day = day.AddDate(0, 0, 1) {
		if wd := day.Weekday(); wd != time.Saturday && wd != time.Sunday {
			w.fill(rng, day.Format(time.DateOnly))
		}
	}
	return w
}

// fill puts appointments into a working day that leave some time free.
func (w *calendarWorld) fill(rng *rand.Rand, date string) {
	minute := dayBegin
	for minute < dayEnd-30 {
		if rng.IntN(2) == 0 {
			minute += 30 * (1 + rng.IntN(4))
			continue
		}
		e := w.draw(rng, date, minute, 30*(1+rng.IntN(3)))
		end := minuteOf(e.End)
		if end > dayEnd || slices.ContainsFunc(w.weekly, func(id int) bool { return w.events[id].on(date) && overlap(&e, &w.events[id]) }) {
			minute += 30
			continue
		}
		w.days[date] = append(w.days[date], w.add(e))
		minute = end
	}
}

func (w *calendarWorld) draw(rng *rand.Rand, date string, minute, long int) event {
	e := event{Date: date, Start: mailClock(minute), End: mailClock(minute + long), Reminder: pickOne(rng, calendarReminders)}
	if rng.IntN(7) == 0 {
		e.Title, e.Calendar, e.Place = pickOne(rng, calendarPersonal), "Personal", fmt.Sprintf("%s Street %d", pickOne(rng, scenarios.Words("surnames")), 1+rng.IntN(99))
		return e
	}
	e.Title = pickOne(rng, calendarTitles) + " " + pickOne(rng, calendarForms)
	e.Calendar, e.Place, e.Guests = pickOne(rng, []string{"Work", "Work", "Team"}), w.room(rng), w.guests(rng)
	if rng.IntN(3) == 0 {
		e.Notes = "Bring the " + mailThing(rng)
	}
	return e
}

func (w *calendarWorld) room(rng *rand.Rand) string {
	return "Room " + pickOne(rng, scenarios.Words("cities"))
}

func (w *calendarWorld) guests(rng *rand.Rand) []string {
	var out []string
	for range 1 + rng.IntN(3) {
		if name := w.people[rng.IntN(len(w.people))].Name; !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

func (w *calendarWorld) add(e event) int {
	e.ID = len(w.events)
	w.events = append(w.events, e)
	return e.ID
}

// on says whether an event takes place on a date.
func (e *event) on(date string) bool {
	switch {
	case e.Deleted || e.Answer == "declined":
		return false
	case e.Until == "":
		return e.Date == date
	case date < e.Date || date > e.Until || slices.Contains(e.Skip, date):
		return false
	}
	return int(parseDay(date).Sub(parseDay(e.Date)).Hours()/24)%7 == 0
}

func overlap(a, b *event) bool { return a.Start < b.End && b.Start < a.End }

// parseDay reads 2031-05-12; the zero time where it cannot.
func parseDay(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s)
	return t
}

// minuteOf reads 14:30 as a minute of the day, -1 where it cannot.
func minuteOf(s string) int {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != 5 {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

// busy are the times of a date when somebody else has something on, as pairs
// of minutes. They are worked out anew each time: sixty people's years would
// be much to keep.
func (w *calendarWorld) busy(name, date string) [][2]int {
	h := uint64(14695981039346656037)
	for _, c := range []byte(name + date) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	rng := rand.New(rand.NewPCG(h, 7))
	var out [][2]int
	for minute := dayBegin; minute < dayEnd; {
		long := 30 * (1 + rng.IntN(4))
		if rng.IntN(5) < 2 {
			out = append(out, [2]int{minute, min(minute+long, dayEnd)})
		}
		minute += long
	}
	return out
}
