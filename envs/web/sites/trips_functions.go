package sites

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Functions are what scenarios may call.
func (s *trips) Functions() []Function {
	return slices.Concat(s.mapFunctions(), s.travelFunctions(), s.bookingFunctions())
}

// row is what Lua sees of a place.
func (s *trips) row(p *tripsPlace) map[string]any {
	return map[string]any{"id": p.ID, "name": p.Name, "category": p.Category, "city": s.world.cities[p.spot.city].Name, "address": s.world.address(p.spot),
		"phone": p.Phone, "rating": rated(p.Rating), "tenths": p.Rating, "reviews": p.Reviews, "week": p.Hours[0], "saturday": p.Hours[1], "sunday": p.Hours[2],
		"coordinates": s.world.coordinates(p.spot)}
}

func (s *trips) mapFunctions() []Function {
	return []Function{
		{"cities()", "the names of all cities", func(Args) (any, error) {
			var out []string
			for _, c := range s.world.cities {
				out = append(out, c.Name)
			}
			return out, nil
		}},
		{"airport(city)", "the code of a city's airport", func(a Args) (any, error) {
			city, err := s.cityArg(a.Text(0))
			return s.world.cities[city].Code, err
		}},
		{"places(city, category)", "a city's places: id, name, category, city, address, phone, rating, tenths, reviews, week, saturday, sunday; category nil: all", func(a Args) (any, error) {
			city, err := s.cityArg(a.Text(0))
			out := []any{}
			for _, id := range s.world.cities[city].places {
				if p := &s.world.places[id]; a.Text(1) == "" || p.Category == a.Text(1) {
					out = append(out, s.row(p))
				}
			}
			return out, err
		}},
		{"way(from, to, by)", "the way between two places or hotels of a city: metres, minutes and steps; nil where no bus goes", func(a Args) (any, error) {
			from, ok := s.world.stand(a.Text(0))
			to, ok2 := s.world.stand(a.Text(1))
			if !ok || !ok2 || from.city != to.city {
				return nil, errors.New("want the names of two places of a city")
			}
			way := way(from, to)
			n, goes := way.Minutes(a.Text(2))
			if !goes {
				return nil, nil
			}
			return map[string]any{"metres": way.Metres(), "minutes": n, "steps": s.world.steps(way, a.Text(2))}, nil
		}},
		{"saved()", "the names of the saved places, in order", func(Args) (any, error) {
			out := []string{}
			for _, id := range s.saved {
				out = append(out, s.world.places[id].Name)
			}
			return out, nil
		}},
		{"save(place)", "saves a place before the episode", func(a Args) (any, error) {
			id, ok := s.world.names[a.Text(0)]
			if !ok {
				return nil, fmt.Errorf("there is no place %q", a.Text(0))
			}
			s.saved = append(s.saved, id)
			return nil, nil
		}},
		{"review(place, author, stars, text)", "adds a review to a place", func(a Args) (any, error) {
			id, ok := s.world.names[a.Text(0)]
			if !ok {
				return nil, fmt.Errorf("there is no place %q", a.Text(0))
			}
			s.reviews[id] = append(s.reviews[id], tripsReview{a.Text(1), a.Int(2), a.Text(3)})
			return nil, nil
		}},
	}
}

func (s *trips) cityArg(name string) (int, error) {
	city, ok := s.world.cityOf(name)
	if !ok {
		return 0, fmt.Errorf("there is no city %q", name)
	}
	return city, nil
}

