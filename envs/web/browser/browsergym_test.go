package browser

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// golden is what bench/browsergym/record.py writes of a page.
type golden struct {
	Page          string
	Width, Height int
	Scale         float64
	Seed          int // of a MiniWoB++ page
	URL           string
	Shots         []struct {
		Do, AXTree, Marked, HTML, Focused string
		Marks                             map[string][4]json.RawMessage
	}
}

// everything is what the goldens' marked trees were made with.
var everything = Text{Visible: true, Clickable: true, Center: true, Box: true, SetOfMarks: true}

func readGolden(t testing.TB, path string) golden {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// tabs makes tabs of a browser that shows scroll bars, as BrowserGym's does,
// with files behind http://gym.test. The records are of the whole browser: the
// one for headless use alone draws some letters by a pixel otherwise.
func tabs(t testing.TB, files http.Handler) func(width, height int) call {
	t.Helper()
	path, err := FindChrome("chromium")
	if err != nil {
		t.Skip(err)
	}
	site := httptest.NewServer(files)
	t.Cleanup(site.Close)
	opts := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoFirstRun, chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.Flag("headless", true), chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("disable-features", "OverlayScrollbars,ExtendedOverlayScrollbars"),
		chromedp.Flag("host-resolver-rules", "MAP gym.test "+strings.TrimPrefix(site.URL, "http://"))}
	alloc, cancelAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	quiet := func(string, ...any) {}
	browser, cancel := chromedp.NewContext(alloc, chromedp.WithErrorf(quiet), chromedp.WithLogf(quiet))
	t.Cleanup(func() { cancel(); cancelAlloc() })
	if err := chromedp.Do(browser); err != nil {
		t.Fatal(err)
	}
	return func(width, height int) call {
		tab, cancel := chromedp.NewContext(browser)
		t.Cleanup(cancel)
		if err := chromedp.Do(tab); err != nil {
			t.Fatal(err)
		}
		do := call(chromedp.FromContext(tab).Target.Call)
		for _, domain := range []string{"DOM", "CSS", "Network", "Log"} {
			must(t, do(t.Context(), domain+".disable", nil, nil))
		}
		must(t, do(t.Context(), "Emulation.setFocusEmulationEnabled", map[string]any{"enabled": true}, nil))
		must(t, do(t.Context(), "Emulation.setDeviceMetricsOverride",
			map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil))
		return do
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// evaluate is the value of an expression, as JSON.
func evaluate(t testing.TB, do call, expression string) string {
	t.Helper()
	var res struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		ExceptionDetails json.RawMessage `json:"exceptionDetails"`
	}
	must(t, do(t.Context(), "Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true}, &res))
	if res.ExceptionDetails != nil {
		t.Fatalf("%s: %s", expression, res.ExceptionDetails)
	}
	return string(res.Result.Value)
}

// otherFonts says whether text has other widths than where the goldens were made.
func otherFonts(t testing.TB, do call) bool {
	const liberationSerif = "145.296875"
	return evaluate(t, do, `(() => { const c = document.createElement('canvas').getContext('2d');
		c.font = '16px Times New Roman'; return c.measureText('Sphinx of black quartz').width })()`) != liberationSerif
}

// visit opens a golden's page.
func visit(t testing.TB, do call, g golden) {
	t.Helper()
	must(t, do(t.Context(), "Page.navigate", map[string]any{"url": g.URL}, nil))
	evaluate(t, do, `new Promise(r => { const go = () => location.href !== 'about:blank' && document.readyState === 'complete' ? r() : setTimeout(go, 5); go() })`)
	if strings.HasPrefix(g.Page, "miniwob/") {
		start, err := os.ReadFile("testdata/miniwob_start.js")
		must(t, err)
		evaluate(t, do, strings.ReplaceAll(string(start), "SEED", strconv.Itoa(g.Seed)))
		evaluate(t, do, `new Promise(r => { const go = () => WOB_TASK_READY ? r() : setTimeout(go, 5); go() })`)
	}
}

// same compares texts line by line and says where they part.
func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		line := func(l []string) string {
			if i < len(l) {
				return l[i]
			}
			return "(the end)"
		}
		if line(g) != line(w) {
			t.Errorf("%s differs from line %d of %d:\n  here       %q\n  BrowserGym %q", what, i+1, len(w), line(g), line(w))
			return
		}
	}
}

// Every page of testdata/browsergym looks as BrowserGym shows it, before and
// after the page has changed. MiniWoB++ pages are looked at where GYM_MINIWOB
// names their folder; GYM_GOLDENS names another folder of goldens.
func TestBrowserGymGoldens(t *testing.T) {
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir("testdata/pages")))
	miniwob := os.Getenv("GYM_MINIWOB")
	if miniwob != "" {
		for _, dir := range []string{"/miniwob/", "/core/", "/common/"} {
			mux.Handle(dir, http.FileServer(http.Dir(miniwob)))
		}
	}
	open := tabs(t, mux)
	goldens := cmp.Or(os.Getenv("GYM_GOLDENS"), "testdata/browsergym")
	paths, err := filepath.Glob(filepath.Join(goldens, "*.json"))
	must(t, err)
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		t.Run(name, func(t *testing.T) {
			g := readGolden(t, path)
			if strings.HasPrefix(g.Page, "miniwob/") && miniwob == "" {
				t.Skip("GYM_MINIWOB is not set")
			}
			do := open(g.Width, g.Height)
			if otherFonts(t, do) {
				t.Skip("no Liberation Serif here, with which the goldens were made: install fonts-liberation")
			}
			visit(t, do, g)
			for i, shot := range g.Shots {
				if shot.Do != "" {
					evaluate(t, do, "(() => { "+shot.Do+" })()")
				}
				s, err := takeSnapshot(t.Context(), do, SnapshotOptions{Scale: g.Scale})
				must(t, err)
				what := func(s string) string { return fmt.Sprintf("snapshot %d (%s): %s", i, shot.Do, s) }
				same(t, what("axtree_txt"), s.AXTree, shot.AXTree)
				if shot.Marked != "" {
					same(t, what("axtree_txt with additions"), s.Write(everything), shot.Marked)
				}
				same(t, what("pruned_html"), s.HTML, shot.HTML)
				if s.Focused != shot.Focused {
					t.Errorf("%s: %q, want %q", what("focus"), s.Focused, shot.Focused)
				}
				sameMarks(t, what("marks"), s.Marks, shot.Marks)
			}
		})
	}
}

// sameMarks compares the marks and counts by kind what differs.
func sameMarks(t *testing.T, what string, got []Mark, want map[string][4]json.RawMessage) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d elements, want %d", what, len(got), len(want))
	}
	var off [4]int
	var first string
	for _, m := range got {
		w, ok := want[m.ID]
		if !ok {
			t.Errorf("%s: element %s is not there", what, m.ID)
			continue
		}
		var seen float64
		var box []float64
		var clickable, marked bool
		for j, dst := range []any{&seen, &box, &clickable, &marked} {
			must(t, json.Unmarshal(w[j], dst))
		}
		for j, bad := range []bool{m.Visibility != seen, m.HasBox != (box != nil) || m.HasBox && m.Box != [4]float64(box), m.Clickable != clickable, m.SetOfMarks != marked} {
			if bad {
				off[j]++
				if first == "" {
					first = fmt.Sprintf("%+v, want %s", m, w)
				}
			}
		}
	}
	if first != "" {
		t.Errorf("%s: of %d elements differ in visibility %d, box %d, clickable %d, set of marks %d; first %s", what, len(got), off[0], off[1], off[2], off[3], first)
	}
}
