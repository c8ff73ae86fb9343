package sites

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// guest is a browser without a screen: it asks a site and follows where it
// is sent.
type guest struct {
	t    *testing.T
	site Site
}

func enter(t *testing.T, name string, world uint64) guest {
	t.Helper()
	s, err := new(Worlds).Open(name, world)
	if err != nil {
		t.Fatal(err)
	}
	return guest{t, s}
}

func (v guest) ask(method, path, form string) string {
	v.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	v.site.ServeHTTP(w, r)
	if to := w.Header().Get("Location"); w.Code == http.StatusSeeOther {
		return v.ask(http.MethodGet, to, "")
	}
	if w.Code >= 500 {
		v.t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w.Body.String()
}

func (v guest) get(path string) string { v.t.Helper(); return v.ask(http.MethodGet, path, "") }
func (v guest) post(path, form string) string {
	v.t.Helper()
	return v.ask(http.MethodPost, path, form)
}

// shows fails where a page does not have a text.
func (v guest) shows(page, text string) {
	v.t.Helper()
	if !strings.Contains(page, text) {
		v.t.Fatalf("the page lacks %q:\n%s", text, page)
	}
}

// call asks a function of the site.
func (v guest) call(function string, args ...any) any {
	v.t.Helper()
	out, err := Call(v.site, function, args)
	if err != nil {
		v.t.Fatal(err)
	}
	return out
}

// flight is one with seats in Economy, and a date.
func (v guest) flight() map[string]any {
	for _, to := range v.call("cities").([]string)[1:] {
		for _, o := range v.call("journeys", "flight", v.call("cities").([]string)[0], to, "2031-06-02").([]any) {
			if o := o.(map[string]any); o["seats"].(map[string]any)["Economy"].(int) > 0 {
				return o
			}
		}
	}
	v.t.Fatal("no flight has a seat")
	return nil
}

func TestATripIsBookedPageByPageAndOnce(t *testing.T) {
	v := enter(t, "trips", 1)
	o := v.flight()
	at := fmt.Sprintf("/journey/%s/%s", o["code"], o["date"])
	v.shows(v.get(fmt.Sprintf("/flights?from=%s&to=%s&date=%s", o["from"], o["to"], o["date"])), at)
	v.shows(v.post(at, "class=Steerage&fare=Flex&travellers=1"), "Choose a class")
	v.shows(v.get("/book/travellers"), "There is nothing to book")
	v.shows(v.post(at, "class=Economy&fare=Flex&travellers=2"), "First name 2")
	v.shows(v.post("/book/review", "pay=card&rules=on"), "First say who travels")
	v.shows(v.post("/book/travellers", "first1=Ada&last1=Baker&born1=1990-01-31&first2=Ben&last2=&born2=1990-01-31&email=a@b"), "Enter the first and last name")
	v.shows(v.post("/book/travellers", "first1=Ada&last1=Baker&born1=1990-01-31&first2=Ben&last2=Baker&born2=31.1.90&email=a@b"), "Enter the date of birth")
	people := "first1=Ada&last1=Baker&born1=1990-01-31&first2=Ben&last2=Baker&born2=1992-01-31&email="
	v.shows(v.post("/book/travellers", people), "Enter an e-mail address")
	v.shows(v.post("/book/travellers", people+"a@b"), "Seat of Ben Baker")
	seat := v.call("seats", o["code"], o["date"], "Economy").([]string)[0]
	v.shows(v.post("/book/extras", "seat1="+seat+"&seat2="+seat+"&bags=2"), "Choose different seats")
	v.shows(v.post("/book/extras", "seat1=99Z&seat2=any+seat&bags=2"), "Choose a seat of the list")
	v.shows(v.post("/book/extras", "seat1="+seat+"&seat2=any+seat&bags=2"), "Review and pay")
	v.shows(v.post("/book/review", "pay=card"), "Accept the rules")
	v.shows(v.post("/book/review", "pay=points&rules=on"), "not enough points")
	v.shows(v.post("/book/review", "pay=card&rules=on"), "Your reference is")
	v.shows(v.post("/book/review", "pay=card&rules=on"), "There is nothing to book")
	list := v.call("bookings").([]any)
	b := list[0].(map[string]any)
	want := 2*o["fares"].(map[string]any)["Economy"].(map[string]any)["Flex"].(int) + 2*bagPrice
	if len(list) != 1 || b["price"] != want || b["bags"] != 2 || len(v.call("changes").([]string)) != 1 {
		t.Fatalf("%v, want one booking for %d EUR", list, want)
	}
}

func TestABookingIsCancelledAndChangedByItsFare(t *testing.T) {
	for _, c := range []struct {
		fare          string
		cancels       bool
		back, changed string
	}{{"Saver", false, "cannot be cancelled", "cannot be changed"}, {"Standard", true, "was cancelled", "New date"}, {"Flex", true, "was cancelled", "New date"}} {
		v := enter(t, "trips", 2)
		o := v.flight()
		ref := v.call("book", map[string]any{"code": o["code"], "date": o["date"], "fare": c.fare}).(string)
		v.shows(v.get("/trip/"+ref), c.fare)
		v.shows(v.get("/trip/"+ref+"/change"), c.changed)
		page := v.post("/trip/"+ref+"/cancel", "")
		v.shows(page, c.back)
		v.post("/trip/"+ref+"/cancel", "")
		b := v.call("bookings").([]any)[0].(map[string]any)
		if n := len(v.call("changes").([]string)); b["cancelled"] != c.cancels || (n == 1) != c.cancels {
			t.Errorf("%s: %v after %d changes", c.fare, b, n)
		}
		if c.fare == "Flex" && b["refund"] != b["price"] || c.fare == "Standard" && b["refund"] != max(0, b["price"].(int)-40) {
			t.Errorf("%s: %v EUR of %v are paid back", c.fare, b["refund"], b["price"])
		}
	}
}

func TestAChangeKeepsCitiesAndCostsFeeAndDifference(t *testing.T) {
	v := enter(t, "trips", 3)
	o := v.flight()
	ref := v.call("book", map[string]any{"code": o["code"], "date": o["date"], "fare": "Standard"}).(string)
	v.shows(v.get("/trip/"+ref+"/change?date=soon"), "Enter the date like")
	v.shows(v.get("/trip/"+ref+"/change?date=2040-01-01"), "Choose a date from")
	for day := 25; ; day++ {
		date := dayText(day)
		to := v.call("journeys", "flight", o["from"], o["to"], date).([]any)[0].(map[string]any)
		if to["seats"].(map[string]any)["Economy"] == 0 {
			v.shows(v.post(fmt.Sprintf("/trip/%s/change/%s/%s", ref, to["code"], date), ""), "is sold out")
			continue
		}
		fare := func(o map[string]any) int {
			return o["fares"].(map[string]any)["Economy"].(map[string]any)["Standard"].(int)
		}
		paid := 30 + max(0, fare(to)-fare(o))
		v.shows(v.get(fmt.Sprintf("/trip/%s/change/%s/%s", ref, to["code"], date)), fmt.Sprint(paid, " EUR"))
		v.shows(v.post(fmt.Sprintf("/trip/%s/change/%s/%s", ref, to["code"], date), ""), "was changed")
		v.shows(v.post(fmt.Sprintf("/trip/%s/change/%s/%s", ref, to["code"], date), ""), "the journey that you have")
		if b := v.call("bookings").([]any)[0].(map[string]any); b["code"] != to["code"] || b["price"] != fare(o)+paid {
			t.Fatal(b)
		}
		break
	}
}

func TestAHotelRoomIsBooked(t *testing.T) {
	v := enter(t, "trips", 4)
	city := v.call("cities").([]string)[3]
	v.shows(v.get("/hotels?city=Nowhere&in=2031-06-01&nights=2"), "We do not know the city Nowhere")
	v.shows(v.get("/hotels?city="+city+"&in=2031-06-01&nights=99"), "Choose 1 to 7 nights")
	for _, h := range v.call("hotels", city, "2031-06-01", 2.0).([]any) {
		h := h.(map[string]any)
		if h["left"].(map[string]any)["Double"] == 0 {
			continue
		}
		at := fmt.Sprintf("/hotel/%d?in=2031-06-01&nights=2&room=Double", h["id"])
		v.shows(v.get(at), fmt.Sprint(h["price"].(map[string]any)["Double"], " EUR"))
		v.shows(v.post(at, "room=Double&rate=Fixed&guests=4"), "A double room sleeps 2")
		v.shows(v.post(at, "room=Double&rate=Fixed&guests=2"), "Main guest")
		v.post("/book/travellers", "first1=Ada&last1=Baker&email=a@b")
		v.post("/book/extras", "")
		v.shows(v.post("/book/review", "pay=card&rules=on"), "Your reference is")
		b := v.call("bookings").([]any)[0].(map[string]any)
		if b["price"] != h["price"].(map[string]any)["Double"] {
			t.Error(b)
		}
		v.shows(v.post(fmt.Sprintf("/trip/%s/cancel", b["ref"]), ""), "cannot be cancelled")
		return
	}
}

func TestTheMapFindsSavesAndLeads(t *testing.T) {
	v := enter(t, "trips", 5)
	city := v.call("cities").([]string)[0]
	list := v.call("places", city).([]any)
	a, b := list[0].(map[string]any), list[1].(map[string]any)
	v.shows(v.get("/places?q="+url.QueryEscape(a["name"].(string))), "1 places")
	v.shows(v.get("/places?near=Nothing"), "There is no place called Nothing")
	v.shows(v.get("/places?city="+city+"&page=99"), "Page 6 of 6")
	at := fmt.Sprint("/place/", a["id"])
	v.shows(v.get(at), a["phone"].(string))
	v.post(at+"/save", "do=save")
	v.shows(v.post(at+"/save", "do=save"), "Remove from saved places")
	if got := v.call("saved"); !reflect.DeepEqual(got, []string{a["name"].(string)}) {
		t.Error(got)
	}
	v.shows(v.post(at+"/reviews", "stars=9&text="), "Choose 1 to 5 stars")
	v.shows(v.post(at+"/reviews", "stars=2&text=Dull"), "2 of 5: Dull")
	way := v.call("way", a["name"], b["name"], "car").(map[string]any)
	v.shows(v.get("/route?by=car&from="+url.QueryEscape(a["name"].(string))+"&to="+url.QueryEscape(b["name"].(string))), fmt.Sprint(way["minutes"], " minutes"))
	v.shows(v.get("/route?by=foot&from=&to="), "Enter where")
	for _, path := range []string{"/place/-1", "/place/x", "/place/999999", "/journey/XX1/2031-06-01", "/trip/NONE", "/hotel/77777", "/city/XXX"} {
		v.shows(v.get(path), "There is no such page")
	}
	v.shows(v.post("/account/edit", "email=nobody&phone=1&home="+city), "This is no e-mail address")
	v.shows(v.post("/account/edit", "email=a@b&phone=1&home="+city+"&news=on"), "Your account was saved")
}

func TestWaysAreTheShortest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		a, b := tripsSpot{0, rng.IntN(11), 10 * rng.IntN(200)}, tripsSpot{0, rng.IntN(11), 10 * rng.IntN(200)}
		got, want := way(a, b).Metres(), 1<<30
		for c := 0; c <= tripsBlocks; c++ {
			want = min(want, abs(a.x-c*tripsBlock)+abs(a.road-b.road)*tripsBlock+abs(b.x-c*tripsBlock))
		}
		if a.road == b.road {
			want = abs(a.x - b.x)
		}
		if got != want || got != way(b, a).Metres() {
			t.Fatalf("%v to %v: %d m, want %d", a, b, got, want)
		}
	}
}

