package sites

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What follows is booking, page by page: who travels, extras, a last look.

// tripsBooking is a journey or a stay that was booked, or is being booked.
type tripsBooking struct {
	Ref       string
	Kind      string      // flight, train or hotel
	line      *tripsLine  // of a journey
	hotel     *tripsHotel // of a stay
	day       int         // of departure or arrival
	Nights    int
	class     int // of the journey, or the kind of room
	Fare      string
	people    []tripsPerson // a stay has one, for all guests
	Guests    int
	Bags      int
	Insurance bool
	Breakfast bool
	Email     string
	Paid      string // card or points
	Price     int    // in all, as it was paid
	Cancelled bool
	Refund    int
}

type tripsPerson struct{ First, Last, Born, Seat string }

// What extras cost in EUR; insurance is for each traveller.
const (
	bagPrice       = 25
	insurancePrice = 12
	pointsPerEuro  = 100
)

// sum is what a booking costs as it stands.
func (w *tripsWorld) sum(b *tripsBooking) int {
	if b.Kind == "hotel" {
		rate := slices.IndexFunc(tripsRates, func(r struct {
			Name, Rule string
			percent    int
		}) bool {
			return r.Name == b.Fare
		})
		sum := w.stay(b.hotel, b.day, b.Nights, b.class, rate)
		if b.Breakfast {
			sum += breakfast * b.Nights * b.Guests
		}
		return sum
	}
	fare, _ := tripsFareOf(b.Fare)
	sum := len(b.people)*w.fare(b.line, b.day, b.class, fare) + b.Bags*bagPrice
	if b.Insurance {
		sum += insurancePrice * len(b.people)
	}
	return sum
}

// Class is the name of the class, or of the room.
func (b *tripsBooking) Class() string {
	if b.Kind == "hotel" {
		return tripsBeds[b.class].Name
	}
	return classes(b.Kind)[b.class]
}

// Code is what was booked: a line's code or a hotel's name.
func (b *tripsBooking) Code() string {
	if b.Kind == "hotel" {
		return b.hotel.Name
	}
	return b.line.Code
}

// Date is that of departure or arrival.
func (b *tripsBooking) Date() string { return dayText(b.day) }

// Names are those who travel.
func (b *tripsBooking) Names() string {
	var out []string
	for _, p := range b.people {
		out = append(out, p.First+" "+p.Last)
	}
	return strings.Join(out, ", ")
}

// Seats are those that were chosen.
func (b *tripsBooking) Seats() string {
	var out []string
	for _, p := range b.people {
		if p.Seat == "" {
			p.Seat = "any seat"
		}
		out = append(out, p.Seat)
	}
	return strings.Join(out, ", ")
}

// Way is where it goes: from A to B, or in A.
func (w *tripsWorld) way(b *tripsBooking) string {
	if b.Kind == "hotel" {
		return fmt.Sprintf("%s in %s", b.hotel.Name, w.cities[b.hotel.spot.city].Name)
	}
	return fmt.Sprintf("%s from %s to %s", b.line.Code, w.cities[b.line.From].Name, w.cities[b.line.To].Name)
}

// drafting says whether something is being booked; it answers where not.
func (s *trips) drafting(w http.ResponseWriter, r *http.Request) bool {
	if s.draft == nil {
		s.tell("There is nothing to book: choose a journey or a hotel first.")
		goTo(w, r, "/trips")
	}
	return s.draft != nil
}

func (s *trips) travellers(w http.ResponseWriter, r *http.Request) {
	if s.drafting(w, r) {
		s.show(w, "Who travels", "travellers", map[string]any{"Booking": s.draft, "People": s.draft.people, "Way": s.world.way(s.draft), "Email": s.draft.Email})
	}
}

func (s *trips) setTravellers(w http.ResponseWriter, r *http.Request) {
	if !s.drafting(w, r) {
		return
	}
	fault := ""
	for i := range s.draft.people {
		p, n := &s.draft.people[i], strconv.Itoa(i+1)
		p.First, p.Last, p.Born = trimmed(r, "first"+n), trimmed(r, "last"+n), trimmed(r, "born"+n)
		born, err := time.Parse(time.DateOnly, p.Born)
		switch {
		case fault != "":
		case p.First == "" || p.Last == "":
			fault = "Enter the first and last name of everybody."
		case s.draft.Kind != "hotel" && (err != nil || !born.Before(tripsToday)):
			fault = "Enter the date of birth of everybody like 1990-01-31."
		}
	}
	if s.draft.Email = trimmed(r, "email"); fault == "" && !strings.Contains(s.draft.Email, "@") {
		fault = "Enter an e-mail address."
	}
	if fault != "" {
		s.tell("%s", fault)
		goTo(w, r, "/book/travellers")
		return
	}
	goTo(w, r, "/book/extras")
}

// freeSeats are seats that can be chosen on a line.
func (w *tripsWorld) freeSeats(b *tripsBooking) []string {
	out := []string{"any seat"}
	for i := range 8 {
		row := 2 + 3*i + w.roll(3, 31, b.line.id, b.day, b.class, i)
		out = append(out, fmt.Sprint(row, string("ABCDEF"[w.roll(6, 32, b.line.id, b.day, b.class, i)])))
	}
	return out
}

