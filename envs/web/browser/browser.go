// Package browser drives web pages: it opens a site, which is an
// [http.Handler] in this process, shows a page as elements and acts on it.
//
// There are two drivers behind one interface: [Chrome] (a real headless
// Chrome over its DevTools protocol) and [Static] (HTML parsed in this
// process: links, forms, inputs, disclosures; no scripts and no style sheets).
// A page without scripts, which hides nothing by a style sheet, gives the same
// [View] under both, as the test of this package proves.
//
// A driver is safe for many goroutines; a [Page] is not. Errors of the
// machinery are [*gym.Fault]s, a bad action is a [*gym.Mistake].
package browser

import (
	"context"
	"net/http"

	"github.com/turngym/turngym/gym"
)

// Origin is where every site appears to live, under every driver.
const Origin = "http://gym.test"

// Driver owns one browser.
type Driver interface {
	Name() string
	// Open makes a page with its own cookies and storage that reaches site and
	// nothing else.
	Open(ctx context.Context, site http.Handler) (Page, error)
	Close() error
}

// Page is one tab. One goroutine at a time uses it.
type Page interface {
	// Goto starts over at a path: no cookies, no storage, no history.
	Goto(ctx context.Context, path string) (View, error)
	// Do acts and sees, in one round trip. An answer 204 of the site leaves the
	// page as it is.
	Do(ctx context.Context, a gym.Action) (View, error)
	Close() error
}

// Scripter is a page that can run JavaScript in its document.
type Scripter interface {
	// Eval runs an expression that gives a string, awaiting promises.
	Eval(ctx context.Context, expression string) (string, error)
	// See is the view now, without an action.
	See(ctx context.Context) (View, error)
}

// Screenshotter is a page that can be drawn as PNG.
type Screenshotter interface {
	Screenshot(ctx context.Context) ([]byte, error)
}

// View is what an agent sees of a page.
type View struct {
	Path, Title string
	Elements    []gym.Element
	Extra       []float64 // what the page's __gymExtra function gives, where it has one

	plain bool // the document has no scripts
}

// Verbs are what can be done on any page. click works on every element that
// can be acted on.
func Verbs() []gym.Verb {
	element := gym.Param{Name: "element", Doc: "the number in brackets", Kind: gym.Ref}
	field, list := element, element
	field.Roles = []string{"textbox"}
	list.Roles = []string{"combobox"}
	return []gym.Verb{
		{Name: "click", Doc: "Click an element: press a button, follow a link, tick a box.", Params: []gym.Param{element}},
		{Name: "fill", Doc: "Replace the text of a field.", Params: []gym.Param{field,
			{Name: "text", Doc: "the new text", Kind: gym.Str}}},
		{Name: "select_option", Doc: "Choose an option of a list.", Params: []gym.Param{list,
			{Name: "option", Doc: "the option's text", Kind: gym.Option}}},
	}
}
