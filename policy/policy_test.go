package policy

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/policy/model"
)

func begin(p *Policy, seed uint64) *Sequence {
	s, err := p.Begin(seed)
	if err != nil {
		panic(err)
	}
	return s
}

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
		s := begin(p, seed)
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
	s := begin(New(decoder(t, 1), 0), 1)
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
		s := begin(p, seed)
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
	before, old := begin(p, 1), begin(p, 1)
	want := sample(before)
	before.Close()
	p.Publish(decoder(t, 2), 2)
	if got := sample(old); !slices.Equal(got, want) {
		t.Error("new weights are seen by a sequence that had begun")
	}
	old.Close()
	next := begin(p, 1)
	defer next.Close()
	if got := sample(next); slices.Equal(got, want) || p.Version() != 2 {
		t.Error("a new sequence samples from the old weights")
	}
}

// What fills the context to the last token can be trained on; one more, even of
// a choice of one, which the model is not asked for, is said to be too many.
func TestAFullContextIsSaid(t *testing.T) {
	for n, c := range map[int]*words{60: {n: 9, ids: among}, 55: {n: 9, ids: among}, 56: {n: 9, ids: among}, 57: {n: 9, ids: among[:1]}} {
		s := begin(New(decoder(t, 1), 0), 1)
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

// Sequences that are sampled from at the same time get the tokens and log-probs
// that they get alone, whoever else is there, whatever they share, and on however
// many devices.
func TestSequencesTogetherDrawWhatTheyDrawAlone(t *testing.T) {
	const seqs, turns = 24, 4
	dec := func(seed uint64) *model.Decoder {
		dev, err := cpu.New("", 2)
		if err != nil {
			t.Fatal(err)
		}
		m, err := model.New(dev, model.Config{Vocab: 40, Dim: 16, Layers: 2, Heads: 2, KVHeads: 1, Hidden: 16, Context: 2048, Theta: 1e4, Eps: 1e-5}, seed)
		if err != nil {
			t.Fatal(err)
		}
		return m.Snapshot()
	}
	play := func(p *Policy, i int) (out []gym.Tokens) {
		s := begin(p, uint64(i))
		defer s.Close()
		rng := rand.New(rand.NewPCG(uint64(i/4), 1)) // four have the same first page
		for turn := range turns {
			text := make([]int32, 1+rng.IntN(500))
			for j := range text {
				text[j] = int32(rng.IntN(40))
			}
			s.Append(text, make([]uint8, len(text)))
			ids := among
			if (i+turn)%5 == 0 {
				ids = among[:1] // forced
			}
			toks, err := s.Sample(t.Context(), Sampling{Temperature: 1}, &words{n: 1 + i%7, ids: ids})
			if err != nil {
				t.Error(err)
			}
			out = append(out, toks)
			rng = rand.New(rand.NewPCG(uint64(i), uint64(turn)))
		}
		return out
	}
	var alone [seqs][]gym.Tokens
	for i := range alone {
		alone[i] = play(New(dec(1), 0), i)
	}
	for _, more := range [][]*model.Decoder{nil, {dec(1), dec(1)}} {
		p := New(dec(1), 0, more...)
		var together [seqs][]gym.Tokens
		var wg sync.WaitGroup
		for i := range together {
			wg.Go(func() { together[i] = play(p, i) })
		}
		wg.Wait()
		for i := range alone {
			if !reflect.DeepEqual(alone[i], together[i]) {
				t.Fatalf("sequence %d alone drew\n%v\ntogether\n%v", i, alone[i], together[i])
			}
		}
		if st := p.Stats(); st.Shared == 0 || st.Kept == 0 || st.Sampled == 0 || st.Batches >= st.Sampled {
			t.Errorf("%+v", st)
		}
		// The engine is empty again, and other weights share nothing with these.
		p.Publish(dec(2), 1, more...)
		if got, want := play(p, 0), play(New(dec(2), 1), 0); !reflect.DeepEqual(got, want) {
			t.Error("new weights draw other tokens than alone")
		}
		for i, l := range p.lanes {
			if e := &l.engine; l.live != 0 || e.leaders != 0 || e.active != 0 || len(e.waiting) != 0 {
				t.Errorf("device %d: %d sequences, %d leaders, %d active, %d waiting", i, l.live, e.leaders, e.active, len(e.waiting))
			}
			if e := &l.engine; e.stats.Sampled == 0 {
				t.Errorf("nothing was sampled on device %d", i)
			}
		}
	}
}

func TestSequencesGoWhereThereAreFewest(t *testing.T) {
	p := New(decoder(t, 1), 0)
	first := begin(p, 1)
	p.Publish(decoder(t, 1), 1, decoder(t, 1), decoder(t, 1))
	var open []*Sequence
	for i := range 5 {
		open = append(open, begin(p, uint64(i)))
	}
	first.Close()
	first.Close()
	for i, want := range []int{1, 2, 2} {
		if got := p.lanes[i].live; got != want {
			t.Errorf("device %d has %d sequences, want %d", i, got, want)
		}
	}
	for _, s := range open {
		s.Close()
	}
}

func TestOfNothingAllTokensAreAlike(t *testing.T) {
	s := begin(New(decoder(t, 1), 0), 1)
	defer s.Close()
	out, err := s.Sample(t.Context(), Sampling{Temperature: 1}, &words{n: 1, ids: among})
	if err != nil || math.Abs(float64(out.LogProb[0])+math.Log(float64(len(among)))) > 1e-6 {
		t.Error(out, err)
	}
}

// A constraint that allows everything lists nothing, as training wants it.
func TestAnythingGoesIsNotListed(t *testing.T) {
	all := make([]int32, 40)
	for i := range all {
		all[i] = int32(i)
	}
	s := begin(New(decoder(t, 1), 0), 1)
	defer s.Close()
	s.Append([]int32{1}, []uint8{0})
	out, err := s.Sample(t.Context(), Sampling{Temperature: 1}, &words{n: 5, ids: all})
	if err != nil || len(out.IDs) != 5 || len(out.Allow[4]) != 0 || out.LogProb[4] >= 0 {
		t.Error(out, err)
	}
}

// lacking is a device whose memory may be full.
type lacking struct {
	kernels.Device
	full *bool
}

func (l lacking) Alone() (kernels.Device, int) {
	dev, n := l.Device.Alone()
	return lacking{dev, l.full}, n
}

func (l lacking) New(n int) kernels.Buffer {
	if *l.full {
		panic(&kernels.Failure{Err: errors.New("the memory is full")})
	}
	return l.Device.New(n)
}

func TestWhatHasNoRoomDoesNotBegin(t *testing.T) {
	dev, err := cpu.New("", 2)
	if err != nil {
		t.Fatal(err)
	}
	full := false
	m, err := model.New(lacking{dev, &full}, model.Config{Vocab: 40, Dim: 16, Layers: 2, Heads: 2, KVHeads: 1, Hidden: 16, Context: 64, Theta: 1e4, Eps: 1e-5}, 1)
	if err != nil {
		t.Fatal(err)
	}
	p := New(m.Snapshot(), 0)
	full = true
	if s, err := p.Begin(1); s != nil || err == nil || err.Error() != "the memory is full" {
		t.Errorf("%v, %v", s, err)
	}
	if n := p.lanes[0].live; n != 0 {
		t.Errorf("%d sequences are counted", n)
	}
}
