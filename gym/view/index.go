package view

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/record"
)

// index knows where every episode lies, and enough of it for the list.
type index struct {
	mu      sync.Mutex
	folders []*followed
	by      map[string]place
}

// followed is a folder with what was found in it so far, oldest first.
type followed struct {
	Folder
	follower *record.Follower
	list     []entry
}

// place is an index into folders, and one into its list.
type place struct{ folder, at int }

// entry is a line of the list.
type entry struct {
	Key      string `json:"key"` // folder/id; ~2 behind it where an id comes again
	Scenario string `json:"scenario"`
	Level    int    `json:"level"`
	Split    string `json:"split"`
	Step     int    `json:"step"`
	Turns    int    `json:"turns"`
	Outcome  number `json:"outcome"`
	Reward   number `json:"reward"` // what all turns were paid; the outcome where that is not known

	where record.Place
}

// Solved is the outcome from which on an episode reached its goal.
const Solved = 1

// Step is the step of the training in which an episode was played, by its id:
// 12 of "12-3", 0 of "eval-3".
func Step(id string) int {
	before, _, _ := strings.Cut(id, "-")
	n, _ := strconv.Atoi(before)
	return n
}

// scan reads what is new and returns how many episodes are known.
func (x *index) scan(h *Handler) (n int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.by == nil {
		x.by = map[string]place{}
		for _, f := range h.Folders {
			x.folders = append(x.folders, &followed{Folder: f, follower: record.Follow(f.Dir)})
		}
	}
	for i, f := range x.folders {
		for where, ep := range f.follower.New() {
			e := h.entry(ep)
			e.where, e.Key = where, f.Name+"/"+ep.ID
			for again := 2; ; again++ {
				if _, taken := x.by[e.Key]; !taken {
					break
				}
				e.Key = fmt.Sprintf("%s/%s~%d", f.Name, ep.ID, again)
			}
			x.by[e.Key] = place{i, len(f.list)}
			f.list = append(f.list, e)
		}
		n += len(f.list)
	}
	return n
}

func (h *Handler) entry(ep *gym.Episode) entry {
	e := entry{Scenario: ep.Task.Scenario, Level: ep.Task.Level, Split: ep.Task.Split.String(), Step: Step(ep.ID),
		Turns: len(ep.Turns), Outcome: number(ep.Outcome()), Reward: number(ep.Outcome())}
	if h.Pay != nil {
		if paid, err := h.Pay(ep); err == nil {
			e.Reward = 0
			for _, parts := range paid {
				for _, p := range parts {
					e.Reward += number(p.Value)
				}
			}
		}
	}
	return e
}

// unknown is an episode that is not there.
type unknown string

func (u unknown) Error() string {
	return fmt.Sprintf("no episode %q; the list on the left has those that there are", string(u))
}

// read reads the episode with a key.
func (x *index) read(h *Handler, key string) (*gym.Episode, error) {
	where, ok := x.find(key)
	if !ok {
		x.scan(h)
		where, ok = x.find(key)
	}
	if !ok {
		return nil, unknown(key)
	}
	return record.Read(where)
}

func (x *index) find(key string) (record.Place, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	p, ok := x.by[key]
	if !ok {
		return record.Place{}, false
	}
	return x.folders[p.folder].list[p.at].where, true
}

// query is what the list is asked for.
type query struct {
	folder, scenario, outcome string // "" is all; an outcome is solved or failed
	min, max                  float64
	step                      int    // 0 is all
	offset, limit             int    // of those that match
	at                        string // the page that has this key, instead of offset
}

// pageMax is how many lines a page of the list may have.
const pageMax = 500

func parseQuery(v url.Values) (query, error) {
	q := query{folder: v.Get("folder"), scenario: v.Get("scenario"), outcome: v.Get("outcome"), at: v.Get("at"),
		min: math.Inf(-1), max: math.Inf(1), limit: 100}
	if !slices.Contains([]string{"", "solved", "failed"}, q.outcome) {
		return q, fmt.Errorf("outcome is %q; want solved or failed", q.outcome)
	}
	for name, dst := range map[string]*float64{"min": &q.min, "max": &q.max} {
		if text := v.Get(name); text != "" {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil || math.IsNaN(n) {
				return q, fmt.Errorf("%s is %q; want a number", name, text)
			}
			*dst = n
		}
	}
	for name, dst := range map[string]*int{"step": &q.step, "offset": &q.offset, "limit": &q.limit} {
		if text := v.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				return q, fmt.Errorf("%s is %q; want a whole number", name, text)
			}
			*dst = n
		}
	}
	q.limit = max(1, min(q.limit, pageMax))
	return q, nil
}

func (q *query) matches(folder string, e *entry) bool {
	solved := e.Outcome >= Solved
	return (q.folder == "" || q.folder == folder) && (q.scenario == "" || q.scenario == e.Scenario) &&
		(q.outcome == "" || solved == (q.outcome == "solved")) && (q.step == 0 || q.step == e.Step) &&
		float64(e.Reward) >= q.min && float64(e.Reward) <= q.max
}

// found is the answer to a query.
type found struct {
	Run       string   `json:"run"`
	All       int      `json:"all"`   // episodes there are
	Total     int      `json:"total"` // that match
	Solved    int      `json:"solved"`
	Offset    int      `json:"offset"`
	Limit     int      `json:"limit"`
	Episodes  []entry  `json:"episodes"`
	Folders   []tally  `json:"folders"`
	Scenarios []tally  `json:"scenarios"` // by name
	Damaged   []string `json:"damaged"`   // what could not be read, a line each
}

// tally is how many episodes there are of one kind, whatever was asked for.
type tally struct {
	Name   string `json:"name"`
	Count  int    `json:"count"`
	Solved int    `json:"solved"`
}

func (t *tally) add(e *entry) {
	t.Count++
	if e.Outcome >= Solved {
		t.Solved++
	}
}

func (x *index) search(h *Handler, q query) found {
	x.mu.Lock()
	defer x.mu.Unlock()
	out := found{Run: h.Name, Offset: q.offset, Limit: q.limit, Episodes: []entry{}, Folders: []tally{}, Scenarios: []tally{}, Damaged: []string{}}
	var match []*entry
	for _, f := range x.folders {
		in := tally{Name: f.Name}
		for i := range f.list {
			e := &f.list[i]
			in.add(e)
			at, known := slices.BinarySearchFunc(out.Scenarios, e.Scenario, func(t tally, name string) int { return strings.Compare(t.Name, name) })
			if !known {
				out.Scenarios = slices.Insert(out.Scenarios, at, tally{Name: e.Scenario})
			}
			out.Scenarios[at].add(e)
			if !q.matches(f.Name, e) {
				continue
			}
			if e.Key == q.at {
				out.Offset = len(match) / q.limit * q.limit
			}
			if match = append(match, e); e.Outcome >= Solved {
				out.Solved++
			}
		}
		out.All += in.Count
		if in.Count > 0 {
			out.Folders = append(out.Folders, in)
		}
		for _, d := range f.follower.Dropped() {
			out.Damaged = append(out.Damaged, f.Name+"/"+d.String())
		}
	}
	out.Total = len(match)
	out.Offset = min(out.Offset, out.Total)
	for _, e := range match[out.Offset:min(out.Offset+q.limit, out.Total)] {
		out.Episodes = append(out.Episodes, *e)
	}
	return out
}
