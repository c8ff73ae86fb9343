package sites

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// What follows is hotels: their rooms and rates from a day on.

// tripsRates are a hotel's, with the percentage of the price.
var tripsRates = []struct {
	Name, Rule string
	percent    int
}{
	{"Fixed", "no changes, no cancelling", 100},
	{"Free", "cancelling is free until 2 days before arrival", 115},
}

// tripsBeds are the kinds of rooms, with the percentage of a double room's
// price and how many sleep there.
var tripsBeds = []struct {
	Name           string
	percent, sleep int
}{{"Single", 70, 1}, {"Double", 100, 2}, {"Family", 150, 4}}

// breakfast is what it costs a night.
const breakfast = 14

// vacant is how many rooms of a kind are free from a day on.
func (w *tripsWorld) vacant(h *tripsHotel, day, nights, bed int) int {
	left := 9
	for n := range nights {
		left = min(left, max(0, w.roll(30, 21, h.ID, day+n, bed)-1))
	}
	return left
}

// stay is what a room costs for all nights together.
func (w *tripsWorld) stay(h *tripsHotel, day, nights, bed, rate int) int {
	sum := 0
	for n := range nights {
		sum += h.price * (80 + w.roll(60, 22, h.ID, day+n)) / 100 * tripsBeds[bed].percent / 100
	}
	return sum * tripsRates[rate].percent / 100
}

// tripsStay is a hotel in a list.
type tripsStay struct {
	*tripsHotel
	Rate, Facts, Link string
	Price, Left       int
}

// hotelNights is the most that are booked at once.
const hotelNights = 7

// stayAsked is the day and the nights of a request, or what is wrong with them.
func stayAsked(r *http.Request) (day, nights int, fault string) {
	if day, fault = dayOf(trimmed(r, "in")); fault != "" {
		return 0, 0, fault
	}
	if nights = atoi(trimmed(r, "nights")); nights < 1 || nights > hotelNights {
		return 0, 0, fmt.Sprintf("Choose 1 to %d nights.", hotelNights)
	}
	return day, nights, ""
}

// stays are a city's hotels with a room for a stay.
func (w *tripsWorld) stays(city, day, nights, bed int) []tripsStay {
	var out []tripsStay
	for _, id := range w.cities[city].hotels {
		h := &w.rooms[id]
		link := fmt.Sprintf("/hotel/%d?%s", id, url.Values{"in": {dayText(day)}, "nights": {strconv.Itoa(nights)}, "room": {tripsBeds[bed].Name}}.Encode())
		out = append(out, tripsStay{h, rated(h.Rating), strings.Join(h.With, " "), link, w.stay(h, day, nights, bed, 0), w.vacant(h, day, nights, bed)})
	}
	return out
}

func (s *trips) hotels(w http.ResponseWriter, r *http.Request) {
	beds := bedNames()
	bed := max(0, slices.Index(beds, trimmed(r, "room")))
	data := map[string]any{"City": trimmed(r, "city"), "In": trimmed(r, "in"),
		"Nights": menu{"nights", "Nights", strings.Fields("1 2 3 4 5 6 7"), trimmed(r, "nights")},
		"Room":   menu{"room", "Room", beds, trimmed(r, "room")},
		"Stars":  menu{"stars", "Stars at least", strings.Fields("1 2 3 4 5"), trimmed(r, "stars")},
		"With":   menu{"with", "With", append([]string{"anything"}, tripsAmenities...), trimmed(r, "with")},
		"Sort":   menu{"sort", "Sort by", strings.Fields("price rating name"), trimmed(r, "sort")}}
	if r.URL.Query().Has("in") { // a link from a city has none
		city, known := s.world.cityOf(trimmed(r, "city"))
		day, nights, fault := stayAsked(r)
		if !known {
			fault = "We do not know the city " + trimmed(r, "city") + "."
		}
		if data["Fault"] = fault; fault == "" {
			all := filteredStays(r, s.world.stays(city, day, nights, bed))
			page, pages := paged(r, all)
			data["Rows"], data["Pages"], data["Total"], data["Asked"] = page, pages, len(all), true
		}
	}
	s.show(w, "Hotels", "hotels", data)
}

