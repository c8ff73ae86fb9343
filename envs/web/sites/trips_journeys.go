package sites

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// What follows is timetables: flights and trains on a day, their classes and
// fares.

// tripsFare is what a ticket allows.
type tripsFare struct {
	Name             string
	percent          int // of the price
	Changes, Cancels bool
	changeFee        int // on top of the difference
	cancelFee        int // kept of the price
	Rule             string
}

var tripsFares = []tripsFare{
	{"Saver", 100, false, false, 0, 0, "no changes, no cancelling"},
	{"Standard", 125, true, true, 30, 40, "changes for 30 EUR, cancelling for 40 EUR"},
	{"Flex", 160, true, true, 0, 0, "changes and cancelling are free"},
}

// tripsFareOf is the fare of that name; ok is false where there is none.
func tripsFareOf(name string) (f tripsFare, ok bool) {
	if i := slices.IndexFunc(tripsFares, func(f tripsFare) bool { return f.Name == name }); i >= 0 {
		return tripsFares[i], true
	}
	return f, false
}

// classes are those of a kind of line, the cheap one first.
func classes(kind string) []string {
	if kind == "train" {
		return []string{"Second", "First"}
	}
	return []string{"Economy", "Business"}
}

// seats are how many are free on a day; none on every seventh or so.
func (w *tripsWorld) seats(l *tripsLine, day, class int) int {
	if w.roll(7, 11, l.id, day, class) == 0 {
		return 0
	}
	return 4 + w.roll(60, 12, l.id, day, class)
}

// fare is what one seat costs in EUR.
func (w *tripsWorld) fare(l *tripsLine, day, class int, f tripsFare) int {
	price := l.price * (70 + w.roll(80, 13, l.id, day)) / 100
	if class == 1 {
		price = price*9/4 + 11
	}
	return max(9, price*f.percent/100)
}

// tripsOffer is a line on a day, as a list shows it.
type tripsOffer struct {
	*tripsLine
	Date                           string
	Leaves, Arrives, Lasts, Direct string
	Price, Seats                   int
	Next                           bool // arrives on the next day
}

func (w *tripsWorld) offer(l *tripsLine, day, class int) tripsOffer {
	o := tripsOffer{tripsLine: l, Date: dayText(day), Leaves: clock(l.Depart), Arrives: clock(l.Depart + l.Minutes), Lasts: lasting(l.Minutes),
		Direct: "direct", Price: w.fare(l, day, class, tripsFares[0]), Seats: w.seats(l, day, class), Next: l.Depart+l.Minutes >= 24*60}
	switch {
	case l.Stops == 1:
		o.Direct = "1 stop"
	case l.Stops > 1:
		o.Direct = fmt.Sprint(l.Stops, " stops")
	}
	return o
}

// offers are the lines of a leg on a day, by departure.
func (w *tripsWorld) offers(leg tripsLeg, day, class int) []tripsOffer {
	var out []tripsOffer
	for _, id := range w.between[leg] {
		out = append(out, w.offer(&w.lines[id], day, class))
	}
	slices.SortStableFunc(out, func(a, b tripsOffer) int { return a.Depart - b.Depart })
	return out
}

// tripsKinds are the kinds of lines by the page that lists them.
var tripsKinds = map[string]string{"/flights": "flight", "/trains": "train"}

func (s *trips) journeys(w http.ResponseWriter, r *http.Request) {
	kind := tripsKinds[r.URL.Path]
	names := classes(kind)
	class := max(0, slices.Index(names, trimmed(r, "class")))
	data := map[string]any{"Kind": kind, "Path": r.URL.Path, "From": trimmed(r, "from"), "To": trimmed(r, "to"), "Date": trimmed(r, "date"),
		"Class": menu{"class", "Class", names, names[class]},
		"Stops": menu{"stops", "Stops", []string{"any", "direct only"}, trimmed(r, "stops")},
		"Leave": menu{"leave", "Leave", []string{"any time", "before 12:00", "after 12:00", "after 18:00"}, trimmed(r, "leave")},
		"Sort":  menu{"sort", "Sort by", strings.Fields("departure price duration"), trimmed(r, "sort")}}
	if r.URL.Query().Has("date") { // a link from a city has none
		leg, day, fault := s.asked(r, kind)
		if data["Fault"] = fault; fault == "" {
			all := filtered(r, s.world.offers(leg, day, class))
			page, pages := paged(r, all)
			data["Rows"], data["Pages"], data["Total"], data["Asked"] = page, pages, len(all), true
		}
	}
	s.show(w, upper(kind)+"s", "journeys", data)
}

