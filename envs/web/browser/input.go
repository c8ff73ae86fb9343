package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp/kb"

	"github.com/turngym/turngym/gym"
)

// textMax is the longest text that is typed or filled in.
const textMax = 100_000

// Do acts on the page.
func (p *chromePage) Do(ctx context.Context, a gym.Action) (View, error) {
	if p.closed {
		return View{}, gym.ErrClosed
	}
	t := p.now()
	if t.dialog != nil {
		return p.reply(ctx, a)
	}
	for _, v := range a.Args {
		if len(v.Text) > textMax {
			return View{}, gym.Mistakef("a text of %d bytes is too long; the most is %d", len(v.Text), textMax)
		}
	}
	t.drain(p.proxy)
	switch a.Verb {
	case "goto":
		return p.open(ctx, text(a, 0))
	case "go_back", "go_forward":
		to, ok := t.past.step(a.Verb == "go_forward")
		if !ok {
			return View{}, noPage(a.Verb)
		}
		t.stepped = true
		return p.open(ctx, to)
	case "new_tab":
		return p.openTab(ctx, "")
	case "tab_focus":
		return p.focusTab(ctx, int(num(a, 0)))
	case "tab_close":
		return p.closeTab(ctx)
	case "noop":
		return p.look(ctx, fmt.Sprintf("__gym.after(%d,%d)", t.seq, int(num(a, 0))))
	case "scroll":
		return p.look(ctx, fmt.Sprintf("__gym.scroll(%d,%d,%d)", t.seq, int(num(a, 0)), int(num(a, 1))))
	}
	if ByHand(a.Verb) && t.how != painted {
		return View{}, gym.Mistakef("%s needs a page that is drawn; this one is not", a.Verb)
	}
	if keys, ok := strings.CutPrefix(a.Verb, "keyboard_"); ok {
		return p.keyboard(ctx, keys, text(a, 0))
	}
	if how, ok := strings.CutPrefix(a.Verb, "mouse_"); ok {
		return p.mouse(ctx, how, a)
	}
	return p.element(ctx, a)
}

// text is an action's argument i, "" where it was left out; num is a number.
func text(a gym.Action, i int) string {
	if i < len(a.Args) {
		return a.Args[i].Text
	}
	return ""
}

func num(a gym.Action, i int) float64 {
	if i < len(a.Args) {
		return a.Args[i].Num
	}
	return 0
}

// trusted says whether events come from the browser and not from a script.
func (p *chromePage) trusted() bool {
	switch p.chrome.options.Input {
	case "trusted":
		return true
	case "script":
		return false
	}
	return p.now().how == painted && !p.now().view.plain
}

// element does what is done to an element.
func (p *chromePage) element(ctx context.Context, a gym.Action) (View, error) {
	id := text(a, 0)
	switch verb := a.Verb; {
	case verb == "press":
		return p.press(ctx, id, text(a, 1))
	case verb == "drag_and_drop":
		return p.drag(ctx, id, a)
	case verb == "check" || verb == "uncheck":
		return p.tick(ctx, id, verb == "check")
	case p.trusted() && (verb == "click" || verb == "dblclick" || verb == "hover"):
		at, err := p.aim(ctx, id, "")
		if err != nil {
			return View{}, err
		}
		return p.click(ctx, at, verb, text(a, 1), text(a, 2))
	case p.trusted() && (verb == "fill" || verb == "clear"):
		return p.fill(ctx, id, text(a, 1))
	}
	quoted, _ := json.Marshal(text(a, 1))
	return p.look(ctx, fmt.Sprintf("__gym.act(%d,%q,%q,%s,%t)", p.now().seq, a.Verb, id, quoted, p.now().blank))
}

// point is a place in the window. Still says that the page could not tell a
// mouse that came there from one that did not move.
type point struct {
	X, Y  float64
	Still bool
}

// aim is the middle of an element, which is then in sight. how is "text" where
// its text is to be chosen, "loose" where something may cover it.
func (p *chromePage) aim(ctx context.Context, id string, how string) (point, error) {
	out, err := p.Eval(ctx, fmt.Sprintf("__gym.aim(%q,%q)", id, how))
	if err != nil {
		return point{}, err
	}
	var at struct {
		point
		Mistake string
	}
	if err := json.Unmarshal([]byte(out), &at); err != nil {
		return point{}, gym.Faultf("aim", "%w", err)
	}
	if at.Mistake != "" {
		return point{}, &gym.Mistake{Text: at.Mistake}
	}
	return at.point, nil
}

// The numbers that DevTools has for buttons and modifiers.
var (
	buttons   = map[string]int{"left": 1, "right": 2, "middle": 4}
	modifiers = map[string]int{"Alt": 1, "Control": 2, "ControlOrMeta": 2, "Meta": 4, "Shift": 8}
)

// input is one event that the browser makes.
type input struct {
	method string
	params args
}

