package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// env is one live page and the episode it shows.
type env struct {
	family *Family
	page   browser.Page
	site   site

	info   gym.Scenario
	view   browser.View
	obs    gym.Observation
	zoom   []float64    // the part of the picture that is shown enlarged: left, top, width, height
	plan   []gym.Action // what the oracle will do next, by pixels
	turns  int
	over   bool
	closed bool
}

var (
	_ gym.Env    = (*env)(nil)
	_ gym.Oracle = (*env)(nil)
)

// signalBlocked counts the requests of a turn that led out of the task.
const signalBlocked = "blocked"

// errOver is the caller's mistake: to step an episode that has ended.
var errOver = errors.New("the episode is over; reset first")

// site is the handler that a page keeps while episodes come and go. Its lock
// also orders the session's other methods after the requests.
type site struct {
	mu    sync.Mutex
	now   session
	drawn bool // its pages must be
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == nil {
		http.NotFound(w, r)
		return
	}
	s.now.ServeHTTP(w, r)
}

// Serves says whether the episode's sites answer for a host.
func (s *site) Serves(host string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now != nil && slices.Contains(s.now.hosts(), host)
}

// Drawn says whether the episode's pages must be.
func (s *site) Drawn() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drawn
}

// addresses are those of the episode's sites.
func (s *site) addresses() []string {
	var out []string
	for _, h := range s.now.hosts() {
		out = append(out, "http://"+h)
	}
	return out
}

func (s *site) put(next session, drawn bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drawn = drawn
	if s.now != nil {
		s.now.close()
	}
	s.now = next
}

// Reset starts a task's episode.
func (e *env) Reset(ctx context.Context, t gym.Task) (gym.Observation, error) {
	if err := e.usable(ctx); err != nil {
		return gym.Observation{}, err
	}
	w, ok := e.family.worlds[t.Scenario]
	if !ok {
		return gym.Observation{}, catalog.Unknown("web scenario", t.Scenario, e.family.names())
	}
	e.info = e.family.scenario(t.Scenario)
	if t.Level < 1 || t.Level > e.info.Levels {
		return gym.Observation{}, fmt.Errorf("web/%s has levels 1 to %d, not %d", t.Scenario, e.info.Levels, t.Level)
	}
	if e.info.Script {
		if _, ok := e.page.(browser.Scripter); !ok {
			return gym.Observation{}, fmt.Errorf("web/%s needs scripts, and the static driver runs none; install chromium", t.Scenario)
		}
	}
	s, err := w.start(ctx, t)
	if err != nil {
		return gym.Observation{}, err
	}
	byHand := e.family.GUI || e.info.Script && e.family.Input != "script" || slices.ContainsFunc(slices.Concat(s.actions(), e.family.Actions), drawn)
	e.site.put(s, byHand || slices.ContainsFunc(e.family.Observe, pictured))
	e.over, e.turns, e.zoom, e.plan = false, 0, nil, nil
	view, err := s.open(ctx, e.page)
	if err != nil {
		return gym.Observation{}, e.broken(err)
	}
	goal, hint, err := s.goal(ctx)
	if err != nil {
		return gym.Observation{}, e.broken(err)
	}
	e.obs = gym.Observation{Goal: goal, Hint: hint}
	e.show(view)
	if err := e.look(ctx, nil); err != nil {
		return gym.Observation{}, e.broken(err)
	}
	return e.obs, nil
}

// Step acts on the page.
func (e *env) Step(ctx context.Context, a gym.Action) (gym.Outcome, error) {
	if err := e.usable(ctx); err != nil {
		return gym.Outcome{}, err
	}
	if e.over || e.site.now == nil {
		return gym.Outcome{}, errOver
	}
	e.turns++
	err := e.obs.Validate(a)
	if len(e.plan) > 0 && e.plan[0].String() == a.String() {
		e.plan = e.plan[1:]
	} else {
		e.plan = nil
	}
	e.zoom = nil
	var view browser.View
	said := err == nil && (a.Verb == verbMessage || a.Verb == verbInfeasible)
	switch {
	case said:
		e.site.now.hear(a.Verb, a.Args[0].Text)
		view = e.view
	case err == nil && a.Verb == "zoom":
		e.zoom, view = part(a.Args), e.view
	case err == nil && a.Verb == "mouse_click" && e.pointed() != nil:
		view, err = e.view, e.pointed().point(ctx, a.Args[0].Num, a.Args[1].Num)
	case err == nil && a.Verb == "goto" && !e.reaches(a.Args[0].Text):
		view = e.view // as when a link leads out: the page stays, and any text is a valid one
		view.Blocked = 1
	case err == nil:
		view, err = e.page.Do(ctx, a)
	}
	var mistake *gym.Mistake
	switch {
	case errors.As(err, &mistake):
		e.obs.Note = mistake.Text
	case err != nil:
		return gym.Outcome{}, e.broken(err)
	default:
		before := e.obs.Elements
		e.show(view)
		if err := e.look(ctx, before); err != nil {
			return gym.Outcome{}, e.broken(err)
		}
		if view.Blocked > 0 && !said {
			e.obs.Text += "\nWhat was asked for is outside this task; its sites are " + strings.Join(e.site.addresses(), ", ")
		}
	}
	out := gym.Outcome{}
	e.site.mu.Lock()
	v, err := e.site.now.judge(ctx, e.view)
	e.site.mu.Unlock()
	if err != nil {
		return gym.Outcome{}, e.broken(err)
	}
	out.Terminated = v.done
	out.Truncated = !v.done && e.turns >= e.info.Turns
	if v.progress >= 0 {
		out.Signals = append(out.Signals, gym.Signal{Name: gym.SignalProgress, Value: v.progress})
	}
	if mistake != nil {
		out.Signals = append(out.Signals, gym.Signal{Name: gym.SignalFormat, Value: 1})
	}
	if mistake == nil && view.Blocked > 0 && !said {
		out.Signals = append(out.Signals, gym.Signal{Name: signalBlocked, Value: float64(view.Blocked)})
	}
	out.Signals = append(out.Signals, v.extra...)
	if out.Terminated || out.Truncated {
		e.over = true
		out.Signals = append(out.Signals, gym.Signal{Name: gym.SignalOutcome, Value: v.outcome})
	}
	out.Observation = e.obs
	return out, nil
}

