// Package toolbox is function calling: small services with a state, whose API an
// agent calls for a user. Five services (a calendar, a bank, a travel agency, a
// web store, a mailbox), each as two scenarios:
//
//	<service>-calls    what is wanted is all said: the right calls with the right arguments
//	<service>-service  a user who answers when asked, and rules that must be obeyed
//
// A verb is a function of the API. What an episode is worth is said at its end by
// the records: they must be what the reference's calls make of them, and the
// user must have been told what was asked (Yao et al. 2024, tau-bench). Names,
// parameters and docs of the functions differ from task to task, and some names
// are met in the test split only.
//
// Start with calendar.go, the template of a service; task.go draws a task from
// it, episode.go plays one. A table is one kind of record, a function is made of
// what it does to them. What the package is not: a place for services whose data
// are large; those are sites of package web.
package toolbox

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
)

// Family opens toolboxes. The zero value has scripted users.
type Family struct {
	// User plays the user in place of the script: it gets what the user wants and
	// what was said so far, and answers the agent's last line. Scenarios have no
	// oracle then, and a saved episode asks it again. An error of it is a fault.
	User func(ctx context.Context, c Conversation) (string, error)
}

var _ gym.Family = Family{}

// setting is how hard a level is.
type setting struct {
	records  int  // of each table
	least    int  // requests
	most     int  //
	tools    int  // of the service; 0 is all
	foreign  int  // tools of another service
	shown    bool // the records are shown from the start, and named by their ids
	varied   bool // names and docs of the API are drawn
	alike    bool // some records have the same key
	talks    bool // there is a user to talk to
	loans    bool // some arguments are those of other records
	hidden   bool // the user leaves something out
	rules    bool // those that ask for a yes
	refusals bool // those for which something is refused; some tasks want that
	wavers   bool // the user has another mind when asked to confirm; all needs a yes
}

var callLevels = []setting{
	{records: 3, least: 1, most: 1, tools: 4, shown: true},
	{records: 4, least: 1, most: 1, varied: true},
	{records: 5, least: 2, most: 3, varied: true, alike: true, loans: true, foreign: 3},
}

var serviceLevels = []setting{
	{records: 3, least: 1, most: 1, tools: 5, talks: true, hidden: true},
	{records: 4, least: 1, most: 2, varied: true, talks: true, hidden: true, rules: true},
	{records: 4, least: 1, most: 2, varied: true, alike: true, talks: true, hidden: true, rules: true, refusals: true},
	{records: 5, least: 1, most: 2, varied: true, alike: true, loans: true, talks: true, hidden: true, rules: true, refusals: true, wavers: true, foreign: 3},
}

// The turns of an episode, and what a random agent stays below.
const (
	callTurns    = 10
	serviceTurns = 16
	callFloor    = 0.05
	serviceFloor = 0.06
)

// kinds are the scenarios: each service with all said, and with a user.
func (f Family) kinds() []world.Scenario {
	var list []world.Scenario
	all := domains()
	for i := range all {
		for _, k := range []struct {
			name, doc    string
			levels       []setting
			turns        int
			floor        float64
			demonstrates bool
		}{
			{"calls", "calls of the API of %s", callLevels, callTurns, callFloor, true},
			{"service", "serve a user of %s by its API, under its rules", serviceLevels, serviceTurns, serviceFloor, f.User == nil},
		} {
			manners := make([][]gym.Verb, len(k.levels))
			for j := range k.levels {
				manners[j] = all[i].manners(k.levels[j])
			}
			list = append(list, world.Scenario{
				Scenario: gym.Scenario{Name: all[i].name + "-" + k.name, Doc: fmt.Sprintf(k.doc, all[i].doc), Levels: len(k.levels),
					Turns: k.turns, Floor: k.floor, Oracle: k.demonstrates},
				Start: func(_ context.Context, t gym.Task, rng *rand.Rand) (world.World, error) {
					return start(drawing{all: all, at: i, setting: k.levels[t.Level-1], manners: manners[t.Level-1], split: t.Split, rng: rng}, f.User)
				},
			})
		}
	}
	return list
}

// Scenarios are two for each service.
func (f Family) Scenarios() []gym.Scenario { return world.Infos(f.kinds()) }

// Open opens an environment that plays any of them.
func (f Family) Open(ctx context.Context) (gym.Env, error) {
	return world.New("toolbox", f.kinds()), ctx.Err()
}

// Close has nothing to close.
func (Family) Close() error { return nil }
