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

// Host is where a site appears to live that is given no other address; other
// sites are below it, as shop.gym.test.
const Host = "gym.test"

// Origin is the address of the site at [Host].
const Origin = "http://" + Host

// Site is what a page can reach: all else is closed to it. Requests come one
// at a time; the request's Host says which of several sites is meant.
type Site interface {
	http.Handler
	// Serves says whether it answers for a host.
	Serves(host string) bool
	// Drawn says whether its documents must be drawn: to be acted on by hand, or
	// for pictures. Others are shown faster.
	Drawn() bool
}

// At is a site at one host, whose documents are drawn.
func At(host string, h http.Handler) Site { return at{h, host} }

type at struct {
	http.Handler
	host string
}

func (a at) Serves(host string) bool { return host == a.host }
func (a at) Drawn() bool             { return true }

// Driver owns one browser.
type Driver interface {
	Name() string
	// Open makes a page with its own cookies and storage that reaches site and
	// nothing else.
	Open(ctx context.Context, site Site) (Page, error)
	Close() error
}

// Page is one tab. One goroutine at a time uses it.
type Page interface {
	// Goto starts over at an address, or a path of [Origin]: no cookies, no
	// storage, no history.
	Goto(ctx context.Context, address string) (View, error)
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
	URL      string // http://gym.test/path?query
	Title    string
	Elements []gym.Element
	Back     bool      // there is a page before this one
	Forward  bool      // there is one after it
	Dialog   string    // the words of a dialog that is open: it must be answered first
	Tabs     []Tab     // where there is more than one
	Tab      int       // the one that is shown
	Blocked  int       // requests since the last view that went to other addresses, and failed
	Extra    []float64 // what the page's __gymExtra function gives, where it has one

	plain bool // the document has no scripts
}
