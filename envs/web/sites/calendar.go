package sites

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	calendarPages = load("calendar")
	calendarMux   = muxOf(handlers[*calendar]{
		"GET /{$}": (*calendar).day, "GET /day": (*calendar).day, "GET /week": (*calendar).week, "GET /month": (*calendar).month,
		"GET /search": (*calendar).search, "GET /event/{id}": (*calendar).event,
		"GET /new": (*calendar).form, "POST /new": (*calendar).save,
		"GET /event/{id}/edit": (*calendar).form, "POST /event/{id}/edit": (*calendar).save, "POST /event/{id}/delete": (*calendar).drop,
		"GET /invitations": (*calendar).invitations, "POST /event/{id}/answer": (*calendar).answer,
		"GET /free": (*calendar).free, "GET /calendars": (*calendar).calendars, "POST /calendars": (*calendar).saveCalendar,
	})
)

// Open makes an episode's copy.
func (w *calendarWorld) Open() Site {
	s := &calendar{Base: newBase("calendar", "Calendar", calendarPages, Link{"Today", "/"}, Link{"Week", "/week"}, Link{"Month", "/month"},
		Link{"New event", "/new"}, Link{"Search", "/search"}, Link{"Invitations", "/invitations"}, Link{"Free time", "/free"}, Link{"Calendars", "/calendars"}),
		world: w, now: map[int]event{}, names: calendarNames, size: len(w.events), hidden: map[string]bool{}}
	return serve(s, calendarMux)
}

// calendar is an episode's calendar: the world and the events that were
// arranged, made or changed.
type calendar struct {
	Base
	world  *calendarWorld
	now    map[int]event // those that differ from the world's
	before map[int]event // now, as it was when the task began
	size   int           // one more than the last id
	size0  int           // as it was when the task began
	names  []string
	hidden map[string]bool // calendars that are not shown
}

// ServeHTTP answers for the site. What was arranged until the first request is
// how the task began.
func (s *calendar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.begin()
	s.Base.ServeHTTP(w, r)
}

func (s *calendar) begin() {
	if s.before == nil {
		s.before, s.size0 = maps.Clone(s.now), s.size
	}
}

// get is the event with a number; ok where there is one.
func (s *calendar) get(id int) (e event, ok bool) {
	if e, ok := s.now[id]; ok {
		return e, !e.Deleted
	}
	if id < 0 || id >= len(s.world.events) {
		return event{}, false
	}
	return s.world.events[id], true
}

// on are the events of a date, in order. hidden asks for those of hidden
// calendars, too.
func (s *calendar) on(date string, hidden bool) []event {
	var out []event
	take := func(id int) {
		e, changed := s.now[id]
		if !changed {
			e = s.world.events[id]
		}
		if e.on(date) && (hidden || !s.hidden[e.Calendar]) {
			out = append(out, e)
		}
	}
	for _, id := range s.world.days[date] {
		if _, changed := s.now[id]; !changed {
			take(id)
		}
	}
	for _, id := range s.world.weekly {
		if _, changed := s.now[id]; !changed {
			take(id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.now)) {
		take(id)
	}
	slices.SortStableFunc(out, func(a, b event) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.ID, b.ID)) })
	return out
}

// date is the date that a request asks for, or today.
func (s *calendar) date(r *http.Request) time.Time {
	if t := parseDay(r.FormValue("date")); t.Format(time.DateOnly) >= calendarFirst && t.Format(time.DateOnly) <= calendarLast {
		return t
	}
	return parseDay(calendarToday)
}

// eventLine is an event in a list.
type eventLine struct {
	Path, Text, More string
}

func calendarLine(e *event, date string) eventLine {
	l := eventLine{Path: fmt.Sprintf("/event/%d?date=%s", e.ID, date), Text: e.Start + " to " + e.End + " " + e.Title}
	if e.From != "" && e.Answer == "" {
		l.More = "not answered"
	}
	return l
}

func (s *calendar) lines(date string) []eventLine {
	var out []eventLine
	for _, e := range s.on(date, false) {
		out = append(out, calendarLine(&e, date))
	}
	return out
}

func dayTitle(t time.Time) string { return t.Format("Monday 2006-01-02") }

