package browser

import (
	"context"

	"github.com/turngym/turngym/gym"
)

// Tab is one of a page's tabs.
type Tab struct{ URL, Title string }

// withTabs says which tabs there are, where there is more than one.
func (p *chromePage) withTabs(v View) View {
	if len(p.tabs) < 2 {
		return v
	}
	v.Tab = p.at
	for i, t := range p.tabs {
		tab := Tab{t.view.URL, t.view.Title}
		if i == p.at {
			tab = Tab{v.URL, v.Title}
		}
		v.Tabs = append(v.Tabs, tab)
	}
	return v
}

// tabsMax is how many tabs an episode may have open.
const tabsMax = 8

// openTab opens a tab at an address; "" leaves it empty.
func (p *chromePage) openTab(ctx context.Context, address string) (View, error) {
	if len(p.tabs) >= tabsMax {
		return View{}, gym.Mistakef("%d tabs are open already; close one first", tabsMax)
	}
	if address != "" && !p.proxy.serves(address) {
		v, err := p.See(ctx)
		v.Blocked++
		return v, err
	}
	ctx2, cancel := context.WithTimeoutCause(ctx, p.chrome.options.Patience, errSlow)
	defer cancel()
	t, err := p.newTab(ctx2, p.now().how)
	if err != nil {
		return View{}, err
	}
	p.tabs, p.at = append(p.tabs, t), len(p.tabs)
	if address == "" {
		return p.withTabs(p.now().view), nil
	}
	return p.navigate(ctx, address)
}

// focusTab shows another tab.
func (p *chromePage) focusTab(ctx context.Context, i int) (View, error) {
	if i < 0 || i >= len(p.tabs) {
		return View{}, gym.Mistakef("there is no tab %d; the tabs are 0 to %d", i, len(p.tabs)-1)
	}
	p.at = i
	return p.shown(ctx)
}

// closeTab closes the tab that is shown.
func (p *chromePage) closeTab(ctx context.Context) (View, error) {
	if len(p.tabs) == 1 {
		return View{}, gym.Mistakef("this is the only tab; it stays open")
	}
	t := p.tabs[p.at]
	p.tabs = append(p.tabs[:p.at:p.at], p.tabs[p.at+1:]...)
	p.at = min(p.at, len(p.tabs)-1)
	if !p.kept(t) {
		t.close()
	}
	return p.shown(ctx)
}

// shown is the view of the tab that has just been chosen.
func (p *chromePage) shown(ctx context.Context) (View, error) {
	t := p.now()
	if t.how == painted {
		if err := p.do(ctx, "Page.bringToFront", nil); err != nil {
			return View{}, err
		}
	}
	if t.dialog != nil {
		return p.dialogView(), nil
	}
	if len(t.past.urls) == 0 { // nothing was opened in it yet
		return p.withTabs(t.view), nil
	}
	return p.See(ctx)
}
