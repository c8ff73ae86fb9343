package sites

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// What a change to a series is made to.
const (
	thisOne   = "This event only"
	allOfThem = "All events of the series"
)

// form shows an event's fields, or those of a new one.
func (s *calendar) form(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") == "" {
		q := r.URL.Query()
		e := event{Title: q.Get("title"), Date: q.Get("date"), Start: q.Get("start"), End: q.Get("end"), Calendar: "Work", Reminder: "none", Guests: named(q.Get("guests"))}
		s.fields(w, "New event", &e, false, nil)
	} else if e, date, ok := s.open(w, r); ok {
		series := e.Until != ""
		e.Date = date
		s.fields(w, "Edit event", &e, series, nil)
	}
}

func (s *calendar) fields(w http.ResponseWriter, title string, e *event, series bool, errs []string) {
	s.show(w, title, "form", map[string]any{"Title": title, "E": e, "Guests": strings.Join(e.Guests, ", "), "Series": series, "Errors": errs,
		"Calendars": s.names, "Reminders": calendarReminders, "Which": []string{thisOne, allOfThem}})
}

// named are the names in a line with commas.
func named(line string) []string {
	var out []string
	for part := range strings.SplitSeq(line, ",") {
		if part = tidied(part); part != "" && !slices.Contains(out, part) {
			out = append(out, part)
		}
	}
	return out
}

// save makes or changes an event, or shows what is wrong with it.
func (s *calendar) save(w http.ResponseWriter, r *http.Request) {
	old, date, title := event{ID: -1}, "", "New event"
	if r.PathValue("id") != "" {
		var ok bool
		if old, date, ok = s.open(w, r); !ok {
			return
		}
		title = "Edit event"
	}
	e, series := old, old.Until != ""
	field := func(name string) string { return tidied(r.PostFormValue(name)) }
	e.Title, e.Date, e.Start, e.End = field("title"), field("date"), field("start"), field("end")
	e.Place, e.Notes, e.Calendar, e.Reminder, e.Guests = field("place"), field("notes"), field("calendar"), field("reminder"), named(field("guests"))
	if !series {
		e.Until = ""
		if field("repeat") == "Every week" {
			e.Until = field("until")
		}
	}
	if errs := s.wrong(&e, field("repeat") == "Every week"); errs != nil {
		s.fields(w, title, &e, series, errs)
		return
	}
	switch {
	case old.ID < 0:
		e.ID = s.size
		s.size++
	case series && field("which") != allOfThem: // the day leaves the series
		old.Skip = append(slices.Clone(old.Skip), date)
		s.now[old.ID] = old
		e.ID, e.Until, e.Skip = s.size, "", nil
		s.size++
	case series: // all move by as much as this one
		e.Date = shifted(old.Date, date, e.Date)
		if moved := parseDay(e.Date).Sub(parseDay(old.Date)); moved != 0 {
			e.Until = parseDay(old.Until).Add(moved).Format(time.DateOnly)
			e.Skip = nil
		}
	}
	s.now[e.ID] = e
	s.tell("The event was saved.%s", s.clash(&e))
	goTo(w, r, fmt.Sprintf("/event/%d?date=%s", e.ID, e.next(calendarToday)))
}

// shifted is day moved by as much as from is moved to come to to.
func shifted(day, from, to string) string {
	return parseDay(day).Add(parseDay(to).Sub(parseDay(from))).Format(time.DateOnly)
}

// wrong says what is wrong with an event's fields.
func (s *calendar) wrong(e *event, weekly bool) []string {
	var errs []string
	if e.Title == "" {
		errs = append(errs, "The title is empty.")
	}
	if e.Date < calendarFirst || e.Date > calendarLast || parseDay(e.Date).IsZero() {
		errs = append(errs, "The date must be one of 2031, like 2031-01-31.")
	}
	start, end := minuteOf(e.Start), minuteOf(e.End)
	switch {
	case start < 0 || end < 0:
		errs = append(errs, "Start and end must be times like 14:30.")
	case end <= start:
		errs = append(errs, "The end must be after the start.")
	}
	if weekly && (parseDay(e.Until).IsZero() || e.Until < e.Date) {
		errs = append(errs, "A weekly event needs a last date, like 2031-01-31.")
	}
	if !slices.Contains(s.names, e.Calendar) {
		errs = append(errs, "Choose a calendar.")
	}
	if !slices.Contains(calendarReminders, e.Reminder) {
		errs = append(errs, "Choose a reminder.")
	}
	return errs
}

// clash says what an event overlaps with.
func (s *calendar) clash(e *event) string {
	date := e.next(calendarToday)
	for _, o := range s.on(date, true) {
		if o.ID != e.ID && overlap(&o, e) {
			return " It overlaps with " + o.Title + "."
		}
	}
	return ""
}

// drop cancels an event, or one day of a series.
func (s *calendar) drop(w http.ResponseWriter, r *http.Request) {
	e, date, ok := s.open(w, r)
	if !ok {
		return
	}
	if e.Until != "" && r.PostFormValue("which") != allOfThem {
		e.Skip = append(slices.Clone(e.Skip), date)
		s.tell("%s on %s was cancelled.", e.Title, date)
	} else {
		e.Deleted = true
		s.tell("%s was cancelled.", e.Title)
	}
	s.now[e.ID] = e
	goTo(w, r, "/day?date="+date)
}

// invitations lists what was not answered yet.
func (s *calendar) invitations(w http.ResponseWriter, _ *http.Request) {
	type row struct {
		eventLine
		When, From string
	}
	var rows []row
	for _, id := range slices.Sorted(maps.Keys(s.now)) {
		if e := s.now[id]; e.From != "" && e.Answer == "" && !e.Deleted {
			rows = append(rows, row{eventLine{Path: fmt.Sprintf("/event/%d", id), Text: e.Title}, e.Date + " " + e.Start + " to " + e.End, e.From})
		}
	}
	s.show(w, "Invitations", "invitations", rows)
}

func (s *calendar) answer(w http.ResponseWriter, r *http.Request) {
	e, _, ok := s.open(w, r)
	if !ok {
		return
	}
	switch answer := r.PostFormValue("answer"); {
	case e.From == "":
		s.tell("This is your own event.")
	case answer != "accepted" && answer != "declined":
		s.tell("Accept or decline.")
	default:
		e.Answer = answer
		s.now[e.ID] = e
		s.tell("The invitation to %s was %s.%s", e.Title, answer, s.clash(&e))
	}
	goTo(w, r, "/invitations")
}

func (s *calendar) calendars(w http.ResponseWriter, _ *http.Request) {
	type row struct {
		Name   string
		Hidden bool
	}
	var rows []row
	for _, name := range s.names {
		rows = append(rows, row{name, s.hidden[name]})
	}
	s.show(w, "Calendars", "calendars", rows)
}

// saveCalendar hides, shows or makes a calendar.
func (s *calendar) saveCalendar(w http.ResponseWriter, r *http.Request) {
	name := tidied(r.PostFormValue("name"))
	switch there, do := slices.Contains(s.names, name), r.PostFormValue("do"); {
	case do == "make" && name == "":
		s.tell("The calendar needs a name.")
	case do == "make" && there:
		s.tell("There is a calendar %s already.", name)
	case do == "make":
		s.names = append(slices.Clone(s.names), name)
		s.tell("The calendar %s was made.", name)
	case !there:
		s.tell("There is no such calendar.")
	default:
		s.hidden[name] = do == "hide"
		s.tell("The calendar %s is %s.", name, map[bool]string{true: "hidden", false: "shown"}[do == "hide"])
	}
	goTo(w, r, "/calendars")
}
