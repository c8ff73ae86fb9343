package llm_test

import (
	"errors"
	"os"
	"regexp"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/agent/llm"
	"github.com/turngym/turngym/agent/llm/llmtest"
	"github.com/turngym/turngym/agent/rollout"
	"github.com/turngym/turngym/envs/probe"
	"github.com/turngym/turngym/gym"
)

// long is how many times as much is played where there is time.
func long() int {
	if os.Getenv("GYM_LONG") != "" {
		return 10
	}
	return 1
}

// tally is what came of the episodes, without the episodes.
type tally struct {
	mu                       sync.Mutex
	finished, failed         int
	turns, mistakes, garbage int
	replies                  map[string]int // by what they say, which no two have in common
	other                    []error
}

var marked = regexp.MustCompile(`(reply|garbage) \d+`)

func (l *tally) done(_ int, ep *gym.Episode, err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case errors.Is(err, llm.ErrGaveUp):
		l.failed++
		return nil
	case err != nil:
		l.other = append(l.other, err)
		return nil
	}
	l.finished++
	for i := range ep.Turns {
		t := &ep.Turns[i]
		l.turns++
		bad, _ := t.Signals.Value(gym.SignalFormat)
		l.mistakes += int(bad)
		mark := marked.FindString(t.Move.Text)
		if mark == "" || mark[0] == 'g' {
			l.garbage++
		}
		l.replies[mark]++
	}
	return nil
}

// heap is what lives after the garbage is collected.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Hundreds of episodes at once over an endpoint that fails as real ones do: each
// ends or is reported, every reply is a turn of exactly one, memory stays flat,
// and nothing is left behind. The clock is the test's own, so that no machine is
// too slow for it; a goroutine that stays makes synctest fail.
func TestEveryReplyIsOneTurnOfOneEpisode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &llmtest.Endpoint{Model: llmtest.Random, Seed: 3, Faults: llmtest.Faults{Errors: 0.1, Hangs: 0.05, Garbage: 0.01, Cuts: 0.01, RetryAfter: time.Second}}
		transport, stop := e.Pipe()
		defer stop()
		transport.MaxIdleConnsPerHost = 500
		a := llm.New("http://model.test/v1", "tiny")
		a.Transport = transport
		// The heap is looked at without connections: how many there are is the clock's doing.
		var heaps []uint64
		load(t, e, a, 500, 500*long(), func() {
			a.Close()
			synctest.Wait()
			heaps = append(heaps, heap())
		})
		notes := 100 * float64(e.Requests()) // what the endpoint and the tally wrote down meanwhile
		if float64(heaps[1]) > 1.3*float64(heaps[0])+notes {
			t.Errorf("the heap was %d bytes, then %d", heaps[0], heaps[1])
		}
		t.Logf("heap %.1f then %.1f MB", float64(heaps[0])/1e6, float64(heaps[1])/1e6)
	})
}

// The same over real connections, where nothing hangs.
func TestNoReplyIsLostOverRealConnections(t *testing.T) {
	goroutines := runtime.NumGoroutine()
	e := &llmtest.Endpoint{Model: llmtest.Random, Seed: 4, Faults: llmtest.Faults{Errors: 0.1, Garbage: 0.01, Cuts: 0.01, RetryAfter: 10 * time.Millisecond}}
	url, stop := e.Serve()
	a := llm.New(url, "tiny")
	a.Stream = true
	a.Retry.Wait, a.Retry.WaitMax = 5*time.Millisecond, 50*time.Millisecond
	load(t, e, a, 100, 150*long(), func() {})
	a.Close()
	stop()
	for range 500 {
		if runtime.NumGoroutine() <= goroutines+2 {
			return
		}
		time.Sleep(10 * time.Millisecond) // connections end on goroutines of their own
	}
	t.Errorf("%d goroutines before, %d after", goroutines, runtime.NumGoroutine())
}

// load plays so many episodes twice, calls rest after each time, and accounts
// for every request.
func load(t *testing.T, e *llmtest.Endpoint, a *llm.Agent, concurrent, episodes int, rest func()) {
	a.Retry.Tries, a.Retry.Down, a.Limits.Calls = 4, 50, 500
	if err := a.Validate(); err != nil {
		t.Fatal(err)
	}
	engine := &rollout.Engine{Family: probe.Family{}, Name: "probe", Envs: concurrent}
	defer engine.Close()
	var tasks []gym.Task
	for i := range 2 * episodes {
		tasks = append(tasks, gym.Task{Scenario: []string{"bandit", "corridor", "recall"}[i%3], Level: 1 + i%2, Seed: uint64(i)})
	}
	l := &tally{replies: map[string]int{}}
	for _, half := range [][]gym.Task{tasks[:episodes], tasks[episodes:]} {
		if err := engine.Each(t.Context(), func(int) agent.Agent { return a }, half, l.done); err != nil {
			t.Fatal(err)
		}
		rest()
	}
	if l.finished+l.failed != len(tasks) || l.other != nil {
		t.Errorf("%d finished and %d failed of %d; %v", l.finished, l.failed, len(tasks), l.other)
	}
	for mark, n := range l.replies {
		if n != 1 && mark != "" {
			t.Errorf("%q is a turn %d times", mark, n)
		}
	}
	var all llmtest.Entry
	most := 0
	for id, x := range e.Ledger() {
		all.Answers += x.Answers
		all.Garbage += x.Garbage
		all.Hangs += x.Hangs
		all.Errors += x.Errors
		all.Cuts += x.Cuts
		most = max(most, x.Tries())
		if id == "" || x.Tries() > a.Retry.Tries || x.Answers+x.Garbage > 1 {
			t.Errorf("call %q came %+v", id, x)
		}
	}
	answered, u := all.Answers+all.Garbage, a.Spent()
	if u.Calls != answered || u.Tries != e.Requests() || all.Tries() != e.Requests() || len(e.Ledger()) != answered+l.failed {
		t.Errorf("%d calls were answered and %d taken; %d requests and %d tries; %d calls for %d that came to nothing",
			answered, u.Calls, e.Requests(), u.Tries, len(e.Ledger()), l.failed)
	}
	if l.failed == 0 && l.turns != answered || l.turns > answered || l.mistakes < l.garbage || l.garbage == 0 || all.Errors == 0 || all.Cuts == 0 || most < 2 ||
		(all.Hangs == 0) != (e.Faults.Hangs == 0) {
		t.Errorf("%d turns of %d replies, %d mistakes, %d of garbage; %+v, %d tries at most", l.turns, answered, l.mistakes, l.garbage, all, most)
	}
	t.Logf("%d episodes, %d failed; %d turns; %d requests: %+v", len(tasks), l.failed, l.turns, e.Requests(), all)
}
