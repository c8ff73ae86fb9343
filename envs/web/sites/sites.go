// Package sites are simulated web sites for scenarios to play on: a shop, a
// wiki, mail and so on. Each is a server in this process whose pages work
// without scripts. What scenarios check is its state, never a page.
//
// A site comes in two halves. A [World] is its content, by the thousand items,
// drawn from a seed; it is made once and shared by many episodes. A [Site] is
// one episode's copy: a handler with the changes made so far. Scenarios reach
// it from Lua by its functions: sites.shop.orders(). Start with [Open] and, as
// an example, wiki.go; [Base] is what all sites have in common.
package sites

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/turngym/turngym/gym/catalog"
)

// Domain is where the sites are: the site shop is at http://shop.gym.test.
const Domain = "gym.test"

// Site is one episode's copy of a site. One goroutine at a time uses it.
type Site interface {
	http.Handler
	// Functions are what scenarios may call.
	Functions() []Function
	base() *Base
}

// Function is one thing that a scenario can ask of a site or arrange in it.
type Function struct {
	Form string // how it is called: "orders()"
	Doc  string // one line
	// Do calls it. Results are nil, bool, int, float64, string, []any, []string
	// and map[string]any; the error is the scenario author's mistake.
	Do func(a Args) (any, error)
}

// World is a site's content, which episodes share and none changes. It is safe
// for many goroutines.
type World interface{ Open() Site }

// Kind makes a world from a source of chance.
type Kind func(rng *rand.Rand) World

// All are the sites by name.
func All() *catalog.Catalog[Kind] { return all }

var all = catalog.Must("site",
	catalog.Entry[Kind]{Name: "admin", Doc: "a back office: customers, invoices, stock and staff in tables and forms, a report", New: func() Kind { return newAdmin }},
	catalog.Entry[Kind]{Name: "calendar", Doc: "a calendar: day, week and month, events that repeat, invitations, free time of several people", New: func() Kind { return newCalendar }},
	catalog.Entry[Kind]{Name: "forum", Doc: "boards with threads, comments, votes, messages and moderation", New: func() Kind { return newForum }},
	catalog.Entry[Kind]{Name: "mail", Doc: "a mailbox: folders, search, reading and writing, labels, filters, contacts", New: func() Kind { return newMail }},
	catalog.Entry[Kind]{Name: "shop", Doc: "a shop: products, reviews, a cart with codes, orders, returns, an account", New: func() Kind { return newShop }},
	catalog.Entry[Kind]{Name: "tracker", Doc: "an issue tracker: search, editing, comments, links, milestones, a board, time", New: func() Kind { return newTracker }},
	catalog.Entry[Kind]{Name: "trips", Doc: "maps and trip booking: places, routes, flights, trains, hotels, bookings by the rules of their fares, points", New: func() Kind { return newTrips }},
	catalog.Entry[Kind]{Name: "wiki", Doc: "an encyclopedia: search, articles with facts and links, categories, talk, history, editing", New: func() Kind { return newWiki }},
)

// Worlds keeps the worlds that were made. Its zero value is ready; it is safe
// for many goroutines.
type Worlds struct {
	mu   sync.Mutex
	made map[string]func() World
}

// Open is an episode's copy of the named site in a world, which is any number.
func (w *Worlds) Open(name string, world uint64) (Site, error) {
	entry, err := All().Get(name)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	key := fmt.Sprint(name, " ", world)
	make, ok := w.made[key]
	if !ok {
		make = sync.OnceValue(func() World {
			return entry.New()(rand.New(rand.NewPCG(world, uint64(len(name))<<8|uint64(name[0]))))
		})
		if w.made == nil {
			w.made = map[string]func() World{}
		}
		w.made[key] = make
	}
	w.mu.Unlock()
	return make().Open(), nil
}

// Call calls a site's function from Lua.
func Call(s Site, function string, args []any) (any, error) {
	var known []string
	for _, f := range slices.Concat(s.Functions(), s.base().functions()) {
		name, _, _ := strings.Cut(f.Form, "(")
		if name == function {
			out, err := f.Do(Args{function, args})
			if err != nil {
				return nil, fmt.Errorf("sites.%s.%s: %w", s.base().name, f.Form, err)
			}
			return out, nil
		}
		known = append(known, name)
	}
	return nil, catalog.Unknown("function of the site "+s.base().name, function, known)
}

// Args are a call's arguments as Lua gave them.
type Args struct {
	function string
	list     []any
}

// Text is argument i, a text; "" where there is none.
func (a Args) Text(i int) string {
	if i < len(a.list) {
		if s, ok := a.list[i].(string); ok {
			return s
		}
	}
	return ""
}

// Int is argument i, a whole number; 0 where there is none.
func (a Args) Int(i int) int {
	if i < len(a.list) {
		if n, ok := a.list[i].(float64); ok {
			return int(n)
		}
	}
	return 0
}

// Table is argument i, a table with named fields; empty where there is none.
func (a Args) Table(i int) map[string]any {
	if i < len(a.list) {
		if m, ok := a.list[i].(map[string]any); ok {
			return m
		}
	}
	return map[string]any{}
}
