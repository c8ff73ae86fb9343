package cuda

import (
	"errors"
	"slices"

	"github.com/turngym/turngym/kernels/cuda/driver"
)

// Steps counts what became of what AsOne put off.
type Steps struct {
	Lists  int   // of operations
	Graphs int   // of those, launched as a graph
	Made   int   // graphs
	Kept   int   // graphs that there are
	Err    error // why none are made any more; nil: they are
}

// Steps says how often operations were launched as a graph.
func (d *Device) Steps() Steps {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.graphs.steps
	s.Kept = len(d.graphs.kept)
	return s
}

// graphs are lists of operations that came before: those that came often with
// their graph. Of both the last ones are kept, the very last at the end.
type graphs struct {
	kept, met []*graph
	lacks     int // times that memory was lacking for one
	steps     Steps
}

// graph is a list of operations. It holds the kernels and plans that are in it,
// so that no others have their places, and no buffers.
type graph struct {
	ops   []op
	args  []driver.Arg
	times int           // that it came
	exec  *driver.Graph // nil until it is kept
}

const (
	graphsMost = 64 // batches have many sizes
	metMost    = 32
	fewOps     = 2 // that are not worth a graph

	// graphTimes is which time a list has a graph. To make one takes some ms, as long
	// as many launches one by one; decoding comes again until a page is full, but with
	// prompts between its tokens lists come two or three times only.
	graphTimes = 4
	lacksMost  = 3 // after so many the GPU is full of other things
)

// find is where the list is among others, or -1.
func find(among []*graph, l *later) int {
	for i, g := range slices.Backward(among) {
		if slices.Equal(g.ops, l.ops) && slices.Equal(g.args, l.args) {
			return i
		}
	}
	return -1
}

// run does what was put off.
func (g *graphs) run(dev *driver.Device, l *later, s *driver.Stream) error {
	g.steps.Lists++
	if g.steps.Err != nil || len(l.ops) <= fewOps {
		return l.run(s)
	}
	one, err := g.of(dev, l, s)
	if one == nil && err == nil {
		return l.run(s)
	}
	if err == nil {
		err = one.exec.Launch(s)
	}
	switch {
	case errors.Is(err, driver.ErrMemory): // nothing of it was launched
		g.lack(err)
		return l.run(s)
	case err == nil:
		g.steps.Graphs++
	}
	return err
}

// of is the list's graph, which is then the last of those that are kept; nil where
// there is none.
func (g *graphs) of(dev *driver.Device, l *later, s *driver.Stream) (*graph, error) {
	if i := find(g.kept, l); i >= 0 {
		one := g.kept[i]
		g.kept = append(slices.Delete(g.kept, i, i+1), one)
		return one, nil
	}
	one := &graph{}
	if i := find(g.met, l); i >= 0 {
		one = g.met[i]
		g.met = slices.Delete(g.met, i, i+1)
	} else {
		one.ops, one.args = slices.Clone(l.ops), slices.Clone(l.args)
	}
	if one.times++; one.times < graphTimes {
		if len(g.met) == metMost {
			g.met = slices.Delete(g.met, 0, 1)
		}
		g.met = append(g.met, one)
		return nil, nil
	}
	return g.make(one, dev, l, s)
}

// make gives a list its graph.
func (g *graphs) make(one *graph, dev *driver.Device, l *later, s *driver.Stream) (_ *graph, err error) {
	record := func() error {
		one.exec, err = s.Capture(func() error { return l.run(s) })
		return err
	}
	if errors.Is(record(), driver.ErrMemory) { // the driver's; what is cached is ours
		if err := dev.Trim(); err != nil {
			return nil, err
		}
		record()
	}
	switch {
	case errors.Is(err, driver.ErrLost) || errors.Is(err, driver.ErrMemory):
		return nil, err
	case err != nil: // this driver makes none
		g.forget()
		g.steps.Err = err
		return nil, nil
	}
	if len(g.kept) == graphsMost {
		g.kept[0].exec.Close()
		g.kept = slices.Delete(g.kept, 0, 1)
	}
	g.kept = append(g.kept, one)
	g.steps.Made++
	return one, nil
}

// lack is an error of no memory: what the graphs have is free then, and after some
// there are none any more.
func (g *graphs) lack(err error) {
	g.forget()
	if g.lacks++; g.lacks == lacksMost {
		g.steps.Err = err
	}
}

// without closes the graphs that name one of the plans: none will come again.
func (g *graphs) without(plans map[*driver.Plan]bool) {
	names := func(one *graph) bool {
		return slices.ContainsFunc(one.ops, func(o op) bool { return plans[o.plan] })
	}
	for _, one := range g.kept {
		if names(one) {
			one.exec.Close()
		}
	}
	g.kept, g.met = slices.DeleteFunc(g.kept, names), slices.DeleteFunc(g.met, names)
}

// forget closes all graphs.
func (g *graphs) forget() {
	for _, one := range g.kept {
		one.exec.Close()
	}
	g.kept, g.met = nil, nil
}
