package web_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turngym/turngym/envs/web"
	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

const golden = "../../testdata/playthroughs"

// only are the scenarios of a set, or those that GYM_ONLY names with a comma
// between them.
func only(t *testing.T, set string) []string {
	if names := os.Getenv("GYM_ONLY"); names != "" {
		return strings.Split(names, ",")
	}
	var names []string
	for _, s := range (&web.Family{Driver: "static"}).Scenarios() {
		if s.Set == set {
			names = append(names, s.Name)
		}
	}
	if names == nil {
		t.Fatalf("no scenarios in the set %q", set)
	}
	return names
}

func static(testing.TB) gym.Family { return &web.Family{Driver: "static"} }

// Every scenario is proven in this process. The race detector makes Lua ten
// times slower, so it sees fewer seeds.
func TestStaticFamily(t *testing.T) {
	s := gymtest.Suite{Name: "web", Golden: golden, Only: only(t, ""), Parallel: true, Open: static}
	if race {
		s.Seeds, s.Episodes = 10, 10
	}
	s.Run(t)
}

// The scenarios on the simulated sites are many and long: a minute of two cores
// for six of them. So make test proves one of each site and replays all in both
// drivers, and make test-long proves all.
func TestSites(t *testing.T) {
	if race {
		t.Skip("too slow under the race detector; make test runs it without")
	}
	s := gymtest.Suite{Name: "web", Golden: golden, Only: only(t, "sites"), Parallel: true, Open: static}
	if os.Getenv("GYM_LONG") == "" && os.Getenv("GYM_ONLY") == "" {
		s.Only, s.Seeds, s.Episodes = firsts(s.Only), 10, 10
	}
	s.Run(t)
}

// firsts is the first scenario of each site, whose name is before the dash.
func firsts(names []string) []string {
	var out []string
	last := ""
	for _, n := range names {
		if site, _, _ := strings.Cut(n, "-"); site != last {
			out, last = append(out, n), site
		}
	}
	return out
}

// There is a playthrough of everything, and of nothing else.
func TestPlaythroughs(t *testing.T) {
	gymtest.Suite{Name: "web", Golden: golden, Replay: true, Open: static}.Run(t)
}

// The playthroughs are the same files: a page without scripts looks and acts
// alike under both drivers. Fewer seeds, since a browser is slower.
func TestChromeFamily(t *testing.T) {
	needChrome(t)
	gymtest.Suite{Name: "web", Golden: golden, Only: only(t, ""), Seeds: 2, Episodes: 4, Open: func(t testing.TB) gym.Family {
		return &web.Family{Driver: "chrome"}
	}}.Run(t)
}

// What is played looks alike under every library that drives Chrome, turn by
// turn; make test sees the default one and the sites alone.
func TestSitesInChrome(t *testing.T) {
	needChrome(t)
	if race {
		t.Skip("too slow under the race detector; make test runs it without")
	}
	drivers, sets := []string{"chrome"}, only(t, "sites")
	if os.Getenv("GYM_LONG") != "" {
		drivers, sets = browser.Libraries, append(sets, only(t, "")...)
	}
	for _, driver := range drivers {
		t.Run(driver, func(t *testing.T) {
			gymtest.Suite{Name: "web", Golden: golden, Only: sets, Replay: true, Open: func(t testing.TB) gym.Family {
				return &web.Family{Driver: driver}
			}}.Run(t)
		})
	}
}

// Pages that nobody here wrote. GYM_MINIWOB is the folder html of the Python
// package miniwob; make test fetches it where pip can.
func TestMiniWoB(t *testing.T) {
	needChrome(t)
	dir := os.Getenv("GYM_MINIWOB")
	if dir == "" {
		t.Skip("GYM_MINIWOB does not name the MiniWoB++ pages")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	gymtest.Suite{Name: "web", Only: []string{"click-test", "click-test-2", "click-button", "click-link", "click-dialog", "focus-text"},
		Episodes: 10, NoOracle: true, Alike: true, Open: func(t testing.TB) gym.Family {
			return &web.Family{Driver: "chrome", Pages: "miniwob:" + dir}
		}}.Run(t)
}

// An episode that starts in the page that is up shows what it shows in a new
// one, whatever was done there before.
func TestMiniWoBStartsAnewInPlace(t *testing.T) {
	needChrome(t)
	dir := os.Getenv("GYM_MINIWOB")
	if dir == "" {
		t.Skip("GYM_MINIWOB does not name the MiniWoB++ pages")
	}
	f := &web.Family{Driver: "chrome", Pages: "miniwob:" + dir, Input: "script", Observe: []string{"elements", "boxes"}}
	t.Cleanup(func() { f.Close() })
	var envs [2]gym.Env
	for i := range envs {
		env, err := f.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { env.Close() })
		envs[i] = env
	}
	reset := func(env gym.Env, scenario string, seed uint64) gym.Observation {
		o, err := env.Reset(t.Context(), gym.Task{Scenario: scenario, Level: 1, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	step := 10
	if os.Getenv("GYM_LONG") != "" {
		step = 1
	}
	list := f.Scenarios()
	for i := 0; i < len(list); i += step {
		name := list[i].Name
		for seed := range uint64(2) {
			o := reset(envs[0], name, seed+77)
			for rng := rand.New(rand.NewPCG(seed, 1)); ; {
				a := gym.RandomAction(rng, &o)
				if a.Verb == "" {
					break
				}
				out, err := envs[0].Step(t.Context(), a)
				if err != nil {
					t.Fatal(err)
				}
				if o = out.Observation; out.Terminated || out.Truncated {
					break
				}
			}
			used := reset(envs[0], name, seed)
			reset(envs[1], list[(i+1)%len(list)].Name, 0)
			fresh := reset(envs[1], name, seed)
			if used.Goal != fresh.Goal || used.String() != fresh.String() {
				t.Errorf("%s, seed %d: in a page that was used\n%s\n%s\nin a new one\n%s\n%s", name, seed, used.Goal, &used, fresh.Goal, &fresh)
			}
		}
	}
}

func needChrome(t *testing.T) {
	t.Helper()
	if _, err := browser.FindChrome(""); err != nil {
		t.Skip(err)
	}
}
