package policy

import (
	"cmp"
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy/model"
)

// chunk is the most tokens of one sequence that are run through the model at
// once, so that a long page does not keep the others waiting.
const chunk = 256

// batchTokens bounds, within a chunk, what is run through the model at once.
const batchTokens = 2048

// Stats counts what a policy's sequences did.
type Stats struct {
	Sampled int           // tokens that were drawn, forced ones not among them
	Run     int           // tokens that were run through the model
	Kept    int           // tokens that a sequence had run in an earlier turn when it was asked again
	Shared  int           // tokens whose pages another sequence had run
	Batches int           // times the model ran
	Busy    time.Duration // of all that ran it, in sum
}

func (s *Stats) add(o Stats) {
	s.Sampled, s.Run, s.Kept, s.Shared = s.Sampled+o.Sampled, s.Run+o.Run, s.Kept+o.Kept, s.Shared+o.Shared
	s.Batches, s.Busy = s.Batches+o.Batches, s.Busy+o.Busy
}

// engine runs all sequences that want tokens together. It has no goroutine of
// its own: who wants tokens and finds too few leaders leads, which is to run
// batches of whoever is waiting, until its own request is done; then one that
// waits takes over. Requests join and leave between tokens.
type engine struct {
	most    int // leaders
	mu      sync.Mutex
	leaders int
	active  int        // requests in the leaders' batches
	waiting []*request // the others
	stats   Stats
	idle    []*model.Batch // as many as there were leaders: a GPU knows their buffers again
}

// request is one call of Sample.
type request struct {
	s    *Sequence
	ctx  context.Context
	how  Sampling
	c    Constraint
	out  gym.Tokens
	err  error
	wake chan bool // true: it is done; false: lead
}

// do returns when the request is done.
func (e *engine) do(r *request) {
	if r.advance() {
		return
	}
	e.mu.Lock()
	e.stats.Kept += r.s.cache.Len()
	if e.leaders < e.most {
		e.leaders++
		e.active++
		e.mu.Unlock()
		e.lead(r)
		return
	}
	e.waiting = append(e.waiting, r)
	e.mu.Unlock()
	if done := <-r.wake; !done {
		e.lead(r)
	}
}

// lead runs batches until mine is done.
func (e *engine) lead(mine *request) {
	b := e.batch()
	active := []*request{mine}
	for {
		runtime.Gosched() // leaders may have all processors: let others come and join
		e.mu.Lock()
		share := (e.active + len(e.waiting) + e.leaders - 1) / e.leaders
		if n := min(share-len(active), len(e.waiting)); n > 0 {
			active = append(active, e.waiting[:n]...)
			e.waiting = slices.Delete(e.waiting, 0, n)
			e.active += n
		}
		e.mu.Unlock()
		begun := time.Now()
		stats := attempt(b, active)
		stats.Busy = time.Since(begun)
		e.count(stats)
		left := active[:0]
		done := false
		for _, r := range active {
			switch {
			case r.err == nil && !r.advance():
				left = append(left, r)
			case r == mine:
				done = true
			default:
				e.leave(1)
				r.wake <- true
			}
		}
		if active = left; done {
			e.handOver(active, b)
			return
		}
	}
}

// batch is one that was used before, where there is one.
func (e *engine) batch() *model.Batch {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := len(e.idle)
	if n == 0 {
		return new(model.Batch)
	}
	b := e.idle[n-1]
	e.idle = e.idle[:n-1]
	return b
}

func (e *engine) leave(n int) {
	e.mu.Lock()
	e.active -= n
	e.mu.Unlock()
}

// handOver makes one of those that are left, or of those that wait, the leader,
// who takes the batch over.
func (e *engine) handOver(left []*request, b *model.Batch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.idle = append(e.idle, b)
	e.active -= 1 + len(left)
	e.waiting = append(left, e.waiting...)
	if len(e.waiting) == 0 {
		e.leaders--
		return
	}
	next := e.waiting[0]
	e.waiting = e.waiting[1:]
	e.active++
	next.wake <- false
}

// count adds a step's.
func (e *engine) count(s Stats) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stats.add(s)
}

// attempt is a step; what the device cannot do is the error of all its requests.
func attempt(b *model.Batch, active []*request) (s Stats) {
	var err error
	defer func() {
		if err != nil {
			for _, r := range active {
				r.err = err
			}
		}
	}()
	defer kernels.Guard(&err)
	return step(b, active)
}

