package sites

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// trips is a site for travel: maps of cities with their places and routes,
// flights, trains and hotels by date, and the bookings of one traveller. The
// world is in trips_world.go, what each page does in the file of its topic.
type trips struct {
	Base
	world    *tripsWorld
	account  tripsAccount
	bookings []*tripsBooking
	draft    *tripsBooking // what is being booked, nil for nothing
	saved    []int         // places, in order
	reviews  map[int][]tripsReview
	log      []string // what was changed, in order: "book KX4P2M"
}

// tripsAccount is the traveller's own page.
type tripsAccount struct {
	First, Last, Email, Phone, Home string
	News                            bool
	Points                          int
	History                         []tripsPoints
}

// tripsPoints is a line of the points' history.
type tripsPoints struct {
	Date, What string
	Points     int
}

var tripsPages = load("trips")

// Open makes an episode's copy.
func (w *tripsWorld) Open() Site {
	s := &trips{world: w, account: w.owner, reviews: map[int][]tripsReview{}}
	s.Base = newBase("trips", "Trips", tripsPages, Link{"Maps", "/"}, Link{"Cities", "/cities"}, Link{"Route", "/route"}, Link{"Flights", "/flights"},
		Link{"Trains", "/trains"}, Link{"Hotels", "/hotels"}, Link{"My trips", "/trips"}, Link{"Account", "/account"})
	s.handle("GET /{$}", s.home)
	s.handle("GET /cities", func(w http.ResponseWriter, _ *http.Request) { s.show(w, "Cities", "cities", s.world.cities) })
	s.handle("GET /city/{code}", s.city)
	s.handle("GET /places", s.search)
	s.handle("GET /place/{id}", s.place)
	s.handle("POST /place/{id}/save", s.save)
	s.handle("GET /place/{id}/reviews", s.reviewList)
	s.handle("POST /place/{id}/reviews", s.review)
	s.handle("GET /saved", s.savedList)
	s.handle("GET /route", s.route)
	s.handle("GET /flights", s.journeys)
	s.handle("GET /trains", s.journeys)
	s.handle("GET /journey/{code}/{date}", s.journey)
	s.handle("POST /journey/{code}/{date}", s.chooseJourney)
	s.handle("GET /hotels", s.hotels)
	s.handle("GET /hotel/{id}", s.hotel)
	s.handle("POST /hotel/{id}", s.chooseHotel)
	s.handle("GET /fares", func(w http.ResponseWriter, _ *http.Request) { s.show(w, "Fare rules", "fares", tripsFares) })
	s.handle("GET /book/travellers", s.travellers)
	s.handle("POST /book/travellers", s.setTravellers)
	s.handle("GET /book/extras", s.extras)
	s.handle("POST /book/extras", s.setExtras)
	s.handle("GET /book/review", s.overview)
	s.handle("POST /book/review", s.book)
	s.handle("GET /trips", s.list)
	s.handle("GET /trip/{ref}", s.trip)
	s.handle("GET /trip/{ref}/cancel", s.cancelPage)
	s.handle("POST /trip/{ref}/cancel", s.cancel)
	s.handle("GET /trip/{ref}/change", s.changeList)
	s.handle("GET /trip/{ref}/change/{code}/{date}", s.changePage)
	s.handle("POST /trip/{ref}/change/{code}/{date}", s.change)
	s.handle("GET /trip/{ref}/extras", s.tripExtras)
	s.handle("POST /trip/{ref}/extras", s.setTripExtras)
	s.handle("GET /account", func(w http.ResponseWriter, _ *http.Request) { s.show(w, "Account", "account", s.account) })
	s.handle("GET /account/edit", func(w http.ResponseWriter, _ *http.Request) { s.show(w, "Edit account", "accountedit", s.account) })
	s.handle("POST /account/edit", s.setAccount)
	s.handle("GET /account/points", s.pointsList)
	return s
}

// did remembers a change.
func (s *trips) did(format string, args ...any) { s.log = append(s.log, fmt.Sprintf(format, args...)) }

func (s *trips) home(w http.ResponseWriter, _ *http.Request) {
	s.show(w, "Maps", "home", map[string]any{"Places": len(s.world.places), "Cities": len(s.world.cities)})
}

func (s *trips) setAccount(w http.ResponseWriter, r *http.Request) {
	next := s.account
	next.Email, next.Phone, next.Home = trimmed(r, "email"), trimmed(r, "phone"), trimmed(r, "home")
	next.News = r.PostFormValue("news") != ""
	_, known := s.world.cityOf(next.Home)
	switch {
	case !strings.Contains(next.Email, "@"):
		s.tell("This is no e-mail address.")
	case next.Phone == "":
		s.tell("Enter a phone number.")
	case !known:
		s.tell("We do not know the city %s.", next.Home)
	default:
		s.account = next
		s.did("account")
		s.tell("Your account was saved.")
		goTo(w, r, "/account")
		return
	}
	s.show(w, "Edit account", "accountedit", next)
}

func (s *trips) pointsList(w http.ResponseWriter, r *http.Request) {
	page, pages := paged(r, s.account.History)
	s.show(w, "Points", "points", map[string]any{"Points": s.account.Points, "Rows": page, "Pages": pages})
}

// trimmed is a form's value without the space around it.
func trimmed(r *http.Request, name string) string { return strings.TrimSpace(r.FormValue(name)) }

// Days are counted from the site's today.
var tripsToday = time.Date(2031, 5, 12, 0, 0, 0, 0, time.UTC)

// tripsDays is how far ahead can be booked.
const tripsDays = 200

// dayText is a day as it is written: 2031-05-14.
func dayText(day int) string { return tripsToday.AddDate(0, 0, day).Format(time.DateOnly) }

// dayOf reads a day that can be booked, or says what is wrong with it.
func dayOf(text string) (day int, fault string) {
	t, err := time.Parse(time.DateOnly, text)
	day = int(t.Sub(tripsToday) / (24 * time.Hour))
	switch {
	case err != nil:
		return 0, "Enter the date like " + dayText(7) + "."
	case day < 0 || day > tripsDays:
		return 0, fmt.Sprintf("Choose a date from %s to %s.", dayText(0), dayText(tripsDays))
	}
	return day, ""
}

// clock writes minutes since midnight: 14:30.
func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60%24, minutes%60) }

// lasting writes a duration: 1 h 50 min.
func lasting(minutes int) string { return fmt.Sprintf("%d h %02d min", minutes/60, minutes%60) }

func newTrips(rng *rand.Rand) World { return makeTrips(rng) }
