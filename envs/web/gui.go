package web

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/envs/web/sites"
	"github.com/turngym/turngym/gym"
)

// guiVerbs are what an agent can do that sees pixels alone.
var guiVerbs = []string{"mouse_click", "mouse_dblclick", "mouse_move", "mouse_down", "mouse_up", "mouse_drag_and_drop", "scroll",
	"keyboard_press", "keyboard_type", "keyboard_insert_text", "zoom", "go_back", "go_forward", "noop", verbMessage, verbInfeasible}

// SignalDistance is how far from what was meant a click was, in pixels.
const SignalDistance = "distance"

// grounding is the task to find a thing on a page of a simulated site and to
// click it: what is described is known by its box. Level 1 asks for it by its
// name, level 2 by where it is from something that has one, and level 3 by its
// name on a page that is drawn at half its size.
type grounding struct {
	name   string // of the site
	worlds *sites.Worlds
}

func (g grounding) info() gym.Scenario {
	return gym.Scenario{Name: "find-" + g.name, Doc: "find and click what is described, on a page of the site " + g.name, Levels: 3, Turns: 8, Floor: 0.05, Script: true, Oracle: true}
}

func (g grounding) start(_ context.Context, t gym.Task) (session, error) {
	site, err := g.worlds.Open(g.name, worldOf(t))
	return &groundingSession{grounding: g, Site: site, task: t}, err
}

type groundingSession struct {
	grounding
	sites.Site
	task gym.Task

	page    browser.Page
	target  gym.Element
	words   string  // the goal
	clicked bool    // and the episode ends
	miss    float64 // how far the click was from the target's box, in pixels
}

// walkMax is how many links are followed to come to the task's page; tries is
// how many pages are looked at for something that can be asked for.
const (
	walkMax = 3
	tries   = 12
)

// open walks to a page by chance, and draws what is to be found there.
func (s *groundingSession) open(ctx context.Context, p browser.Page) (browser.View, error) {
	s.page = p
	rng := rand.New(rand.NewPCG(s.task.Seed, uint64(s.task.Level)<<32|uint64(s.task.Split)))
	home := "http://" + hostOf(s.name) + "/"
	for range tries {
		v, err := p.Goto(ctx, home)
		if err != nil {
			return v, err
		}
		for range rng.IntN(walkMax + 1) {
			links := slices.DeleteFunc(slices.Clone(v.Elements), func(e gym.Element) bool { return e.ID == "" || e.Role != "link" })
			if len(links) == 0 {
				break
			}
			to := links[rng.IntN(len(links))]
			if v, err = p.Do(ctx, gym.Action{Verb: "click", Args: []gym.Value{{Kind: gym.Ref, Text: to.ID}}}); err != nil {
				return v, err
			}
		}
		if s.task.Level == 3 {
			if v, err = small(ctx, p); err != nil {
				return v, err
			}
		}
		if s.choose(rng, v) {
			return v, nil
		}
	}
	return browser.View{}, gym.Faultf("start "+s.info().Name, "no page of %d had anything to be found at level %d", tries, s.task.Level)
}

// small draws the page at half its size.
func small(ctx context.Context, p browser.Page) (browser.View, error) {
	page := p.(browser.Scripter)
	if _, err := page.Eval(ctx, "document.documentElement.style.zoom = 0.5, ''"); err != nil {
		return browser.View{}, err
	}
	return page.See(ctx)
}

// choose draws what is to be found on a page, where there is such a thing.
func (s *groundingSession) choose(rng *rand.Rand, v browser.View) bool {
	count := map[string]int{}
	for _, e := range v.Elements {
		count[e.Role+" "+e.Name]++
	}
	alone := func(e gym.Element) bool { return count[e.Role+" "+e.Name] == 1 }
	named := slices.DeleteFunc(slices.Clone(v.Elements), func(e gym.Element) bool {
		return e.ID == "" || e.Box[2] < 4 || e.Box[3] < 4 || e.Name == "" || len(e.Name) > 60 || strings.ContainsRune(e.Name, '"')
	})
	for _, i := range rng.Perm(len(named)) {
		e, what := named[i], ""
		switch {
		case !inSight(e.Box):
			continue
		case s.task.Level == 2:
			what = relation(rng, e, named, alone)
		case alone(e):
			what = fmt.Sprintf("%s %q", e.Role, e.Name)
		}
		if what != "" {
			s.target = e
			s.words = fmt.Sprintf([]string{"Click the %s.", "Find the %s and click it.", "Where is the %s? Click there."}[rng.IntN(3)], what)
			return true
		}
	}
	return false
}

// How far a thing may be from what it is described by, and by how much it must
// be the nearest, in pixels.
const (
	besideMax = 200
	clearly   = 8
)

// relation describes an element by where it is from another one, whose name is
// its own; "" where nothing is unmistakable.
func relation(rng *rand.Rand, e gym.Element, named []gym.Element, alone func(gym.Element) bool) string {
	ways := []string{"below", "above", "to the right of", "to the left of"}
	for _, i := range rng.Perm(len(named)) {
		mark := named[i]
		if mark.ID == e.ID || !alone(mark) {
			continue
		}
		for _, w := range rng.Perm(len(ways)) {
			far := gap(ways[w], mark.Box, e.Box)
			if far > besideMax || slices.ContainsFunc(named, func(o gym.Element) bool {
				return o.ID != e.ID && o.ID != mark.ID && o.Role == e.Role && gap(ways[w], mark.Box, o.Box) < far+clearly
			}) {
				continue
			}
			return fmt.Sprintf("%s next %s the %s %q", e.Role, ways[w], mark.Role, mark.Name)
		}
	}
	return ""
}

