package toolbox

import "slices"

// calendar is events with other people.
func calendar() *domain {
	const (
		topic = iota
		person
		day
		hour
		guest
		owner
	)
	event := &table{role: "event"}
	hours := whole("hour|time|start|at_hour", 8, 18).asked("At which hour?", "At %s.", "hour|time|when|o'clock").as(event, hour, "the hour of %s")
	days := choice(dayNames, weekdays).asked("On which day?", "On %s.", "day|date|when|weekday").as(event, day, "the day of %s")
	*event = table{role: "event", key: person, by: "the meeting with %s", find: "find_event", columns: []column{
		topic:  {values: topics, fixed: true, also: "about %s", asked: "What is %s about?"},
		person: {label: "with", values: people, fixed: true},
		day:    {values: weekdays, also: "on %s", asked: "On which day is %s?"},
		hour:   {label: "at", min: 8, max: 18, step: 1, asked: "At which hour is %s?"},
		guest:  {label: "guest"},
		owner:  {values: []string{"yours", "yours", "shared"}},
	}, most: []most{{hour, false, "the meeting with %s that has the earliest hour"}, {hour, true, "the meeting with %s that has the latest hour"}}}
	office := &table{role: "person", key: 0, by: "the colleague %s", find: "find_person", columns: []column{
		{values: people, once: true, fixed: true},
		{label: "floor", min: 1, max: 40, step: 1, asked: "On which floor is %s?"},
		{label: "team", values: topics, asked: "In which team is %s?"},
	}}
	events := words("event|meeting|entry|appointment", "an event|a meeting|a calendar entry")
	guests := words("guest|attendee|participant|invitee", "a guest|one more person|somebody else")
	persons := words("person|colleague|employee|coworker", "a colleague|a person|somebody")
	return &domain{
		name: "calendar", doc: "a calendar",
		tables: []*table{event, office},
		functions: []function{
			look(findWord, events, " by the other person", event, person, text(personNames, people)),
			look(words("list|show|view|browse", "List|Show|See"), words("day|agenda|schedule|plan", "the events of a day|a day|a whole day"), "", event, day, choice(dayNames, weekdays)),
			{act: listWord, object: words("free|open|gaps|slots", "the free hours|the hours left|the gaps"), tail: " of a day", reads: true, params: []param{choice(dayNames, weekdays)},
				do: func(d *data, a []arg) (string, bool) {
					said := "free on " + a[0].text
					for h := 8; h <= 18; h++ {
						if !slices.ContainsFunc(*d, func(r record) bool {
							return r.table == event && !r.gone && r.cells[day] == a[0].text && r.count(hour) == h
						}) {
							said += " " + digits(h)
						}
					}
					return said, true
				}},
			look(findWord, persons, " with floor and team", office, 0, text(personNames, people)),
			{act: addWord, object: events, tail: " that is new", params: []param{text("topic|title|subject|about", topics), text(personNames, people).asked("With whom?", "With %s.", "whom|who|person"), days, hours},
				do: func(d *data, a []arg) (string, bool) {
					d.add(event, a[0].text, a[1].text, a[2].text, a[3].text, "", "yours")
					return "event added", true
				}},
			put(words("move|reschedule|shift|postpone", "Move|Shift|Reschedule"), events, " to another time", "event moved", []param{ref("event|meeting|entry|appointment", event), days, hours}, day, hour),
			drop(cancelWord, events, "", "event cancelled", ref("event|meeting|entry|appointment", event), priority()),
			put(words("invite|ask|bring|include", "Invite|Ask|Bring in"), guests, " to an event", "guest invited", []param{ref("event|meeting|entry|appointment", event), text("guest|attendee|participant|invitee", people).asked("Whom?", "%s.", "whom|who|guest|person")}, guest),
			put(words("rename|retitle|relabel|reword", "Rename|Change the topic of|Retitle"), events, "", "event renamed", []param{ref("event|meeting|entry|appointment", event), text("topic|title|subject|about", topics).asked("To what topic?", "To %s.", "topic|title|name|subject")}, topic),
			drop(words("leave|decline|quit|skip", "Leave|Decline|Go out of"), words("shared|common|joint|mutual", "a shared event|a common meeting|an event that is not yours"), "", "event left", ref("event|meeting|entry|appointment", event)),
		},
		requests: []request{
			{fn: "move_event", says: []string{"Move {0}[ to {1}][ to start at {2}].", "Please shift {0}[ to {1}][ to start at {2}].", "I want another time for {0}[, on {1}][, at {2}]."}},
			{fn: "cancel_event", says: []string{"Cancel {0}.", "Call off {0}, please.", "Please take {0} off the calendar."}},
			{fn: "add_event", says: []string{"Set up a new event about {0}[ with {1}][ on {2}][ at {3}].", "Please add a new event about {0}[ with {1}][ on {2}][ at {3}]."}},
			{fn: "invite_guest", says: []string{"Invite a guest to {0}[, namely {1}].", "Please bring somebody into {0}[, I mean {1}]."}, only: true},
			{fn: "rename_event", says: []string{"Rename {0}[ to {1}].", "Please change the topic of {0}[ to {1}]."}, only: true},
		},
		rules: []rule{
			{says: "Ask for a yes before an event is cancelled.", fns: []string{"cancel_event"}, broken: always},
			{says: "Ask for a yes before an event is moved to hour %d or later.", limits: []int{13, 14, 15, 16}, fns: []string{"move_event"},
				broken: func(_ data, a []arg, limit int) bool { return a[2].count() >= limit }},
			{says: "Refuse to cancel, move or rename shared events: not_owner.", fns: []string{"cancel_event", "move_event", "rename_event"}, reason: "not_owner", broken: cell(owner, "shared")},
			{says: "Refuse new events on sunday: closed.", fns: []string{"add_event"}, reason: "closed",
				broken: func(_ data, a []arg, _ int) bool { return a[2].text == "sunday" }},
			{says: "Refuse guests of events that start before hour %d: too_early.", limits: []int{10, 11, 12}, fns: []string{"invite_guest"}, reason: "too_early",
				broken: func(d data, a []arg, limit int) bool { return d[a[0].at].count(hour) < limit }},
		},
	}
}
