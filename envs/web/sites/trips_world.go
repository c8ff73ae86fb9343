package sites

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/turngym/turngym/scenarios"
)

// tripsWorld is what the map and the timetables have.
type tripsWorld struct {
	seed    uint64
	cities  []tripsCity
	places  []tripsPlace
	names   map[string]int // of places
	lines   []tripsLine
	codes   map[string]int     // of lines
	between map[tripsLeg][]int // lines, by departure
	rooms   []tripsHotel       // all hotels, city by city
	inns    map[string]int     // hotels by name
	owner   tripsAccount
}

type tripsCity struct {
	Name, Code string
	places     []int
	hotels     []int
	roads      [tripsBlocks + 1]string // from west to east, south to north
	streets    [tripsBlocks + 1]string // across them, from west to east
}

// A city is a square of blocks. Places stand along the roads.
const (
	tripsBlocks = 10
	tripsBlock  = 200 // metres
)

// tripsSpot is where something is: a road of a city, and metres from its west
// end.
type tripsSpot struct{ city, road, x int }

// tripsPlace is a place on the map.
type tripsPlace struct {
	ID                    int
	Name, Category, Phone string
	spot                  tripsSpot
	Rating                int // tenths
	Reviews               int
	Hours                 [3]string // Monday to Friday, Saturday, Sunday: "09:00 to 18:00" or "closed"
}

// tripsLine is a flight or a train that goes every day.
type tripsLine struct {
	Code, Carrier string
	Kind          string // flight or train
	From, To      int    // cities
	Depart        int    // minutes after midnight
	Minutes       int
	Stops         int
	price         int // on a day like any other
	id            int
}

// tripsLeg is a way from one city to another.
type tripsLeg struct {
	kind     string
	from, to int
}

// tripsHotel is a hotel.
type tripsHotel struct {
	ID     int
	Name   string
	spot   tripsSpot
	Stars  int
	Rating int // tenths
	With   []string
	price  int // of a double room
}

var (
	tripsWords      = scenarios.Words("words")
	tripsCategories = strings.Fields("bakery bank cafe cinema gym library museum park pharmacy restaurant school supermarket")
	tripsNouns      = map[string]string{"bakery": "Bakery Oven", "bank": "Bank Savings", "cafe": "Cafe Coffeehouse", "cinema": "Cinema Filmhouse",
		"gym": "Gym Fitness", "library": "Library Books", "museum": "Museum Gallery", "park": "Park Gardens", "pharmacy": "Pharmacy Chemist",
		"restaurant": "Restaurant Kitchen", "school": "School Academy", "supermarket": "Supermarket Market"}
	tripsAmenities = strings.Fields("breakfast parking pool gym pets kitchen")
)

// How many there are in each city.
const (
	tripsStands = 44
	tripsInns   = 14
)

func makeTrips(rng *rand.Rand) *tripsWorld {
	w := &tripsWorld{seed: rng.Uint64(), names: map[string]int{}, codes: map[string]int{}, between: map[tripsLeg][]int{}, inns: map[string]int{}}
	for i, c := range countryCities {
		city := tripsCity{Name: c.Name, Code: c.Code}
		words := slices.Clone(tripsWords)
		rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		for n := range city.roads {
			city.roads[n] = upper(words[2*n]) + " Road"
			city.streets[n] = upper(words[2*n+1]) + " Street"
		}
		w.cities = append(w.cities, city)
		w.addPlaces(rng, i)
		w.addHotels(rng, i)
	}
	for from := range w.cities {
		for to := range w.cities {
			if from != to {
				w.addLines(rng, from, to)
			}
		}
	}
	first, last := pickOne(rng, scenarios.Words("names")), pickOne(rng, scenarios.Words("surnames"))
	w.owner = tripsAccount{First: first, Last: last, Email: strings.ToLower(first + "." + last + "@mail.test"), Home: w.cities[rng.IntN(len(w.cities))].Name,
		Phone: fmt.Sprintf("0%d", 300_000_000+rng.IntN(600_000_000)), Points: 500 + rng.IntN(3000)}
	return w
}

