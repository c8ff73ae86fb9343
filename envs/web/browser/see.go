package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"

	"github.com/turngym/turngym/gym"
)

// Observer is a page that can be seen as BrowserGym's agents see it. What it
// says of ids holds where [Options].Bids is set.
type Observer interface {
	// Snapshot reads the page at hand.
	Snapshot(ctx context.Context, o SnapshotOptions) (*Snapshot, error)
	Scripter
	Screenshotter
}

// Boxer is a page that knows where its elements are.
type Boxer interface {
	// Box is where an element is drawn, in pixels of the window.
	Box(ctx context.Context, id string) (x, y, w, h float64, ok bool)
}

// Zoomer is a page that draws parts of itself larger.
type Zoomer interface {
	// Zoom is a part of the window, drawn as large as fits into it, PNG.
	Zoom(ctx context.Context, left, top, width, height float64) ([]byte, error)
}

var (
	_ Observer = (*chromePage)(nil)
	_ Boxer    = (*chromePage)(nil)
	_ Zoomer   = (*chromePage)(nil)
)

// Snapshot reads the page at hand. While a dialog is open there is nothing to
// read.
func (p *chromePage) Snapshot(ctx context.Context, o SnapshotOptions) (*Snapshot, error) {
	if p.now().dialog != nil {
		return &Snapshot{}, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, p.chrome.options.Patience, errSlow)
	defer cancel()
	t := p.now()
	o.Kept = !t.cleaned
	s, err := takeSnapshot(ctx, t.call, o)
	if err != nil {
		return nil, p.fault(ctx, "read the page", err)
	}
	t.cleaned = !s.kept
	return s, nil
}

// Screenshot draws the page as PNG.
func (p *chromePage) Screenshot(ctx context.Context) ([]byte, error) { return p.draw(ctx, nil) }

// Zoom draws a part of the page larger.
func (p *chromePage) Zoom(ctx context.Context, left, top, width, height float64) ([]byte, error) {
	out, err := p.Eval(ctx, "JSON.stringify([scrollX, scrollY])") // a clip counts from the document's corner
	if err != nil {
		return nil, err
	}
	var at [2]float64
	if err := json.Unmarshal([]byte(out), &at); err != nil {
		return nil, gym.Faultf("zoom", "%w", err)
	}
	scale := min(Width/width, Height/height)
	return p.draw(ctx, args{"x": left + at[0], "y": top + at[1], "width": width, "height": height, "scale": scale})
}

// draw takes a picture of the window, or of a part of the document.
func (p *chromePage) draw(ctx context.Context, clip args) ([]byte, error) {
	t := p.now()
	if t.how != painted {
		var err error
		if t, err = p.copied(ctx); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, p.chrome.options.Patience, errSlow)
	defer cancel()
	var res struct{ Data []byte }
	params := args{"format": "png", "optimizeForSpeed": true}
	if clip != nil {
		params["clip"] = clip
	}
	if err := t.call(ctx, "Page.captureScreenshot", params, &res); err != nil {
		return nil, p.fault(ctx, "take a screenshot", err)
	}
	return res.Data, nil
}

// copied is a tab that is drawn, with the document of the hidden one in it.
func (p *chromePage) copied(ctx context.Context) (*chromeTab, error) {
	html, err := p.Eval(ctx, "__gym.frozen()")
	if err != nil {
		return nil, err
	}
	if p.seen == nil {
		ctx, cancel := context.WithTimeoutCause(ctx, p.chrome.options.Patience, errSlow)
		defer cancel()
		if p.seen, err = p.newTab(ctx, painted); err != nil {
			return nil, err
		}
	}
	p.seen.blank = false // an episode that is played in it begins with a new document
	quoted, _ := json.Marshal(html)
	if _, err := p.evaluate(ctx, p.seen, "document.documentElement.innerHTML="+string(quoted)); err != nil {
		return nil, err
	}
	return p.seen, nil
}

// Box is where an element is drawn, in pixels of the window.
func (p *chromePage) Box(ctx context.Context, id string) (x, y, w, h float64, ok bool) {
	quoted, _ := json.Marshal(id)
	out, err := p.Eval(ctx, "__gym.where("+string(quoted)+")")
	var b []float64
	if err != nil || json.Unmarshal([]byte(out), &b) != nil || len(b) != 4 {
		return 0, 0, 0, 0, false
	}
	return b[0], b[1], b[2], b[3], true
}

// paints are the colours of the boxes of marks, in turn.
var paints = []color.RGBA{{214, 39, 40, 255}, {31, 119, 180, 255}, {44, 160, 44, 255}, {148, 103, 189, 255}, {255, 127, 14, 255}, {23, 140, 150, 255}}

// DrawMarks draws a box with its id around every element of the set of marks
// (Yang et al. 2023) on a picture of the page, PNG.
func DrawMarks(picture []byte, marks []Mark) ([]byte, error) {
	src, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return nil, gym.Faultf("draw the marks", "%w", err)
	}
	out := image.NewRGBA(src.Bounds())
	draw.Draw(out, out.Bounds(), src, src.Bounds().Min, draw.Src)
	for i, n := 0, 0; i < len(marks); i++ {
		if m := marks[i]; m.SetOfMarks && m.HasBox && m.Visibility >= 0.5 {
			outline(out, m, paints[n%len(paints)])
			n++
		}
	}
	var buf bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&buf, out)
	return buf.Bytes(), err
}

// outline draws one mark: a box two pixels wide, its id on a label.
func outline(out *image.RGBA, m Mark, c color.RGBA) {
	r := image.Rect(int(m.Box[0]), int(m.Box[1]), int(m.Box[0]+m.Box[2]), int(m.Box[1]+m.Box[3]))
	ink := image.NewUniform(c)
	const wide = 2
	for _, side := range []image.Rectangle{
		{r.Min, image.Pt(r.Max.X, r.Min.Y+wide)}, {image.Pt(r.Min.X, r.Max.Y-wide), r.Max},
		{r.Min, image.Pt(r.Min.X+wide, r.Max.Y)}, {image.Pt(r.Max.X-wide, r.Min.Y), r.Max},
	} {
		draw.Draw(out, side, ink, image.Point{}, draw.Src)
	}
	face := basicfont.Face7x13
	label := image.Rect(0, 0, face.Advance*len(m.ID)+4, face.Height+1)
	if at := r.Min.Sub(image.Pt(label.Dx(), 0)); at.X >= 0 { // beside the box, which may be all that there is to see
		label = label.Add(at)
	} else {
		label = label.Add(r.Min)
	}
	draw.Draw(out, label, ink, image.Point{}, draw.Src)
	d := font.Drawer{Dst: out, Src: image.White, Face: face, Dot: fixed.P(label.Min.X+2, label.Min.Y+face.Ascent)}
	d.DrawString(m.ID)
}
