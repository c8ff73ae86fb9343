package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
)

// call runs one DevTools command in the session of a page's tab. Several calls
// may be under way at once.
type call func(ctx context.Context, method string, params, result any) error

// Snapshot is what an agent of BrowserGym (Chezelles et al. 2024) is given of
// a page. It equals what browsergym-core 0.14.3 shows of the same page in the
// same browser; the goldens in testdata/browsergym are recorded with it.
type Snapshot struct {
	AXTree  string // as flatten_axtree_to_str writes it, with Text's additions
	HTML    string // as prune_html(flatten_dom_to_str(…)) writes it
	Marks   []Mark // an element with an id each, in document order, a frame's after its document's
	Focused string // id of the element with the focus, or ""

	nodes []axNode
	kept  bool // the notes stay in the document
}

// Mark is what there is to know of an element beside the text.
type Mark struct {
	ID         string
	Visibility float64    // share of its area that is in the window and not clipped, to two digits
	Box        [4]float64 // x, y, width, height in the window, times the scale
	HasBox     bool
	Clickable  bool // it, or what it is in, has a listener for clicks
	SetOfMarks bool
}

//go:embed marks.js
var marksScript string

// SnapshotOptions say what a snapshot is of. The zero value is BrowserGym's
// default.
type SnapshotOptions struct {
	Text   Text
	Scale  float64 // of the boxes; 0 is 1. BrowserGym's MiniWoB++ has 1.5
	NoHTML bool    // leaves HTML empty
	Kept   bool    // the document was not read before, or has kept the notes that were then written into it
}

// snapshotTries is how often a page is read that changes its frames while it
// is read (constants.py, EXTRACT_OBS_MAX_TRIES is 5, with half a second each).
const snapshotTries = 3

// takeSnapshot reads the page at hand. It leaves in the document what
// BrowserGym leaves there: the attribute bid, by which an element keeps its id,
// and value and checked as they are at the time; and notes in the attributes
// aria-description and aria-roledescription. Documents of other processes
// (frames of other sites) have no ids.
func takeSnapshot(ctx context.Context, do call, o SnapshotOptions) (s *Snapshot, err error) {
	for range snapshotTries {
		if s, err = readPage(ctx, do, o); err == nil || ctx.Err() != nil {
			break
		}
	}
	return s, err
}

func readPage(ctx context.Context, do call, o SnapshotOptions) (*Snapshot, error) {
	var marked struct {
		Focused string
		Labels  bool
		Marks   [][3]json.RawMessage
	}
	if !o.Kept {
		if err := refreshAX(ctx, do); err != nil {
			return nil, err
		}
	}
	if err := mark(ctx, do, true, &marked); err != nil {
		return nil, err
	}
	var dom domSnapshot
	var trees [][]axNode
	err := inParallel(
		func() error { return dom.capture(ctx, do) },
		func() (err error) { trees, err = captureAX(ctx, do, ""); return err },
	)
	if err == nil {
		err = frameTrees(ctx, do, &dom, &trees)
	}
	cleaned := make(chan error, 1)
	if marked.Labels { // the notes are taken away while the text is made
		go func() { cleaned <- mark(ctx, do, false, nil) }()
	} else {
		cleaned <- nil
	}
	if err != nil {
		return nil, errors.Join(err, <-cleaned)
	}
	s := &Snapshot{Focused: marked.Focused, kept: !marked.Labels, Marks: make([]Mark, len(marked.Marks))}
	byID := make(map[string]*Mark, len(s.Marks))
	for i, raw := range marked.Marks {
		m := &s.Marks[i]
		json.Unmarshal(raw[0], &m.ID)
		m.Visibility, _ = strconv.ParseFloat(string(raw[1]), 64)
		m.SetOfMarks = string(raw[2]) == "1"
		byID[m.ID] = m
	}
	dom.measure(byID, o.Scale)
	s.nodes = slices.Concat(trees...)
	s.AXTree = flattenAX(s.nodes, byID, o.Text)
	if !o.NoHTML {
		s.HTML = pruneHTML(dom.flatten(0))
	}
	return s, <-cleaned
}