func (s *trips) travelFunctions() []Function {
	return []Function{
		{"date(n)", "the date n days after the site's today, 2031-05-12", func(a Args) (any, error) { return dayText(a.Int(0)), nil }},
		{"journeys(kind, from, to, date)", "flights or trains, by departure: code, carrier, kind, from, to, date, leaves, arrives, leave, minutes, lasts, stops, nextday, fares by class and fare, seats by class",
			func(a Args) (any, error) {
				from, err := s.cityArg(a.Text(1))
				to, err2 := s.cityArg(a.Text(2))
				day, fault := dayOf(a.Text(3))
				if err := errors.Join(err, err2); err != nil || fault != "" || a.Text(0) != "flight" && a.Text(0) != "train" {
					return nil, fmt.Errorf("want flight or train, two cities and a date: %v %s", err, fault)
				}
				out := []any{}
				for _, o := range s.world.offers(tripsLeg{a.Text(0), from, to}, day, 0) {
					out = append(out, s.offerRow(o, day))
				}
				return out, nil
			}},
		{"hotels(city, date, nights)", "hotels: id, name, city, stars, rating, tenths, with, price and left by room (Single, Double, Family), for the rate Fixed", func(a Args) (any, error) {
			city, err := s.cityArg(a.Text(0))
			day, fault := dayOf(a.Text(1))
			if err != nil || fault != "" || a.Int(2) < 1 || a.Int(2) > hotelNights {
				return nil, fmt.Errorf("want a city, a date and nights: %v %s", err, fault)
			}
			out := []any{}
			for _, id := range s.world.cities[city].hotels {
				h, price, left := &s.world.rooms[id], map[string]any{}, map[string]any{}
				for bed, b := range tripsBeds {
					price[b.Name], left[b.Name] = s.world.stay(h, day, a.Int(2), bed, 0), s.world.vacant(h, day, a.Int(2), bed)
				}
				out = append(out, map[string]any{"id": id, "name": h.Name, "city": a.Text(0), "stars": h.Stars, "rating": rated(h.Rating), "tenths": h.Rating,
					"with": slices.Clone(h.With), "price": price, "left": left, "address": s.world.address(h.spot)})
			}
			return out, nil
		}},
		{"seats(code, date, class)", "the names of the seats that can be chosen", func(a Args) (any, error) {
			id, ok := s.world.codes[a.Text(0)]
			day, fault := dayOf(a.Text(1))
			if !ok || fault != "" {
				return nil, fmt.Errorf("want a code and a date")
			}
			l := &s.world.lines[id]
			return s.world.freeSeats(&tripsBooking{line: l, day: day, class: max(0, slices.Index(classes(l.Kind), a.Text(2)))})[1:], nil
		}},
	}
}

func (s *trips) offerRow(o tripsOffer, day int) map[string]any {
	fares, seats := map[string]any{}, map[string]any{}
	for class, name := range classes(o.Kind) {
		of := map[string]any{}
		for _, f := range tripsFares {
			of[f.Name] = s.world.fare(o.tripsLine, day, class, f)
		}
		fares[name], seats[name] = of, s.world.seats(o.tripsLine, day, class)
	}
	return map[string]any{"code": o.Code, "carrier": o.Carrier, "kind": o.Kind, "from": s.world.cities[o.From].Name, "to": s.world.cities[o.To].Name, "date": o.Date,
		"leaves": o.Leaves, "arrives": o.Arrives, "leave": o.Depart, "minutes": o.Minutes, "lasts": o.Lasts, "stops": o.Stops, "nextday": o.Next, "fares": fares, "seats": seats}
}

