package browser

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"github.com/turngym/turngym/gym"
)

// document is a parsed page and the state of its controls. Its view is, for
// pages without scripts and style rules that hide things, what page.js sees
// in a browser; the two are kept in step by browsertest.
type document struct {
	url   *url.URL
	root  *html.Node
	byID  map[string]*html.Node // by element number
	ids   map[*html.Node]string
	named map[string]*html.Node // by id attribute
	label map[*html.Node][]*html.Node

	value   map[*html.Node]string     // of text fields
	checked map[*html.Node]bool       // of boxes and radios
	chosen  map[*html.Node]*html.Node // option of a list
	open    map[*html.Node]bool       // details
}

func parse(address, body string) (*document, error) {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	d := &document{url: u, root: root, byID: map[string]*html.Node{}, ids: map[*html.Node]string{}, named: map[string]*html.Node{},
		label: map[*html.Node][]*html.Node{}, value: map[*html.Node]string{}, checked: map[*html.Node]bool{},
		chosen: map[*html.Node]*html.Node{}, open: map[*html.Node]bool{}}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Namespace != "" {
			continue
		}
		id := strconv.Itoa(len(d.ids))
		d.ids[n], d.byID[id] = id, n
		if name, ok := attr(n, "id"); ok && d.named[name] == nil {
			d.named[name] = n
		}
		d.start(n)
	}
	for n := range root.Descendants() {
		if n.Data == "label" {
			if c := d.control(n); c != nil {
				d.label[c] = append(d.label[c], n)
			}
		}
	}
	return d, nil
}

// start gives a control the state its attributes say.
func (d *document) start(n *html.Node) {
	switch n.Data {
	case "input":
		d.value[n], _ = attr(n, "value")
		_, d.checked[n] = attr(n, "checked")
	case "textarea":
		d.value[n] = rawText(n)
	case "details":
		_, d.open[n] = attr(n, "open")
	case "select":
		opts := options(n)
		for _, o := range opts {
			if _, off := attr(o, "disabled"); !off && d.chosen[n] == nil {
				d.chosen[n] = o
			}
		}
		for _, o := range opts {
			if _, sel := attr(o, "selected"); sel {
				d.chosen[n] = o
			}
		}
	}
}

func (d *document) reset(form *html.Node) {
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode && n.Data != "details" && d.form(n) == form {
			delete(d.chosen, n)
			d.start(n)
		}
	}
}

// control is what a label names.
func (d *document) control(label *html.Node) *html.Node {
	if id, ok := attr(label, "for"); ok {
		return d.named[id]
	}
	for n := range label.Descendants() {
		if typ, _ := attr(n, "type"); slices.Contains([]string{"input", "select", "textarea", "button"}, n.Data) && typ != "hidden" {
			return n
		}
	}
	return nil
}