// Write is the tree as text with other additions than the snapshot's own.
func (s *Snapshot) Write(t Text) string {
	byID := make(map[string]*Mark, len(s.Marks))
	for i := range s.Marks {
		byID[s.Marks[i].ID] = &s.Marks[i]
	}
	return flattenAX(s.nodes, byID, t)
}

func inParallel(fs ...func() error) error {
	errs := make([]error, len(fs))
	var wg sync.WaitGroup
	for i, f := range fs {
		wg.Go(func() { errs[i] = f() })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// mark runs marks.js, which writes the notes or takes them away. A document is
// sent it once.
func mark(ctx context.Context, do call, on bool, result any) error {
	var text string
	err := evaluateIn(ctx, do, fmt.Sprintf("window.__gymMarks ? __gymMarks(%t) : 'unknown'", on), &text)
	if err == nil && text == "unknown" {
		script := "Object.defineProperty(window, '__gymMarks', { value: " + marksScript + " })"
		err = evaluateIn(ctx, do, fmt.Sprintf("%s, __gymMarks(%t)", script, on), &text)
	}
	if err != nil {
		return fmt.Errorf("mark the page: %w", err)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal([]byte(text), result)
}

func evaluateIn(ctx context.Context, do call, expression string, value any) error {
	var res struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		ExceptionDetails *struct {
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
	if err := do(ctx, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &res); err != nil {
		return err
	}
	if d := res.ExceptionDetails; d != nil {
		return errors.New(d.Exception.Description)
	}
	return json.Unmarshal(res.Result.Value, value)
}

// refreshAX brings Chrome's accessibility tree up to date with a page that was
// read before and has lost its notes. BrowserGym waits half a second between an action and its
// marking, in which Chrome does that by itself. It shows: whether the text of
// a checkbox's label is left out is decided once, and the notes change it.
func refreshAX(ctx context.Context, do call) error {
	var known bool
	if err := evaluateIn(ctx, do, "!!window.__gymCleaned", &known); err != nil || !known {
		return err
	}
	return do(ctx, "Accessibility.getFullAXTree", map[string]int{"depth": 1}, nil)
}

// captureAX reads the accessibility tree of one frame; "" is the main one.
func captureAX(ctx context.Context, do call, frame string) ([][]axNode, error) {
	var params any
	if frame != "" {
		params = map[string]string{"frameId": frame}
	}
	var res struct {
		Nodes []axNode `json:"nodes"`
	}
	if err := do(ctx, "Accessibility.getFullAXTree", params, &res); err != nil {
		return nil, fmt.Errorf("read the accessibility tree: %w", err)
	}
	for i := range res.Nodes {
		res.Nodes[i].takeNote()
	}
	return [][]axNode{res.Nodes}, nil
}

// frameTrees reads the trees of the other frames and hangs each root under the
// node of its frame's element (observation.py, extract_merged_axtree).
func frameTrees(ctx context.Context, do call, dom *domSnapshot, trees *[][]axNode) error {
	roots := map[int64]string{} // from the frame's element to the root of its tree
	more := make([][][]axNode, len(dom.Documents))
	var reads []func() error
	for i := range dom.Documents {
		nodes := &dom.Documents[i].Nodes
		for j, at := range nodes.ContentDocumentIndex.Index {
			child, element := nodes.ContentDocumentIndex.Value[j], nodes.BackendNodeID[at]
			roots[element] = ""
			reads = append(reads, func() (err error) {
				more[child], err = captureAX(ctx, do, dom.text(dom.Documents[child].FrameID))
				return err
			})
		}
	}
	if err := inParallel(reads...); err != nil {
		return err
	}
	for i := range dom.Documents {
		nodes := &dom.Documents[i].Nodes
		for j, at := range nodes.ContentDocumentIndex.Index {
			if t := more[nodes.ContentDocumentIndex.Value[j]]; len(t) > 0 && len(t[0]) > 0 {
				roots[nodes.BackendNodeID[at]] = t[0][0].NodeID
				*trees = append(*trees, t[0])
			}
		}
	}
	for _, t := range *trees {
		for i := range t {
			if n := &t[i]; n.Role.text() == "Iframe" && roots[n.BackendDOMNodeID] != "" {
				n.ChildIDs = append(n.ChildIDs, roots[n.BackendDOMNodeID])
			}
		}
	}
	return nil
}
