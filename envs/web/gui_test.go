package web_test

import (
	"bytes"
	"image/png"
	"os"
	"testing"

	"github.com/turngym/turngym/envs/web"
	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

func openGUI(t *testing.T) gym.Env {
	t.Helper()
	needChrome(t)
	f := &web.Family{GUI: true}
	t.Cleanup(func() { f.Close() })
	env, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { env.Close() })
	return env
}

// do takes a step that is written out.
func do(t *testing.T, env gym.Env, o gym.Observation, text string) gym.Outcome {
	t.Helper()
	a, err := o.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	out, err := env.Step(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// solve lets the oracle play and gives the last outcome.
func solve(t *testing.T, env gym.Env, task gym.Task) (first gym.Observation, out gym.Outcome) {
	t.Helper()
	first, err := env.Reset(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	for !out.Terminated && !out.Truncated {
		a, err := env.(gym.Oracle).Demonstrate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if out, err = env.Step(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	return first, out
}

// What is asked for can be found on the pages of every site, and the same task
// asks for the same and looks the same.
func TestWhatIsToBeFoundIsThere(t *testing.T) {
	env := openGUI(t)
	for _, site := range []string{"admin", "calendar", "forum", "mail", "shop", "tracker", "trips", "wiki"} {
		for level := 1; level <= 3; level++ {
			task := gym.Task{Scenario: "find-" + site, Level: level, Seed: 5}
			first, out := solve(t, env, task)
			if v, _ := out.Signals.Value(gym.SignalOutcome); v != 1 {
				t.Errorf("%s: the oracle ends with %v of %s", task, out.Signals, first.Goal)
			}
			if len(first.Elements) > 0 || len(first.Images) != 1 {
				t.Errorf("%s: %d elements and %d pictures are shown", task, len(first.Elements), len(first.Images))
			}
			again, err := env.Reset(t.Context(), task)
			if err != nil || again.Goal != first.Goal || !bytes.Equal(again.Images[0].Data, first.Images[0].Data) {
				t.Errorf("%s: %q looks otherwise the second time: %q, %v", task, first.Goal, again.Goal, err)
			}
		}
	}
}

// An oracle that names elements is followed by mouse and keyboard.
func TestPagesArePlayedByPixels(t *testing.T) {
	env := openGUI(t)
	for _, name := range []string{"tick-boxes", "fill-form", "choose-list", "shop", "mail-compose"} {
		if _, out := solve(t, env, gym.Task{Scenario: name, Level: 1, Seed: 2}); !out.Terminated {
			t.Errorf("%s: not solved: %v %s", name, out.Signals, out.Observation.Note)
		} else if v, _ := out.Signals.Value(gym.SignalOutcome); v != 1 {
			t.Errorf("%s: %v", name, out.Signals)
		}
	}
}

// A click beside what was meant ends the episode, and says by how much.
func TestAMissIsPaidByItsDistance(t *testing.T) {
	env := openGUI(t)
	task := gym.Task{Scenario: "find-forum", Level: 1, Seed: 1}
	var far [2]float64
	for i, at := range []string{"mouse_click(1279, 719)", "mouse_click(640, 360)"} {
		o, err := env.Reset(t.Context(), task)
		if err != nil {
			t.Fatal(err)
		}
		out := do(t, env, o, at)
		outcome, _ := out.Signals.Value(gym.SignalOutcome)
		progress, _ := out.Signals.Value(gym.SignalProgress)
		far[i], _ = out.Signals.Value(web.SignalDistance)
		if !out.Terminated || outcome != 0 || far[i] <= 0 || progress <= 0 || progress >= 1 {
			t.Errorf("%s: %v", at, out.Signals)
		}
	}
	if far[0] == far[1] {
		t.Errorf("two clicks are equally far: %v", far)
	}
}

func TestZoomEnlargesAPart(t *testing.T) {
	env := openGUI(t)
	o, err := env.Reset(t.Context(), gym.Task{Scenario: "find-shop", Level: 3, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	out := do(t, env, o, "zoom(0, 0, 320, 180)")
	if len(out.Observation.Images) != 2 {
		t.Fatalf("%d pictures", len(out.Observation.Images))
	}
	os.WriteFile(t.ArtifactDir()+"/zoom.png", out.Observation.Images[1].Data, 0o644)
	if p, err := png.Decode(bytes.NewReader(out.Observation.Images[1].Data)); err != nil || p.Bounds().Dx() != browser.Width {
		t.Errorf("%v, %v", p.Bounds(), err)
	}
	if out = do(t, env, o, "noop()"); len(out.Observation.Images) != 1 {
		t.Errorf("a picture that was enlarged stays: %d pictures", len(out.Observation.Images))
	}
	for _, text := range []string{"zoom(320, 180, 0, 0)", "zoom(1280, 720, 1280, 720)"} { // the corners in any order, however near
		if out = do(t, env, o, text); out.Observation.Note != "" || len(out.Observation.Images) != 2 {
			t.Errorf("%s: %q and %d pictures", text, out.Observation.Note, len(out.Observation.Images))
		}
	}
}

// The whole suite takes pictures by the thousand.
func TestGUIFamily(t *testing.T) {
	if os.Getenv("GYM_LONG") == "" {
		t.Skip("slow; make test-long runs it")
	}
	needChrome(t)
	gymtest.Suite{Name: "gui", Only: []string{"find-mail", "find-wiki", "tick-boxes"}, Seeds: 4, Episodes: 10, Open: func(t testing.TB) gym.Family {
		return &web.Family{GUI: true}
	}}.Run(t)
}
