package sites

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Functions are what scenarios may call.
func (s *calendar) Functions() []Function {
	return []Function{
		{"today()", "the date when episodes take place", func(Args) (any, error) { return calendarToday, nil }},
		{"monday(date)", "the first day of a date's week", func(a Args) (any, error) { return mondayOf(parseDay(a.Text(0))).Format(time.DateOnly), nil }},
		{"people()", "the names of those whose free time can be looked up", func(Args) (any, error) {
			var out []string
			for _, p := range s.world.people {
				out = append(out, p.Name)
			}
			return out, nil
		}},
		{"day(date)", "the events of a date, in order, each as of event", func(a Args) (any, error) {
			out := []any{}
			for _, e := range s.on(a.Text(0), true) {
				out = append(out, eventTable(&e))
			}
			return out, nil
		}},
		{"event(id)", "an event: id, title, date, start, end, place, guests, notes, calendar, reminder, until, from, answer; nil where there is none", func(a Args) (any, error) {
			if e, ok := s.get(a.Int(0)); ok {
				return eventTable(&e), nil
			}
			return nil, nil
		}},
		{"find(title)", "the events with just this title", func(a Args) (any, error) {
			out := []any{}
			for id := range s.size {
				if e, ok := s.get(id); ok && e.Title == a.Text(0) {
					out = append(out, eventTable(&e))
				}
			}
			return out, nil
		}},
		{"add(event)", "puts an event in before the task begins, with the fields of event; with from it is an invitation; gives its id", s.luaAdd},
		{"remove(id)", "takes an event out before the task begins", func(a Args) (any, error) {
			e, ok := s.get(a.Int(0))
			if !ok || s.before != nil {
				return nil, fmt.Errorf("there is no event %d, or the task has begun", a.Int(0))
			}
			e.Deleted = true
			s.now[e.ID] = e
			return nil, nil
		}},
		{"free(date, minutes, guests)", "the starts of the times when all are free, as the page Free time has them", func(a Args) (any, error) {
			var guests []string
			if len(a.list) > 2 {
				guests = luaTexts(a.list[2])
			}
			out := []any{}
			for _, f := range s.slots(a.Text(0), a.Int(1), guests) {
				out = append(out, map[string]any{"start": f.Start, "end": f.End})
			}
			return out, nil
		}},
		{"created()", "the events that were made since the task began and are still there, each as of event", func(Args) (any, error) {
			s.begin()
			out := []any{}
			for id := s.size0; id < s.size; id++ {
				if e, ok := s.get(id); ok {
					out = append(out, eventTable(&e))
				}
			}
			return out, nil
		}},
		{"changes()", "how older events and the calendars differ from when the task began, as sorted texts: \"event 12 start 14:30\", \"event 12 deleted\"", func(Args) (any, error) {
			s.begin()
			return s.changes(), nil
		}},
	}
}

func eventTable(e *event) map[string]any {
	out := map[string]any{"guests": e.Guests, "id": e.ID, "skip": e.Skip, "weekly": e.Until != ""}
	for _, f := range e.facts() {
		out[f.Name] = f.Value
	}
	return out
}

// facts are an event's fields that are texts; guests are sorted into one.
func (e *event) facts() []fact {
	return []fact{{"title", e.Title}, {"date", e.Date}, {"start", e.Start}, {"end", e.End}, {"place", e.Place}, {"notes", e.Notes}, {"calendar", e.Calendar},
		{"reminder", e.Reminder}, {"until", e.Until}, {"from", e.From}, {"answer", e.Answer}}
}

func (s *calendar) luaAdd(a Args) (any, error) {
	if s.before != nil {
		return nil, fmt.Errorf("the task has begun")
	}
	e := event{ID: s.size, Calendar: "Work", Reminder: "none"}
	fields := map[string]*string{"title": &e.Title, "date": &e.Date, "start": &e.Start, "end": &e.End, "place": &e.Place, "notes": &e.Notes,
		"calendar": &e.Calendar, "reminder": &e.Reminder, "until": &e.Until, "from": &e.From, "answer": &e.Answer}
	t := a.Table(0)
	for _, key := range slices.Sorted(maps.Keys(t)) {
		if key == "guests" {
			e.Guests = luaTexts(t[key])
			continue
		}
		text, ok := t[key].(string)
		if fields[key] == nil || !ok {
			return nil, fmt.Errorf("an event cannot have %s = %v", key, t[key])
		}
		*fields[key] = text
	}
	if errs := s.wrong(&e, e.Until != ""); errs != nil {
		return nil, fmt.Errorf("%s", strings.Join(errs, " "))
	}
	s.now[e.ID] = e
	s.size++
	return e.ID, nil
}

// changes compares the calendar with how the task began.
func (s *calendar) changes() []string {
	out := []string{}
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for id, now := range s.now {
		old, there := s.before[id]
		if !there && id < len(s.world.events) {
			old, there = s.world.events[id], true
		}
		if !there || old.Deleted {
			continue
		}
		if now.Deleted {
			say("event %d deleted", id)
			continue
		}
		was := old.facts()
		for i, f := range now.facts() {
			if f != was[i] {
				say("event %d %s %s", id, f.Name, f.Value)
			}
		}
		if !slices.Equal(old.Guests, now.Guests) {
			say("event %d guests %s", id, strings.Join(now.Guests, ", "))
		}
		for _, date := range now.Skip {
			if !slices.Contains(old.Skip, date) {
				say("event %d not on %s", id, date)
			}
		}
	}
	for _, name := range s.names {
		if !slices.Contains(calendarNames, name) {
			say("calendar %s made", name)
		}
		if s.hidden[name] {
			say("calendar %s hidden", name)
		}
	}
	slices.Sort(out)
	return out
}
