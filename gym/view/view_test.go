package view_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/record"
	"github.com/turngym/turngym/gym/view"
)

const hostile = `<img src=x onerror="document.title='owned'">`

// episode is one of a few turns, solved where outcome is 1.
func episode(i int, scenario string, outcome float64) *gym.Episode {
	ep := &gym.Episode{ID: fmt.Sprintf("1-%d", i), Env: "web", Task: gym.Task{Scenario: scenario, Level: 1, Seed: uint64(i)}}
	for n := range 3 {
		t := gym.Turn{Observation: gym.Observation{Goal: "Press " + hostile, Elements: []gym.Element{{ID: "7", Role: "button", Name: hostile}}}}
		t.Move = gym.Move{Action: gym.Action{Verb: "click", Args: []gym.Value{{Kind: gym.Ref, Text: "7"}}}, Text: fmt.Sprintf("click(7) %d", n)}
		t.Move.Tokens = gym.Tokens{IDs: []int32{1, 2}, Type: []uint8{0, 0}, Sampled: []bool{false, true}, LogProb: []float32{0, -0.7}, Version: []uint32{0, 0}, Allow: [][]int32{nil, {2, 3}}}
		t.Signals = gym.Signals{{Name: "progress", Value: float64(n) / 2}}
		ep.Turns = append(ep.Turns, t)
	}
	ep.Turns[2].Signals = append(ep.Turns[2].Signals, gym.Signal{Name: gym.SignalOutcome, Value: outcome})
	ep.End.Reason = gym.Terminated
	return ep
}

func handler(t *testing.T) (*view.Handler, *record.Writer, string) {
	dir := t.TempDir()
	w, err := record.Create(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	for i := range 6 {
		if err := w.Append(episode(i, []string{"one", "two"}[i%2], float64(i/3))); err != nil {
			t.Fatal(err)
		}
	}
	return &view.Handler{Name: "r", Folders: []view.Folder{{Name: "train", Dir: dir}}}, w, dir
}

func get(t *testing.T, h http.Handler, path string) (int, string) {
	t.Helper()
	r := httptest.NewRequest("GET", "http://127.0.0.1:80"+path, nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func TestTheListIsFilteredAndGrows(t *testing.T) {
	h, w, dir := handler(t)
	count := func(query string) (total, solved int) {
		code, body := get(t, h, "/api/episodes?"+query)
		var got struct{ Total, Solved int }
		if err := json.Unmarshal([]byte(body), &got); err != nil || code != 200 {
			t.Fatalf("%s: %d %s", query, code, body)
		}
		return got.Total, got.Solved
	}
	for query, want := range map[string][2]int{"": {6, 3}, "scenario=one": {3, 1}, "outcome=failed": {3, 0}, "outcome=solved": {3, 3}, "scenario=none": {0, 0}} {
		if total, solved := count(query); total != want[0] || solved != want[1] {
			t.Errorf("%s: %d of %d solved, want %v", query, solved, total, want)
		}
	}
	if err := w.Append(episode(6, "one", 1)); err != nil {
		t.Fatal(err)
	}
	if total, _ := count(""); total != 7 {
		t.Errorf("after one more there are %d", total)
	}
	shards, _ := filepath.Glob(filepath.Join(dir, "*.gym"))
	data, err := os.ReadFile(shards[0])
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 0xff
	if err := os.WriteFile(shards[0], data, 0o644); err != nil {
		t.Fatal(err)
	}
	again := &view.Handler{Folders: h.Folders}
	if _, body := get(t, again, "/api/episodes"); !strings.Contains(body, "episodes-000001.gym") {
		t.Errorf("a damaged shard is not reported: %s", body)
	}
}

func TestWhatIsNotThereIsSaid(t *testing.T) {
	h, _, _ := handler(t)
	for path, want := range map[string]int{"/api/episode/train/none": 404, "/api/episode/none/1-1": 404, "/api/picture/0/train/1-1": 404,
		"/api/picture/9/train/1-1": 404, "/api/episodes?outcome=maybe": 400, "/api/episodes?offset=x": 400, "/api/episode/train/1-1": 200, "/": 200} {
		if code, body := get(t, h, path); code != want || code >= 400 && strings.Count(body, "\n") != 1 {
			t.Errorf("%s: %d %q, want %d", path, code, body, want)
		}
	}
	r := httptest.NewRequest("GET", "http://evil.example/api/episodes", nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("another name is answered with %d", w.Code)
	}
}

// The page in a real browser: keys turn its pages, filters shorten its list,
// and nothing that an episode holds becomes more than text.
func TestThePageInABrowser(t *testing.T) {
	path := ""
	for _, name := range []string{"chromium-headless-shell", "chromium", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no Chrome here")
	}
	h, _, _ := handler(t)
	s := httptest.NewServer(h)
	defer s.Close()
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	alloc, cancel := chromedp.NewExecAllocator(t.Context(), opts...)
	defer cancel()
	ctx, cancel := chromedp.NewContext(alloc)
	defer cancel()
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	defer cancel()
	until := func(what, js string) {
		t.Helper()
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](js)); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	press := func(key string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.KeyEvent(key)); err != nil {
			t.Fatal(err)
		}
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(s.URL)); err != nil {
		t.Fatal(err)
	}
	until("the first episode is shown", `document.querySelector('#action').textContent.includes('click(7)') && document.querySelectorAll('#list > li').length === 6`)
	until("hostile words are text", `document.querySelector('#goal').textContent.includes('<img') && document.title !== 'owned' && !document.querySelector('#goal img, #elements img')`)
	press("j")
	until("the next turn", `location.hash.includes('turn=2')`)
	press("k")
	until("the turn before", `location.hash.includes('turn=1')`)
	press("J")
	until("the next episode", `location.hash.includes('episode=train%2F1-1')`)
	press("f")
	until("only failures", `document.querySelectorAll('#list > li').length === 3 && location.hash.includes('outcome=failed')`)
	if err := chromedp.Do(ctx, chromedp.Reload()); err != nil {
		t.Fatal(err)
	}
	until("a reload keeps the place", `document.querySelectorAll('#list > li').length === 3`)
}