// mouseEvent is one of the mouse.
func mouseEvent(kind string, at point, button string, clicks, mods int) input {
	params := args{"type": kind, "x": at.X, "y": at.Y, "modifiers": mods}
	if button != "" {
		params["button"], params["clickCount"] = button, clicks
		if kind != "mouseReleased" {
			params["buttons"] = buttons[button]
		}
	}
	return input{"Input.dispatchMouseEvent", params}
}

// dispatch sends input events without waiting between them: a move alone would
// wait for the next frame, and a press after it does not let it. A dialog that
// they open, or a document that they leave, holds up their answers; the view
// that follows says so.
func (p *chromePage) dispatch(ctx context.Context, events ...input) error {
	t, answer := p.now(), make(chan answered, 1)
	ctx, cancel := context.WithTimeoutCause(ctx, p.chrome.options.Patience, errSlow)
	go func() {
		defer cancel()
		var waits []func() error
		for _, e := range events {
			waits = append(waits, t.start(ctx, e.method, e.params))
		}
		var err error
		for _, wait := range waits {
			if e := wait(); e != nil && err == nil {
				err = p.fault(ctx, "act on the page", e)
			}
		}
		answer <- answered{"", err}
	}()
	_, err := p.await(t, answer)
	return err
}

// click moves the mouse to a point and clicks there, or only moves it there.
func (p *chromePage) click(ctx context.Context, at point, kind, button, mods string) (View, error) {
	if button == "" {
		button = "left"
	}
	held := 0
	for m := range strings.Lines(mods) {
		held |= modifiers[strings.TrimSpace(m)]
	}
	clicks := map[string]int{"hover": 0, "move": 0, "click": 1, "dblclick": 2}[kind]
	var events []input
	if !at.Still || clicks == 0 {
		events = append(events, mouseEvent("mouseMoved", at, "", 0, held))
	}
	if clicks == 0 {
		return p.after(ctx, p.dispatch(ctx, events...))
	}
	for n := 1; n <= clicks; n++ { // what the first click leads to may need to be seen before the second
		events = append(events, mouseEvent("mousePressed", at, button, n, held), mouseEvent("mouseReleased", at, button, n, held))
		if err := p.dispatch(ctx, events...); err != nil {
			return p.after(ctx, err)
		}
		events = nil
	}
	return p.after(ctx, nil)
}

// after is the view once an input event has had its effect.
func (p *chromePage) after(ctx context.Context, err error) (View, error) {
	if err == errDialog {
		return p.dialogView(), nil
	}
	if err != nil {
		return View{}, err
	}
	return p.look(ctx, fmt.Sprintf("__gym.after(%d)", p.now().seq))
}

// fill replaces a field's text as typing does.
func (p *chromePage) fill(ctx context.Context, id string, text string) (View, error) {
	if _, err := p.aim(ctx, id, "text"); err != nil {
		return View{}, err
	}
	if text == "" {
		return p.after(ctx, p.stroke(ctx, "Backspace", 0))
	}
	return p.after(ctx, p.dispatch(ctx, insert(text)))
}

// insert puts in a text at once.
func insert(text string) input { return input{"Input.insertText", args{"text": text}} }

// tick makes a box checked or not.
func (p *chromePage) tick(ctx context.Context, id string, on bool) (View, error) {
	out, err := p.Eval(ctx, fmt.Sprintf("__gym.ticked(%q)", id))
	if err != nil {
		return View{}, err
	}
	switch out {
	case "":
		return View{}, gym.Mistakef("element %s is no box that can be ticked; click it instead", id)
	case fmt.Sprint(on):
		return p.See(ctx)
	}
	at, err := p.aim(ctx, id, "")
	if err != nil {
		return View{}, err
	}
	return p.click(ctx, at, "click", "", "")
}

// press focuses an element and presses keys.
func (p *chromePage) press(ctx context.Context, id string, keys string) (View, error) {
	if _, err := p.Eval(ctx, fmt.Sprintf("__gym.focus(%q)", id)); err != nil {
		return View{}, err
	}
	return p.keyboard(ctx, "press", keys)
}

// drag takes an element to another one by the mouse.
func (p *chromePage) drag(ctx context.Context, id string, a gym.Action) (View, error) {
	to := text(a, 1)
	if _, err := p.aim(ctx, id, "loose"); err != nil {
		return View{}, err
	}
	end, err := p.aim(ctx, to, "loose")
	if err != nil {
		return View{}, err
	}
	from, err := p.aim(ctx, id, "loose") // to reach the other may have scrolled
	if err != nil {
		return View{}, err
	}
	return p.pull(ctx, from, end)
}

// pull presses the mouse at one point and lets go at another, in two moves: a
// page that waits for a distance begins at the first.
func (p *chromePage) pull(ctx context.Context, from, to point) (View, error) {
	half := point{X: (from.X + to.X) / 2, Y: (from.Y + to.Y) / 2}
	err := p.dispatch(ctx, mouseEvent("mouseMoved", from, "", 0, 0))
	for _, e := range []struct {
		kind   string
		at     point
		button string
	}{{"mousePressed", from, "left"}, {"mouseMoved", half, "left"}, {"mouseMoved", to, "left"}, {"mouseReleased", to, "left"}} {
		if err == nil {
			err = p.dispatch(ctx, mouseEvent(e.kind, e.at, e.button, 1, 0))
		}
	}
	return p.after(ctx, err)
}

