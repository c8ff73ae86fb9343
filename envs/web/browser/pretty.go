package browser

import (
	"regexp"
	"slices"
	"strings"
)

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

// voids are the elements that are written without an end (bs4,
// DEFAULT_EMPTY_ELEMENT_TAGS).
var voids = strings.Fields("area base br col embed hr img input keygen link menuitem meta param source track wbr " +
	"basefont bgsound command frame image isindex nextid spacer")

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