func upper(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// spot draws an address.
func (w *tripsWorld) spot(rng *rand.Rand, city int) tripsSpot {
	x := 10 * (1 + rng.IntN(tripsBlocks*tripsBlock/10-1))
	if x%tripsBlock == 0 { // not on a crossing
		x += 10
	}
	return tripsSpot{city, rng.IntN(tripsBlocks + 1), x}
}

func (w *tripsWorld) addPlaces(rng *rand.Rand, city int) {
	for range tripsStands {
		p := tripsPlace{ID: len(w.places), Category: pickOne(rng, tripsCategories), spot: w.spot(rng, city), Rating: 30 + rng.IntN(21),
			Reviews: 3 + rng.IntN(900), Phone: fmt.Sprintf("0%d", 300_000_000+rng.IntN(600_000_000))}
		for p.Name == "" {
			name := upper(pickOne(rng, tripsWords)) + " " + upper(pickOne(rng, tripsWords)) + " " + pickOne(rng, strings.Fields(tripsNouns[p.Category]))
			if _, taken := w.names[name]; !taken {
				p.Name = name
			}
		}
		opens := 7 + rng.IntN(5)
		p.Hours = [3]string{w.hours(rng, opens, 0), w.hours(rng, opens, 0.15), w.hours(rng, opens+1, 0.5)}
		w.names[p.Name] = p.ID
		w.places = append(w.places, p)
		w.cities[city].places = append(w.cities[city].places, p.ID)
	}
}

func (w *tripsWorld) hours(rng *rand.Rand, opens int, closed float64) string {
	half, long := 30*rng.IntN(2), 4+rng.IntN(8)
	if rng.Float64() < closed {
		return "closed"
	}
	return clock(opens*60+half) + " to " + clock(opens*60+half+long*60)
}

func (w *tripsWorld) addHotels(rng *rand.Rand, city int) {
	for range tripsInns {
		h := tripsHotel{ID: len(w.rooms), spot: w.spot(rng, city), Stars: 1 + rng.IntN(5), Rating: 30 + rng.IntN(21)}
		for h.Name == "" {
			name := pickOne(rng, strings.Fields("Hotel Inn Lodge Hostel")) + " " + upper(pickOne(rng, tripsWords)) + " " + upper(pickOne(rng, tripsWords))
			if _, taken := w.inns[name]; !taken {
				h.Name = name
			}
		}
		for _, a := range tripsAmenities {
			if rng.IntN(2) == 0 {
				h.With = append(h.With, a)
			}
		}
		h.price = 30 + 25*h.Stars + rng.IntN(60)
		w.inns[h.Name] = h.ID
		w.rooms = append(w.rooms, h)
		w.cities[city].hotels = append(w.cities[city].hotels, h.ID)
	}
}

func (w *tripsWorld) addLines(rng *rand.Rand, from, to int) {
	far := 60 + rng.IntN(120) // minutes of a direct flight
	for _, kind := range []string{"flight", "train"} {
		n := 4 + rng.IntN(6)
		step := 17 * 60 / n
		for i := range n {
			l := tripsLine{Kind: kind, From: from, To: to, id: len(w.lines), Depart: 5*60 + i*step + 5*rng.IntN(step/5), Stops: max(0, rng.IntN(4)-1)}
			l.Minutes = far + 5*rng.IntN(5) + l.Stops*(50+5*rng.IntN(10))
			l.price = far + 20 + rng.IntN(120) - 15*l.Stops
			carriers := strings.Fields("Norda/ND Altair/AL Bluewing/BW Corvus/CV")
			if kind == "train" {
				l.Minutes, l.price = 2*l.Minutes, l.price*2/3
				carriers = strings.Fields("Intercity/IC Express/EX Regio/RG")
			}
			carrier, code, _ := strings.Cut(pickOne(rng, carriers), "/")
			l.Carrier, l.Code = carrier, fmt.Sprint(code, 1000+l.id)
			w.codes[l.Code] = l.id
			w.lines = append(w.lines, l)
			leg := tripsLeg{kind, from, to}
			w.between[leg] = append(w.between[leg], l.id)
		}
	}
}

// cityOf is the city of that name, in any case.
func (w *tripsWorld) cityOf(name string) (city int, ok bool) {
	for i := range w.cities {
		if strings.EqualFold(w.cities[i].Name, name) {
			return i, true
		}
	}
	return 0, false
}

// roll is a number below n that depends on the world and the keys alone: what
// changes from day to day, and would be too much to store.
func (w *tripsWorld) roll(n int, keys ...int) int {
	h := w.seed
	for _, k := range keys {
		h = (h ^ uint64(k)) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	h *= 0xbf58476d1ce4e5b9
	return int((h ^ h>>32) % uint64(n))
}