var (
	inline = set("span b i em strong code small u sub sup mark br label kbd time abbr")
	never  = set("script style noscript template head svg canvas option optgroup")
	acts   = set("button link textbox combobox checkbox radio tab disclosure menuitem option switch slider spinbutton clickable")
	within = set("a button input select textarea summary") // what makes a table row more than text
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

func role(n *html.Node) string {
	if r, ok := attr(n, "role"); ok && r != "" {
		return r
	}
	switch n.Data {
	case "button":
		return "button"
	case "a":
		if _, ok := attr(n, "href"); ok {
			return "link"
		}
	case "textarea":
		return "textbox"
	case "select":
		return "combobox"
	case "summary":
		return "disclosure"
	case "input":
		switch t, _ := attr(n, "type"); strings.ToLower(t) {
		case "checkbox", "radio":
			return strings.ToLower(t)
		case "submit", "button", "reset", "image":
			return "button"
		case "text", "password", "search", "email", "tel", "url", "number", "date", "time", "":
			return "textbox"
		}
	}
	return ""
}

// view walks the body as page.js does.
func (d *document) view() View {
	w := walker{d: d}
	for n := range d.root.Descendants() {
		if n.Data == "title" && w.title == "" {
			w.title = squeeze(rawText(n))
		}
		if n.Type == html.ElementNode && n.Data == "body" {
			w.walk(n)
			break
		}
	}
	w.flush("")
	return View{URL: plainURL(d.url), Title: w.title, Elements: w.out, plain: true}
}

type walker struct {
	d     *document
	title string
	out   []gym.Element
	run   strings.Builder // text not yet put out
}

func (w *walker) flush(role string) {
	t := squeeze(w.run.String())
	w.run.Reset()
	if t == "" {
		return
	}
	if role == "" {
		role = "text"
	}
	w.out = append(w.out, gym.Element{Role: role, Name: t})
}

func (w *walker) walk(n *html.Node) {
	if n.Type == html.TextNode {
		w.run.WriteString(n.Data)
		return
	}
	if n.Type != html.ElementNode || never[n.Data] || n.Namespace != "" {
		return
	}
	if n.Data == "br" {
		w.run.WriteString(" ")
		return
	}
	if !w.d.shown(n) {
		return
	}
	switch r := role(n); {
	case acts[r]:
		w.control(n, r)
	case n.Data == "input":
	case n.Data == "label" && w.d.control(n) != nil:
		if c := w.d.control(n); contains(n, c) {
			w.flush("")
			w.controls(n)
		}
	case len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6':
		w.flush("")
		w.run.WriteString(textOf(n))
		w.flush("heading")
	case n.Data == "tr" && !has(n, within):
		w.flush("")
		var cells []string
		for c := range n.ChildNodes() {
			if c.Data == "td" || c.Data == "th" {
				cells = append(cells, squeeze(textOf(c)))
			}
		}
		w.run.WriteString(strings.Join(cells, " | "))
		w.flush("row")
	case inline[n.Data]:
		w.children(n)
	default:
		w.flush("")
		w.children(n)
		if n.Data == "li" {
			w.flush("listitem")
		} else {
			w.flush("")
		}
	}
}

func (w *walker) children(n *html.Node) {
	for c := range n.ChildNodes() {
		w.walk(c)
	}
}

// controls puts out only the controls in a label: its text is their name.
func (w *walker) controls(n *html.Node) {
	for c := range n.ChildNodes() {
		if c.Type != html.ElementNode {
			continue
		}
		if r := role(c); !acts[r] {
			w.controls(c)
		} else if w.d.shown(c) {
			w.control(c, r)
		}
	}
}

func (w *walker) control(n *html.Node, r string) {
	w.flush("")
	d := w.d
	e := gym.Element{ID: d.ids[n], Role: r}
	value, _ := attr(n, "value")
	switch {
	case r == "textbox":
		e.Name, e.Value = d.labelled(n), d.value[n]
	case r == "combobox" && n.Data == "select":
		e.Name = d.labelled(n)
		for _, o := range options(n) {
			e.Options = append(e.Options, squeeze(rawText(o)))
		}
		if o := d.chosen[n]; o != nil {
			e.Value = squeeze(rawText(o))
		}
	case n.Data == "input" && r == "button":
		e.Name = squeeze(first(value, aria(n), "Submit"))
	case n.Data == "input":
		e.Name = first(d.labelled(n), squeeze(value))
	default:
		title, _ := attr(n, "title")
		e.Name = squeeze(first(aria(n), textOf(n), title, value))
	}
	var state []string
	if d.checked[n] {
		state = append(state, "checked")
	}
	if s, _ := attr(n, "aria-selected"); s == "true" {
		state = append(state, "selected")
	}
	if r == "disclosure" && n.Parent != nil && d.open[n.Parent] {
		state = append(state, "expanded")
	}
	if _, off := attr(n, "disabled"); off {
		state = append(state, "disabled")
	}
	e.State = strings.Join(state, ", ")
	w.out = append(w.out, e)
}

func (d *document) labelled(n *html.Node) string {
	if a := aria(n); a != "" {
		return squeeze(a)
	}
	if labels := d.label[n]; len(labels) > 0 {
		texts := make([]string, len(labels))
		for i, l := range labels {
			texts[i] = textOf(l)
		}
		return squeeze(strings.Join(texts, " "))
	}
	placeholder, _ := attr(n, "placeholder")
	title, _ := attr(n, "title")
	return squeeze(first(placeholder, title))
}

// shown says whether an element is drawn, as far as HTML alone decides it.
// Its ancestors are known to be shown.
func (d *document) shown(n *html.Node) bool {
	if _, hidden := attr(n, "hidden"); hidden {
		return false
	}
	if typ, _ := attr(n, "type"); n.Data == "input" && typ == "hidden" {
		return false
	}
	style, _ := attr(n, "style")
	style = strings.ReplaceAll(strings.ToLower(style), " ", "")
	if strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") {
		return false
	}
	if p := n.Parent; p != nil && p.Data == "details" && !d.open[p] {
		for c := range p.ChildNodes() {
			if c.Data == "summary" && c.Type == html.ElementNode {
				return c == n
			}
		}
		return false
	}
	return true
}

// textOf is the text under a node without that of the controls in it.
func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	if n.Type != html.ElementNode || never[n.Data] || n.Data == "select" || n.Data == "textarea" {
		return ""
	}
	var b strings.Builder
	for c := range n.ChildNodes() {
		b.WriteString(textOf(c))
	}
	if inline[n.Data] && n.Data != "br" {
		return b.String()
	}
	return " " + b.String() + " "
}

func rawText(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func options(sel *html.Node) []*html.Node {
	var out []*html.Node
	for n := range sel.Descendants() {
		if n.Type == html.ElementNode && n.Data == "option" {
			out = append(out, n)
		}
	}
	return out
}

func optionValue(o *html.Node) string {
	if v, ok := attr(o, "value"); ok {
		return v
	}
	return squeeze(rawText(o))
}

func has(n *html.Node, names map[string]bool) bool {
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && names[c.Data] {
			return true
		}
	}
	return false
}

func contains(n, inner *html.Node) bool {
	for ; inner != nil; inner = inner.Parent {
		if inner == n {
			return true
		}
	}
	return false
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val, true
		}
	}
	return "", false
}

func aria(n *html.Node) string {
	v, _ := attr(n, "aria-label")
	return v
}

func first(texts ...string) string {
	for _, t := range texts {
		if squeeze(t) != "" {
			return t
		}
	}
	return ""
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }
