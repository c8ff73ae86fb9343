package browser

import (
	"regexp"
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
	p.sawBd = p.sawBd || n.name == "body"
	p.sawHead = p.sawHead || p.sawBd || n.name == "head"
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
	if !p.sawBd && !p.within("body") && !p.within("head") {
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

// empties are the elements without an end in HTML 4 (html40ElementTable), voids
// those that are written without one (bs4, DEFAULT_EMPTY_ELEMENT_TAGS).
var (
	empties = strings.Fields("area base basefont br col frame hr img input isindex link meta param")
	voids   = strings.Fields("area base br col embed hr img input keygen link menuitem meta param source track wbr " +
		"basefont bgsound command frame image isindex nextid spacer")
)

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

// pretty writes a tree as Beautiful Soup's prettify does (bs4 4.15,
// Tag.decode): a line each for a tag and for a text without the space around
// it; pre and textarea keep theirs.
func (n *htmlNode) pretty() string {
	var b strings.Builder
	for _, k := range n.kids {
		k.write(&b, 0, false)
	}
	return b.String()
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// write writes a node; literal says that it is in an element that keeps its
// space.
func (n *htmlNode) write(b *strings.Builder, depth int, literal bool) {
	line := func(s string, before, after bool) {
		if before {
			for range depth {
				b.WriteByte(' ')
			}
		}
		b.WriteString(s)
		if after {
			b.WriteByte('\n')
		}
	}
	if n.name == "" {
		text := n.text
		if !n.raw {
			text = escape.Replace(text)
		}
		if !literal {
			text = pyStrip(text)
		}
		if text != "" {
			line(text, !literal, !literal)
		}
		return
	}
	if len(n.kids) == 0 && slices.Contains(voids, n.name) {
		line(n.tag("/"), !literal, !literal)
		return
	}
	keeps := n.name == "pre" || n.name == "textarea"
	line(n.tag(""), !literal, !literal && !keeps)
	for _, k := range n.kids {
		k.write(b, depth+1, literal || keeps)
	}
	line("</"+n.name+">", !literal && !keeps, !literal)
}

var content = regexp.MustCompile(`((?:^|[\s;])charset=)[^;]*`)

// tag is an opening tag, with the attributes by name and their quotes by what
// they hold (bs4, Tag._format_tag, EntitySubstitution.quoted_attribute_value).
func (n *htmlNode) tag(end string) string {
	attrs := slices.Clone(n.attrs)
	slices.SortStableFunc(attrs, func(a, b htmlAttr) int { return strings.Compare(a.name, b.name) })
	var b strings.Builder
	b.WriteString("<" + n.name)
	for _, a := range attrs {
		v := a.value
		switch {
		case isList(n.name, a.name):
			v = strings.Join(strings.FieldsFunc(v, pySpace), " ")
		case n.name == "meta" && a.name == "charset":
			v = "utf-8"
		case n.name == "meta" && a.name == "content" && n.attr("charset") == nil && n.attr("http-equiv") != nil &&
			strings.EqualFold(*n.attr("http-equiv"), "content-type"):
			v = content.ReplaceAllString(v, "${1}utf-8")
		}
		v = escape.Replace(v)
		quote := `"`
		if strings.Contains(v, `"`) {
			if strings.Contains(v, "'") {
				v = strings.ReplaceAll(v, `"`, "&quot;")
			} else {
				quote = "'"
			}
		}
		b.WriteString(" " + a.name + "=" + quote + v + quote)
	}
	b.WriteString(end + ">")
	return b.String()
}

func (n *htmlNode) attr(name string) *string {
	for i := range n.attrs {
		if n.attrs[i].name == name {
			return &n.attrs[i].value
		}
	}
	return nil
}

// isList says whether an attribute is a list of words, whose spaces are made
// single (bs4, DEFAULT_CDATA_LIST_ATTRIBUTES).
func isList(tag, attr string) bool {
	switch attr {
	case "class", "accesskey", "dropzone":
		return true
	case "rel":
		return tag == "a" || tag == "link" || tag == "area"
	case "rev":
		return tag == "a" || tag == "link"
	case "headers":
		return tag == "td" || tag == "th"
	}
	return tag+" "+attr == "form accept-charset" || tag+" "+attr == "object archive" || tag+" "+attr == "icon sizes" ||
		tag+" "+attr == "iframe sandbox" || tag+" "+attr == "output for"
}

// entities are the names of HTML 4 (html40EntitiesTable), each between spaces.
const entities = " " +
	"quot amp apos lt gt nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 " +
	"sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring " +
	"AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash " +
	"Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml " +
	"igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn " +
	"yuml OElig oelig Scaron scaron Yuml fnof circ tilde Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu " +
	"Nu Xi Omicron Pi Rho Sigma Tau Upsilon Phi Chi Psi Omega alpha beta gamma delta epsilon zeta eta theta iota kappa lambda " +
	"mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega thetasym upsih piv ensp emsp thinsp zwnj zwj lrm rlm " +
	"ndash mdash lsquo rsquo sbquo ldquo rdquo bdquo dagger Dagger bull hellip permil prime Prime lsaquo rsaquo oline frasl " +
	"euro image weierp real trade alefsym larr uarr rarr darr harr crarr lArr uArr rArr dArr hArr forall part exist empty " +
	"nabla isin notin ni prod sum minus lowast radic prop infin ang and or cap cup int there4 sim cong asymp ne equiv le ge " +
	"sub sup nsub sube supe oplus otimes perp sdot lceil rceil lfloor rfloor lang rang loz spades clubs hearts diams "
