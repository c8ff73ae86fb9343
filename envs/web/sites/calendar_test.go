package sites

import (
	"fmt"
	"strings"
	"testing"
)

// entry is a whole form of an event.
func entry(title, date, start, end string, more ...string) []string {
	form := map[string]string{"title": title, "date": date, "start": start, "end": end, "calendar": "Work", "reminder": "none"}
	for i := 0; i+1 < len(more); i += 2 {
		form[more[i]] = more[i+1]
	}
	var out []string
	for k, v := range form {
		out = append(out, k, v)
	}
	return out
}

func created(o office) []map[string]any {
	var out []map[string]any
	for _, e := range o.call("created").([]any) {
		out = append(out, e.(map[string]any))
	}
	return out
}

func TestEventsAreEntered(t *testing.T) {
	o := openOffice(t, newCalendar)
	o.shows(o.ask("/new", entry("", "2032-01-01", "9:00", "x", "calendar", "None", "reminder", "never")...),
		"The title is empty.", "The date must be one of 2031", "times like 14:30", "Choose a calendar.", "Choose a reminder.")
	o.shows(o.ask("/new", entry("Tea", "2031-06-01", "10:00", "10:00", "repeat", "Every week")...), "The end must be after", "needs a last date")
	if len(created(o)) != 0 {
		t.Fatal("an event with mistakes was entered")
	}
	o.shows(o.ask("/new", entry("Tea", "2031-06-01", "10:00", "11:00", "guests", "Ada Stone, Ben Weber", "repeat", "Every week", "until", "2031-06-30")...),
		"The event was saved.", "every week until 2031-06-30", "Ada Stone, Ben Weber")
	o.shows(o.ask("/day?date=2031-06-22"), "10:00 to 11:00 Tea")
	o.shows(o.ask("/new", entry("Cake", "2031-06-08", "10:30", "11:30")...), "It overlaps with Tea.")
	got := created(o)
	if len(got) != 2 || got[0]["title"] != "Tea" || got[0]["weekly"] != true || got[1]["weekly"] != false {
		t.Error(got)
	}
	o.changed()
}

func TestOneDayOfASeriesChangesAlone(t *testing.T) {
	o := openOffice(t, newCalendar)
	o.ask("/event/0/edit?date=2031-05-19", entry("Standup", "2031-05-20", "09:15", "09:45", "which", thisOne)...)
	o.changed("event 0 not on 2031-05-19")
	if got := created(o); len(got) != 1 || got[0]["date"] != "2031-05-20" || got[0]["until"] != "" {
		t.Error(got)
	}
	o.shows(o.ask("/day?date=2031-05-26"), "09:00 to 09:30 Standup")
	o.shows(o.ask("/event/0/delete?date=2031-05-26", "which", thisOne), "Standup on 2031-05-26 was cancelled.")
	o.changed("event 0 not on 2031-05-19", "event 0 not on 2031-05-26")
	o.shows(o.ask("/event/0/delete?date=2031-06-02", "which", allOfThem), "Standup was cancelled.")
	o.shows(o.ask("/event/0"), "Not found")
	o.changed("event 0 deleted")
}

func TestASeriesMovesAsAWhole(t *testing.T) {
	o := openOffice(t, newCalendar)
	o.ask("/event/0/edit?date=2031-05-19", entry("Standup", "2031-05-20", "09:15", "09:45", "which", allOfThem, "calendar", "Team", "reminder", "10 minutes")...)
	o.shows(o.ask("/day?date=2031-05-27"), "09:15 to 09:45 Standup")
	if page := o.ask("/day?date=2031-05-26"); strings.Contains(page, "Standup") {
		t.Error("it is still there on Monday")
	}
	if e := o.call("event", 0.0).(map[string]any); e["date"] != "2031-01-07" {
		t.Error(e)
	}
}

func TestInvitationsAreAnswered(t *testing.T) {
	o := openOffice(t, newCalendar)
	id := o.call("add", map[string]any{"title": "Ball", "date": "2031-05-17", "start": "10:30", "end": "12:00", "from": "Ada Stone"}).(int)
	path := fmt.Sprintf("/event/%d", id)
	o.shows(o.ask("/invitations"), "Ball", "2031-05-17 10:30 to 12:00", "from Ada Stone")
	o.shows(o.ask(path+"/answer", "answer", "perhaps"), "Accept or decline.")
	o.shows(o.ask("/event/0/answer", "answer", "accepted"), "This is your own event.")
	o.shows(o.ask(path+"/answer", "answer", "accepted"), "It overlaps with Swimming.", "All invitations are answered.")
	o.changed(fmt.Sprintf("event %d answer accepted", id))
	o.ask(path+"/answer", "answer", "declined")
	if page := o.ask("/day?date=2031-05-17"); strings.Contains(page, "Ball") {
		t.Error("what was declined is still shown")
	}
	if _, err := Call(o.Site, "add", []any{map[string]any{"title": "Late"}}); err == nil {
		t.Error("an event can be arranged after the task has begun")
	}
}

func TestFreeTimeIsThatOfAll(t *testing.T) {
	o := openOffice(t, newCalendar)
	name := o.call("people").([]string)[0]
	o.shows(o.ask("/free?date=x&minutes=60"), "The date must be one of 2031")
	o.shows(o.ask("/free?date=2031-05-17&minutes=61"), "Choose a length.")
	o.shows(o.ask("/free?date=2031-05-17&minutes=60&guests=Nobody"), "Nothing is known of the calendar of Nobody.")
	o.shows(o.ask("/free?date=2031-05-18&minutes=120"), "09:00 to 11:00", "15:00 to 17:00")
	alone, both := o.call("free", "2031-05-17", 30.0).([]any), o.call("free", "2031-05-17", 30.0, []any{name}).([]any)
	if len(alone) != 14 || len(both) > len(alone) { // 16 half hours without Swimming
		t.Error(len(alone), len(both))
	}
}

func TestCalendarViews(t *testing.T) {
	o := openOffice(t, newCalendar)
	o.shows(o.ask("/"), "Monday 2031-05-12", "09:00 to 09:30 Standup")
	o.shows(o.ask("/day?date=nonsense"), "Monday 2031-05-12")
	o.shows(o.ask("/week?date=2031-05-18"), "Week of 2031-05-12", "Sunday 2031-05-18")
	o.shows(o.ask("/month?date=2031-02-11"), "February 2031", "Fri 2031-02-28")
	o.shows(o.ask("/search?q=standup&from=2031-05-13"), "1 events", "2031-05-19 09:00 to 09:30 Standup")
	o.shows(o.ask("/calendars", "name", "Team", "do", "hide"), "The calendar Team is hidden.", "Show Team")
	if strings.Contains(o.ask("/"), "Standup") {
		t.Error("a hidden calendar is shown")
	}
	o.shows(o.ask("/calendars", "name", "Team", "do", "make"), "There is a calendar Team already.")
	o.shows(o.ask("/calendars", "name", "", "do", "make"), "needs a name")
	o.ask("/calendars", "name", "Garden", "do", "make")
	o.changed("calendar Garden made", "calendar Team hidden")
	for _, path := range []string{"/event/99999", "/event/x", "/event/-1/edit"} {
		o.shows(o.ask(path), "Not found")
	}
}
