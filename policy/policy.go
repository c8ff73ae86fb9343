// Package policy samples tokens: a [Policy] is a model's weights as they were
// published last, a [Sequence] is one context that only grows.
//
// A Policy is safe for many goroutines and a Sequence is not. Sequences that are
// sampled from at the same time run through the model together, which is many
// times faster than one by one and gives the same bits.
//
// Of the locks a Policy's is taken before its engines'.
package policy

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy/model"
)

// Constraint says token by token what may be sampled.
type Constraint interface {
	Allowed(dst []int32) []int32 // the ids that may come now, ascending; none: finished
	Take(id int32)
}

// Sampling is how the next token is drawn. Temperature 0 takes the most
// probable one. The log-probs that are recorded are those of temperature 1,
// which is what training uses.
type Sampling struct{ Temperature float64 }

// Policy is the newest published weights, on one device or on several.
type Policy struct {
	mu      sync.RWMutex
	lanes   []*lane
	version uint32
	news    chan struct{} // closed at the next Publish
}

// lane is one device's part: a sequence stays in the lane in which it began.
type lane struct {
	dec    *model.Decoder
	live   int       // sequences that are not closed, by Policy.mu
	caches sync.Pool // of *model.Cache of the newest weights' shape
	engine engine
}

// New makes a policy that samples from dec, as a version; more are the same
// weights on further devices, which have a part of the sequences each.
func New(dec *model.Decoder, version uint32, more ...*model.Decoder) *Policy {
	p := &Policy{news: make(chan struct{})}
	p.Publish(dec, version, more...)
	return p
}

// Publish makes dec the newest weights, and more, which are the same on further
// devices: as many as before, or further ones. Sequences that have begun go on with
// those they began with.
func (p *Policy) Publish(dec *model.Decoder, version uint32, more ...*model.Decoder) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, d := range append([]*model.Decoder{dec}, more...) {
		if i == len(p.lanes) {
			p.lanes = append(p.lanes, &lane{engine: engine{most: d.Callers()}})
		}
		p.lanes[i].dec = d
	}
	p.version = version
	close(p.news)
	p.news = make(chan struct{})
}

// Version is that of the newest weights.
func (p *Policy) Version() uint32 {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.version
}

// Await waits until a version has been published.
func (p *Policy) Await(ctx context.Context, version uint32) error {
	for {
		p.mu.RLock()
		have, news := p.version, p.news
		p.mu.RUnlock()
		if have >= version {
			return nil
		}
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Begin starts an empty context, on the device that has the fewest. The same seed,
// weights and tokens give the same samples. The error is the device's.
func (p *Policy) Begin(seed uint64) (_ *Sequence, err error) {
	l, dec, version := p.join()
	s := &Sequence{policy: p, lane: l, version: version, rng: rand.New(rand.NewPCG(seed, 0x73616d706c65))}
	defer func() {
		if err != nil {
			s.part()
		}
	}()
	defer kernels.Guard(&err)
	if c, ok := l.caches.Get().(*model.Cache); ok {
		s.cache = c
		c.Reset(dec)
	} else {
		s.cache = dec.NewCache()
	}
	return s, nil
}

// join is where a sequence that begins now belongs.
func (p *Policy) join() (l *lane, dec *model.Decoder, version uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l = slices.MinFunc(p.lanes, func(a, b *lane) int { return cmp.Compare(a.live, b.live) })
	l.live++
	return l, l.dec, p.version
}

// Stats counts what the policy's sequences have done so far.
func (p *Policy) Stats() (all Stats) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, l := range p.lanes {
		l.engine.mu.Lock()
		all.add(l.engine.stats)
		l.engine.mu.Unlock()
	}
	return all
}

// Sequence is one context and its key-value cache.
type Sequence struct {
	policy  *Policy
	lane    *lane
	cache   *model.Cache
	version uint32
	rng     *rand.Rand
	pending []int32 // appended, not yet run through the model
	types   []int32 // theirs
	prompt  int     // tokens that came before the first sampled one, which other sequences may have, too
	begun   bool    // that one has been sampled
	allow   []int32
}

// ErrFull is the error of a context that has no room left.
var ErrFull = model.ErrContext

// Len is how many tokens the context has.
func (s *Sequence) Len() int { return s.cache.Len() + len(s.pending) }

// Append adds tokens that were read, with their types. They are run through the
// model when a token is sampled after them.
func (s *Sequence) Append(ids []int32, types []uint8) {
	s.pending = append(s.pending, ids...)
	for _, t := range types {
		s.types = append(s.types, int32(t))
	}
	if !s.begun {
		s.prompt += len(ids)
	}
}

// Sample draws tokens until the constraint is finished. The model runs for all
// sequences that are sampled from at the same time together; the constraint is
// asked on any goroutine while Sample blocks. The context never has more tokens
// than the model can train on; a sequence that met ErrFull is done.
func (s *Sequence) Sample(ctx context.Context, how Sampling, c Constraint) (gym.Tokens, error) {
	r := &request{s: s, ctx: ctx, how: how, c: c, wake: make(chan bool, 1)}
	s.lane.engine.do(r)
	return r.out, r.err
}

// Close gives the cache back.
func (s *Sequence) Close() {
	if s.cache != nil {
		s.lane.caches.Put(s.cache)
		s.cache = nil
		s.part()
	}
}

// part takes the sequence off its lane's count.
func (s *Sequence) part() {
	s.policy.mu.Lock()
	defer s.policy.mu.Unlock()
	s.lane.live--
}
