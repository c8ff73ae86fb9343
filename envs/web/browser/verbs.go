package browser

import (
	"slices"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// Lean are the verbs that every page offers. With them alone a small policy
// has the least to choose from.
var Lean = []string{"click", "fill", "select_option"}

// Verbs are all that can be done on a page: the action set of BrowserGym, by
// its names and arguments (browsergym.core.action.functions), and zoom. click
// works on every element that can be acted on.
func Verbs() []gym.Verb { return verbs }

var verbs = func() []gym.Verb {
	element := func(name string, roles ...string) gym.Param {
		return gym.Param{Name: name, Doc: "the number in brackets", Kind: gym.Ref, Roles: roles}
	}
	text := func(name, doc string) gym.Param { return gym.Param{Name: name, Doc: doc, Kind: gym.Str} }
	whole := func(name, doc string, low, high float64) gym.Param {
		return gym.Param{Name: name, Doc: doc, Kind: gym.Int, Min: low, Max: high}
	}
	x, y := whole("x", "pixels from the left", 0, Width), whole("y", "pixels from the top", 0, Height)
	maybe := func(p gym.Param) gym.Param { p.Optional = true; return p }
	button := maybe(gym.Param{Name: "button", Doc: "of the mouse", Kind: gym.Enum, Enum: []string{"left", "middle", "right"}})
	held := maybe(text("modifiers", "keys held down: Alt, Control, Meta, Shift"))
	keys := text("key", "Enter, ArrowDown, a, Control+a")
	keys.Enum = []string{"Enter", "Tab", "Escape", "Backspace", "Delete", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "PageDown", "PageUp", "Control+a", "Control+c", "Control+v"}
	comb := keys
	comb.Name = "key_comb"
	verb := func(name, doc string, params ...gym.Param) gym.Verb {
		return gym.Verb{Name: name, Doc: doc, Params: params}
	}
	return []gym.Verb{
		verb("click", "Click an element: press a button, follow a link, tick a box.", element("bid"), button, held),
		verb("fill", "Replace the text of a field.", element("bid", "textbox"), text("value", "the new text"),
			maybe(gym.Param{Name: "enable_autocomplete_menu", Doc: "type it key by key", Kind: gym.Enum, Enum: []string{"True", "False"}})),
		verb("select_option", "Choose an option of a list.", element("bid", "combobox"), gym.Param{Name: "options", Doc: "the option's text", Kind: gym.Option}),
		verb("goto", "Open an address.", text("url", "an address of this task's sites")),
		verb("go_back", "Go back to the page before."),
		verb("go_forward", "Go forward again."),
		verb("send_msg_to_user", "Tell the user something: the answer to a question.", text("text", "the answer")),
		verb("report_infeasible", "Say that the task cannot be done.", text("reason", "why")),
		verb("noop", "Do nothing for a while.", maybe(whole("wait_ms", "of the page's time", 0, 60_000))),
		verb("dblclick", "Click an element twice.", element("bid"), button, held),
		verb("hover", "Move the mouse over an element.", element("bid")),
		verb("press", "Press keys in an element.", element("bid"), comb),
		verb("focus", "Put the focus on an element.", element("bid")),
		verb("clear", "Empty a field.", element("bid", "textbox")),
		verb("check", "Make a box ticked.", element("bid", "checkbox", "radio", "switch")),
		verb("uncheck", "Make a box not ticked.", element("bid", "checkbox", "switch")),
		verb("drag_and_drop", "Drag an element onto another one.", element("from_bid"), element("to_bid")),
		verb("upload_file", "Choose a file in a field for files.", element("bid", "file"), text("file", "the file's name; the file says that it is that file")),
		verb("scroll", "Scroll the page.", whole("delta_x", "pixels to the right", -10_000, 10_000), whole("delta_y", "pixels down", -10_000, 10_000)),
		verb("mouse_move", "Move the mouse to a point.", x, y),
		verb("mouse_click", "Click at a point.", x, y, button),
		verb("mouse_dblclick", "Click twice at a point.", x, y, button),
		verb("mouse_down", "Press a mouse button at a point and hold it.", x, y, button),
		verb("mouse_up", "Let a mouse button go at a point.", x, y, button),
		verb("mouse_drag_and_drop", "Drag from one point to another.", renamed(x, "from_x"), renamed(y, "from_y"), renamed(x, "to_x"), renamed(y, "to_y")),
		verb("keyboard_press", "Press keys.", keys),
		verb("keyboard_type", "Type a text key by key.", text("text", "what to type")),
		verb("keyboard_insert_text", "Put in a text at once.", text("text", "what to put in")),
		verb("keyboard_down", "Press a key and hold it.", keys),
		verb("keyboard_up", "Let a key go.", keys),
		verb("zoom", "Look at a part of the picture enlarged.", renamed(x, "from_x"), renamed(y, "from_y"), renamed(x, "to_x"), renamed(y, "to_y")),
		verb("new_tab", "Open an empty tab."),
		verb("tab_focus", "Show another tab.", whole("index", "of the tab, the first is 0", 0, tabsMax-1)),
		verb("tab_close", "Close the tab that is shown."),
	}
}()

func renamed(p gym.Param, name string) gym.Param {
	p.Name = name
	return p
}

// ByHand says whether a verb is done by input events alone, for which a page
// must be drawn.
func ByHand(verb string) bool {
	return verb == "press" || verb == "drag_and_drop" || strings.HasPrefix(verb, "mouse_") || strings.HasPrefix(verb, "keyboard_")
}

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
