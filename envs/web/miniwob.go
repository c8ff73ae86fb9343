package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/gym"
)

// miniwob is one page of MiniWoB++ (Liu et al. 2018; the pages are those of
// the Python package miniwob, folder html). The page draws its own problem
// from a seed, judges it and gives a reward from -1 to 1.
type miniwob struct {
	name  string
	files http.Handler
}

// openMiniWoB lists the pages in dir, which holds the folders miniwob, core
// and common.
func openMiniWoB(dir string) ([]miniwob, error) {
	if _, err := os.Stat(filepath.Join(dir, "core", "core.js")); err != nil {
		return nil, fmt.Errorf("miniwob pages in %s: %w; give the folder html of the Python package miniwob", dir, err)
	}
	paths, _ := filepath.Glob(filepath.Join(dir, "miniwob", "*.html"))
	slices.Sort(paths)
	files := http.FileServer(http.Dir(dir))
	pages := make([]miniwob, len(paths))
	for i, p := range paths {
		pages[i] = miniwob{strings.TrimSuffix(filepath.Base(p), ".html"), files}
	}
	return pages, nil
}

// miniwobTurns is enough for the pages' longest forms.
const miniwobTurns = 10

func (m miniwob) info() gym.Scenario {
	return gym.Scenario{Name: m.name, Doc: "MiniWoB++ " + m.name, Levels: 1, Turns: miniwobTurns, Floor: 1, Script: true}
}

func (m miniwob) start(_ context.Context, t gym.Task) (session, error) {
	return &miniwobSession{miniwob: m, seed: t.Rand().Uint32()}, nil
}

type miniwobSession struct {
	miniwob
	seed      uint32
	utterance string
}

func (s *miniwobSession) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "max-age=86400, immutable") // each page asks for the same ten scripts
	s.files.ServeHTTP(w, r)
}

// startScript begins an episode on a page that is up: the reset of the pages'
// own Python driver, with the episode's timer out of the way (a slow machine
// must not lose by it). It gives "" where another page is up.
const startScript = `(async () => {
  if (location.pathname + location.search !== %q) return '';
  window.__gymSkip = '#query, #reward-display, #sync-task-cover, #click-canvas';
  window.__gymExtra = () => [WOB_DONE_GLOBAL ? 1 : 0, WOB_RAW_REWARD_GLOBAL];
  core.endEpisode(0);
  core.EPISODE_MAX_TIME = 1000000;
  Math.seedrandom(%d);
  core.startEpisodeReal();
  for (let i = 0; !WOB_TASK_READY && i < 200; i++) await __gymClock.run(10, () => false);
  if (!WOB_TASK_READY) throw new Error('the task is not ready after 2 s of its time');
  await __gymClock.run(0, () => false); // its pictures
  window.__gym.renumber();
  const u = core.getUtterance();
  return JSON.stringify({ utterance: typeof u === 'string' ? u : u.utterance });
})()`

// open starts the episode in the page where it already shows the task, else
// opens the task's page first.
func (s *miniwobSession) open(ctx context.Context, p browser.Page) (browser.View, error) {
	page, path := p.(browser.Scripter), "/miniwob/"+s.name+".html"
	script := fmt.Sprintf(startScript, path, s.seed)
	out, err := page.Eval(ctx, script)
	if err != nil || out == "" || slices.Contains(stale, s.name) {
		if _, err := p.Goto(ctx, path); err != nil {
			return browser.View{}, err
		}
		if out, err = page.Eval(ctx, script); err != nil {
			return browser.View{}, err
		}
	}
	var got struct{ Utterance string }
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		return browser.View{}, gym.Faultf("start "+s.name, "%w", err)
	}
	s.utterance = strings.Join(strings.Fields(got.Utterance), " ")
	return page.See(ctx)
}

// stale are the pages whose next episode still shows something of the last.
var stale = []string{"book-flight", "book-flight-nodelay", "choose-date", "choose-date-easy", "choose-date-medium", "choose-date-nodelay",
	"focus-text-2", "order-food", "scroll-text", "scroll-text-2", "search-engine", "stock-market", "use-autocomplete", "use-autocomplete-nodelay",
	"use-colorwheel", "use-colorwheel-2"}

func (s *miniwobSession) goal(context.Context) (goal, hint string, err error) {
	return s.utterance, "", nil
}

func (s *miniwobSession) judge(_ context.Context, v browser.View) (verdict, error) {
	if len(v.Extra) != 2 { // the agent has left the page
		return verdict{done: true, progress: -1}, nil
	}
	out := verdict{done: v.Extra[0] == 1, progress: -1}
	if out.done {
		out.outcome = max(0, min(1, v.Extra[1]))
		out.extra = gym.Signals{{Name: "raw", Value: v.Extra[1]}}
	}
	return out, nil
}

func (s *miniwobSession) demonstrate(context.Context, browser.View) (gym.Action, error) {
	return gym.Action{}, fmt.Errorf("MiniWoB++ %s has no oracle", s.name)
}

func (s *miniwobSession) hosts() []string { return []string{browser.Host} }

func (s *miniwobSession) actions() []string { return nil }

func (s *miniwobSession) hear(string, string) {}

func (s *miniwobSession) close() {}
