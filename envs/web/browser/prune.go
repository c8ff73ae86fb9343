package browser

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// domSnapshot is the answer of DOMSnapshot.captureSnapshot: columns, whose
// texts are indices into Strings, -1 for none.
type domSnapshot struct {
	Strings   []string      `json:"strings"`
	Documents []domDocument `json:"documents"`
}

type domDocument struct {
	FrameID       int     `json:"frameId"`
	ScrollOffsetX float64 `json:"scrollOffsetX"`
	ScrollOffsetY float64 `json:"scrollOffsetY"`
	Nodes         struct {
		ParentIndex          []int   `json:"parentIndex"`
		NodeType             []int   `json:"nodeType"`
		NodeName             []int   `json:"nodeName"`
		NodeValue            []int   `json:"nodeValue"`
		BackendNodeID        []int64 `json:"backendNodeId"`
		Attributes           [][]int `json:"attributes"`
		ContentDocumentIndex struct {
			Index []int `json:"index"`
			Value []int `json:"value"`
		} `json:"contentDocumentIndex"`
		IsClickable struct {
			Index []int `json:"index"`
		} `json:"isClickable"`
	} `json:"nodes"`
	Layout struct {
		NodeIndex   []int       `json:"nodeIndex"`
		Bounds      [][]float64 `json:"bounds"`
		ClientRects [][]float64 `json:"clientRects"`
	} `json:"layout"`
}

func (d *domSnapshot) capture(ctx context.Context, do call) error {
	params := map[string]any{"computedStyles": []string{}, "includeDOMRects": true}
	if err := do(ctx, "DOMSnapshot.captureSnapshot", params, d); err != nil {
		return fmt.Errorf("read the document: %w", err)
	}
	return nil
}

func (d *domSnapshot) text(i int) string {
	if i < 0 || i >= len(d.Strings) {
		return ""
	}
	return d.Strings[i]
}

// measure writes boxes and what can be clicked into the marks (observation.py,
// extract_dom_extra_properties): a frame's boxes are moved by where its element
// stands and by what is scrolled.
func (d *domSnapshot) measure(marks map[string]*Mark, scale float64) {
	if scale == 0 {
		scale = 1
	}
	var document func(i int, x, y float64)
	document = func(i int, x, y float64) {
		doc := &d.Documents[i]
		x, y = x-doc.ScrollOffsetX, y-doc.ScrollOffsetY
		at := make([]*Mark, len(doc.Nodes.Attributes))
		for n, attrs := range doc.Nodes.Attributes {
			for a := 0; a+1 < len(attrs); a += 2 {
				if d.text(attrs[a]) == "bid" {
					at[n] = marks[d.text(attrs[a+1])]
				}
			}
		}
		for _, n := range doc.Nodes.IsClickable.Index {
			if at[n] != nil {
				at[n].Clickable = true
			}
		}
		bounds := make(map[int][]float64, len(doc.Layout.NodeIndex))
		for l, n := range doc.Layout.NodeIndex {
			b := doc.Layout.Bounds[l]
			if _, twice := bounds[n]; !twice {
				bounds[n] = b
			}
			if m := at[n]; m != nil {
				if m.HasBox = len(doc.Layout.ClientRects[l]) > 0; m.HasBox {
					m.Box = [4]float64{(b[0] + x) * scale, (b[1] + y) * scale, b[2] * scale, b[3] * scale}
				}
			}
		}
		frames := &doc.Nodes.ContentDocumentIndex
		for f, n := range frames.Index {
			if b, ok := bounds[n]; ok {
				document(frames.Value[f], x+b[0], y+b[1])
			} else {
				document(frames.Value[f], 0, 0)
			}
		}
	}
	if len(d.Documents) > 0 {
		document(0, 0, 0)
	}
}

// flatten is a document as flatten_dom_to_str writes it (obs.py): nothing is
// escaped, text counts only under an element, and a frame's document, made
// pretty already, stands in its element.
func (d *domSnapshot) flatten(doc int) string {
	nodes := &d.Documents[doc].Nodes
	kids := make([][]int, len(nodes.ParentIndex))
	for n, p := range nodes.ParentIndex {
		if p >= 0 {
			kids[p] = append(kids[p], n)
		}
	}
	frames := map[int]int{}
	for f, n := range nodes.ContentDocumentIndex.Index {
		frames[n] = nodes.ContentDocumentIndex.Value[f]
	}
	var out strings.Builder
	var write func(n int, inElement bool)
	write = func(n int, inElement bool) {
		element, tag := false, ""
		switch nodes.NodeType[n] {
		case 1:
			element, tag = true, strings.TrimSpace(strings.ToLower(d.text(nodes.NodeName[n])))
			out.WriteString("<" + tag)
			d.attributes(&out, nodes.Attributes[n])
			out.WriteString(">")
		case 3, 4:
			if value := d.text(nodes.NodeValue[n]); inElement && nodes.NodeType[n] == 3 {
				out.WriteString(value)
			} else if inElement {
				out.WriteString("<!CDATA[[" + value + "]]>")
			}
			element = true
		}
		if f, ok := frames[n]; ok {
			out.WriteString(d.flatten(f))
		}
		for _, k := range kids[n] {
			write(k, element)
		}
		if tag != "" {
			out.WriteString("</" + tag + ">")
		}
	}
	if len(kids) > 0 {
		write(0, true)
	}
	return parseHTML(out.String()).pretty()
}

// attributes writes the id first and the others in their order, without the
// notes of marks.js (observation.py, pop_bids_from_attribute).
func (d *domSnapshot) attributes(out *strings.Builder, attrs []int) {
	var rest strings.Builder
	for a := 0; a+1 < len(attrs); a += 2 {
		name, value := d.text(attrs[a]), d.text(attrs[a+1])
		switch name {
		case "bid":
			out.WriteString(` bid="` + value + `"`)
			continue
		case "aria-roledescription", "aria-description":
			if m := note.FindStringSubmatch(value); m != nil {
				value = m[2]
			}
			if value == "" {
				continue
			}
		}
		rest.WriteString(" " + name)
		if attrs[a+1] >= 0 {
			rest.WriteString(`="` + value + `"`)
		}
	}
	out.WriteString(rest.String())
}

var comments = regexp.MustCompile(`<!--.*?-->`)

// pruneHTML leaves out what says nothing (obs.py, prune_html): html and body,
// styles, links, scripts and breaks, and plain boxes with nothing but an id.
func pruneHTML(text string) string {
	root := parseHTML(comments.ReplaceAllString(strings.ReplaceAll(text, "\n", " "), ""))
	root.prune()
	return root.pretty()
}

// prune goes through the children; what is in them has been seen to before
// they are.
func (n *htmlNode) prune() {
	var kept []*htmlNode
	for _, k := range n.kids {
		if k.name == "" {
			kept = append(kept, k)
			continue
		}
		k.prune()
		switch k.name {
		case "html", "body":
			kept = append(kept, k.kids...)
			continue
		case "style", "link", "script", "br":
			continue
		case "div", "span", "i", "p":
			if len(k.attrs) == 1 && k.attrs[0].name == "bid" {
				kept = append(kept, k.kids...)
				continue
			}
		}
		kept = append(kept, k)
	}
	n.kids = kept
}