// A world is a function of its number, and what an episode does is its own,
// though many use the world at once.
func TestTripsAndWikiShareAWorldAndNothingElse(t *testing.T) {
	for _, name := range []string{"trips", "wiki"} {
		first, again := enter(t, name, 6), enter(t, name, 6)
		if !reflect.DeepEqual(worldBehind(first.site), worldBehind(again.site)) {
			t.Errorf("%s: the same number gives two worlds", name)
		}
		if reflect.DeepEqual(worldBehind(first.site), worldBehind(enter(t, name, 7).site)) {
			t.Errorf("%s: two numbers give the same world", name)
		}
	}
	var worlds Worlds
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			s, err := worlds.Open([]string{"trips", "wiki"}[i%2], 6)
			if err != nil {
				t.Error(err)
				return
			}
			v := guest{t, s}
			if i%2 == 0 {
				v.post("/place/3/save", "do=save")
				if got := v.call("saved").([]string); len(got) != 1 {
					t.Errorf("an episode has saved %v", got)
				}
			} else {
				v.post("/article/3/edit", "fact0=12345")
				if got := v.call("edits").([]any); len(got) != 1 {
					t.Errorf("an episode has the edits %v", got)
				}
			}
		})
	}
	wg.Wait()
}

func worldBehind(s Site) any {
	if s, ok := s.(*trips); ok {
		return s.world
	}
	return s.(*wiki).world
}

func BenchmarkTripsPage(b *testing.B) {
	s, err := new(Worlds).Open("trips", 1)
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/places?city=Aldermouth&sort=rating", nil)
	for b.Loop() {
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
}

func BenchmarkTripsOpen(b *testing.B) {
	var worlds Worlds
	if _, err := worlds.Open("trips", 1); err != nil { // makes the world
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := worlds.Open("trips", 1); err != nil {
			b.Fatal(err)
		}
	}
}