// show makes a view the current observation.
func (e *env) show(v browser.View) {
	e.view = v
	e.obs.Text, e.obs.Note, e.obs.Elements = v.Title, "", v.Elements
	allowed := e.allowed()
	e.obs.Verbs = e.offered(&v)
	if e.family.GUI && v.Dialog == "" { // a dialog is no part of the picture
		e.obs.Text, e.obs.Elements = "", nil
	}
	if slices.ContainsFunc(allowed, func(name string) bool { return name == "goto" || name == "all" }) {
		e.obs.Text += "\n" + v.URL
	}
	for i, t := range v.Tabs {
		mark := " "
		if i == v.Tab {
			mark = "*"
		}
		e.obs.Text += fmt.Sprintf("\n%stab %d %s (%s)", mark, i, t.Title, t.URL)
	}
}

// allowed are the verbs beside the lean ones.
func (e *env) allowed() []string {
	if e.family.GUI {
		return guiVerbs
	}
	return slices.Concat(e.site.now.actions(), e.family.Actions)
}

// drawn says whether a verb is one for which a page must be drawn.
func drawn(verb string) bool { return verb == "all" || verb == "zoom" || browser.ByHand(verb) }

// pointed is the session where it is told of clicks, else nil.
func (e *env) pointed() pointer {
	p, _ := e.site.now.(pointer)
	return p
}

// reaches says whether an address is one of the episode's sites.
func (e *env) reaches(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "http" && e.site.Serves(u.Host) && !strings.ContainsAny(address, " \t\n")
}

// Demonstrate asks the scenario's oracle.
func (e *env) Demonstrate(ctx context.Context) (gym.Action, error) {
	if err := e.usable(ctx); err != nil {
		return gym.Action{}, err
	}
	if e.over || e.site.now == nil {
		return gym.Action{}, errOver
	}
	if len(e.plan) > 0 {
		return e.plan[0], nil
	}
	e.site.mu.Lock()
	a, err := e.site.now.demonstrate(ctx, e.view)
	e.site.mu.Unlock()
	if err != nil || !e.family.GUI || e.view.Dialog != "" {
		return a, err
	}
	if e.plan, err = byPixels(ctx, a, &e.view, e.page.(browser.Boxer)); err != nil {
		return gym.Action{}, err
	}
	return e.plan[0], nil
}

// Screenshot draws the page as PNG, where the driver can.
func (e *env) Screenshot(ctx context.Context) ([]byte, error) {
	s, ok := e.page.(browser.Screenshotter)
	if !ok {
		return nil, errors.New("the static driver draws no pictures")
	}
	return s.Screenshot(ctx)
}

// Box is where an element is drawn on the Screenshot, in pixels.
func (e *env) Box(ctx context.Context, id string) (x, y, w, h float64, ok bool) {
	p, ok := e.page.(browser.Boxer)
	if !ok {
		return 0, 0, 0, 0, false
	}
	return p.Box(ctx, id)
}

// Close ends the page.
func (e *env) Close() error {
	if e.closed {
		return nil
	}
	e.closed = true
	err := e.page.Close()
	e.site.put(nil, false)
	return err
}

func (e *env) usable(ctx context.Context) error {
	if e.closed {
		return gym.ErrClosed
	}
	return ctx.Err()
}

// broken ends the episode: what went wrong is not the agent's doing.
func (e *env) broken(err error) error {
	e.over = true
	return err
}

func (f *Family) scenario(name string) gym.Scenario {
	for _, s := range f.list {
		if s.Name == name {
			return s
		}
	}
	return gym.Scenario{}
}

func (f *Family) names() []string {
	names := make([]string, len(f.list))
	for i, s := range f.list {
		names[i] = s.Name
	}
	return names
}
