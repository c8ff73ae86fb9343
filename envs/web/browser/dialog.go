package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/turngym/turngym/gym"
)

// dialog is one that a page has opened: alert, confirm, prompt, or the question
// whether to leave. The page stands still until it is answered.
type dialog struct {
	Message, Type string
	DefaultPrompt string
}

// errDialog says that a dialog holds up an evaluation.
var errDialog = errors.New("a dialog is open")

// The elements of a dialog.
const (
	dialogReply  = "reply"
	dialogOK     = "ok"
	dialogCancel = "cancel"
)

// hear takes a tab's events.
func (t *chromeTab) hear(proxy *proxy, method string, params []byte) {
	switch method {
	case "Runtime.bindingCalled":
		var b struct{ Name, Payload string }
		if json.Unmarshal(params, &b) != nil {
			return
		}
		switch b.Name {
		case "__gymKept":
			proxy.soil()
		case "__gymReady":
			select {
			case t.ready <- b.Payload:
			default: // nobody waits: a page that reloads itself for ever
			}
		}
	case "Page.javascriptDialogOpening":
		var d dialog
		if json.Unmarshal(params, &d) == nil {
			select {
			case t.dialogs <- d:
			default:
			}
		}
	}
}

// dialogView shows the open dialog: nothing else can be done.
func (p *chromePage) dialogView() View {
	t := p.now()
	d := t.dialog
	v := View{URL: t.view.URL, Title: t.view.Title, Dialog: d.Message, Elements: []gym.Element{{Role: "dialog", Name: squeeze(d.Message)}}}
	if d.Message == "" {
		v.Dialog = d.Type
	}
	if d.Type == "prompt" {
		v.Elements = append(v.Elements, gym.Element{ID: dialogReply, Role: "textbox", Name: "Reply", Value: d.DefaultPrompt})
	}
	v.Elements = append(v.Elements, gym.Element{ID: dialogOK, Role: "button", Name: "OK"})
	if d.Type != "alert" {
		v.Elements = append(v.Elements, gym.Element{ID: dialogCancel, Role: "button", Name: "Cancel"})
	}
	return p.withTabs(v)
}

// reply acts on the open dialog.
func (p *chromePage) reply(ctx context.Context, a gym.Action) (View, error) {
	t := p.now()
	first := ""
	if len(a.Args) > 0 {
		first = a.Args[0].Text
	}
	switch {
	case a.Verb == "fill" && first == dialogReply && t.dialog.Type == "prompt":
		t.dialog.DefaultPrompt = a.Args[1].Text
		return p.dialogView(), nil
	case a.Verb == "click" && first == dialogOK, a.Verb == "click" && first == dialogCancel && t.dialog.Type != "alert":
		return p.answer(ctx, first == dialogOK)
	}
	return View{}, gym.Mistakef("a dialog is open (%q); answer it first, by click(%s)", t.dialog.Message, dialogOK)
}

// answer closes the dialog and goes on with what it held up.
func (p *chromePage) answer(ctx context.Context, accept bool) (View, error) {
	t := p.now()
	held, text := t.answer, t.dialog.DefaultPrompt
	t.dialog, t.answer = nil, nil
	if err := p.do(ctx, "Page.handleJavaScriptDialog", args{"accept": accept, "promptText": text}); err != nil {
		return View{}, err
	}
	if held == nil {
		return p.arrive(ctx, "answer a dialog")
	}
	out, err := p.await(t, held)
	switch {
	case errors.Is(err, errDialog):
		return p.dialogView(), nil
	case errors.Is(err, errLeft):
		return p.arrive(ctx, "answer a dialog")
	case err != nil:
		return View{}, err
	case out == "": // what was held up was no look at the page
		return p.look(ctx, fmt.Sprintf("__gym.after(%d)", t.seq))
	}
	return p.follow(ctx, out)
}

// dialogsMax is how many dialogs in a row are dismissed for a page that is to
// be left.
const dialogsMax = 5

// dismiss closes the dialogs of an episode that is over.
func (p *chromePage) dismiss(ctx context.Context, t *chromeTab) error {
	for range dialogsMax {
		if t.dialog == nil {
			return nil
		}
		held := t.answer
		t.dialog, t.answer = nil, nil
		if err := p.do(ctx, "Page.handleJavaScriptDialog", args{"accept": false}); err != nil {
			return err
		}
		if held != nil {
			if _, err := p.await(t, held); err != nil && !errors.Is(err, errDialog) && !errors.Is(err, errLeft) {
				return err
			}
		}
	}
	return gym.Faultf("leave the page", "it opens dialogs for ever")
}
