package model

import (
	"math"
	"strings"
	"testing"

	"github.com/turngym/turngym/kernels/plain"
)

// product is the share of the identity in a·b, [d, n]·[n, d] by columns from
// and to of one head: the mean of its diagonal, and the rms of all else.
func product(a func(i, j int) float32, b func(j, i int) float32, d, n int) (diagonal, rest float64) {
	for i := range d {
		for k := range d {
			sum := 0.0
			for j := range n {
				sum += float64(a(i, j)) * float64(b(j, k))
			}
			if i == k {
				diagonal += sum / float64(d)
			} else {
				rest += sum * sum / float64(d*(d-1))
			}
		}
	}
	return diagonal, math.Sqrt(rest)
}

func TestMimeticValuesComeBackAsWhatTheyWere(t *testing.T) {
	dev, c := plain.New(), Tiny(50)
	m, err := New(dev, c, 1)
	if err != nil {
		t.Fatal(err)
	}
	d, hd, kvDim := c.Dim, c.HeadDim(), c.KVHeads*c.HeadDim()
	for l := range m.w.layers {
		v, o := read(dev, m.w.layers[l].v.w), read(dev, m.w.layers[l].o.w)
		for h := range c.Heads {
			kv := h / (c.Heads / c.KVHeads)
			diag, rest := product(func(i, j int) float32 { return v[i*kvDim+kv*hd+j] }, func(j, i int) float32 { return o[(h*hd+j)*d+i] }, d, hd)
			if diag < 1.5*rest {
				t.Errorf("layer %d head %d: W_V·W_O has %.3f on the diagonal, %.3f beside it", l, h, diag, rest)
			}
		}
	}
}

func TestTheSameSeedGivesTheSameWeights(t *testing.T) {
	dev := plain.New()
	a, _ := New(dev, small, 1)
	b, _ := New(dev, small, 1)
	other, _ := New(dev, small, 2)
	sameBits(t, "weights", whole(a), whole(b))
	if whole(other)[0] == whole(a)[0] {
		t.Error("another seed gives the same weights")
	}
}

func TestConfigReportsAllFaultsAtOnce(t *testing.T) {
	for _, c := range []struct {
		c    Config
		says []string
	}{
		{Config{}, []string{"vocab is 0", "dim is 0", "layers is 0", "heads is 0", "key-value heads is 0", "hidden is 0", "context is 0", "theta 0"}},
		{Config{Vocab: 1 << 30, Dim: 10, Layers: 1, Heads: 3, KVHeads: 2, Hidden: 1, Context: 1, Theta: math.NaN(), Eps: 1},
			[]string{"vocab is 1073741824", "dim 10 must split into 3", "3 heads must be a multiple of 2", "theta NaN"}},
	} {
		_, err := New(plain.New(), c.c, 1)
		for _, want := range c.says {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %v; does not say %q", c.c, err, want)
			}
		}
	}
}
