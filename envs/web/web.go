// Package web is the family of pages: scenarios whose world is a web site,
// acted on in a real headless Chrome or, for pages without scripts, in the
// static driver.
//
// A scenario is a Lua file (package scenarios) that answers requests with
// HTML, or a page of MiniWoB++ ([Family.Pages]). Start with [Family]; the
// drivers are in envs/web/browser.
package web

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/envs/web/sites"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
	"github.com/turngym/turngym/scenarios"
)

// Family opens web environments. All of them share one browser, which is
// started by the first Open and replaced when it dies.
type Family struct {
	Driver  string              // auto, chrome, chromedp, rod or static; auto is chrome where there is one, by the better library
	Chrome  string              // path of the browser; "" finds one
	Browser string              // the web socket's address of a browser that runs already, instead
	Input   string              // how Chrome's pages are acted on: one of browser.Inputs; "" is auto
	Actions []string            // verbs beside the lean ones and the scenario's; all is every one
	Observe []string            // of Modes; nil is the elements alone
	GUI     bool                // pixels in, coordinates out; then there are grounding tasks, and the Lua scenarios are the set pages
	Budget  int                 // most tokens of an observation's text, about; 0 is no bound
	Pages   string              // "" are the Lua scenarios; miniwob:DIR are the MiniWoB++ pages in DIR
	Lua     fs.FS               // where the Lua scenarios are; nil is the embedded ones
	Scripts []*scenarios.Script // the Lua scenarios themselves, instead

	mu     sync.Mutex
	list   []gym.Scenario
	worlds map[string]world
	driver browser.Driver
	sites  sites.Worlds
}

// drivers are the values of Family.Driver; "" is auto: Chrome if there is one.
var drivers = []string{"auto", "chrome", "chromedp", "rod", "static"}

// Load reads the scenarios. It is called by the other methods where the
// caller did not; its error is the caller's: a Lua file with a syntax error, a
// folder that is not there.
func (f *Family) Load() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.load()
}

func (f *Family) load() error {
	if f.worlds != nil {
		return nil
	}
	if !slices.Contains(drivers, f.Driver) && f.Driver != "" {
		return catalog.Unknown("driver", f.Driver, drivers)
	}
	if f.Input != "" && !slices.Contains(browser.Inputs, f.Input) {
		return catalog.Unknown("input", f.Input, browser.Inputs)
	}
	if err := knownModes(f.Observe); err != nil {
		return err
	}
	if !slices.Equal(f.Actions, []string{"all"}) {
		if err := browser.Known(f.Actions); err != nil {
			return err
		}
	}
	worlds, list := map[string]world{}, []gym.Scenario(nil)
	add := func(w world, s gym.Scenario) {
		worlds[s.Name] = w
		list = append(list, s)
	}
	if dir, ok := strings.CutPrefix(f.Pages, "miniwob:"); ok {
		pages, err := openMiniWoB(dir)
		if err != nil {
			return err
		}
		for _, p := range pages {
			add(p, p.info())
		}
	} else if f.Pages != "" {
		return fmt.Errorf("pages %q: want miniwob:DIR, where DIR holds the folders miniwob and core", f.Pages)
	} else {
		if f.GUI {
			for _, e := range sites.All().Entries() {
				g := grounding{e.Name, &f.sites}
				add(g, g.info())
			}
		}
		lua, dir := f.Lua, "."
		if lua == nil {
			lua, dir = scenarios.Embedded(), "web"
		}
		scripts := f.Scripts
		if scripts == nil {
			var err error
			if scripts, err = scenarios.LoadAll(lua, dir); err != nil {
				return err
			}
		}
		for _, s := range scripts {
			if s.Env() != "web" {
				continue
			}
			if err := f.admit(s); err != nil {
				return err
			}
			info := s.Info()
			if f.GUI {
				info.Set, info.Script, info.Turns = "pages", true, 4*info.Turns
			}
			add(luaWorld{s, &f.sites}, info)
		}
	}
	f.worlds, f.list = worlds, list
	return nil
}

