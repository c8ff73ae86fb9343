package browser

import (
	"slices"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// Lean are the verbs that every page offers. With them alone a small policy
// has the least to choose from.
var Lean = []string{"click", "fill", "select_option"}

// Verbs are all that can be done on a page: the action set of BrowserGym, by
// its names and arguments. click works on every element that can be acted on.
func Verbs() []gym.Verb { return verbs }

var verbs = func() []gym.Verb {
	element := gym.Param{Name: "element", Doc: "the number in brackets", Kind: gym.Ref}
	field, list := element, element
	field.Roles = []string{"textbox"}
	list.Roles = []string{"combobox"}
	text := func(name, doc string) gym.Param { return gym.Param{Name: name, Doc: doc, Kind: gym.Str} }
	return []gym.Verb{
		{Name: "click", Doc: "Click an element: press a button, follow a link, tick a box.", Params: []gym.Param{element}},
		{Name: "fill", Doc: "Replace the text of a field.", Params: []gym.Param{field, text("text", "the new text")}},
		{Name: "select_option", Doc: "Choose an option of a list.", Params: []gym.Param{list,
			{Name: "option", Doc: "the option's text", Kind: gym.Option}}},
		{Name: "goto", Doc: "Open an address.", Params: []gym.Param{text("url", "an address of this task's sites")}},
		{Name: "go_back", Doc: "Go back to the page before."},
		{Name: "go_forward", Doc: "Go forward again."},
		{Name: "send_msg_to_user", Doc: "Tell the user something: the answer to a question.", Params: []gym.Param{text("text", "the answer")}},
		{Name: "report_infeasible", Doc: "Say that the task cannot be done.", Params: []gym.Param{text("reason", "why")}},
	}
}()

// Known checks the names of verbs.
func Known(names []string) error {
	var all []string
	for _, v := range verbs {
		all = append(all, v.Name)
	}
	for _, n := range names {
		if !slices.Contains(all, n) {
			return catalog.Unknown("action", n, all)
		}
	}
	return nil
}
