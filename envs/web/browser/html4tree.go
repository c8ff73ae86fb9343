package browser

import (
	"slices"
	"strings"
)

func (p *htmlParser) top() string { return p.open[len(p.open)-1].name }

func (p *htmlParser) within(name string) bool {
	return slices.ContainsFunc(p.open, func(n *htmlNode) bool { return n.name == name })
}

func (p *htmlParser) add(n *htmlNode) {
	parent := p.open[len(p.open)-1]
	parent.kids = append(parent.kids, n)
}

// flush makes a node of the text read so far.
func (p *htmlParser) flush() {
	if p.data.Len() > 0 {
		p.add(&htmlNode{text: p.data.String(), raw: p.top() == "script" || p.top() == "style"})
		p.data.Reset()
	}
}

func (p *htmlParser) push(n *htmlNode) {
	p.flush()
	p.add(n)
	p.open = append(p.open, n)
	p.sawBody = p.sawBody || n.name == "body"
	p.sawHead = p.sawHead || p.sawBody || n.name == "head"
}

func (p *htmlParser) pop() {
	p.flush()
	if len(p.open) > 1 {
		p.open = p.open[:len(p.open)-1]
	}
}

// imply opens html, head and body where an element needs them and they have
// not been said (htmlCheckImplied).
func (p *htmlParser) imply(name string) {
	if name == "html" {
		return
	}
	if len(p.open) == 1 {
		p.push(&htmlNode{name: "html"})
	}
	switch name {
	case "body", "head", "noframes", "frame", "frameset":
		return
	case "script", "style", "meta", "link", "title", "base":
		if len(p.open) <= 2 {
			if !p.sawHead {
				p.push(&htmlNode{name: "head"})
			}
			return
		}
	}
	if !p.sawBody && !p.within("body") && !p.within("head") {
		p.push(&htmlNode{name: "body"})
	}
}

// paragraph opens a p for text that would stand in html or head, or in nothing
// (htmlCheckParagraph).
func (p *htmlParser) paragraph() {
	if top := p.top(); top != "" && top != "html" && top != "head" {
		return
	}
	for slices.Contains(closes[p.top()], "p") {
		p.pop()
	}
	p.imply("p")
	p.push(&htmlNode{name: "p"})
}

// strength says which ends of elements may close what (htmlEndPriority).
func strength(name string) int {
	switch name {
	case "div":
		return 150
	case "td", "th":
		return 160
	case "tr":
		return 170
	case "thead", "tbody", "tfoot":
		return 180
	case "table":
		return 190
	case "head", "body":
		return 200
	case "html":
		return 220
	}
	return 100
}

// empties are the elements without an end in HTML 4 (html40ElementTable).
var empties = strings.Fields("area base basefont br col frame hr img input isindex link meta param")

// closes says of an element which tags end it (htmlStartClose).
var closes = func() map[string][]string {
	m := map[string][]string{}
	for line := range strings.Lines(`a: a fieldset table td th
address: dd dl dt form li ul
b: center p td th
big: p
caption: col colgroup tbody tfoot thead tr
col: col colgroup tbody tfoot thead tr
colgroup: colgroup tbody tfoot thead tr
dd: dt
dir: dd dl dt form ul
dl: form li
dt: dd dl
font: center td th
form: form
h1 h2 h3 h4 h5 h6: fieldset form li p table
head: a abbr acronym address b bdo big blockquote body br center cite code dd dfn dir div dl dt em fieldset font form frameset h1 h2 h3 h4 h5 h6 hr i iframe img kbd li listing map menu ol p pre q s samp small span strike strong sub sup table tt u ul var xmp
hr: form
i: center p td th
legend: fieldset
li: li
link style title: body frameset
listing pre xmp: dd dl dt fieldset form li table ul
menu: dd dl dt form ul
ol: form
option: optgroup option
p: address blockquote body caption center col colgroup dd dir div dl dt fieldset form frameset h1 h2 h3 h4 h5 h6 head hr li listing menu ol p pre table tbody td tfoot th title tr ul xmp
s small strike tt: p
script: noscript
span: td th
tbody: tbody tfoot
td: tbody td tfoot th tr
tfoot: tbody
th: tbody td tfoot th tr
thead: tbody tfoot
tr: tbody tfoot tr
u: p td th
ul: address form menu pre
`) {
		old, new, _ := strings.Cut(line, ":")
		for _, name := range strings.Fields(old) {
			m[name] = strings.Fields(new)
		}
	}
	return m
}()

// endTag closes the element of its name, and what is in it, unless something
// between them is stronger (htmlParseEndTag, htmlAutoCloseOnClose).
func (p *htmlParser) endTag() {
	p.at += 2
	name := p.name()
	if name == "" {
		return // what follows is text
	}
	p.skipPast(">")
	if p.ignored > 0 && (name == "html" || name == "body" || name == "head") {
		p.ignored--
		return
	}
	for i := len(p.open) - 1; i > 0; i-- {
		if p.open[i].name == name {
			for len(p.open) > i {
				p.pop()
			}
			return
		}
		if strength(p.open[i].name) > strength(name) {
			return
		}
	}
}
