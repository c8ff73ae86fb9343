package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// Modes are the ways in which a page can be shown; they can be combined.
//
//   - elements: what can be acted on and what can be read, in reading order
//   - boxes: where those that can be acted on are, in pixels
//   - axtree: Chrome's accessibility tree as BrowserGym writes it
//   - html: the document, pruned as BrowserGym prunes it
//   - screenshot: a picture
//   - som: a picture with the set of marks
//   - diff: what has changed of the elements since the last turn
var Modes = []string{"elements", "boxes", "axtree", "html", "screenshot", "som", "diff"}

// asBrowserGym says whether a mode is shown with BrowserGym's ids.
func asBrowserGym(mode string) bool { return mode == "axtree" || mode == "html" || mode == "som" }

// pictured says whether a mode needs a page that is drawn.
func pictured(mode string) bool { return mode == "screenshot" || asBrowserGym(mode) }

// known checks modes.
func knownModes(modes []string) error {
	for _, m := range modes {
		if !slices.Contains(Modes, m) {
			return catalog.Unknown("observation mode", m, Modes)
		}
	}
	return nil
}

// charsPerToken is how many bytes of a page a token has, about.
const charsPerToken = 4

// modes are how pages are shown.
func (e *env) modes() []string {
	if e.family.GUI {
		return []string{"screenshot"}
	}
	return e.family.Observe
}

// look adds to the observation what the family's modes show beside elements.
func (e *env) look(ctx context.Context, before []gym.Element) error {
	modes := e.modes()
	e.obs.Images = nil
	if len(modes) == 0 {
		return nil
	}
	if err := e.lookAsBrowserGym(ctx, modes); err != nil {
		return err
	}
	if slices.Contains(modes, "diff") {
		e.obs.Text += "\n\n" + changes(before, e.obs.Elements)
	}
	if e.family.Budget > 0 {
		e.obs.Text = cut(e.obs.Text, e.family.Budget*charsPerToken)
	}
	return nil
}

func (e *env) lookAsBrowserGym(ctx context.Context, modes []string) error {
	if !slices.ContainsFunc(modes, pictured) || e.view.Dialog != "" {
		return nil
	}
	page, ok := e.page.(browser.Observer)
	if !ok {
		return errors.New("the static driver shows elements and what changed of them; the other modes need Chrome")
	}
	var snap *browser.Snapshot
	var err error
	if slices.ContainsFunc(modes, asBrowserGym) {
		if snap, err = page.Snapshot(ctx, browser.SnapshotOptions{NoHTML: !slices.Contains(modes, "html")}); err != nil {
			return err
		}
		view, err := page.See(ctx) // the elements again, by the ids that they now have
		if err != nil {
			return err
		}
		e.view, e.obs.Elements = view, view.Elements
		e.obs.Verbs = e.offered(&view)
	}
	var picture []byte
	if slices.Contains(modes, "screenshot") || slices.Contains(modes, "som") {
		if picture, err = page.Screenshot(ctx); err != nil {
			return err
		}
	}
	for _, m := range modes {
		switch m {
		case "axtree":
			e.obs.Text += "\n\n" + snap.AXTree
		case "html":
			e.obs.Text += "\n\n" + snap.HTML
		case "screenshot":
			e.obs.Images = append(e.obs.Images, gym.Image{Name: m, Data: picture})
			if e.zoom == nil {
				continue
			}
			larger, err := e.page.(browser.Zoomer).Zoom(ctx, e.zoom[0], e.zoom[1], e.zoom[2], e.zoom[3])
			if err != nil {
				return err
			}
			e.obs.Images = append(e.obs.Images, gym.Image{Name: "zoom", Data: larger})
		case "som":
			marked, err := browser.DrawMarks(picture, snap.Marks)
			if err != nil {
				return err
			}
			e.obs.Images = append(e.obs.Images, gym.Image{Name: m, Data: marked})
		}
	}
	if !slices.Contains(modes, "elements") { // they are named in the text; only what can be acted on is kept
		e.obs.Elements = slices.DeleteFunc(slices.Clone(e.obs.Elements), func(x gym.Element) bool { return x.ID == "" })
	}
	return nil
}

// changes says what came and what went between two views.
func changes(before, now []gym.Element) string {
	count := map[string]int{}
	for _, x := range before {
		count[x.String()]++
	}
	var lines []string
	for _, x := range now {
		if s := x.String(); count[s] > 0 {
			count[s]--
		} else {
			lines = append(lines, "+ "+s)
		}
	}
	for _, x := range before {
		if s := x.String(); count[s] > 0 {
			count[s]--
			lines = append(lines, "- "+s)
		}
	}
	if lines == nil {
		return "nothing has changed"
	}
	return "changed:\n" + strings.Join(lines, "\n")
}

// cut shortens a text to whole lines of at most so many bytes, and says so.
func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	at := strings.LastIndexByte(text[:most], '\n')
	if at < 0 {
		at = 0
	}
	left := strings.Count(text[at:], "\n")
	return text[:at] + fmt.Sprintf("\n… %d more lines are not shown", left)
}
