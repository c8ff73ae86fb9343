// Package kerneltest checks a device method by method against the float64
// reference: ragged sizes, inputs untouched, repeatable bits, and a row's bits
// independent of the number of rows.
package kerneltest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/plain"
)

// The tolerances of a device in float32, of one that rounds what it multiplies, and
// of bfloat16, which leaves 2^-9 of a number, relative to the size of the numbers.
const (
	fine   = 2e-5
	rough  = 2e-2
	narrow = 1.0 / 128
)

// pair runs the same calls on the device and on the reference.
type pair struct {
	t         *testing.T
	dev, ref  kernels.Device
	rng       *rand.Rand
	tolerance float64
	few       bool
	halves    bool // activations are
}

// both is one buffer on each.
type both struct{ dev, ref kernels.Buffer }

// How says what is asked of a device.
type How struct {
	Rough bool // it rounds what it multiplies, and rows have other bits in calls of other sizes
	Few   bool // it is slow: fewer sizes
}

// Run checks every method of dev.
func Run(t *testing.T, dev kernels.Device, how How) {
	tolerance := fine
	if how.Rough {
		tolerance = rough
	}
	for name, f := range map[string]func(pair){
		"MatMul": matMul, "RowsKeepTheirBits": rowBits, "RMSNorm": rmsNorm, "LayerNorm": layerNorm, "Rope": rope, "Attention": attention,
		"Decoding": decoding, "Activations": activations, "LogProb": logProb, "Top": top, "Halves": halves, "Embed": embed, "Gather": gather, "AsOne": asOne, "AdamW": adamW, "Softmax": logSoftmax,
	} {
		t.Run(name, func(t *testing.T) {
			if how.Rough && name == "RowsKeepTheirBits" {
				t.Skip("this device does not promise it")
			}
			f(pair{t, dev, plain.New(), rand.New(rand.NewPCG(1, 2)), tolerance, how.Few, false})
		})
	}
	for name, f := range map[string]func(pair){
		"MatMul": matMulOfHalves, "RMSNorm": rmsNorm, "Rope": rope, "Attention": attention, "Decoding": decoding, "Activations": activations, "Embed": embed,
	} {
		t.Run(name+"OfHalves", func(t *testing.T) {
			if !dev.Halves() {
				t.Skip("this device takes no activations in halves")
			}
			f(pair{t, dev, plain.New(), rand.New(rand.NewPCG(1, 2)), narrow, how.Few, true})
		})
	}
}

func (p pair) new(n int) both { return both{p.dev.New(n), p.ref.New(n)} }

func (p pair) random(n int) both {
	b := p.new(n)
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(p.rng.NormFloat64())
	}
	p.dev.Write(b.dev, x)
	p.ref.Write(b.ref, x)
	return b
}

// activation is random numbers of activations' type, and space room for such.
func (p pair) activation(n int) both { return p.typed(p.random(n), p.halves) }
func (p pair) space(n int) both      { return p.typed(p.new(n), p.halves) }

// typed is b, or that in halves.
func (p pair) typed(b both, half bool) both {
	if half {
		return p.halved(b)
	}
	return b
}

// halved is b rounded to bfloat16.
func (p pair) halved(b both) both {
	h := both{p.dev.NewHalf(b.ref.Len()), p.ref.NewHalf(b.ref.Len())}
	p.dev.Copy(h.dev, b.dev)
	p.ref.Copy(h.ref, b.ref)
	return h
}

func read(d kernels.Device, b kernels.Buffer) []float32 {
	x := make([]float32, b.Len())
	d.Read(x, b)
	return x
}

// same compares what the two devices have.
func (p pair) same(what string, b both) {
	p.t.Helper()
	got, want := read(p.dev, b.dev), read(p.ref, b.ref)
	size := 1.0
	for _, x := range want {
		size = max(size, math.Abs(float64(x)))
	}
	for i := range want {
		if diff := math.Abs(float64(got[i] - want[i])); !(diff <= p.tolerance*size) {
			p.t.Fatalf("%s: element %d is %g, want %g", what, i, got[i], want[i])
		}
	}
}

