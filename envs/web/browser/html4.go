package browser

import (
	"regexp"
	"slices"
	"strings"
)

// htmlNode is an element, or a text where name is "". raw text is written as it
// stands.
type htmlNode struct {
	name, text string
	raw        bool
	attrs      []htmlAttr
	kids       []*htmlNode
}

type htmlAttr struct{ name, value string }

// htmlParser reads HTML as libxml2 2.13 does (HTMLparser.c, the push parser,
// which BrowserGym has behind Beautiful Soup): a grammar of HTML 4, older than
// the standard and unlike it, so that [golang.org/x/net/html] gives other trees.
type htmlParser struct {
	in               string
	at               int
	open             []*htmlNode // the document first
	data             strings.Builder
	sawHead, sawBody bool
	ignored          int // tags html, head and body that were dropped and whose ends will be
}

// parseHTML gives a node without a name that holds the root.
func parseHTML(text string) *htmlNode {
	root := &htmlNode{}
	p := &htmlParser{in: text, open: []*htmlNode{root}}
	p.skipBlanks()
	begun := false
	for p.at < len(p.in) {
		if begun && len(p.open) == 1 && !p.epilog() {
			break // what comes after the root is not read
		}
		if p.at >= len(p.in) {
			break
		}
		p.content()
		begun = begun || len(p.open) > 1
	}
	p.flush()
	return root
}

// epilog reads what may follow the root and says whether there is more.
func (p *htmlParser) epilog() bool {
	p.skipBlanks()
	return p.has("<!--") || p.has("<?")
}

func (p *htmlParser) has(s string) bool { return strings.HasPrefix(p.in[p.at:], s) }

// cur is the byte at hand, 0 at the end.
func (p *htmlParser) cur() byte { return p.ahead(0) }

func (p *htmlParser) ahead(n int) byte {
	if p.at+n < len(p.in) {
		return p.in[p.at+n]
	}
	return 0
}

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func (p *htmlParser) skipBlanks() {
	for blank(p.cur()) {
		p.at++
	}
}

// skipPast goes behind the next s, or to the end.
func (p *htmlParser) skipPast(s string) {
	if i := strings.Index(p.in[p.at:], s); i >= 0 {
		p.at += i + len(s)
	} else {
		p.at = len(p.in)
	}
}

// doctype is a name and, in HTML 4, where the grammar is.
var doctype = regexp.MustCompile(`(?i)^<!doctype\s*([\pL_:][\w:.-]*)(?:(\s+PUBLIC|\s+SYSTEM)(\s+"[^"]*"(?:\s+"[^"]*")?))?`)

// content reads one thing (htmlParseTryOrFinish, the state CONTENT).
func (p *htmlParser) content() {
	switch top := p.top(); {
	case top == "script" || top == "style":
		p.script(top)
		if p.has("</") {
			p.endTag()
		}
	case p.has("<!--"):
		begin := p.at
		p.at += 4
		p.skipPast("-->")
		p.flush()
		p.add(&htmlNode{text: p.in[begin:p.at], raw: true})
	case len(p.in) >= p.at+9 && strings.EqualFold(p.in[p.at:p.at+9], "<!doctype"):
		begin := p.at
		p.skipPast(">")
		if m := doctype.FindStringSubmatch(p.in[begin:p.at]); m != nil {
			p.flush()
			p.add(&htmlNode{text: "<!DOCTYPE " + m[1] + strings.ToUpper(m[2]) + m[3] + ">\n", raw: true})
		}
	case p.has("<!"):
		p.skipPast(">")
	case p.has("<?"):
		begin := p.at
		p.skipPast(">")
		p.flush()
		p.add(&htmlNode{text: p.in[begin:p.at], raw: true})
	case p.has("</"):
		p.endTag()
	case p.cur() == '<' && letter(p.ahead(1)):
		p.startTag()
	case p.cur() == '<':
		p.data.WriteByte('<')
		p.at++
	case p.cur() == '&':
		if text := p.reference(); text != "" {
			p.paragraph()
			p.data.WriteString(text)
		}
	default:
		p.characters()
	}
}

