package sites

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// What follows is the map: places, what people say of them, and those that the
// traveller has saved.

type tripsReview struct {
	Author string
	Stars  int
	Text   string
}

// address is how a place's spot is written.
func (w *tripsWorld) address(p tripsSpot) string {
	return fmt.Sprintf("%d %s", p.x/10, w.cities[p.city].roads[p.road])
}

func (s *trips) city(w http.ResponseWriter, r *http.Request) {
	for i := range s.world.cities {
		if c := &s.world.cities[i]; c.Code == r.PathValue("code") {
			s.show(w, c.Name, "city", map[string]any{"Name": c.Name, "Code": c.Code, "Places": len(c.places), "Hotels": len(c.hotels)})
			return
		}
	}
	s.missing(w)
}

// coordinates are degrees north and east.
func (w *tripsWorld) coordinates(p tripsSpot) string {
	return fmt.Sprintf("%.4f %.4f", 46+float64(p.city)/5+float64(p.road*tripsBlock)/111_000, 8+float64(p.city%5)+float64(p.x)/76_000)
}

// rated writes a rating: 4.3.
func rated(n int) string { return fmt.Sprintf("%d.%d", n/10, n%10) }

// tripsWeek are the days by which hours are searched; the first five have the
// same hours.
var tripsWeek = strings.Fields("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")

// hoursOn are a place's hours on a day of the week.
func (p *tripsPlace) hoursOn(day int) string { return p.Hours[max(0, day-4)] }

// tripsFound is a place in a list; Metres is -1 where nothing says from where.
type tripsFound struct {
	*tripsPlace
	City, Stars string
	Metres      int
}

// placesLike are the places that a search asks for, or what is wrong with it.
func (s *trips) placesLike(r *http.Request) (out []tripsFound, fault string) {
	city, near, category, name, order := trimmed(r, "city"), trimmed(r, "near"), trimmed(r, "category"), trimmed(r, "q"), trimmed(r, "sort")
	open := slices.Index(tripsWeek, trimmed(r, "open"))
	rating, _ := strconv.ParseFloat(trimmed(r, "rating"), 64)
	center, known := s.world.stand(near)
	at, there := s.world.cityOf(city)
	switch {
	case near != "" && !known:
		return nil, "There is no place called " + near + "."
	case city != "" && !there:
		return nil, "We do not know the city " + city + "."
	case near != "":
		at, there = center.city, true
	}
	for i := range s.world.places {
		p := &s.world.places[i]
		if there && p.spot.city != at || name != "" && !contains(p.Name, name) || p.Name == near ||
			category != "" && category != "any" && p.Category != category || p.Rating < int(rating*10) || open >= 0 && p.hoursOn(open) == "closed" {
			continue
		}
		f := tripsFound{p, s.world.cities[p.spot.city].Name, rated(p.Rating), -1}
		if known {
			f.Metres = way(center, p.spot).Metres()
		}
		out = append(out, f)
	}
	slices.SortStableFunc(out, func(a, b tripsFound) int {
		switch order {
		case "rating":
			return b.Rating - a.Rating
		case "distance":
			return a.Metres - b.Metres
		}
		return cmp.Compare(a.Name, b.Name)
	})
	return out, ""
}

func (s *trips) search(w http.ResponseWriter, r *http.Request) {
	found, fault := s.placesLike(r)
	page, pages := paged(r, found)
	s.show(w, "Places", "places", map[string]any{"Q": trimmed(r, "q"), "City": trimmed(r, "city"), "Near": trimmed(r, "near"), "Fault": fault,
		"Rows": page, "Total": len(found), "Pages": pages,
		"Category": menu{"category", "Category", append([]string{"any"}, tripsCategories...), trimmed(r, "category")},
		"Open":     menu{"open", "Open on", append([]string{"any day"}, tripsWeek...), trimmed(r, "open")},
		"Rating":   menu{"rating", "Rating at least", strings.Fields("any 3.5 4.0 4.5"), trimmed(r, "rating")},
		"Sort":     menu{"sort", "Sort by", strings.Fields("name rating distance"), trimmed(r, "sort")}})
}

