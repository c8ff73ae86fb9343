package policy

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/policy/model"
)

func decoder(t *testing.T, seed uint64) *model.Decoder {
	t.Helper()
	dev, err := cpu.New("", 2)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.New(dev, model.Config{Vocab: 40, Dim: 16, Layers: 2, Heads: 2, KVHeads: 1, Hidden: 16, Context: 64, Theta: 1e4, Eps: 1e-5}, seed)
	if err != nil {
		t.Fatal(err)
	}
	return m.Snapshot()
}

// words lets n tokens be sampled, each among ids.
type words struct {
	n   int
	ids []int32
	got []int32
}

func (w *words) Allowed(dst []int32) []int32 {
	if len(w.got) == w.n {
		return dst
	}
	return append(dst, w.ids...)
}
func (w *words) Take(id int32) { w.got = append(w.got, id) }

var among = []int32{2, 3, 5, 7, 11, 13}

func TestTheSeedAndTheWeightsDecideWhatIsSampled(t *testing.T) {
	p := New(decoder(t, 1), 3)
	draw := func(seed uint64) []int32 {
		s := p.Begin(seed)
		defer s.Close()
		s.Append([]int32{1, 9}, []uint8{0, 1})
		w := &words{n: 20, ids: among}
		out, err := s.Sample(t.Context(), Sampling{Temperature: 1}, w)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(out.IDs, w.got) || len(out.LogProb) != 20 || len(out.Allow) != 20 || len(out.Type) != 20 || out.Version[0] != 3 {
			t.Fatalf("columns do not fit: %+v", out)
		}
		for i, lp := range out.LogProb {
			if lp > 0 || math.IsNaN(float64(lp)) || !slices.Contains(among, out.IDs[i]) || !out.Sampled[i] {
				t.Errorf("token %d: %d with log-prob %v", i, out.IDs[i], lp)
			}
		}
		return out.IDs
	}
	a := draw(1)
	if !reflect.DeepEqual(a, draw(1)) {
		t.Error("the same seed gives other tokens")
	}
	if reflect.DeepEqual(a, draw(2)) {
		t.Error("another seed gives the same tokens")
	}
}

func TestLogProbsAreAmongWhatWasAllowed(t *testing.T) {
	s := New(decoder(t, 1), 0).Begin(1)
	defer s.Close()
	s.Append([]int32{1}, []uint8{0})
	out, err := s.Sample(t.Context(), Sampling{Temperature: 1}, &words{n: 3, ids: []int32{4}})
	if err != nil || !reflect.DeepEqual(out.LogProb, []float32{0, 0, 0}) {
		t.Errorf("the only choice has log-probs %v (%v)", out.LogProb, err)
	}
}

func TestTemperatureZeroIsTheMostProbable(t *testing.T) {
	p := New(decoder(t, 1), 0)
	var want []int32
	for seed := range uint64(5) {
		s := p.Begin(seed)
		s.Append([]int32{1}, []uint8{0})
		out, _ := s.Sample(t.Context(), Sampling{}, &words{n: 8, ids: among})
		s.Close()
		if want == nil {
			want = out.IDs
		}
		if !slices.Equal(want, out.IDs) {
			t.Errorf("seed %d gives %v, not %v", seed, out.IDs, want)
		}
	}
}

// A sequence goes on with the weights that it began with.
func TestPublishingChangesOnlyNewSequences(t *testing.T) {
	p := New(decoder(t, 1), 1)
	sample := func(s *Sequence) []float32 {
		s.Append([]int32{1}, []uint8{0})
		out, err := s.Sample(t.Context(), Sampling{}, &words{n: 4, ids: among})
		if err != nil {
			t.Fatal(err)
		}
		return out.LogProb
	}
	before, old := p.Begin(1), p.Begin(1)
	want := sample(before)
	before.Close()
	p.Publish(decoder(t, 2), 2)
	if got := sample(old); !slices.Equal(got, want) {
		t.Error("new weights are seen by a sequence that had begun")
	}
	old.Close()
	next := p.Begin(1)
	defer next.Close()
	if got := sample(next); slices.Equal(got, want) || p.Version() != 2 {
		t.Error("a new sequence samples from the old weights")
	}
}

// What fills the context to the last token can be trained on; one more, even of
// a choice of one, which the model is not asked for, is said to be too many.
func TestAFullContextIsSaid(t *testing.T) {
	for n, c := range map[int]*words{60: {n: 9, ids: among}, 55: {n: 9, ids: among}, 56: {n: 9, ids: among}, 57: {n: 9, ids: among[:1]}} {
		s := New(decoder(t, 1), 0).Begin(1)
		s.Append(make([]int32, n), make([]uint8, n))
		full := n+9 > 64
		if _, err := s.Sample(t.Context(), Sampling{Temperature: 1}, c); errors.Is(err, ErrFull) != full || s.Len() > 64 {
			t.Errorf("%d tokens and 9 more: %d, %v", n, s.Len(), err)
		}
		s.Close()
	}
}

func TestAwaitEndsWithTheVersionOrTheContext(t *testing.T) {
	p := New(decoder(t, 1), 0)
	done := make(chan error)
	go func() { done <- p.Await(t.Context(), 2) }()
	p.Publish(decoder(t, 1), 1)
	p.Publish(decoder(t, 1), 2)
	if err := <-done; err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := p.Await(ctx, 9); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
