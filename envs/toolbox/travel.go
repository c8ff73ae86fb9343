package toolbox

// travel is flights and what is booked on them.
func travel() *domain {
	const (
		city = iota
		day
		price
		hour
	)
	const (
		to = iota
		fare
		on
		seat
		bags
		state
	)
	fares := []string{"basic", "flex", "business"}
	seats := []string{"window", "aisle", "middle"}
	flight := &table{role: "flight", key: city, by: "the flight to %s", find: "find_flight", columns: []column{
		city:  {label: "to", values: cities, fixed: true},
		day:   {label: "on", values: weekdays, fixed: true, also: "on %s", asked: "On which day is %s?"},
		price: {label: "costs", min: 50, max: 450, step: 10, fixed: true, asked: "What does %s cost?"},
		hour:  {label: "leaves at", min: 5, max: 22, step: 1, fixed: true, asked: "At which hour does %s leave?"},
	}, most: []most{{price, false, "the cheapest flight to %s"}, {hour, false, "the flight to %s that leaves at the earliest hour"}, {hour, true, "the flight to %s that leaves at the latest hour"}}}
	booking := &table{role: "booking", key: to, by: "my booking to %s", find: "find_booking", columns: []column{
		to:    {label: "to", like: flight, fixed: true},
		fare:  {values: fares, also: "in %s", asked: "Which fare does %s have?"},
		on:    {label: "on", values: weekdays, asked: "On which day is %s?"},
		seat:  {label: "seat", values: seats, asked: "Which seat does %s have?"},
		bags:  {label: "bags", min: 0, max: 3, step: 1},
		state: {values: []string{"open", "open", "open", "departed"}},
	}}
	flights := words("flight|plane|connection|departure", "a flight|a plane trip|a connection")
	bookings := words("booking|reservation|ticket|trip", "a booking|a reservation|a ticket")
	of := func() param { return ref("booking|reservation|ticket|trip", booking) }
	by := func() param { return ref("flight|plane|connection|departure", flight) }
	seating := choice("seat|place|position|spot", seats).asked("Which seat?", "The %s.", "seat|place|sit").as(booking, seat, "the seat of %s")
	classes := choice("fare|class|category|tariff", fares).asked("Which fare?", "The %s fare.", "fare|class|category").as(booking, fare, "the fare of %s")
	return &domain{
		name: "travel", doc: "a travel agency",
		tables: []*table{flight, booking},
		functions: []function{
			look(findWord, flights, " by its city", flight, city, text(cityNames, cities)),
			look(findWord, bookings, " of the user by its city", booking, to, text(cityNames, cities)),
			look(listWord, bookings, " of a day", booking, on, choice(dayNames, weekdays)),
			{act: words("book|buy|reserve|order", "Book|Buy|Reserve"), object: flights, params: []param{by(), classes, seating},
				do: func(d *data, a []arg) (string, bool) {
					f := (*d)[a[0].at].cells
					d.add(booking, f[city], a[1].text, f[day], a[2].text, "0", "open")
					return "flight booked", true
				}},
			{act: words("change|switch|rebook|transfer", "Change|Switch|Move"), object: bookings, tail: " to another flight", params: []param{of(), by()},
				do: func(d *data, a []arg) (string, bool) {
					b, f := (*d)[a[0].at].cells, (*d)[a[1].at].cells
					if b[to] != f[city] {
						return "error: the flight goes to another city", false
					}
					d.set(a[0].at, on, f[day])
					return "booking changed", true
				}},
			drop(words("refund|reimburse|repay|moneyback", "Refund|Give the money back for|Cancel and refund"), bookings, "", "booking refunded", of(), priority()),
			put(words("pick|set|assign|select", "Pick|Set|Choose"), words("seat|place|position|spot", "the seat|the place|the seating"), " of a booking", "seat set", []param{of(), seating}, seat),
			put(words("add|set|include|register", "Set|Change|Register"), words("bags|luggage|baggage|suitcases", "the number of bags|the luggage|the suitcases"), " of a booking", "bags set", []param{of(), whole("bags|count|number|pieces", 0, 3).asked("How many bags?", "It is %s.", "many|bags|number|luggage")}, bags),
			put(words("upgrade|raise|lift|improve", "Upgrade|Change the fare of|Raise"), bookings, " to another fare", "fare changed", []param{of(), classes}, fare),
		},
		requests: []request{
			{fn: "book_flight", says: []string{"Book {0}[, fare: {1}][, seat: {2}].", "Please buy {0} for me[, fare: {1}][, seat: {2}]."}, only: true},
			{fn: "refund_booking", says: []string{"Refund {0}.", "Please give me the money back for {0}."}, only: true},
			{fn: "pick_seat", says: []string{"Pick another seat for {0}[, namely {1}].", "Please set the seat of {0}[ to {1}]."}, only: true},
			{fn: "add_bags", says: []string{"Set the bags of {0}[ to {1}].", "Please register bags for {0}[, {1} in all]."}, only: true},
			{fn: "upgrade_booking", says: []string{"Change the fare of {0}[ to {1}].", "Please upgrade {0}[ to {1}]."}, only: true},
			{fn: "change_booking", says: []string{"Change {0} to {1}.", "Please switch {0} to {1}."}},
		},
		rules: []rule{
			{says: "Ask for a yes before a booking is refunded.", fns: []string{"refund_booking"}, broken: always},
			{says: "Ask for a yes before a flight above %d is booked.", limits: []int{150, 200, 250}, fns: []string{"book_flight"},
				broken: func(d data, a []arg, most int) bool { return d[a[0].at].count(price) > most }},
			{says: "Refuse to refund or change basic fares: basic_fare.", fns: []string{"refund_booking", "change_booking"}, reason: "basic_fare", broken: cell(fare, "basic")},
			{says: "Refuse seats, bags and fares of departed bookings: departed.", fns: []string{"pick_seat", "add_bags", "upgrade_booking"}, reason: "departed", broken: cell(state, "departed")},
			{says: "Refuse to book flights that leave before hour %d: too_early.", limits: []int{8, 9, 10}, fns: []string{"book_flight"}, reason: "too_early",
				broken: func(d data, a []arg, limit int) bool { return d[a[0].at].count(hour) < limit }},
		},
	}
}