// alike says whether two results of a device are one: bit by bit, or what a rough
// device leaves of that.
func (p pair) alike(got, want []float32) bool {
	return slices.EqualFunc(got, want, func(a, b float32) bool {
		return a == b || p.tolerance > fine && math.Abs(float64(a-b)) <= p.tolerance*max(1, math.Abs(float64(b)))
	})
}

// unchanged runs f and checks that the buffers keep their bits, and that a
// second run gives the same bits in out.
func (p pair) unchanged(what string, f func(), ins []both) {
	p.t.Helper()
	var before [][]float32
	for _, b := range ins {
		before = append(before, read(p.dev, b.dev))
	}
	f()
	for i, b := range ins {
		if !slices.Equal(before[i], read(p.dev, b.dev)) {
			p.t.Fatalf("%s changed its input %d", what, i)
		}
	}
}

// halves rounds to bfloat16, of two that are as near to the even one.
func halves(p pair) {
	x := []float32{1, 1 + 1.0/256, 1 + 3.0/256, 1 + 1.0/256 + 1e-6, -2.5, 0, float32(math.Inf(1)), 3e38, math.MaxFloat32, 1e-40, float32(math.NaN())}
	want := []float32{1, 1, 1 + 4.0/256, 1 + 2.0/256, -2.5, 0, float32(math.Inf(1)), 3.0040553e38, float32(math.Inf(1)), float32(math.Ldexp(1, -133)), 0}
	for len(x) < 100 {
		x, want = append(x, 0.5), append(want, 0.5)
	}
	h := p.dev.NewHalf(len(x))
	p.dev.Write(h, x)
	got := read(p.dev, h)
	if !h.Half() || h.Slice(1, 2).Len() != 1 || !h.Slice(1, 2).Half() || got[10] == got[10] {
		p.t.Fatal("a buffer of halves is none, or no number became one")
	}
	for i, w := range want {
		if i != 10 && got[i] != w {
			p.t.Fatalf("%g is rounded to %g, want %g", x[i], got[i], w)
		}
	}
	wide, again := p.dev.New(len(x)), p.dev.NewHalf(len(x))
	p.dev.Copy(wide, h)
	p.dev.Copy(again, wide)
	if a, b := read(p.dev, wide)[:10], read(p.dev, again)[:10]; !slices.Equal(a, got[:10]) || !slices.Equal(b, got[:10]) {
		p.t.Fatalf("copies are %v and %v, want %v", a, b, got[:10])
	}
	p.dev.Zero(h)
	if got := read(p.dev, h); slices.Max(got) != 0 {
		p.t.Fatalf("zeroed halves are %v", got)
	}
}

func embed(p pair) {
	const dim = 20
	ids := []int32{3, 0, 3, 9}
	table, out, g, dt := p.random(10*dim), p.space(len(ids)*dim), p.random(len(ids)*dim), p.activation(10*dim)
	for _, t := range []both{p.halved(table), table} {
		p.dev.Embed(out.dev, t.dev, ids, dim)
		p.ref.Embed(out.ref, t.ref, ids, dim)
		p.same("Embed", out)
	}
	p.dev.EmbedGrad(dt.dev, g.dev, ids, dim)
	p.ref.EmbedGrad(dt.ref, g.ref, ids, dim)
	p.same("EmbedGrad", dt)
	sums, x := p.random(dim), p.activation(300*dim)
	p.dev.SumRows(sums.dev, x.dev, dim)
	p.ref.SumRows(sums.ref, x.ref, dim)
	p.same("SumRows", sums)
	p.dev.Copy(out.dev, g.dev)
	p.ref.Copy(out.ref, g.ref)
	p.same("Copy", out)
	out = p.new(len(ids) * dim)
	p.dev.Add(out.dev, g.dev)
	p.ref.Add(out.ref, g.ref)
	p.same("Add", out)
}