// gap is how far b is from a in a direction, in pixels; infinite where it is not
// there.
func gap(way string, a, b [4]int) float64 {
	switch way {
	case "above":
		return gap("below", b, a)
	case "to the left of":
		return gap("to the right of", b, a)
	case "below":
		if far := b[1] - a[1] - a[3]; far >= 0 && b[0] < a[0]+a[2] && a[0] < b[0]+b[2] {
			return float64(far)
		}
	case "to the right of":
		if far := b[0] - a[0] - a[2]; far >= 0 && b[1] < a[1]+a[3] && a[1] < b[1]+b[3] {
			return float64(far)
		}
	}
	return math.Inf(1)
}

// middle is that of a box.
func middle(b [4]int) (x, y float64) {
	return float64(b[0]) + float64(b[2])/2, float64(b[1]) + float64(b[3])/2
}

// inSight says whether the middle of a box is in the window.
func inSight(b [4]int) bool {
	x, y := middle(b)
	return x >= 0 && y >= 0 && x < browser.Width && y < browser.Height
}

// pointer is a session that is told of clicks in the page's place.
type pointer interface {
	point(ctx context.Context, x, y float64) error
}

// point ends the episode by a click at a point.
func (s *groundingSession) point(ctx context.Context, x, y float64) error {
	s.clicked, s.miss = true, math.Hypot(browser.Width, browser.Height)
	b, err := s.box(ctx)
	if err != nil {
		return ctx.Err() // the page was left: it cannot be missed by more
	}
	dx := max(float64(b[0])-x, 0, x-float64(b[0]+b[2]))
	dy := max(float64(b[1])-y, 0, y-float64(b[1]+b[3]))
	s.miss = math.Hypot(dx, dy)
	return nil
}

// box is where the target is now.
func (s *groundingSession) box(ctx context.Context) ([4]int, error) {
	x, y, w, h, ok := s.page.(browser.Boxer).Box(ctx, s.target.ID)
	if !ok {
		return [4]int{}, gym.Faultf("find the target", "the %s %q is no longer there", s.target.Role, s.target.Name)
	}
	return [4]int{int(x), int(y), int(w), int(h)}, nil
}

func (s *groundingSession) goal(context.Context) (goal, hint string, err error) {
	return s.words, "", nil
}

func (s *groundingSession) judge(context.Context, browser.View) (verdict, error) {
	if !s.clicked {
		return verdict{}, nil
	}
	out := verdict{done: true, progress: 1 - s.miss/math.Hypot(browser.Width, browser.Height), extra: gym.Signals{{Name: SignalDistance, Value: s.miss}}}
	if s.miss == 0 {
		out.outcome = 1
	}
	return out, nil
}

func (s *groundingSession) demonstrate(ctx context.Context, _ browser.View) (gym.Action, error) {
	b, err := s.box(ctx)
	if err != nil {
		return gym.Action{}, err
	}
	return reach("mouse_click", b), nil
}

// reach is the click in the middle of a box, or the way to get it into sight.
func reach(verb string, b [4]int) gym.Action {
	x, y := middle(b)
	if !inSight(b) {
		return gym.Action{Verb: "scroll", Args: []gym.Value{{Kind: gym.Int}, {Kind: gym.Int, Num: 100 * math.Round((y-browser.Height/2)/100)}}}
	}
	return gym.Action{Verb: verb, Args: []gym.Value{{Kind: gym.Int, Num: math.Floor(x)}, {Kind: gym.Int, Num: math.Floor(y)}}}
}

func (s *groundingSession) hosts() []string     { return []string{hostOf(s.name)} }
func (s *groundingSession) actions() []string   { return nil }
func (s *groundingSession) hear(string, string) {}
func (s *groundingSession) close()              {}

// byPixels is what an oracle that names elements comes to for an agent that
// sees pixels: one action or several, of which the first may only bring the
// element into sight.
func byPixels(ctx context.Context, a gym.Action, v *browser.View, p browser.Boxer) ([]gym.Action, error) {
	if len(a.Args) == 0 || a.Args[0].Kind != gym.Ref {
		return []gym.Action{a}, nil
	}
	id := a.Args[0].Text
	x, y, w, h, ok := p.Box(ctx, id)
	if !ok {
		return nil, gym.Faultf("find element "+id, "it is not on the page")
	}
	click := reach("mouse_click", [4]int{int(x), int(y), int(w), int(h)})
	key := func(verb, text string) gym.Action {
		return gym.Action{Verb: verb, Args: []gym.Value{{Kind: gym.Str, Text: text}}}
	}
	switch {
	case click.Verb == "scroll" || a.Verb == "click":
		return []gym.Action{click}, nil
	case a.Verb == "fill":
		return []gym.Action{click, key("keyboard_press", "Control+a"), key("keyboard_insert_text", a.Args[1].Text)}, nil
	case a.Verb == "select_option":
		i := slices.IndexFunc(v.Elements, func(e gym.Element) bool { return e.ID == id })
		if i < 0 {
			break
		}
		e, out := &v.Elements[i], []gym.Action{click}
		steps := slices.Index(e.Options, a.Args[1].Text) - slices.Index(e.Options, e.Value)
		arrow := map[bool]string{true: "ArrowDown", false: "ArrowUp"}[steps > 0]
		for range max(steps, -steps) {
			out = append(out, key("keyboard_press", arrow))
		}
		return append(out, key("keyboard_press", "Enter")), nil
	}
	return nil, fmt.Errorf("the oracle's %s has no counterpart in pixels", a.Verb)
}