// admit checks what a script says of sites and verbs.
func (f *Family) admit(s *scenarios.Script) error {
	for _, name := range s.Sites() {
		if _, err := sites.All().Get(name); err != nil {
			return fmt.Errorf("%s.lua: %w", s.Info().Name, err)
		}
	}
	if err := browser.Known(s.Actions()); err != nil {
		return fmt.Errorf("%s.lua: actions: %w", s.Info().Name, err)
	}
	return nil
}

// Scenarios lists them by name; nil where they cannot be loaded (see Load).
func (f *Family) Scenarios() []gym.Scenario {
	if f.Load() != nil {
		return nil
	}
	return f.list
}

// Open makes an environment: a page of its own in the shared browser.
func (f *Family) Open(ctx context.Context) (gym.Env, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.load(); err != nil {
		return nil, err
	}
	if err := f.browser(ctx); err != nil {
		return nil, err
	}
	e := &env{family: f}
	page, err := f.driver.Open(ctx, &e.site)
	if err != nil {
		return nil, err
	}
	e.page = page
	return e, nil
}

// browser starts the driver, or another one where it has died.
func (f *Family) browser(ctx context.Context) error {
	if c, ok := f.driver.(*browser.Chrome); ok && c.Dead() {
		c.Close()
		f.driver = nil
	}
	if f.driver != nil {
		return nil
	}
	o := browser.Options{Browser: f.Browser, Input: f.Input, Bids: slices.ContainsFunc(f.Observe, asBrowserGym), Boxes: f.GUI || slices.Contains(f.Observe, "boxes")}
	if f.Browser == "" {
		var err error
		if o.Path, _, err = f.Find(); err != nil {
			return err
		}
		if o.Path == "" {
			f.driver = browser.Static{}
			return nil
		}
	}
	if slices.Contains(browser.Libraries, f.Driver) {
		o.Library = f.Driver
	}
	c, err := browser.NewChrome(ctx, o)
	if err == nil {
		f.driver = c
	}
	return err
}

// Find is the path of the browser that Open starts, or "" for the static
// driver; missing then says why, nil where that driver was asked for. The error
// is that of a browser which is needed and not there.
func (f *Family) Find() (path string, missing, err error) {
	if f.Driver == "static" {
		return "", nil, nil
	}
	path, missing = browser.FindChrome(f.Chrome)
	if missing != nil && (slices.Contains(drivers[1:4], f.Driver) || f.Chrome != "" || f.Pages != "" || f.GUI) {
		return "", nil, fmt.Errorf("%w; install chromium, or name a browser with --chrome", missing)
	}
	return path, missing, nil
}

// Close ends the browser.
func (f *Family) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.driver == nil {
		return nil
	}
	err := f.driver.Close()
	f.driver = nil
	return err
}

// world makes the episodes of one scenario.
type world interface {
	start(ctx context.Context, t gym.Task) (session, error)
}

// session is one episode's site and what it says about the page it shows.
type session interface {
	// ServeHTTP is the site. Requests and the other methods never overlap, but
	// for hosts and actions, which never change.
	http.Handler
	// hosts are those that it answers for.
	hosts() []string
	// actions are the verbs beside the lean ones.
	actions() []string
	// open shows the first page.
	open(ctx context.Context, p browser.Page) (browser.View, error)
	goal(ctx context.Context) (goal, hint string, err error)
	// judge says how things stand after an action.
	judge(ctx context.Context, v browser.View) (verdict, error)
	demonstrate(ctx context.Context, v browser.View) (gym.Action, error)
	// hear is told what the agent says to the user.
	hear(verb, text string)
	close()
}

// verdict is how an episode stands.
type verdict struct {
	done     bool
	outcome  float64
	progress float64 // below 0: the scenario has none
	extra    gym.Signals
}