// mouse does what is done at a point.
func (p *chromePage) mouse(ctx context.Context, how string, a gym.Action) (View, error) {
	at, button := point{X: num(a, 0), Y: num(a, 1)}, text(a, 2)
	if button == "" {
		button = "left"
	}
	if _, err := p.Eval(ctx, "__gym.begin(),''"); err != nil {
		return View{}, err
	}
	switch how {
	case "move", "click", "dblclick":
		return p.click(ctx, at, how, button, "")
	case "down":
		return p.after(ctx, p.dispatch(ctx, mouseEvent("mousePressed", at, button, 1, 0)))
	case "up":
		return p.after(ctx, p.dispatch(ctx, mouseEvent("mouseReleased", at, button, 1, 0)))
	}
	return p.pull(ctx, at, point{X: num(a, 2), Y: num(a, 3)})
}

// keyboard does what is done by keys.
func (p *chromePage) keyboard(ctx context.Context, how, keys string) (View, error) {
	if _, err := p.Eval(ctx, "__gym.begin(),''"); err != nil {
		return View{}, err
	}
	switch how {
	case "type":
		var err error
		for _, r := range keys {
			if err = p.stroke(ctx, string(r), 0); err != nil {
				break
			}
		}
		return p.after(ctx, err)
	case "insert_text":
		return p.after(ctx, p.dispatch(ctx, insert(keys)))
	}
	parts := strings.Split(keys, "+")
	if strings.HasSuffix(keys, "++") || keys == "+" { // the key + itself
		parts = append(parts[:len(parts)-2], "+")
	}
	held := 0
	for _, m := range parts[:len(parts)-1] {
		bit, ok := modifiers[m]
		if !ok {
			return View{}, gym.Mistakef("%s is no modifier; they are Alt, Control, Meta and Shift, as in Control+a", m)
		}
		held |= bit
	}
	key, last := "", parts[len(parts)-1]
	if _, ok := keyOf(last); !ok {
		return View{}, gym.Mistakef("there is no key %q; keys are called Enter, Tab, ArrowDown, Backspace, a, A, 1 and so on", last)
	}
	key = last
	switch how {
	case "down":
		return p.after(ctx, p.dispatch(ctx, keyEvent("keyDown", key, held)))
	case "up":
		return p.after(ctx, p.dispatch(ctx, keyEvent("keyUp", key, held)))
	}
	return p.after(ctx, p.stroke(ctx, key, held))
}

// stroke presses a key and lets it go.
func (p *chromePage) stroke(ctx context.Context, key string, held int) error {
	if _, ok := keyOf(key); !ok {
		return p.dispatch(ctx, insert(key)) // no key makes it
	}
	return p.dispatch(ctx, keyEvent("keyDown", key, held), keyEvent("keyUp", key, held))
}

// keyEvent is one of the keyboard.
func keyEvent(kind, name string, held int) input {
	k, _ := keyOf(name)
	params := args{"type": kind, "key": k.Key, "code": k.Code, "windowsVirtualKeyCode": k.Windows, "modifiers": held}
	if k.Shift {
		params["modifiers"] = held | modifiers["Shift"]
	}
	if kind == "keyDown" && held&^modifiers["Shift"] == 0 && k.Text != "" {
		params["text"] = k.Text
	}
	if kind == "keyDown" && held == modifiers["Control"] && (name == "a" || name == "A") {
		params["commands"] = []string{"selectAll"} // which a headless browser does not do by itself
	}
	return input{"Input.dispatchKeyEvent", params}
}

// keyOf finds a key by its name (Enter) or by what it types (a).
func keyOf(name string) (*kb.Key, bool) {
	if r := []rune(name); len(r) == 1 {
		k, ok := kb.Keys[r[0]]
		return k, ok
	}
	for _, r := range named {
		if k := kb.Keys[[]rune(r)[0]]; k != nil && (k.Key == name || k.Code == name) {
			return k, true
		}
	}
	return nil, false
}

// named are the keys that type nothing.
var named = []string{kb.Enter, kb.Tab, kb.Backspace, kb.Delete, kb.Escape, kb.ArrowDown, kb.ArrowLeft, kb.ArrowRight, kb.ArrowUp,
	kb.End, kb.Home, kb.PageDown, kb.PageUp, kb.Insert, kb.Shift, kb.Control, kb.Alt, kb.Meta, kb.CapsLock,
	kb.F1, kb.F2, kb.F3, kb.F4, kb.F5, kb.F6, kb.F7, kb.F8, kb.F9, kb.F10, kb.F11, kb.F12}
