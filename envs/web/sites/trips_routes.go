package sites

import (
	"fmt"
	"net/http"
)

// What follows is about ways within a city: along the road to a street, along
// the street, and along the other road.

// tripsWay is a way between two places.
type tripsWay struct {
	First, Across, Last int // metres along the first road, the street, the last road
	street              int
	from, to            tripsSpot
}

// Metres are all of them.
func (r tripsWay) Metres() int { return r.First + r.Across + r.Last }

// How fast one gets on, in metres a minute, and what is lost besides.
const (
	footSpeed = 80
	busSpeed  = 300
	carSpeed  = 500
	busWait   = 4 // minutes
	carPark   = 6
	busLeast  = 2 * tripsBlock // a bus is taken for no less
)

// way is the shortest way; where several streets do, the first one reached.
func way(a, b tripsSpot) tripsWay {
	r := tripsWay{from: a, to: b}
	if a.road == b.road {
		r.First = abs(a.x - b.x)
		return r
	}
	r.Across = abs(a.road-b.road) * tripsBlock
	best := -1
	for c := range tripsBlocks + 1 {
		first, last := abs(a.x-c*tripsBlock), abs(b.x-c*tripsBlock)
		if sum := first + last; best < 0 || sum < best || sum == best && first < r.First {
			best, r.street, r.First, r.Last = sum, c, first, last
		}
	}
	return r
}

func abs(n int) int { return max(n, -n) }

// minutes is how long so many metres take, rounded up.
func minutes(metres, speed int) int { return (metres + speed - 1) / speed }

// Minutes is how long the way takes by foot, bus or car; ok is false where no
// bus goes.
func (r tripsWay) Minutes(by string) (n int, ok bool) {
	switch by {
	case "bus":
		return minutes(r.First, footSpeed) + busWait + minutes(r.Across, busSpeed) + minutes(r.Last, footSpeed), r.Across >= busLeast
	case "car":
		return minutes(r.Metres(), carSpeed) + carPark, true
	}
	return minutes(r.Metres(), footSpeed), true
}

// steps are the way in words.
func (w *tripsWorld) steps(r tripsWay, by string) []string {
	city := &w.cities[r.from.city]
	east := func(from, to int) string {
		if to > from {
			return "east"
		}
		return "west"
	}
	go1, north := "Walk", "south"
	if by == "car" {
		go1 = "Drive"
	}
	if r.to.road > r.from.road {
		north = "north"
	}
	if r.Across == 0 {
		return []string{fmt.Sprintf("%s %d m %s along %s", go1, r.First, east(r.from.x, r.to.x), city.roads[r.from.road])}
	}
	at := r.street * tripsBlock
	out := []string{fmt.Sprintf("%s %d m %s along %s", go1, r.First, east(r.from.x, at), city.roads[r.from.road])}
	if by == "bus" {
		out = append(out, fmt.Sprintf("Take bus %d on %s %s for %d stops to %s", r.street+1, city.streets[r.street], north, r.Across/tripsBlock, city.roads[r.to.road]))
	} else {
		out = append(out, fmt.Sprintf("%s %d m %s along %s", go1, r.Across, north, city.streets[r.street]))
	}
	out = append(out, fmt.Sprintf("%s %d m %s along %s", go1, r.Last, east(at, r.to.x), city.roads[r.to.road]))
	if by == "car" {
		out = append(out, "Park the car")
	}
	return out
}

// stand is where a place or a hotel is.
func (w *tripsWorld) stand(name string) (tripsSpot, bool) {
	if id, ok := w.names[name]; ok {
		return w.places[id].spot, true
	}
	if id, ok := w.inns[name]; ok {
		return w.rooms[id].spot, true
	}
	return tripsSpot{}, false
}

func (s *trips) route(w http.ResponseWriter, r *http.Request) {
	from, to, by := trimmed(r, "from"), trimmed(r, "to"), trimmed(r, "by")
	data := map[string]any{"From": from, "To": to, "By": by, "Ways": []string{"foot", "bus", "car"}}
	a, known := s.world.stand(from)
	b, known2 := s.world.stand(to)
	switch {
	case from == "" || to == "":
		if by != "" {
			data["Fault"] = "Enter where the way begins and where it ends."
		}
	case !known:
		data["Fault"] = "There is no place called " + from + "."
	case !known2:
		data["Fault"] = "There is no place called " + to + "."
	case a.city != b.city:
		data["Fault"] = "These places are in different cities: take a train or a flight."
	default:
		if by == "" {
			by = "foot"
		}
		way := way(a, b)
		if long, ok := way.Minutes(by); ok {
			data["Metres"], data["Minutes"], data["Steps"] = way.Metres(), long, s.world.steps(way, by)
		} else {
			data["Fault"] = "No bus goes this way: it is too short. Go by foot."
		}
	}
	s.show(w, "Route", "route", data)
}