// step draws a token for each request whose context has been run through the
// model by then, and runs another part of the others'.
func step(b *model.Batch, active []*request) Stats {
	stats := Stats{Batches: 1}
	slices.SortStableFunc(active, func(x, y *request) int { return cmp.Compare(x.s.version, y.s.version) }) // of the same weights side by side
	var more []model.More
	var run, ready []*request
	first, tokens := map[model.Page]bool{}, 0 // pages that somebody in this step runs for the others
	for _, r := range active {
		s := r.s
		if tokens >= batchTokens {
			break // the others' turn comes: those that are done leave
		}
		prompt := s.prompt - s.cache.Len()
		if prompt > 0 {
			most := func() int { return min(prompt, len(s.pending)-1) } // one token is left to know what comes next
			taken := s.cache.Adopt(s.pending[:most()], s.types)
			s.pending, s.types = drop(s.pending, taken), drop(s.types, taken)
			stats.Shared += taken
			prompt -= taken
			if page, ok := s.cache.NextPage(s.pending[:most()], s.types); ok {
				if first[page] {
					continue
				}
				first[page] = true
			}
		}
		n := min(chunk, len(s.pending))
		if prompt > 0 {
			n = min(n, prompt)
		}
		if n == 0 { // nothing has been read
			ready = append(ready, r)
			continue
		}
		more = append(more, model.More{Cache: s.cache, IDs: s.pending[:n], Types: s.types[:n], Share: prompt > 0})
		run = append(run, r)
		stats.Run += n
		tokens += n
	}
	extend(b, more, run)
	for i, r := range run {
		s, n := r.s, len(more[i].IDs)
		s.pending, s.types = drop(s.pending, n), drop(s.types, n)
		if r.err == nil && len(s.pending) == 0 {
			ready = append(ready, r)
		}
	}
	for from := 0; from < len(ready); {
		to := same(from, len(ready), func(i int) *model.Cache { return ready[i].s.cache })
		draw(b, ready[from:to])
		stats.Sampled += to - from
		from = to
	}
	return stats
}

// same is the end of the run of caches from one on that have its weights.
func same(from, n int, at func(int) *model.Cache) int {
	to := from + 1
	for to < n && at(to).Same(at(from)) {
		to++
	}
	return to
}

// drop is x without its first n elements, in the same memory.
func drop[T any](x []T, n int) []T { return x[:copy(x, x[n:])] }

// extend runs sequences of the same weights together. An error is that of one
// request: each is then tried by itself.
func extend(b *model.Batch, more []model.More, run []*request) {
	for from := 0; from < len(more); {
		to := same(from, len(more), func(i int) *model.Cache { return more[i].Cache })
		if err := b.Extend(more[from:to]...); err != nil {
			for i := from; i < to; i++ {
				run[i].err = b.Extend(more[i])
			}
		}
		from = to
	}
}

// advance takes what follows without a choice, up to a token that the model has
// to be asked for or the end.
func (r *request) advance() (done bool) {
	s := r.s
	for {
		s.allow = r.c.Allowed(s.allow[:0])
		if len(s.allow) == 0 {
			return true
		}
		if r.err = r.ctx.Err(); r.err != nil {
			return true
		}
		if len(s.pending) >= s.cache.Room() {
			r.err = ErrFull
			return true
		}
		if len(s.allow) > 1 {
			return false
		}
		r.take(s.allow[0], 0)
	}
}

// draw samples for requests of the same weights, each among what it is allowed.
// Where that is everything, no ids are listed.
func draw(b *model.Batch, ready []*request) {
	n := len(ready)
	allow, caches := kernels.Allow{Start: make([]int32, 1, n+1)}, make([]*model.Cache, n)
	temperature, u := make([]float64, n), make([]float64, n)
	for i, r := range ready {
		s := r.s
		if caches[i] = s.cache; len(s.allow) == s.cache.Vocab() {
			s.allow = s.allow[:0]
		}
		allow.IDs = append(allow.IDs, s.allow...)
		allow.Start = append(allow.Start, int32(len(allow.IDs)))
		if temperature[i] = r.how.Temperature; temperature[i] > 0 {
			u[i] = s.rng.Float64()
		}
	}
	id, logp := make([]int32, n), make([]float32, n)
	b.Sample(id, logp, caches, allow, temperature, u)
	for i, r := range ready {
		if math.IsNaN(float64(logp[i])) {
			r.err = errors.New("the policy's log-probs are not numbers: its weights have diverged")
			continue
		}
		r.take(id[i], logp[i])
	}
}

// take appends a token.
func (r *request) take(id int32, logp float32) {
	s := r.s
	r.c.Take(id)
	s.begun = true
	s.pending, s.types = append(s.pending, id), append(s.types, 0)
	r.out.IDs = append(r.out.IDs, id)
	r.out.Type = append(r.out.Type, 0)
	r.out.Sampled = append(r.out.Sampled, true)
	r.out.LogProb = append(r.out.LogProb, logp)
	r.out.Version = append(r.out.Version, s.version)
	r.out.Allow = append(r.out.Allow, slices.Clone(s.allow))
}