// tripsSeat is the list for one traveller.
type tripsSeat struct {
	menu
	Who string
}

func (s *trips) seatMenus(b *tripsBooking) []tripsSeat {
	var out []tripsSeat
	if b.Kind == "hotel" {
		return nil
	}
	for i, p := range b.people {
		options := s.world.freeSeats(b)
		if p.Seat != "" && !slices.Contains(options, p.Seat) {
			options = append(options, p.Seat)
		}
		out = append(out, tripsSeat{menu{"seat" + strconv.Itoa(i+1), "Seat of " + p.First + " " + p.Last, options, p.Seat}, p.First})
	}
	return out
}

func (s *trips) extras(w http.ResponseWriter, r *http.Request) {
	if s.drafting(w, r) {
		s.showExtras(w, "Extras", s.draft)
	}
}

func (s *trips) showExtras(w http.ResponseWriter, title string, b *tripsBooking) {
	s.show(w, title, "extras", map[string]any{"Booking": b, "Way": s.world.way(b), "Seats": s.seatMenus(b),
		"Bags":     menu{"bags", "Checked bags", strings.Fields("0 1 2 3"), strconv.Itoa(b.Bags)},
		"BagPrice": bagPrice, "InsurancePrice": insurancePrice, "BreakfastPrice": breakfast,
		"CanBreakfast": b.Kind == "hotel" && slices.Contains(b.hotel.With, "breakfast")})
}

// readExtras puts a form's extras into a booking, or says what is wrong.
func (s *trips) readExtras(r *http.Request, b *tripsBooking) (fault string) {
	if b.Kind == "hotel" {
		b.Breakfast = r.PostFormValue("breakfast") != "" && slices.Contains(b.hotel.With, "breakfast")
		return ""
	}
	people := slices.Clone(b.people)
	for i, m := range s.seatMenus(b) {
		seat := r.PostFormValue(m.Name)
		if !slices.Contains(m.Options, seat) {
			return "Choose a seat of the list."
		}
		if seat == "any seat" {
			seat = ""
		}
		if seat != "" && slices.ContainsFunc(people[:i], func(p tripsPerson) bool { return p.Seat == seat }) {
			return "Choose different seats."
		}
		people[i].Seat = seat
	}
	b.people = people
	b.Bags = min(max(0, atoi(r.PostFormValue("bags"))), 3)
	b.Insurance = r.PostFormValue("insurance") != ""
	return ""
}

func (s *trips) setExtras(w http.ResponseWriter, r *http.Request) {
	if !s.drafting(w, r) {
		return
	}
	if fault := s.readExtras(r, s.draft); fault != "" {
		s.tell("%s", fault)
		goTo(w, r, "/book/extras")
		return
	}
	goTo(w, r, "/book/review")
}

func (s *trips) overview(w http.ResponseWriter, r *http.Request) {
	if !s.drafting(w, r) {
		return
	}
	s.show(w, "Review and pay", "overview", map[string]any{"Booking": s.draft, "Way": s.world.way(s.draft), "Sum": s.world.sum(s.draft),
		"InPoints": s.world.sum(s.draft) * pointsPerEuro, "Points": s.account.Points,
		"Pay": menu{"pay", "Pay with", []string{"card", "points"}, "card"}})
}

func (s *trips) book(w http.ResponseWriter, r *http.Request) {
	if !s.drafting(w, r) {
		return
	}
	b := s.draft
	b.Price, b.Paid = s.world.sum(b), "card"
	if r.PostFormValue("pay") == "points" {
		b.Paid = "points"
	}
	fault, to := "", "/book/review"
	switch {
	case b.people[0].First == "" || b.Kind != "hotel" && b.people[len(b.people)-1].Born == "":
		fault, to = "First say who travels.", "/book/travellers"
	case r.PostFormValue("rules") == "":
		fault = "Accept the rules of the fare to book."
	case b.Paid == "points" && s.account.Points < b.Price*pointsPerEuro:
		fault = "You have not enough points."
	}
	if fault != "" {
		s.tell("%s", fault)
		goTo(w, r, to)
		return
	}
	s.draft = nil
	s.add(b)
	s.did("book %s", b.Ref)
	s.tell("Booked. Your reference is %s.", b.Ref)
	goTo(w, r, "/trip/"+b.Ref)
}

// add puts a booking among the traveller's, with a reference and its points.
func (s *trips) add(b *tripsBooking) {
	const signs = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	for i := range 5 {
		b.Ref += string(signs[s.world.roll(len(signs), 41, len(s.bookings), b.day, b.Price, i)])
	}
	b.Ref += strconv.Itoa(len(s.bookings))
	s.bookings = append(s.bookings, b)
	change := tripsPoints{dayText(0), "Booking " + b.Ref, b.Price}
	if b.Paid == "points" {
		change.Points = -b.Price * pointsPerEuro
	}
	s.account.Points += change.Points
	s.account.History = append(slices.Clip(s.account.History), change)
}
