package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"

	"github.com/turngym/turngym/bench/beside"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/policy"
	"github.com/turngym/turngym/policy/model"
)

// anything lets so many tokens more be sampled from the whole vocabulary.
type anything struct {
	ids  []int32
	left int
}

func (a *anything) Allowed(dst []int32) []int32 {
	if a.left == 0 {
		return dst
	}
	return append(dst, a.ids...)
}

func (a *anything) Take(int32) { a.left-- }

// turn is how many tokens an episode's turn reads and samples, as peer.py has it.
func (j job) turn(episode, turn int) (read, sampled int) {
	if !j.Ragged {
		return j.N, j.K
	}
	return j.N/2 + (7*episode+3*turn)%(j.N+1), 1 + (5*episode+11*turn)%(2*j.K-1)
}

// sampled is how many tokens a job samples.
func (j job) sampled() (n int) {
	for e := range j.M {
		for t := range j.Turns {
			_, k := j.turn(e, t)
			n += k
		}
	}
	return n
}

// generate plays episodes side by side, each on a goroutine of its own.
func generate(d *cpu.Device, j job) func() {
	m, err := model.Load(d, j.Dir, model.Use{Frozen: true})
	if err != nil {
		panic(err)
	}
	dec, ids := m.Snapshot(), make([]int32, j.Vocab)
	for i := range ids {
		ids[i] = int32(i)
	}
	return func() {
		p := policy.New(dec, 0)
		var wg sync.WaitGroup
		for e := range j.M {
			wg.Go(func() {
				rng := rand.New(rand.NewPCG(uint64(e), 1))
				s, err := p.Begin(uint64(e))
				if err != nil {
					panic(err)
				}
				defer s.Close()
				for t := range j.Turns {
					n, k := j.turn(e, t)
					text := make([]int32, n)
					for i := range text {
						text[i] = int32(rng.IntN(j.Vocab))
					}
					s.Append(text, make([]uint8, len(text)))
					if _, err := s.Sample(context.Background(), policy.Sampling{Temperature: 1}, &anything{ids, k}); err != nil {
						panic(err)
					}
				}
			})
		}
		wg.Wait()
	}
}

// generateAll prints sampled tokens a second beside transformers' generate with
// the same weights.
func generateAll() error {
	const threads = 2
	fmt.Printf("\n64 episodes of 4 turns, 48 tokens read and 16 sampled in each, or in the mean; sampled tokens/s, %d threads\n", threads)
	fmt.Printf("%-12s %-14s %9s %13s %7s\n", "", "turns", "gym", "transformers", "ratio")
	for _, m := range []int{0, 2} {
		dir, err := os.MkdirTemp("", "gym-bench-*")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		d, err := cpu.New(*path, threads)
		if err != nil {
			return err
		}
		if err := newModel(d, models[m].job).Save(dir); err != nil {
			return err
		}
		d.Close()
		j := models[m].job
		j.Kind, j.Dir, j.M, j.N, j.K, j.Turns, j.Seconds = "generate", dir, 64, 48, 16, 4, *seconds*10
		sides, err := sides(threads)
		if err != nil {
			return err
		}
		for i, turns := range []string{"equally long", "of any length"} {
			j.Ragged = i > 0
			var a, b []float64
			for range *rounds {
				a = append(a, float64(j.sampled())/sides[0].run(j).Seconds)
				b = append(b, float64(j.sampled())/sides[1].run(j).Seconds)
			}
			fmt.Printf("%-12s %-14s %9.0f %13.0f %7.2f\n", models[m].name, turns, beside.Median(a), beside.Median(b), beside.Median(a)/beside.Median(b))
		}
		sides[0].Close()
		sides[1].Close()
	}
	return nil
}
