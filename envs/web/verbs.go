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
func offered(allowed []string, page *browser.View) []gym.Verb {
	var out []gym.Verb
	for _, verb := range browser.Verbs() {
		wanted := slices.Contains(browser.Lean, verb.Name) || slices.Contains(allowed, verb.Name) || slices.Contains(allowed, "all")
		if wanted && canDo(page, verb) {
			out = append(out, verb)
		}
	}
	return out
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
