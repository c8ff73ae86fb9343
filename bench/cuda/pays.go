package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"github.com/turngym/turngym/bench/beside"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy"
	"github.com/turngym/turngym/policy/model"
)

// menu lets so many tokens more be sampled, each among a few, as a grammar does.
type menu struct{ vocab, left int }

func (m *menu) Allowed(dst []int32) []int32 {
	for i := 0; i < 64 && m.left > 0; i++ {
		dst = append(dst, int32(i*m.vocab/64))
	}
	return dst
}

func (m *menu) Take(int32) { m.left-- }

// playing is episodes of a turn each, as rollouts play them: each on a goroutine.
func playing(d kernels.Device, j job) (*built, error) {
	m, err := model.New(d, j.config(j.Len+j.More), 1)
	if err != nil {
		return nil, err
	}
	dec, ids, types := m.Snapshot(), text(j.Seqs, j.Len, j.Vocab).IDs, make([]uint8, j.Len)
	return &built{parts: map[string]func(){"": func() {
		p := policy.New(dec, 0)
		var wg sync.WaitGroup
		errs := make([]error, j.Seqs)
		for e := range j.Seqs {
			wg.Go(func() {
				s, err := p.Begin(uint64(e))
				if errs[e] = err; err != nil {
					return
				}
				defer s.Close()
				s.Append(ids[e*j.Len:(e+1)*j.Len], types)
				_, errs[e] = s.Sample(context.Background(), policy.Sampling{Temperature: 1}, &menu{j.Vocab, j.More})
			})
		}
		wg.Wait()
		for _, err := range errs {
			if err != nil {
				panic(err)
			}
		}
	}}}, nil
}

// pays is small models on the CPU and on the GPU, in float32.
func (b *bench) pays() error {
	s := &b.sizes
	t := b.report.table("pays", fmt.Sprintf("tokens/s of ours on %d cores and on the GPU; steps of %d tokens; %d episodes that read %d and sample %d",
		runtime.NumCPU(), s.budget, s.players, s.read, s.sampled), column{name: "cpu train"}, column{name: "gpu train"}, column{"ratio", "%.2f"},
		column{name: "cpu play"}, column{name: "gpu play"}, column{"ratio play", "%.2f"})
	for _, m := range s.small {
		list := []*side{b.side("cpu", func() (*beside.Program, error) { return b.startGym("cpu") }),
			b.side("gpu", func() (*beside.Program, error) { return b.startGym("cuda") })}
		for _, x := range list {
			x.hear()
		}
		seqs := max(1, s.budget/256)
		b.measure(list, job{Kind: "train", shape: m, Seqs: seqs, Micro: seqs, Len: s.budget / seqs})
		rate := func(i, tokens int) float64 {
			return figure(list, i, func(x *side) float64 { return float64(tokens) / x.seconds() })
		}
		cpu, gpu, note := rate(0, s.budget), rate(1, s.budget), notes(list)
		b.measure(list, job{Kind: "play", shape: m, Seqs: s.players, Len: s.read, More: s.sampled})
		n := s.players * s.sampled
		if more := notes(list); more != note {
			note = strings.Trim(note+"; "+more, "; ")
		}
		err := t.row(m.name, note, cpu, gpu, gpu/cpu, rate(0, n), rate(1, n), rate(1, n)/rate(0, n))
		closeAll(list)
		if err != nil {
			return err
		}
	}
	return nil
}