// placeAt is the place that a request's path names; it answers where there is
// none.
func (s *trips) placeAt(w http.ResponseWriter, r *http.Request) (*tripsPlace, bool) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id < 0 || id >= len(s.world.places) {
		s.missing(w)
		return nil, false
	}
	return &s.world.places[id], true
}

func (s *trips) place(w http.ResponseWriter, r *http.Request) {
	p, ok := s.placeAt(w, r)
	if !ok {
		return
	}
	s.show(w, p.Name, "place", map[string]any{"Place": p, "City": s.world.cities[p.spot.city].Name, "Address": s.world.address(p.spot),
		"Coordinates": s.world.coordinates(p.spot), "Stars": rated(p.Rating), "Saved": slices.Contains(s.saved, p.ID)})
}

func (s *trips) save(w http.ResponseWriter, r *http.Request) {
	p, ok := s.placeAt(w, r)
	if !ok {
		return
	}
	if i := slices.Index(s.saved, p.ID); r.PostFormValue("do") == "remove" {
		if i >= 0 {
			s.saved = slices.Delete(s.saved, i, i+1)
			s.did("unsave %s", p.Name)
		}
		s.tell("%s is no longer among your saved places.", p.Name)
	} else {
		if i < 0 {
			s.saved = append(s.saved, p.ID)
			s.did("save %s", p.Name)
		}
		s.tell("%s is among your saved places.", p.Name)
	}
	goTo(w, r, fmt.Sprintf("/place/%d", p.ID))
}

func (s *trips) savedList(w http.ResponseWriter, r *http.Request) {
	var all []tripsFound
	for _, id := range s.saved {
		p := &s.world.places[id]
		all = append(all, tripsFound{p, s.world.cities[p.spot.city].Name, rated(p.Rating), -1})
	}
	page, pages := paged(r, all)
	s.show(w, "Saved places", "saved", map[string]any{"Rows": page, "Total": len(all), "Pages": pages})
}

// said are a place's reviews: the world's, and those of this episode.
func (s *trips) said(p *tripsPlace) []tripsReview {
	var out []tripsReview
	names := [...]string{"Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hana", "Ivan", "Jade"}
	texts := [...]string{"Just what I was looking for.", "Friendly people and easy to find.", "It was crowded at noon.", "Nothing special.",
		"I come here every week.", "The staff took their time.", "Clean and quiet.", "Worth the way."}
	for i := range 2 + s.world.roll(3, 71, p.ID) {
		out = append(out, tripsReview{names[s.world.roll(len(names), 72, p.ID, i)], 3 + s.world.roll(3, 73, p.ID, i), texts[s.world.roll(len(texts), 74, p.ID, i)]})
	}
	return append(out, s.reviews[p.ID]...)
}

func (s *trips) reviewList(w http.ResponseWriter, r *http.Request) {
	if p, ok := s.placeAt(w, r); ok {
		page, pages := paged(r, s.said(p))
		s.show(w, "Reviews of "+p.Name, "reviews", map[string]any{"Place": p, "Rows": page, "Pages": pages})
	}
}

func (s *trips) review(w http.ResponseWriter, r *http.Request) {
	p, ok := s.placeAt(w, r)
	if !ok {
		return
	}
	stars, text := atoi(r.PostFormValue("stars")), trimmed(r, "text")
	if stars < 1 || stars > 5 || text == "" {
		s.tell("Choose 1 to 5 stars and write a text.")
	} else {
		s.reviews[p.ID] = append(s.reviews[p.ID], tripsReview{s.account.First, stars, text})
		s.did("review %s", p.Name)
		s.tell("Thank you for your review.")
	}
	goTo(w, r, fmt.Sprintf("/place/%d/reviews", p.ID))
}
