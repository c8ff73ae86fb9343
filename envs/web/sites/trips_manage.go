package sites

import (
	"fmt"
	"net/http"
	"slices"
)

// What follows is what can be done with a booking: to look at it, to change
// it, to cancel it.

// tripsItem is a booking in the list.
type tripsItem struct {
	*tripsBooking
	Way string
}

func (s *trips) list(w http.ResponseWriter, r *http.Request) {
	var all []tripsItem
	for _, b := range s.bookings {
		all = append(all, tripsItem{b, s.world.way(b)})
	}
	slices.SortStableFunc(all, func(a, b tripsItem) int { return a.day - b.day })
	page, pages := paged(r, all)
	s.show(w, "My trips", "list", map[string]any{"Rows": page, "Total": len(all), "Pages": pages, "Draft": s.draft != nil})
}

// booked is the booking that a request's path names; it answers where there is
// none.
func (s *trips) booked(w http.ResponseWriter, r *http.Request) (*tripsBooking, bool) {
	for _, b := range s.bookings {
		if b.Ref == r.PathValue("ref") {
			return b, true
		}
	}
	s.missing(w)
	return nil, false
}

func (s *trips) trip(w http.ResponseWriter, r *http.Request) {
	b, ok := s.booked(w, r)
	if !ok {
		return
	}
	data := map[string]any{"Booking": b, "Way": s.world.way(b), "Rule": s.rule(b)}
	if b.line != nil {
		data["Offer"] = s.world.offer(b.line, b.day, b.class)
	} else {
		data["Out"] = dayText(b.day + b.Nights)
	}
	s.show(w, "Booking "+b.Ref, "trip", data)
}

// rule is what a booking's fare says of changes.
func (s *trips) rule(b *tripsBooking) string {
	if b.Kind != "hotel" {
		f, _ := tripsFareOf(b.Fare)
		return f.Rule
	}
	for _, r := range tripsRates {
		if r.Name == b.Fare {
			return r.Rule
		}
	}
	return ""
}

// refund is what is paid back for a booking that is cancelled now, or why it
// cannot be.
func (s *trips) refund(b *tripsBooking) (refund int, fault string) {
	f, _ := tripsFareOf(b.Fare)
	switch {
	case b.Cancelled:
		return 0, "This booking is cancelled already."
	case b.Kind == "hotel" && b.Fare == "Fixed", b.Kind != "hotel" && !f.Cancels:
		return 0, fmt.Sprintf("The fare %s cannot be cancelled.", b.Fare)
	case b.Kind == "hotel" && b.day < 2:
		return 0, "It is too late to cancel: less than 2 days are left."
	case b.Kind != "hotel" && b.day < 1:
		return 0, "It is too late to cancel: the journey is today."
	}
	return max(0, b.Price-f.cancelFee), ""
}

func (s *trips) cancelPage(w http.ResponseWriter, r *http.Request) {
	if b, ok := s.booked(w, r); ok {
		refund, fault := s.refund(b)
		s.show(w, "Cancel "+b.Ref, "cancel", map[string]any{"Booking": b, "Way": s.world.way(b), "Refund": refund, "Kept": b.Price - refund, "Fault": fault})
	}
}

func (s *trips) cancel(w http.ResponseWriter, r *http.Request) {
	b, ok := s.booked(w, r)
	if !ok {
		return
	}
	refund, fault := s.refund(b)
	if fault != "" {
		s.tell("%s", fault)
	} else {
		b.Cancelled, b.Refund = true, refund
		s.did("cancel %s", b.Ref)
		s.tell("Booking %s was cancelled. You get back %d EUR.", b.Ref, refund)
	}
	goTo(w, r, "/trip/"+b.Ref)
}

// rebooking is what stands against a change of a booking's journey, "" for
// nothing.
func (s *trips) rebooking(b *tripsBooking) (fault string) {
	f, _ := tripsFareOf(b.Fare)
	switch {
	case b.Cancelled:
		return "This booking is cancelled."
	case b.Kind == "hotel":
		return "Stays cannot be changed: cancel and book again."
	case !f.Changes:
		return fmt.Sprintf("The fare %s cannot be changed.", b.Fare)
	case b.day < 1:
		return "It is too late to change: the journey is today."
	}
	return ""
}

