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

// tripsMux has the pages.
var tripsMux = muxOf(handlers[*trips]{
	"GET /{$}":                              (*trips).home,
	"GET /cities":                           func(s *trips, w http.ResponseWriter, _ *http.Request) { s.show(w, "Cities", "cities", s.world.cities) },
	"GET /city/{code}":                      (*trips).city,
	"GET /places":                           (*trips).search,
	"GET /place/{id}":                       (*trips).place,
	"POST /place/{id}/save":                 (*trips).save,
	"GET /place/{id}/reviews":               (*trips).reviewList,
	"POST /place/{id}/reviews":              (*trips).review,
	"GET /saved":                            (*trips).savedList,
	"GET /route":                            (*trips).route,
	"GET /flights":                          (*trips).journeys,
	"GET /trains":                           (*trips).journeys,
	"GET /journey/{code}/{date}":            (*trips).journey,
	"POST /journey/{code}/{date}":           (*trips).chooseJourney,
	"GET /hotels":                           (*trips).hotels,
	"GET /hotel/{id}":                       (*trips).hotel,
	"POST /hotel/{id}":                      (*trips).chooseHotel,
	"GET /fares":                            func(s *trips, w http.ResponseWriter, _ *http.Request) { s.show(w, "Fare rules", "fares", tripsFares) },
	"GET /book/travellers":                  (*trips).travellers,
	"POST /book/travellers":                 (*trips).setTravellers,
	"GET /book/extras":                      (*trips).extras,
	"POST /book/extras":                     (*trips).setExtras,
	"GET /book/review":                      (*trips).overview,
	"POST /book/review":                     (*trips).book,
	"GET /trips":                            (*trips).list,
	"GET /trip/{ref}":                       (*trips).trip,
	"GET /trip/{ref}/cancel":                (*trips).cancelPage,
	"POST /trip/{ref}/cancel":               (*trips).cancel,
	"GET /trip/{ref}/change":                (*trips).changeList,
	"GET /trip/{ref}/change/{code}/{date}":  (*trips).changePage,
	"POST /trip/{ref}/change/{code}/{date}": (*trips).change,
	"GET /trip/{ref}/extras":                (*trips).tripExtras,
	"POST /trip/{ref}/extras":               (*trips).setTripExtras,
	"GET /account":                          func(s *trips, w http.ResponseWriter, _ *http.Request) { s.show(w, "Account", "account", s.account) },
	"GET /account/edit": func(s *trips, w http.ResponseWriter, _ *http.Request) {
		s.show(w, "Edit account", "accountedit", s.account)
	},
	"POST /account/edit":  (*trips).setAccount,
	"GET /account/points": (*trips).pointsList,
})

// Open makes an episode's copy.
func (w *tripsWorld) Open() Site {
	s := &trips{world: w, account: w.owner, reviews: map[int][]tripsReview{}}
	s.Base = newBase("trips", "Trips", tripsPages, tripsNav...)
	return serve(s, tripsMux)
}

var tripsNav = []Link{{"Maps", "/"}, {"Cities", "/cities"}, {"Route", "/route"}, {"Flights", "/flights"},
	{"Trains", "/trains"}, {"Hotels", "/hotels"}, {"My trips", "/trips"}, {"Account", "/account"}}

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
