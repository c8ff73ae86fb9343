package bench

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/turngym/turngym/envs/web"
	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/envs/web/sites"
	"github.com/turngym/turngym/gym"
)

// Timing is what calls of one kind took, in ms; a peer's has its version.
type Timing struct {
	Name      string  `json:"name"`
	Version   string  `json:"version,omitempty"`
	Pages     int     `json:"pages,omitempty"`
	PerSecond float64 `json:"steps_per_second,omitempty"` // over all pages
	P50       float64 `json:"step_ms_p50,omitempty"`
	P95       float64 `json:"step_ms_p95,omitempty"`
	MiB       float64 `json:"mib,omitempty"`
}

// Web says what is measured of pages.
type Web struct {
	Chrome  string        // path of the browser; "" finds one
	Library string        // of browser.Libraries
	MiniWoB string        // folder of the MiniWoB++ pages; "" leaves out what needs them
	Pages   int           // side by side
	Each    time.Duration // for each measurement
}

// timed runs step on several pages at once for a while and says how long those
// calls took that it counts.
func (w Web) timed(name string, pages int, step func(page int) (counts bool, err error)) (Timing, error) {
	all, errs := make([][]float64, pages), make([]error, pages)
	begun := time.Now()
	var wg sync.WaitGroup
	for i := range pages {
		wg.Go(func() {
			for time.Since(begun) < w.Each && errs[i] == nil {
				at := time.Now()
				var counts bool
				if counts, errs[i] = step(i); counts {
					all[i] = append(all[i], float64(time.Since(at).Microseconds())/1000)
				}
			}
		})
	}
	wg.Wait()
	list := slices.Concat(all...)
	slices.Sort(list)
	for _, err := range errs {
		if err != nil {
			return Timing{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(list) == 0 {
		return Timing{}, fmt.Errorf("%s: nothing was done in %v; give it longer with --seconds", name, w.Each)
	}
	sum := 0.0
	for _, ms := range list {
		sum += ms
	}
	return Timing{Name: name, Pages: pages, PerSecond: 1000 * float64(pages*len(list)) / sum, P50: list[len(list)/2], P95: list[len(list)*95/100]}, nil
}

// Run measures one thing after the other and tells of each.
func (w Web) Run(ctx context.Context, tell func(Timing)) error {
	w.Pages = max(w.Pages, 1)
	for _, m := range []func(context.Context, func(Timing)) error{w.static, w.events, w.resets, w.browserGym, w.memory} {
		if err := m(ctx, tell); err != nil {
			return err
		}
	}
	return nil
}

// undrawn is a site whose pages need not be drawn.
type undrawn struct{ browser.Site }

func (undrawn) Drawn() bool { return false }

// ticks measures a click on a box of a mailbox's page, and the view after it.
func (w Web) ticks(ctx context.Context, name string, d browser.Driver, pages int, tell func(Timing)) error {
	defer d.Close()
	var worlds sites.Worlds
	open, boxes := make([]browser.Page, pages), make([][]gym.Action, pages)
	for i := range open {
		site, err := worlds.Open("mail", uint64(i))
		if err != nil {
			return err
		}
		host := "mail." + sites.Domain
		if open[i], err = d.Open(ctx, undrawn{browser.At(host, site)}); err != nil {
			return err
		}
		defer open[i].Close()
		v, err := open[i].Goto(ctx, "http://"+host+"/")
		if err != nil {
			return err
		}
		for _, e := range v.Elements {
			if e.Role == "checkbox" {
				boxes[i] = append(boxes[i], gym.Action{Verb: "click", Args: []gym.Value{{Kind: gym.Ref, Text: e.ID}}})
			}
		}
	}
	step := func(i int) (bool, error) {
		_, err := open[i].Do(ctx, boxes[i][rand.IntN(len(boxes[i]))])
		return true, err
	}
	for range 20 {
		for i := range open {
			if _, err := step(i); err != nil {
				return err
			}
		}
	}
	t, err := w.timed(name, pages, step)
	if err == nil {
		tell(t)
	}
	return err
}

func (w Web) chrome(ctx context.Context, input string) (*browser.Chrome, error) {
	return browser.NewChrome(ctx, browser.Options{Path: w.Chrome, Library: w.Library, Input: input})
}

func (w Web) static(ctx context.Context, tell func(Timing)) error {
	return w.ticks(ctx, "step, static driver", browser.Static{}, runtime.NumCPU(), tell)
}

// events measures steps by script events, then by trusted ones.
func (w Web) events(ctx context.Context, tell func(Timing)) error {
	for _, input := range []string{"script", "trusted"} {
		for _, pages := range []int{1, w.Pages} {
			c, err := w.chrome(ctx, input)
			if err != nil {
				return err
			}
			if err := w.ticks(ctx, "step, "+input+" events", c, pages, tell); err != nil {
				return err
			}
		}
	}
	return nil
}

// family is one in the browser that is measured.
func (w Web) family(f *web.Family) *web.Family {
	f.Driver, f.Chrome = "chrome", w.Chrome
	if w.Library != "" {
		f.Driver = w.Library
	}
	return f
}

// resets measures the start of an episode: in the page that is there, on a site
// without scripts and on a page with them, and by navigation.
func (w Web) resets(ctx context.Context, tell func(Timing)) error {
	start := func(name string, f *web.Family, scenarios ...string) error {
		defer f.Close()
		env, err := f.Open(ctx)
		if err != nil {
			return err
		}
		defer env.Close()
		n := 0
		reset := func(int) (bool, error) {
			n++
			_, err := env.Reset(ctx, gym.Task{Scenario: scenarios[n%len(scenarios)], Level: 1, Seed: uint64(n)})
			return true, err
		}
		for range 5 {
			if _, err := reset(0); err != nil {
				return err
			}
		}
		t, err := w.timed(name, 1, reset)
		if err == nil {
			tell(t)
		}
		return err
	}
	if err := start("reset, the page written anew", w.family(&web.Family{}), "tick-boxes"); err != nil || w.MiniWoB == "" {
		return err
	}
	pages := "miniwob:" + w.MiniWoB
	if err := start("reset, MiniWoB++ in place", w.family(&web.Family{Pages: pages, Input: "script"}), "click-button"); err != nil {
		return err
	}
	return start("reset, MiniWoB++ by navigation", w.family(&web.Family{Pages: pages, Input: "script"}), "click-button", "click-link")
}

// BrowserGymTasks are the MiniWoB++ pages on which whole observations are
// measured, ours and the peers'.
var BrowserGymTasks = []string{"click-button", "click-checkboxes", "email-inbox", "book-flight"}

// browserGym measures clicks by hand and the whole observation after them:
// ids, visibility, the accessibility tree as text, the pruned document.
func (w Web) browserGym(ctx context.Context, tell func(Timing)) error {
	if w.MiniWoB == "" {
		return nil
	}
	for _, pages := range []int{1, w.Pages} {
		f := w.family(&web.Family{Pages: "miniwob:" + w.MiniWoB, Observe: []string{"axtree", "html"}})
		var list []Timing
		for _, task := range BrowserGymTasks {
			t, err := w.clicks(ctx, f, task, pages)
			if err != nil {
				f.Close()
				return err
			}
			list = append(list, t)
		}
		f.Close()
		for _, t := range list {
			tell(t)
		}
	}
	return nil
}

func (w Web) clicks(ctx context.Context, f *web.Family, task string, pages int) (Timing, error) {
	type game struct {
		env  gym.Env
		obs  gym.Observation
		over bool
		n    uint64
		rng  *rand.Rand
	}
	games := make([]game, pages)
	for i := range games {
		env, err := f.Open(ctx)
		if err != nil {
			return Timing{}, err
		}
		defer env.Close()
		games[i] = game{env: env, over: true, rng: rand.New(rand.NewPCG(1, uint64(i)))}
	}
	return w.timed("step, BrowserGym's observation, "+task, pages, func(i int) (bool, error) {
		g := &games[i]
		able := slices.DeleteFunc(slices.Clone(g.obs.Elements), func(e gym.Element) bool { return e.ID == "" || e.Unusable() != "" })
		if g.over || len(able) == 0 {
			g.n++
			var err error
			g.obs, err = g.env.Reset(ctx, gym.Task{Scenario: task, Level: 1, Seed: g.n})
			g.over = false
			return false, err
		}
		out, err := g.env.Step(ctx, gym.Action{Verb: "click", Args: []gym.Value{{Kind: gym.Ref, Text: able[g.rng.IntN(len(able))].ID}}})
		g.obs, g.over = out.Observation, out.Terminated || out.Truncated
		return true, err
	})
}

// memory measures what one more page takes.
func (w Web) memory(ctx context.Context, tell func(Timing)) error {
	for _, input := range []string{"script", "trusted"} {
		c, err := w.chrome(ctx, input)
		if err != nil {
			return err
		}
		defer c.Close() // where a page fails
		const more = 8
		var worlds sites.Worlds
		open := func(i int) error {
			site, err := worlds.Open("shop", uint64(i))
			if err != nil {
				return err
			}
			p, err := c.Open(ctx, undrawn{browser.At("shop."+sites.Domain, site)})
			if err == nil {
				_, err = p.Goto(ctx, "http://shop."+sites.Domain+"/")
			}
			return err
		}
		if err := open(0); err != nil {
			return err
		}
		time.Sleep(time.Second)
		before, _ := Below(os.Getpid())
		for i := range more {
			if err := open(i + 1); err != nil {
				return err
			}
		}
		time.Sleep(time.Second)
		after, _ := Below(os.Getpid())
		tell(Timing{Name: "one more page, " + input + " events", MiB: (after - before) / more})
		c.Close()
	}
	return nil
}

//go:embed browsergym/steps.py
var webPeers string

// WebPeers measures BrowserGym and MiniWoB++'s own environment, where they are
// installed for the interpreter python.
func WebPeers(ctx context.Context, python string, each time.Duration) ([]Timing, error) {
	return peersOf[Timing](ctx, python, webPeers, "--seconds", fmt.Sprint(each.Seconds()), "--tasks", strings.Join(BrowserGymTasks, ","))
}