// characters reads text up to the next tag or reference. Blanks alone imply no
// paragraph (areBlanks); what XML has no character for is dropped.
func (p *htmlParser) characters() {
	end := strings.IndexAny(p.in[p.at:], "<&")
	if end < 0 {
		end = len(p.in) - p.at
	}
	text := legal(p.in[p.at : p.at+end])
	p.at += end
	if text != "" && (strings.Trim(text, " \t\r\n") != "" || p.cur() == '&') {
		p.paragraph()
	}
	p.data.WriteString(text)
}

// script reads up to the end of the element at hand, whatever it holds.
func (p *htmlParser) script(tag string) {
	for i := p.at; i < len(p.in); i++ {
		if p.in[i] == '<' && len(p.in) >= i+2+len(tag) && p.in[i+1] == '/' && strings.EqualFold(p.in[i+2:i+2+len(tag)], tag) {
			p.data.WriteString(legal(p.in[p.at:i]))
			p.at = i
			return
		}
	}
	p.data.WriteString(legal(p.in[p.at:]))
	p.at = len(p.in)
}

// name reads a name in lower case, or "" (htmlParseHTMLName).
func (p *htmlParser) name() string {
	begin := p.at
	if c := p.cur(); !letter(c) && c != '_' && c != ':' && c != '.' {
		return ""
	}
	for c := p.cur(); letter(c) || c >= '0' && c <= '9' || c == ':' || c == '-' || c == '_' || c == '.'; c = p.cur() {
		p.at++
	}
	return strings.ToLower(p.in[begin:p.at])
}

func (p *htmlParser) startTag() {
	p.at++
	name := p.name()
	for len(p.open) > 1 && slices.Contains(closes[p.top()], name) {
		p.pop()
	}
	p.imply(name)
	// html stands at the top only, head right under it, and there is one body.
	dropped := name == "html" && len(p.open) > 1 || name == "head" && len(p.open) != 2 || name == "body" && p.within("body")
	n := &htmlNode{name: name, attrs: p.attributes()}
	if dropped {
		p.ignored++
	} else {
		p.push(n)
	}
	switch {
	case p.has("/>"):
		p.at += 2
		p.pop()
		return
	case p.cur() == '>':
		p.at++
	}
	if slices.Contains(empties, p.top()) {
		p.pop()
	}
}

func (p *htmlParser) attributes() (list []htmlAttr) {
	for p.skipBlanks(); p.at < len(p.in) && p.cur() != '>' && !p.has("/>"); p.skipBlanks() {
		name := p.name()
		if name == "" {
			for p.at < len(p.in) && !blank(p.cur()) && p.cur() != '>' && !p.has("/>") {
				p.at++
			}
			continue
		}
		value := ""
		if p.skipBlanks(); p.cur() == '=' {
			p.at++
			p.skipBlanks()
			value = p.value()
		}
		if !slices.ContainsFunc(list, func(a htmlAttr) bool { return a.name == name }) {
			list = append(list, htmlAttr{name, value})
		}
	}
	return list
}

// value reads an attribute's value, in quotes or not.
func (p *htmlParser) value() string {
	quote := p.cur()
	if quote == '"' || quote == '\'' {
		p.at++
	} else {
		quote = 0
	}
	var b strings.Builder
	for p.at < len(p.in) && (quote == 0 || p.cur() != quote) {
		c := p.cur()
		if quote == 0 && (c == '>' || blank(c)) {
			break
		}
		if c == '&' {
			b.WriteString(p.reference())
			continue
		}
		b.WriteByte(c)
		p.at++
	}
	if quote != 0 && p.at < len(p.in) {
		p.at++
	}
	return b.String()
}