// gather has rows here and there, float32 and bfloat16; what it does not name stays.
func gather(p pair) {
	const dim = 21
	for _, half := range []bool{false, true} {
		own, x, out := p.random(9*dim), p.random(5*dim), p.new(5*dim)
		if half {
			own, x, out = p.halved(own), p.halved(x), p.halved(out)
		}
		var devs, refs []kernels.Buffer
		for _, i := range []int{8, 0, 3, 4, 7} {
			devs, refs = append(devs, own.dev.Slice(i*dim, (i+1)*dim)), append(refs, own.ref.Slice(i*dim, (i+1)*dim))
		}
		p.unchanged("Gather", func() { p.dev.Gather(out.dev, devs) }, []both{own})
		p.ref.Gather(out.ref, refs)
		p.same("Gather", out)
		p.unchanged("Scatter", func() { p.dev.Scatter(devs[:4], x.dev) }, []both{x})
		p.ref.Scatter(refs[:4], x.ref)
		p.same("Scatter", own)
		p.dev.Gather(out.dev, nil)
		p.dev.Scatter(nil, x.dev)
	}
}

// asOne has the same operations again and again, on other numbers, with reads among
// them, room made within, and a panic now and then.
func asOne(p pair) {
	const dim, rows = 24, 5
	table, w, m, x, n, y, r, few := p.random(9*dim), p.random(dim), p.random(dim*dim), p.new(rows*dim), p.new(rows*dim), p.new(rows*dim), p.new(rows), p.new(3*dim)
	for round := range 6 {
		ids := make([]int32, rows)
		for i := range ids {
			ids[i] = int32(p.rng.IntN(9))
		}
		work := func(dev kernels.Device, of func(both) kernels.Buffer) (between []float32) {
			dev.AsOne(func(dev kernels.Device) {
				dev.Embed(of(x), of(table), ids, dim)
				dev.RMSNorm(of(n), of(r), of(x), of(w), dim, 1e-5)
				dev.MatMul(of(y), of(n), of(m), kernels.Dims{M: rows, N: dim, K: dim, Plus: of(x)})
				dev.AsOne(func(dev kernels.Device) { dev.Add(of(x), of(y)) })
				if round%2 > 0 {
					between = read(dev, of(x))
					dev.Write(of(few), between[:2*dim])
				}
				dev.Copy(of(few), of(x).Slice(0, 2*dim))
				dev.Zero(of(y).Slice(0, dim))
				if round > 3 {
					b := dev.New(dim)
					dev.Add(b, of(y).Slice(dim, 2*dim))
					dev.Copy(of(few).Slice(2*dim, 3*dim), b)
				}
			})
			return between
		}
		between := work(p.dev, func(b both) kernels.Buffer { return b.dev })
		work(p.ref, func(b both) kernels.Buffer { return b.ref })
		p.same("AsOne x", x)
		p.same("AsOne y", y)
		p.same("AsOne few", few)
		if between != nil && !slices.Equal(between, read(p.dev, x.dev)) {
			p.t.Fatal("what was read within is not what there was")
		}
		func() {
			defer func() {
				if recover() != "given up" {
					p.t.Fatal("a panic does not come through")
				}
			}()
			p.dev.AsOne(func(dev kernels.Device) {
				dev.Add(y.dev, x.dev)
				panic("given up")
			})
		}()
		p.dev.Copy(y.dev, x.dev)
		p.ref.Copy(y.ref, x.ref)
		p.same("after a panic", y)
	}
}

func adamW(p pair) {
	w, g, m, v := p.random(100), p.random(100), p.new(100), p.new(100)
	for step := 1; step <= 3; step++ {
		o := kernels.AdamW{LR: 0.01, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1, Step: step, Scale: 0.5}
		p.dev.AdamW(w.dev, g.dev, m.dev, v.dev, o)
		p.ref.AdamW(w.ref, g.ref, m.ref, v.ref, o)
	}
	p.same("AdamW", w)
	if got, want := p.dev.SumSquares(g.dev), p.ref.SumSquares(g.ref); math.Abs(got-want) > 1e-4*want {
		p.t.Fatalf("SumSquares is %g, want %g", got, want)
	}
}
