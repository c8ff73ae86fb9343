// Package policy samples tokens: a [Policy] is a model's weights as they were
// published last, a [Sequence] is one context that only grows.
//
// A Policy is safe for many goroutines and a Sequence is not. Each sequence
// runs on its caller's goroutine with a cache of its own; the weights are
// shared.
package policy

import (
	"context"
	"errors"
	"math"
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

// Policy is the newest published weights.
type Policy struct {
	mu      sync.RWMutex
	dec     *model.Decoder
	version uint32
	news    chan struct{} // closed at the next Publish
	slots   sync.Pool     // of *slot of the newest weights' shape
}

// slot is what a sequence needs of memory.
type slot struct {
	cache *model.Cache
	batch model.Batch
}

// New makes a policy that samples from dec, as a version.
func New(dec *model.Decoder, version uint32) *Policy {
	return &Policy{dec: dec, version: version, news: make(chan struct{})}
}

// Publish makes dec the newest weights. Sequences that have begun go on with
// those they began with.
func (p *Policy) Publish(dec *model.Decoder, version uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dec, p.version = dec, version
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

// Begin starts an empty context. The same seed, weights and tokens give the
// same samples.
func (p *Policy) Begin(seed uint64) *Sequence {
	p.mu.RLock()
	defer p.mu.RUnlock()
	s := &Sequence{policy: p, version: p.version, rng: rand.New(rand.NewPCG(seed, 0x73616d706c65))}
	if c, ok := p.slots.Get().(*slot); ok {
		s.slot = c
		c.cache.Reset(p.dec)
	} else {
		s.slot = &slot{cache: p.dec.NewCache()}
	}
	return s
}

// Sequence is one context and its key-value cache.
type Sequence struct {
	policy *Policy
	*slot
	version uint32
	rng     *rand.Rand
	pending []int32 // appended, not yet run through the model
	types   []int32 // theirs
	allow   []int32
	logits  []float32
}

// ErrFull is the error of a context that has no room left.
var ErrFull = model.ErrContext

// Len is how many tokens the context has.
func (s *Sequence) Len() int { return s.cache.Len() + len(s.pending) }

// Append adds tokens that were read, with their types. They are run through the model together
// with the next sampled token's predecessor.
func (s *Sequence) Append(ids []int32, types []uint8) {
	s.pending = append(s.pending, ids...)
	for _, t := range types {
		s.types = append(s.types, int32(t))
	}
}

// Sample draws tokens until the constraint is finished. The context never has
// more tokens than the model can train on; a sequence that met ErrFull is done.
func (s *Sequence) Sample(ctx context.Context, how Sampling, c Constraint) (gym.Tokens, error) {
	var out gym.Tokens
	for {
		allow := c.Allowed(s.allow[:0])
		s.allow = allow
		if len(allow) == 0 {
			return out, nil
		}
		if err := ctx.Err(); err != nil {
			return out, err
		}
		if len(s.pending) >= s.cache.Room() {
			return out, ErrFull
		}
		logp := certain
		if len(allow) > 1 {
			var err error
			if logp, err = s.logProbs(allow); err != nil {
				return out, err
			}
		}
		i := pick(logp, how.Temperature, s.rng)
		c.Take(allow[i])
		s.pending, s.types = append(s.pending, allow[i]), append(s.types, 0)
		out.IDs = append(out.IDs, allow[i])
		out.Type = append(out.Type, 0)
		out.Sampled = append(out.Sampled, true)
		out.LogProb = append(out.LogProb, logp[i])
		out.Version = append(out.Version, s.version)
		out.Allow = append(out.Allow, slices.Clone(allow))
	}
}

// certain is the log-probs of a choice of one, for which the model is not asked:
// most tokens of a long word follow from its first.
var certain = []float32{0}

// logProbs runs what is pending through the model; they are those of allow.
func (s *Sequence) logProbs(allow []int32) ([]float32, error) {
	if err := s.batch.Extend(model.More{Cache: s.cache, IDs: s.pending, Types: s.types}); err != nil {
		return nil, err
	}
	s.pending, s.types = s.pending[:0], s.types[:0]
	if len(s.logits) < len(allow) {
		s.logits = make([]float32, 2*len(allow))
	}
	logits := s.logits[:len(allow)]
	s.cache.Logits(logits, allow)
	logp := kernels.LogSoftmax(logits)
	if slices.ContainsFunc(logp, func(x float32) bool { return math.IsNaN(float64(x)) }) {
		return nil, errors.New("the policy's log-probs are not numbers: its weights have diverged")
	}
	return logp, nil
}

// pick draws an index from log-probs.
func pick(logp []float32, temperature float64, rng *rand.Rand) int {
	best := 0
	for i, x := range logp {
		if x > logp[best] {
			best = i
		}
	}
	if temperature == 0 {
		return best
	}
	sum, weights := 0.0, make([]float64, len(logp))
	for i, x := range logp {
		weights[i] = math.Exp(float64(x-logp[best]) / temperature)
		sum += weights[i]
	}
	at := rng.Float64() * sum
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return best
}

// Close gives the cache back.
func (s *Sequence) Close() {
	if s.slot != nil {
		s.policy.slots.Put(s.slot)
		s.slot = nil
	}
}
