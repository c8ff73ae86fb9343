package browser

import (
	"context"
	"errors"
)

// wire is a connection to a browser's DevTools. There are two, by two
// libraries; all that is known about pages is above it.
type wire interface {
	name() string
	// open makes a tab. With a proxy it is in a browser context of its own, which
	// goes there for everything; with another tab it is in that one's context.
	open(ctx context.Context, proxy string, beside tab, how sight) (tab, error)
	// lost is closed when the browser is gone.
	lost() <-chan struct{}
	close() error
}

// sight says whether a tab is painted, where the library can make such a tab.
type sight int

const (
	painted   sight = iota
	hidden          // as little as a whole browser can: a third is saved
	unpainted       // not at all, by a browser that was started so: half is saved
)

// tab is one page target. Its calls may overlap.
type tab interface {
	// call sends a command and decodes its result, where result is not nil.
	call(ctx context.Context, method string, params, result any) error
	// start sends a command, after those that were started before, and wait gives
	// its error. Where the library cannot, start waits.
	start(ctx context.Context, method string, params any) (wait func() error)
	// events hands every event of the named methods to f, in order, until the
	// tab is closed. f must not block.
	events(f func(method string, params []byte), methods ...string)
	// gone is closed when the tab is.
	gone() <-chan struct{}
	// close ends the tab, and its context when it was opened with a proxy.
	close()
}

// args are a command's parameters.
type args map[string]any

// errGone is a call's error when the browser has ended.
var errGone = errors.New("the browser is gone")
