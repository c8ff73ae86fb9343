package cpu

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// spins is how often a helper looks for work before it sleeps: some ten
// microseconds. To wake one takes as long as a whole layer of a small model, so
// within a training step none should fall asleep; between steps all do.
const spins = 20_000

// pool is the threads that help a call. One call has it at a time; who finds it
// taken works alone, so that many callers never wait for each other and there
// are never more workers than threads. A call's result does not depend on who
// did what.
type pool struct {
	threads int
	busy    sync.Mutex // held by the call that has the helpers
	start   sync.Once
	stop    atomic.Bool

	do   func(i int)   // of the call at hand
	left atomic.Int64  // its tasks that are not done
	next atomic.Uint64 // call<<40 | tasks<<20 | next task: so a late helper cannot take another call's task

	asleep atomic.Int32
	wake   chan struct{}
}

const taskMax = 1<<20 - 1

func newPool(threads int) *pool {
	return &pool{threads: threads, wake: make(chan struct{}, threads)}
}

// run does tasks 0 to n-1, at most taskMax, and returns when all are done.
func (p *pool) run(n int, do func(i int)) {
	if p.threads < 2 || n < 2 || !p.busy.TryLock() {
		for i := range n {
			do(i)
		}
		return
	}
	defer p.busy.Unlock()
	p.start.Do(func() {
		for range p.threads - 1 {
			go p.help()
		}
	})
	p.do = do
	p.left.Store(int64(n))
	p.next.Store((p.next.Load()>>40+1)<<40 | uint64(n)<<20)
	for k := min(p.asleep.Load(), int32(n-1)); k > 0; k-- {
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
	for p.task() {
	}
	for i := 0; p.left.Load() > 0; i++ {
		if i > spins {
			runtime.Gosched()
		}
	}
	p.do = nil
}

// task does one task of the call at hand, where one is left.
func (p *pool) task() bool {
	for {
		at := p.next.Load()
		i, n := at&taskMax, at>>20&taskMax
		if i >= n {
			return false
		}
		if p.next.CompareAndSwap(at, at+1) {
			p.do(int(i))
			p.left.Add(-1)
			return true
		}
	}
}

// help is a helper's life.
func (p *pool) help() {
	idle := 0
	for !p.stop.Load() {
		if p.task() {
			idle = 0
		} else if idle++; idle > spins {
			p.asleep.Add(1)
			<-p.wake
			p.asleep.Add(-1)
			idle = 0
		}
	}
}

// close ends the helpers.
func (p *pool) close() {
	p.busy.Lock()
	defer p.busy.Unlock()
	p.stop.Store(true)
	for range p.threads {
		select {
		case p.wake <- struct{}{}:
		default:
		}
	}
}