// extra is what a change to a line on a day costs: the fee, and the difference
// where the new one is dearer.
func (s *trips) extra(b *tripsBooking, l *tripsLine, day int) (difference, fee int) {
	f, _ := tripsFareOf(b.Fare)
	return len(b.people) * max(0, s.world.fare(l, day, b.class, f)-s.world.fare(b.line, b.day, b.class, f)), f.changeFee
}

func (s *trips) changeList(w http.ResponseWriter, r *http.Request) {
	b, ok := s.booked(w, r)
	if !ok {
		return
	}
	data := map[string]any{"Booking": b, "Way": s.world.way(b), "Date": trimmed(r, "date"), "Fault": s.rebooking(b)}
	if data["Closed"] = data["Fault"] != ""; data["Fault"] == "" && r.URL.RawQuery != "" {
		day, fault := dayOf(trimmed(r, "date"))
		if data["Fault"] = fault; fault == "" {
			all := s.world.offers(tripsLeg{b.Kind, b.line.From, b.line.To}, day, b.class)
			for i := range all {
				difference, fee := s.extra(b, all[i].tripsLine, day)
				all[i].Price = difference + fee
			}
			page, pages := paged(r, all)
			data["Rows"], data["Pages"], data["Asked"] = page, pages, true
		}
	}
	s.show(w, "Change "+b.Ref, "change", data)
}

// changing is what a change is about; it answers where it cannot be.
func (s *trips) changing(w http.ResponseWriter, r *http.Request) (b *tripsBooking, l *tripsLine, day int, ok bool) {
	if b, ok = s.booked(w, r); !ok {
		return
	}
	if l, day, ok = s.lineAt(w, r); !ok {
		return
	}
	fault := s.rebooking(b)
	switch {
	case fault != "":
	case l.Kind != b.Kind || l.From != b.line.From || l.To != b.line.To:
		fault = "A booking keeps its cities."
	case l == b.line && day == b.day:
		fault = "This is the journey that you have."
	case s.world.seats(l, day, b.class) == 0:
		fault = fmt.Sprintf("%s is sold out on %s.", b.Class(), dayText(day))
	default:
		return b, l, day, true
	}
	s.tell("%s", fault)
	goTo(w, r, "/trip/"+b.Ref+"/change")
	return nil, nil, 0, false
}

func (s *trips) changePage(w http.ResponseWriter, r *http.Request) {
	if b, l, day, ok := s.changing(w, r); ok {
		difference, fee := s.extra(b, l, day)
		s.show(w, "Change "+b.Ref, "changeto", map[string]any{"Booking": b, "Old": s.world.offer(b.line, b.day, b.class), "New": s.world.offer(l, day, b.class),
			"Difference": difference, "Fee": fee, "Sum": difference + fee})
	}
}

func (s *trips) change(w http.ResponseWriter, r *http.Request) {
	b, l, day, ok := s.changing(w, r)
	if !ok {
		return
	}
	difference, fee := s.extra(b, l, day)
	b.line, b.day, b.Price = l, day, b.Price+difference+fee
	for i := range b.people {
		b.people[i].Seat = ""
	}
	s.did("change %s", b.Ref)
	s.tell("Booking %s was changed. You paid %d EUR.", b.Ref, difference+fee)
	goTo(w, r, "/trip/"+b.Ref)
}

func (s *trips) tripExtras(w http.ResponseWriter, r *http.Request) {
	if b, ok := s.booked(w, r); ok {
		s.showExtras(w, "Extras of "+b.Ref, b)
	}
}

func (s *trips) setTripExtras(w http.ResponseWriter, r *http.Request) {
	b, ok := s.booked(w, r)
	if !ok {
		return
	}
	next := *b
	fault := s.readExtras(r, &next)
	paid := s.world.sum(&next) - s.world.sum(b)
	switch {
	case b.Cancelled:
		fault = "This booking is cancelled."
	case fault == "" && paid < 0:
		fault = "Extras that were paid for cannot be given back."
	}
	if fault != "" {
		s.tell("%s", fault)
		goTo(w, r, "/trip/"+b.Ref+"/extras")
		return
	}
	next.Price += paid
	*b = next
	s.did("extras %s", b.Ref)
	s.tell("Your extras were saved. You paid %d EUR.", paid)
	goTo(w, r, "/trip/"+b.Ref)
}