func (s *calendar) day(w http.ResponseWriter, r *http.Request) {
	t := s.date(r)
	type row struct {
		eventLine
		Place, Calendar string
	}
	var rows []row
	for _, e := range s.on(t.Format(time.DateOnly), false) {
		rows = append(rows, row{calendarLine(&e, t.Format(time.DateOnly)), e.Place, e.Calendar})
	}
	s.show(w, dayTitle(t), "day", map[string]any{"Title": dayTitle(t), "Date": t.Format(time.DateOnly), "Rows": rows,
		"Previous": t.AddDate(0, 0, -1).Format(time.DateOnly), "Next": t.AddDate(0, 0, 1).Format(time.DateOnly)})
}

func mondayOf(t time.Time) time.Time { return t.AddDate(0, 0, -(int(t.Weekday())+6)%7) }

func (s *calendar) week(w http.ResponseWriter, r *http.Request) {
	t := mondayOf(s.date(r))
	type day struct {
		Title, Date string
		Lines       []eventLine
	}
	var days []day
	for i := range 7 {
		at := t.AddDate(0, 0, i)
		days = append(days, day{dayTitle(at), at.Format(time.DateOnly), s.lines(at.Format(time.DateOnly))})
	}
	s.show(w, "Week of "+days[0].Date, "week", map[string]any{"Title": "Week of " + days[0].Date, "Days": days,
		"Previous": t.AddDate(0, 0, -7).Format(time.DateOnly), "Next": t.AddDate(0, 0, 7).Format(time.DateOnly)})
}

func (s *calendar) month(w http.ResponseWriter, r *http.Request) {
	t := s.date(r)
	t = t.AddDate(0, 0, 1-t.Day())
	type day struct {
		Title, Date string
		Count       int
	}
	var days []day
	for at := t; at.Month() == t.Month(); at = at.AddDate(0, 0, 1) {
		days = append(days, day{at.Format("Mon 2006-01-02"), at.Format(time.DateOnly), len(s.on(at.Format(time.DateOnly), false))})
	}
	s.show(w, t.Format("January 2006"), "month", map[string]any{"Title": t.Format("January 2006"), "Days": days,
		"Previous": t.AddDate(0, -1, 0).Format(time.DateOnly), "Next": t.AddDate(0, 1, 0).Format(time.DateOnly)})
}

// search looks through titles, places, guests and notes, from a date on.
func (s *calendar) search(w http.ResponseWriter, r *http.Request) {
	query, from := strings.TrimSpace(r.FormValue("q")), r.FormValue("from")
	if from == "" {
		from = calendarToday
	}
	type hit struct {
		eventLine
		Date string
	}
	var hits []hit
	for id := range s.size {
		e, ok := s.get(id)
		if !ok || e.Answer == "declined" || s.hidden[e.Calendar] || query == "" || max(e.Date, e.Until) < from ||
			!contains(e.Title+" "+e.Place+" "+e.Notes+" "+e.Calendar+" "+strings.Join(e.Guests, " "), query) {
			continue
		}
		date := e.next(from)
		hits = append(hits, hit{calendarLine(&e, date), date})
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Text, b.Text)) })
	page := max(1, atoi(r.FormValue("page")))
	lo := min((page-1)*mailPerPage, len(hits))
	s.show(w, "Search", "search", map[string]any{"Query": query, "From": from, "Total": len(hits), "Hits": hits[lo:min(lo+mailPerPage, len(hits))],
		"Page": page, "More": lo+mailPerPage < len(hits)})
}

// next is the first date from a given one on when an event takes place, or
// else when it begins.
func (e *event) next(from string) string {
	for t := max(e.Date, from); e.Until != "" && t <= e.Until; t = parseDay(t).AddDate(0, 0, 1).Format(time.DateOnly) {
		if e.on(t) {
			return t
		}
	}
	return e.Date
}

// open is the event that a request names and the date of it that is meant; it
// answers where there is none.
func (s *calendar) open(w http.ResponseWriter, r *http.Request) (e event, date string, ok bool) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if e, ok = s.get(id); err != nil || !ok {
		s.missing(w)
		return e, "", false
	}
	if date = r.URL.Query().Get("date"); e.Until == "" || !e.on(date) {
		date = e.next(calendarToday)
	}
	return e, date, true
}

func (s *calendar) event(w http.ResponseWriter, r *http.Request) {
	e, date, ok := s.open(w, r)
	if !ok {
		return
	}
	s.show(w, e.Title, "event", map[string]any{"E": e, "Date": date, "Day": dayTitle(parseDay(date)), "Guests": strings.Join(e.Guests, ", "),
		"Path": fmt.Sprintf("/event/%d", e.ID)})
}
