package web

import (
	"slices"

	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/gym"
)

// The verbs that speak to the user are the environment's own; the rest are the
// page's.
const (
	verbMessage    = "send_msg_to_user"
	verbInfeasible = "report_infeasible"
)

// offered are the verbs that a page's elements leave room for, of those that
// the scenario allows.
func (e *env) offered(page *browser.View) []gym.Verb {
	allowed, all := e.allowed(), slices.Contains(e.allowed(), "all")
	lean := !e.family.GUI || page.Dialog != ""
	var out []gym.Verb
	for _, verb := range browser.Verbs() {
		wanted := lean && slices.Contains(browser.Lean, verb.Name) || all || slices.Contains(allowed, verb.Name)
		if wanted && canDo(page, verb) && (verb.Name != "zoom" || slices.Contains(e.modes(), "screenshot")) {
			out = append(out, verb)
		}
	}
	return out
}

// zoomMin is the smallest side of what is enlarged, in pixels.
const zoomMin = 8

// part is the part of the picture between two corners: left, top, width, height.
func part(corners []gym.Value) []float64 {
	x0, y0, x1, y1 := corners[0].Num, corners[1].Num, corners[2].Num, corners[3].Num
	return []float64{min(x0, x1, browser.Width-zoomMin), min(y0, y1, browser.Height-zoomMin), max(x0-x1, x1-x0, zoomMin), max(y0-y1, y1-y0, zoomMin)}
}

// canDo says whether a page has what the verb works on: an element for its
// first argument, a page to go back to.
func canDo(page *browser.View, v gym.Verb) bool {
	switch v.Name {
	case "go_back":
		return page.Back && page.Dialog == ""
	case "go_forward":
		return page.Forward && page.Dialog == ""
	case "click", "fill", verbMessage, verbInfeasible:
	default:
		if page.Dialog != "" {
			return false
		}
	}
	if len(v.Params) == 0 || v.Params[0].Kind != gym.Ref {
		return true
	}
	roles := v.Params[0].Roles
	for i := range page.Elements {
		if e := &page.Elements[i]; e.ID != "" && (roles == nil || slices.Contains(roles, e.Role)) {
			return true
		}
	}
	return false
}