func bedNames() []string {
	var out []string
	for _, b := range tripsBeds {
		out = append(out, b.Name)
	}
	return out
}

// filteredStays are the stays that a search leaves, in its order.
func filteredStays(r *http.Request, all []tripsStay) []tripsStay {
	with, order, stars := trimmed(r, "with"), trimmed(r, "sort"), atoi(trimmed(r, "stars"))
	all = slices.DeleteFunc(all, func(h tripsStay) bool {
		return h.Stars < stars || with != "" && with != "anything" && !slices.Contains(h.With, with)
	})
	slices.SortStableFunc(all, func(a, b tripsStay) int {
		switch order {
		case "rating":
			return b.Rating - a.Rating
		case "name":
			return cmp.Compare(a.Name, b.Name)
		}
		return a.Price - b.Price
	})
	return all
}

// hotelAt is the hotel that a request's path names; it answers where there is
// none.
func (s *trips) hotelAt(w http.ResponseWriter, r *http.Request) (*tripsHotel, bool) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id < 0 || id >= len(s.world.rooms) {
		s.missing(w)
		return nil, false
	}
	return &s.world.rooms[id], true
}

func (s *trips) hotel(w http.ResponseWriter, r *http.Request) {
	h, ok := s.hotelAt(w, r)
	if !ok {
		return
	}
	data := map[string]any{"Hotel": h, "City": s.world.cities[h.spot.city].Name, "Address": s.world.address(h.spot), "Rating": rated(h.Rating),
		"With": strings.Join(h.With, ", "), "Action": r.URL.RequestURI()}
	if day, nights, fault := stayAsked(r); fault == "" {
		var rows []tripsPrice
		for bed, b := range tripsBeds {
			left := s.world.vacant(h, day, nights, bed)
			for rate, t := range tripsRates {
				p := tripsPrice{b.Name, t.Name, "sold out", t.Rule, left}
				if left > 0 {
					p.Price = fmt.Sprint(s.world.stay(h, day, nights, bed, rate), " EUR")
				}
				rows = append(rows, p)
			}
		}
		data["Prices"], data["In"], data["Nights"] = rows, dayText(day), nights
		data["Room"] = menu{"room", "Room", bedNames(), trimmed(r, "room")}
		data["Rate"] = menu{"rate", "Rate", []string{"Fixed", "Free"}, ""}
		data["Guests"] = menu{"guests", "Guests", strings.Fields("1 2 3 4"), ""}
	}
	s.show(w, h.Name, "hotel", data)
}

func (s *trips) chooseHotel(w http.ResponseWriter, r *http.Request) {
	h, ok := s.hotelAt(w, r)
	if !ok {
		return
	}
	day, nights, fault := stayAsked(r)
	bed, rate := slices.Index(bedNames(), r.PostFormValue("room")), slices.Index([]string{"Fixed", "Free"}, r.PostFormValue("rate"))
	guests := atoi(r.PostFormValue("guests"))
	switch {
	case fault != "":
		s.tell("%s", fault)
	case bed < 0 || rate < 0 || guests < 1:
		s.tell("Choose a room, a rate and how many guests there are.")
	case guests > tripsBeds[bed].sleep:
		s.tell("A %s room sleeps %d.", strings.ToLower(tripsBeds[bed].Name), tripsBeds[bed].sleep)
	case s.world.vacant(h, day, nights, bed) == 0:
		s.tell("There is no such room for these nights.")
	default:
		s.draft = &tripsBooking{Kind: "hotel", hotel: h, day: day, Nights: nights, class: bed, Fare: tripsRates[rate].Name, Guests: guests,
			people: make([]tripsPerson, 1), Email: s.account.Email}
		goTo(w, r, "/book/travellers")
		return
	}
	goTo(w, r, r.URL.RequestURI())
}
