package kerneltest

import (
	"math"
	"slices"

	"github.com/turngym/turngym/kernels"
)

func logProb(p pair) {
	openRows(p)
	dims := []int{8, 16, 40, 128}
	if p.few {
		dims = dims[2:3]
	}
	for _, dim := range dims {
		allow := kernels.Allow{Start: []int32{0, 3, 3, 4, 9}, IDs: []int32{1, 7, 30, 44, 0, 2, 4, 6, 49}}
		for _, half := range []bool{false, true} {
			h, table := outputLayer(p, 50, dim, kernels.Targets{IDs: []int32{7, 11, 44, 0}}, allow, half)
			p.sampling(h, table, allow, dim)
			several := kernels.Targets{Start: []int32{0, 2, 6, 6, 7}, IDs: []int32{30, 1, 49, 0, 12, 49, 6}}
			outputLayer(p, 50, dim, several, allow, half)
		}
	}
}

// sampling draws what the reference draws, but for a few rows of a rough device, with
// the log-probs that scoring gives.
func (p pair) sampling(h, table both, allow kernels.Allow, dim int) {
	n := len(allow.Start) - 1
	temperature, u := make([]float64, n), make([]float64, n)
	id, logp, want, discard := make([]int32, n), make([]float32, n), make([]int32, n), make([]float32, n)
	scored, ent := p.dev.New(n), p.dev.New(n)
	for round := range 8 {
		for i := range n {
			temperature[i], u[i] = []float64{0, 1, 0.5, 2}[(i+round)%4], p.rng.Float64()
		}
		p.dev.Sample(id, logp, h.dev, table.dev, allow, dim, temperature, u)
		p.ref.Sample(want, discard, h.ref, table.ref, allow, dim, temperature, u)
		others := 0
		for i := range id {
			if id[i] != want[i] {
				others++
			}
		}
		if others > 0 && (p.tolerance == fine || others > n/20) {
			p.t.Fatalf("drew %v, want %v", id, want)
		}
		p.dev.LogProb(scored, ent, h.dev, table.dev, kernels.Targets{IDs: id}, allow, dim)
		if got := read(p.dev, scored); !slices.Equal(got, logp) {
			p.t.Fatalf("log-probs of what was drawn are %v, scored %v", logp, got)
		}
	}
}

// openRows has many rows that may be any id, among few that may not.
func openRows(p pair) {
	vocabs := []int{1, 33, 300}
	if p.few {
		vocabs = vocabs[1:2]
	}
	for _, vocab := range vocabs {
		allow, target := kernels.Allow{Start: []int32{0}}, make([]int32, 150)
		for i := range target {
			target[i] = int32(i * 7 % vocab)
			if i%40 == 5 {
				allow.IDs = append(allow.IDs, target[i])
			}
			allow.Start = append(allow.Start, int32(len(allow.IDs)))
		}
		h, table := outputLayer(p, vocab, 24, kernels.Targets{IDs: target}, allow, vocab == 33)
		p.sampling(h, table, allow, 24)
	}
}

// outputLayer compares LogProb and its gradient on random rows.
func outputLayer(p pair, vocab, dim int, target kernels.Targets, allow kernels.Allow, half bool) (h, table both) {
	n, m := len(allow.Start)-1, len(target.IDs)
	if h, table = p.random(n*dim), p.random(vocab*dim); half {
		table = p.halved(table)
	}
	dl, de := p.random(m), p.random(n)
	for i := range n { // entropies that count as much as the log-probs, hardly, and not at all
		x := read(p.dev, de.dev.Slice(i, i+1))
		x[0] *= []float32{1, 1e-6, 0}[i%3]
		p.dev.Write(de.dev.Slice(i, i+1), x)
		p.ref.Write(de.ref.Slice(i, i+1), x)
	}
	lp, ent, dh, dt := p.new(m), p.new(n), p.random(n*dim), p.random(vocab*dim)
	p.unchanged("LogProb", func() { p.dev.LogProb(lp.dev, ent.dev, h.dev, table.dev, target, allow, dim) }, []both{h, table})
	p.ref.LogProb(lp.ref, ent.ref, h.ref, table.ref, target, allow, dim)
	p.same("LogProb", lp)
	p.same("LogProb entropy", ent)
	p.unchanged("LogProbGrad", func() {
		p.dev.LogProbGrad(dh.dev, dt.dev, dl.dev, de.dev, h.dev, table.dev, target, allow, dim)
	}, []both{h, table, dl, de})
	p.ref.LogProbGrad(dh.ref, dt.ref, dl.ref, de.ref, h.ref, table.ref, target, allow, dim)
	p.same("LogProbGrad dh", dh)
	p.same("LogProbGrad dtable", dt)
	p.dev.LogProbGrad(dh.dev, nil, dl.dev, de.dev, h.dev, table.dev, target, allow, dim)
	p.ref.LogProbGrad(dh.ref, nil, dl.ref, de.ref, h.ref, table.ref, target, allow, dim)
	p.same("LogProbGrad without dtable", dh)
	return h, table
}

// top compares the best ids of rows that may be any and of rows that may not.
func top(p pair) {
	const dim, k = 24, 5
	allow := kernels.Allow{Start: []int32{0, 3, 3, 4, 12, 12}, IDs: []int32{1, 7, 30, 44, 0, 2, 4, 6, 31, 32, 40, 49}}
	n := len(allow.Start) - 1
	for _, vocab := range []int{50, 300} {
		h, table := p.random(n*dim), p.random(vocab*dim)
		x := read(p.dev, table.dev)
		for _, twin := range []int{6, 40, vocab - 1} { // as probable as id 4
			copy(x[twin*dim:(twin+1)*dim], x[4*dim:])
		}
		p.dev.Write(table.dev, x)
		p.ref.Write(table.ref, x)
		if vocab == 300 {
			table = p.halved(table)
		}
		id, logp, want, lp := make([]int32, n*k), make([]float32, n*k), make([]int32, n*k), make([]float32, n*k)
		p.dev.Top(id, logp, h.dev, table.dev, allow, dim, k)
		p.ref.Top(want, lp, h.ref, table.ref, allow, dim, k)
		if !slices.Equal(id, want) {
			p.t.Fatalf("the best ids are %v, want %v", id, want)
		}
		target := kernels.Targets{Start: []int32{0}}
		var got []float32
		for i := range n {
			for j, v := range id[i*k : (i+1)*k] {
				if v >= 0 {
					target.IDs, got = append(target.IDs, v), append(got, logp[i*k+j])
				} else if !math.IsInf(float64(logp[i*k+j]), -1) {
					p.t.Fatalf("an id that there is not has the log-prob %g", logp[i*k+j])
				}
			}
			target.Start = append(target.Start, int32(len(target.IDs)))
		}
		scored, ent := p.dev.New(len(got)), p.dev.New(n)
		p.dev.LogProb(scored, ent, h.dev, table.dev, target, allow, dim)
		if s := read(p.dev, scored); !slices.Equal(got, s) {
			p.t.Fatalf("log-probs of the best ids are %v, scored %v", got, s)
		}
	}
}

func logSoftmax(p pair) {
	x := kernels.LogSoftmax([]float32{1000, 1000, -1000})
	if math.Abs(float64(x[0])+math.Ln2) > 1e-6 || x[2] > -1000 {
		p.t.Fatalf("LogSoftmax is %v", x)
	}
}