func (s *trips) bookingFunctions() []Function {
	return []Function{
		{"bookings()", "what was booked, in order: ref, kind, code (or the hotel's name), date, nights, class (or room), fare, first, last, born, seat of each traveller in people, guests, bags, insurance, breakfast, email, paid, price, cancelled, refund",
			func(Args) (any, error) {
				out := []any{}
				for _, b := range s.bookings {
					out = append(out, b.row())
				}
				return out, nil
			}},
		{"drafted()", "what is being booked, as in bookings(); nil for nothing", func(Args) (any, error) {
			if s.draft == nil {
				return nil, nil
			}
			return s.draft.row(), nil
		}},
		{"book(booking)", "puts a booking among the traveller's: kind, code or hotel, date, nights, class or room, fare, first, last, born, bags; gives its reference", func(a Args) (any, error) {
			b, err := s.arranged(a.Table(0))
			if err != nil {
				return nil, err
			}
			b.Price, b.Paid = s.world.sum(b), "card"
			s.add(b)
			return b.Ref, nil
		}},
		{"account()", "the traveller: first, last, email, phone, home, news, points, tier", func(Args) (any, error) {
			c := s.account
			return map[string]any{"first": c.First, "last": c.Last, "email": c.Email, "phone": c.Phone, "home": c.Home, "news": c.News, "points": c.Points, "tier": c.Tier()}, nil
		}},
		{"points(n)", "sets the traveller's points", func(a Args) (any, error) { s.account.Points = a.Int(0); return nil, nil }},
		{"changes()", "all that was changed, in order: book REF, change REF, cancel REF, extras REF, save PLACE, unsave PLACE, review PLACE, account", func(Args) (any, error) {
			return slices.Concat([]string{}, s.log), nil
		}},
	}
}

// Tier is what the points make of a traveller.
func (c tripsAccount) Tier() string {
	switch {
	case c.Points >= 10_000:
		return "Gold"
	case c.Points >= 2000:
		return "Silver"
	}
	return "Blue"
}

// row is what Lua sees of a booking.
func (b *tripsBooking) row() map[string]any {
	people := []any{}
	for _, p := range b.people {
		people = append(people, map[string]any{"first": p.First, "last": p.Last, "born": p.Born, "seat": p.Seat})
	}
	return map[string]any{"ref": b.Ref, "kind": b.Kind, "code": b.Code(), "date": b.Date(), "nights": b.Nights, "class": b.Class(), "fare": b.Fare, "people": people,
		"guests": b.Guests, "bags": b.Bags, "insurance": b.Insurance, "breakfast": b.Breakfast, "email": b.Email, "paid": b.Paid, "price": b.Price,
		"cancelled": b.Cancelled, "refund": b.Refund}
}

// arranged is the booking that a scenario asks for.
func (s *trips) arranged(t map[string]any) (*tripsBooking, error) {
	text := func(name, other string) string {
		if v, ok := t[name].(string); ok {
			return v
		}
		return other
	}
	number := func(name string) int {
		v, _ := t[name].(float64)
		return int(v)
	}
	day, fault := dayOf(text("date", ""))
	if fault != "" {
		return nil, errors.New(fault)
	}
	b := &tripsBooking{Kind: text("kind", "flight"), day: day, Fare: text("fare", "Standard"), Bags: number("bags"), Email: s.account.Email,
		people: []tripsPerson{{First: text("first", s.account.First), Last: text("last", s.account.Last), Born: text("born", "1990-01-31"), Seat: text("seat", "")}}}
	known := false
	if b.Kind == "hotel" {
		id, ok := s.world.inns[text("hotel", "")]
		if !ok {
			return nil, fmt.Errorf("there is no hotel %q", text("hotel", ""))
		}
		b.hotel, b.Nights, b.Guests = &s.world.rooms[id], max(1, number("nights")), max(1, number("guests"))
		b.class, known = max(0, slices.Index(bedNames(), text("room", "Double"))), b.Fare == "Fixed" || b.Fare == "Free"
	} else {
		id, ok := s.world.codes[text("code", "")]
		if !ok {
			return nil, fmt.Errorf("there is no flight or train %q", text("code", ""))
		}
		b.line = &s.world.lines[id]
		b.Kind = b.line.Kind
		b.class = max(0, slices.Index(classes(b.Kind), text("class", classes(b.Kind)[0])))
		_, known = tripsFareOf(b.Fare)
	}
	if !known {
		return nil, fmt.Errorf("there is no fare %q; want %s, and Fixed or Free of hotels", b.Fare, strings.Join(fareNames(), ", "))
	}
	return b, nil
}
