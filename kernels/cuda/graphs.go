package cuda

import (
	"errors"
	"slices"

	"github.com/turngym/turngym/kernels/cuda/driver"
)

// Steps counts what became of what AsOne put off.
type Steps struct {
	Lists  int // of operations
	Graphs int // of those, launched as a graph
	Made   int // graphs
	Kept   int // graphs that there are
}

// Steps says how often operations were launched as a graph.
func (d *Device) Steps() Steps {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.graphs.steps
	s.Kept = len(d.graphs.kept)
	return s
}

// graphs are lists of operations that came before: those that came twice with
// their graph, which did them the second time. Of both the last ones are kept, the
// very last at the end.
type graphs struct {
	kept, once []*graph
	off        bool // this driver makes none
	steps      Steps
}

// graph is a list of operations. It holds the kernels and plans that are in it,
// so that no others have their places, and no buffers.
type graph struct {
	ops  []op
	args []driver.Arg
	exec *driver.Graph // nil until it comes a second time
}

const (
	graphsMost = 64 // batches have many sizes
	onceMost   = 32
	fewOps     = 2 // that are not worth a graph
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
func (g *graphs) run(l *later, s *driver.Stream) error {
	g.steps.Lists++
	if g.off || len(l.ops) <= fewOps {
		return l.run(s)
	}
	if i := find(g.kept, l); i >= 0 {
		one := g.kept[i]
		g.kept = append(slices.Delete(g.kept, i, i+1), one)
	} else if made, err := g.meet(l, s); err != nil {
		return err
	} else if !made {
		return l.run(s)
	}
	g.steps.Graphs++
	return g.kept[len(g.kept)-1].exec.Launch(s)
}

// meet notes a list that came for the first time and makes a graph of one that
// came before, which is then the last of those that are kept.
func (g *graphs) meet(l *later, s *driver.Stream) (made bool, err error) {
	i := find(g.once, l)
	if i < 0 {
		if len(g.once) == onceMost {
			g.once = slices.Delete(g.once, 0, 1)
		}
		g.once = append(g.once, &graph{ops: slices.Clone(l.ops), args: slices.Clone(l.args)})
		return false, nil
	}
	one := g.once[i]
	g.once = slices.Delete(g.once, i, i+1)
	one.exec, err = s.Capture(func() error { return l.run(s) })
	switch {
	case errors.Is(err, driver.ErrLost):
		return false, err
	case err != nil: // then without
		g.forget()
		g.off = !errors.Is(err, driver.ErrMemory)
		return false, nil
	}
	if len(g.kept) == graphsMost {
		g.kept[0].exec.Close()
		g.kept = slices.Delete(g.kept, 0, 1)
	}
	g.kept = append(g.kept, one)
	g.steps.Made++
	return true, nil
}

// forget closes all graphs.
func (g *graphs) forget() {
	for _, one := range g.kept {
		one.exec.Close()
	}
	g.kept, g.once = nil, nil
}
