package driver

import "fmt"

// Graph is a stream's work, recorded once and launched as one. Kernels, plans and
// pinned memory that it uses must live as long as it does. Device memory is named by
// address and must be there when the graph is launched and until that is done; numbers
// that change from launch to launch belong into it.
type Graph struct {
	dev  *Device
	exec uintptr
}

// Capture records what work asks of the stream, and of streams that wait for it,
// instead of doing it. Within, nothing may be allocated or waited for.
func (s *Stream) Capture(work func() error) (*Graph, error) {
	graph, err := s.record(work)
	if err != nil {
		return nil, err
	}
	defer s.dev.cuda.calls.GraphDestroy(graph)
	g := &Graph{dev: s.dev}
	return g, s.check(s.dev.cuda.calls.Instantiate(&g.exec, graph, 0), "make a graph ready")
}

// record ends the capture also where work fails: a stream is not left capturing.
func (s *Stream) record(work func() error) (graph uintptr, err error) {
	calls := &s.dev.cuda.calls
	if code := calls.CaptureBegin(s.handle, 1); code != 0 {
		return 0, s.dev.fail(code, "begin to capture a stream")
	}
	s.graph = true
	err = work()
	s.graph = false
	code := calls.CaptureEnd(s.handle, &graph)
	switch {
	case err != nil:
		if graph != 0 {
			calls.GraphDestroy(graph)
		}
		return 0, fmt.Errorf("capture a stream: %w", err)
	case code != 0:
		return 0, s.dev.fail(code, "capture a stream")
	}
	return graph, nil
}

// Launch puts the graph's work into a stream.
func (g *Graph) Launch(s *Stream) error {
	if code := call(g.dev.cuda.calls.GraphLaunch, g.exec, s.handle); code != 0 {
		return g.dev.fail(code, "launch a graph")
	}
	if g.dev.sync && !s.graph {
		return s.Wait()
	}
	return nil
}

// Close forgets the graph; launches that are under way go on.
func (g *Graph) Close() error {
	if code := g.dev.cuda.calls.ExecDestroy(g.exec); code != 0 {
		return g.dev.fail(code, "close a graph")
	}
	return nil
}
