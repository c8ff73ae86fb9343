package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"syscall"

	"github.com/turngym/turngym/bench/beside"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/policy/model"
)

// models are those that are trained: the preset and two larger ones, on some
// 2,000 tokens a step.
var models = []struct {
	name string
	job
}{
	{"tiny, 0.6M", job{Kind: "train", M: 16, N: 128, Dim: 128, Layers: 3, Heads: 4, Hidden: 256, Vocab: 1024}},
	{"10M", job{Kind: "train", M: 8, N: 256, Dim: 384, Layers: 5, Heads: 6, Hidden: 1024, Vocab: 4096}},
	{"50M", job{Kind: "train", M: 4, N: 512, Dim: 640, Layers: 9, Heads: 10, Hidden: 1728, Vocab: 8192}},
}

// answerAll is the gym's side of a job: as peer.py does.
func answerAll() error {
	d, err := cpu.New(*path, *serve)
	if err != nil {
		return err
	}
	fmt.Println(`{"version": "gym"}`)
	begin := peak()
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var j job
		if err := json.Unmarshal(in.Bytes(), &j); err != nil {
			return err
		}
		debug.FreeOSMemory() // of the job before
		text, err := json.Marshal(answer{ours(d, j), peak(), begin})
		if err != nil {
			return err
		}
		fmt.Println(string(text))
	}
	return nil
}

// peak is the most memory that this process has had.
func peak() int64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return u.Maxrss * 1024
}

func newModel(d *cpu.Device, j job) *model.Model {
	m, err := model.New(d, model.Config{Vocab: j.Vocab, Dim: j.Dim, Layers: j.Layers, Heads: j.Heads, KVHeads: j.Heads, Hidden: j.Hidden,
		Context: 2048, Theta: 10000, Eps: 1e-5}, 1)
	if err != nil {
		panic(err)
	}
	return m
}

// trainStep is a step in which every token predicts the next.
func trainStep(d *cpu.Device, j job) func() {
	m := newModel(d, j)
	in := model.Input{Start: []int32{0}, Allow: kernels.Allow{Start: []int32{0}}}
	for s := range j.M {
		for i := range j.N {
			in.IDs = append(in.IDs, int32((s*977+i*i*31+i*7)%j.Vocab))
			if i > 0 {
				in.Rows, in.Target.IDs = append(in.Rows, int32(len(in.IDs)-2)), append(in.Target.IDs, in.IDs[len(in.IDs)-1])
				in.Allow.Start = append(in.Allow.Start, 0)
			}
		}
		in.Start = append(in.Start, int32(len(in.IDs)))
	}
	p, zero, g := m.NewPass(), make([]float32, len(in.Rows)), make([]float32, len(in.Rows))
	for i := range g {
		g[i] = -1 / float32(len(g))
	}
	return func() {
		if _, err := p.Forward(in); err != nil {
			panic(err)
		}
		p.Backward(g, zero, zero)
		m.Optimize(kernels.AdamW{LR: 1e-4, Beta1: 0.9, Beta2: 0.95, Eps: 1e-8, WeightDecay: 0.1}, 1)
	}
}

// sides are this program and torch, each in a process of its own.
func sides(threads int) (s [2]peer, err error) {
	for i, kind := range []string{"gym", "torch"} {
		if s[i], err = newPeer(kind, threads); err != nil {
			return s, err
		}
	}
	return s, nil
}

// trainAll prints tokens a second and the most memory of a process that does
// nothing else, ours beside torch's.
func trainAll() error {
	for _, threads := range []int{1, 2} {
		fmt.Printf("\ntraining step, tokens/s, %d threads; memory in MB, all and without what the program itself takes\n", threads)
		fmt.Printf("%-12s %9s %9s %7s   %6s %6s %7s %6s %6s %7s\n", "", "gym", "torch", "ratio", "gym", "torch", "ratio", "gym", "torch", "ratio")
		for _, m := range models {
			j := m.job
			j.Seconds = *seconds * 10
			var a, b []float64
			var last [2]answer
			sides, err := sides(threads)
			if err != nil {
				return err
			}
			tokens := float64(j.M * j.N)
			for range *rounds {
				last = [2]answer{sides[0].run(j), sides[1].run(j)}
				a, b = append(a, tokens/last[0].Seconds), append(b, tokens/last[1].Seconds)
			}
			mb := func(x int64) float64 { return float64(x) / 1e6 }
			x, y := last[0], last[1]
			fmt.Printf("%-12s %9.0f %9.0f %7.2f   %6.0f %6.0f %7.2f %6.0f %6.0f %7.2f\n", m.name, beside.Median(a), beside.Median(b), beside.Median(a)/beside.Median(b),
				mb(x.Peak), mb(y.Peak), mb(x.Peak)/mb(y.Peak), mb(x.Peak-x.Start), mb(y.Peak-y.Start), mb(x.Peak-x.Start)/mb(y.Peak-y.Start))
			sides[0].Close()
			sides[1].Close()
		}
	}
	return nil
}