// asked is the leg and the day of a search, or what is wrong with it.
func (s *trips) asked(r *http.Request, kind string) (leg tripsLeg, day int, fault string) {
	from, known := s.world.cityOf(trimmed(r, "from"))
	to, known2 := s.world.cityOf(trimmed(r, "to"))
	switch {
	case trimmed(r, "from") == "" || trimmed(r, "to") == "":
		return leg, 0, "Enter two cities."
	case !known:
		return leg, 0, "We do not know the city " + trimmed(r, "from") + "."
	case !known2:
		return leg, 0, "We do not know the city " + trimmed(r, "to") + "."
	case from == to:
		return leg, 0, "Enter two different cities."
	}
	day, fault = dayOf(trimmed(r, "date"))
	return tripsLeg{kind, from, to}, day, fault
}

// filtered are the offers that a search leaves, in its order.
func filtered(r *http.Request, all []tripsOffer) []tripsOffer {
	const noon, evening = 12 * 60, 18 * 60
	leave, direct, order := trimmed(r, "leave"), trimmed(r, "stops") == "direct only", trimmed(r, "sort")
	all = slices.DeleteFunc(all, func(o tripsOffer) bool {
		return direct && o.Stops > 0 || leave == "before 12:00" && o.Depart >= noon ||
			leave == "after 12:00" && o.Depart <= noon || leave == "after 18:00" && o.Depart <= evening
	})
	slices.SortStableFunc(all, func(a, b tripsOffer) int {
		switch order {
		case "price":
			return a.Price - b.Price
		case "duration":
			return a.Minutes - b.Minutes
		}
		return 0
	})
	return all
}

// lineAt is the line and the day that a request's path names; it answers where
// there is none.
func (s *trips) lineAt(w http.ResponseWriter, r *http.Request) (l *tripsLine, day int, ok bool) {
	id, known := s.world.codes[r.PathValue("code")]
	day, fault := dayOf(r.PathValue("date"))
	if !known || fault != "" {
		s.missing(w)
		return nil, 0, false
	}
	return &s.world.lines[id], day, true
}

// tripsPrice is a row of an offer's prices.
type tripsPrice struct {
	Class, Fare, Price, Rule string
	Left                     int
}

func (w *tripsWorld) prices(l *tripsLine, day int) []tripsPrice {
	var rows []tripsPrice
	for class, name := range classes(l.Kind) {
		left := w.seats(l, day, class)
		for _, f := range tripsFares {
			p := tripsPrice{name, f.Name, "sold out", f.Rule, left}
			if left > 0 {
				p.Price = fmt.Sprint(w.fare(l, day, class, f), " EUR")
			}
			rows = append(rows, p)
		}
	}
	return rows
}

func (s *trips) journey(w http.ResponseWriter, r *http.Request) {
	l, day, ok := s.lineAt(w, r)
	if !ok {
		return
	}
	o := s.world.offer(l, day, 0)
	back := url.Values{"from": {s.world.cities[l.From].Name}, "to": {s.world.cities[l.To].Name}, "date": {o.Date}}
	s.show(w, l.Code, "journey", map[string]any{"Offer": o, "From": s.world.cities[l.From], "To": s.world.cities[l.To],
		"Prices": s.world.prices(l, day), "Back": "/" + l.Kind + "s?" + back.Encode(),
		"Class":      menu{"class", "Class", classes(l.Kind), trimmed(r, "class")},
		"Fare":       menu{"fare", "Fare", fareNames(), trimmed(r, "fare")},
		"Travellers": menu{"travellers", "Travellers", strings.Fields("1 2 3"), trimmed(r, "travellers")}})
}

func fareNames() []string {
	var out []string
	for _, f := range tripsFares {
		out = append(out, f.Name)
	}
	return out
}

func (s *trips) chooseJourney(w http.ResponseWriter, r *http.Request) {
	l, day, ok := s.lineAt(w, r)
	if !ok {
		return
	}
	class := slices.Index(classes(l.Kind), r.PostFormValue("class"))
	fare, known := tripsFareOf(r.PostFormValue("fare"))
	n := atoi(r.PostFormValue("travellers"))
	switch {
	case class < 0 || !known || n < 1 || n > 3:
		s.tell("Choose a class, a fare and how many travel.")
	case s.world.seats(l, day, class) == 0:
		s.tell("%s is sold out on %s.", classes(l.Kind)[class], dayText(day))
	default:
		s.draft = &tripsBooking{Kind: l.Kind, line: l, day: day, class: class, Fare: fare.Name, people: make([]tripsPerson, n), Email: s.account.Email}
		goTo(w, r, "/book/travellers")
		return
	}
	goTo(w, r, r.URL.Path)
}
