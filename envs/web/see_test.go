package web_test

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turngym/turngym/envs/web"
	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/gym"
)

// A page is shown in every way at once, and acted on by the ids of that way.
func TestAllModesTogether(t *testing.T) {
	needChrome(t)
	f := &web.Family{Driver: "chrome", Observe: web.Modes, Actions: []string{"all"}}
	t.Cleanup(func() { f.Close() })
	env, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { env.Close() })
	o, err := env.Reset(t.Context(), gym.Task{Scenario: "tick-boxes", Level: 1, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []string{"RootWebArea", "<form", "+ [", "http://gym.test/"} {
		if !strings.Contains(o.Text, w) {
			t.Errorf("%q is not in\n%s", w, o.Text)
		}
	}
	if len(o.Images) != 2 || o.Images[0].Name != "screenshot" || o.Images[1].Name != "som" {
		t.Fatalf("%d images", len(o.Images))
	}
	for _, img := range o.Images {
		os.WriteFile(filepath.Join(t.ArtifactDir(), img.Name+".png"), img.Data, 0o644)
		if p, err := png.Decode(bytes.NewReader(img.Data)); err != nil || p.Bounds().Dx() != browser.Width {
			t.Errorf("%s: %v", img.Name, err)
		}
	}
	if !strings.Contains(o.String(), ", box=(") {
		t.Errorf("no boxes in\n%s", &o)
	}
	box := ""
	for _, e := range o.Elements {
		if e.Role == "checkbox" {
			box = e.ID
		}
	}
	for i, text := range []string{"check('" + box + "')", "mouse_click(5, 5)", "keyboard_press('Tab')", "noop()"} {
		a, err := o.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		out, err := env.Step(t.Context(), a)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if o = out.Observation; i == 0 && !strings.Contains(o.Text, "checked") {
			t.Errorf("after %s nothing is checked in\n%s", text, o.Text)
		}
	}
	if !strings.Contains(o.Text, "nothing has changed") {
		t.Errorf("nothing was done, and\n%s", o.Text)
	}
}

// A page that is not painted while it is played can be looked at all the same.
func TestAHiddenPageCanBeDrawn(t *testing.T) {
	needChrome(t)
	f := &web.Family{Driver: "chrome"}
	t.Cleanup(func() { f.Close() })
	env, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { env.Close() })
	o, err := env.Reset(t.Context(), gym.Task{Scenario: "tick-boxes", Level: 1, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	picture, err := env.(gym.Renderer).Screenshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(filepath.Join(t.ArtifactDir(), "hidden.png"), picture, 0o644)
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	colours := map[string]bool{}
	for y := range 200 {
		for x := range 200 {
			colours[fmt.Sprint(img.At(x, y))] = true
		}
	}
	if len(colours) < 3 {
		t.Errorf("nothing is drawn: %v", colours)
	}
	for _, e := range o.Elements {
		if e.ID == "" {
			continue
		}
		if _, _, w, h, ok := env.(interface {
			Box(context.Context, string) (x, y, w, h float64, ok bool)
		}).Box(t.Context(), e.ID); !ok || w <= 0 || h <= 0 {
			t.Errorf("%s has no box", e)
		}
	}
}
