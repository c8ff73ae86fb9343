// Package bench measures environments against peers on the same machine.
//
// What it does not have: the peers themselves, which make peers installs, and
// which are left out of a report where they are not there.
package bench

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/turngym/turngym/gym"
)

// Rate is what was measured: medians over the rounds.
type Rate struct {
	Name           string  `json:"name"`
	Version        string  `json:"version,omitempty"`
	StepsPerSecond float64 `json:"steps_per_second"`
	AllocsPerStep  float64 `json:"allocs_per_step,omitempty"`
	BytesPerStep   float64 `json:"bytes_per_step,omitempty"`
}

// Random plays tasks of one scenario and level with random actions, in so many
// environments at once, for so many rounds of a given time: every step is a
// whole one, with observation and signals, and every episode is another task.
func Random(ctx context.Context, f gym.Family, sc gym.Scenario, level, workers, rounds int, each time.Duration) (Rate, error) {
	return measure(ctx, f, workers, rounds, each, func(env gym.Env, seed uint64, end time.Time) (int, error) {
		return play(ctx, env, gym.Task{Scenario: sc.Name, Level: level, Seed: seed}, end)
	})
}

// oracleTasks is how many tasks Oracle goes through, again and again.
const oracleTasks = 64

// Oracle is Random with the actions that solve the tasks, which are asked for
// beforehand: what a good agent's steps cost.
func Oracle(ctx context.Context, f gym.Family, sc gym.Scenario, level, workers, rounds int, each time.Duration) (Rate, error) {
	solved, err := solve(ctx, f, sc, level)
	if err != nil {
		return Rate{}, err
	}
	return measure(ctx, f, workers, rounds, each, func(env gym.Env, _ uint64, end time.Time) (steps int, err error) {
		for i := 0; time.Now().Before(end); i = (i + 1) % len(solved) {
			if _, err := env.Reset(ctx, gym.Task{Scenario: sc.Name, Level: level, Seed: uint64(i)}); err != nil {
				return steps, err
			}
			for _, a := range solved[i] {
				if _, err := env.Step(ctx, a); err != nil {
					return steps, err
				}
				steps++
			}
		}
		return steps, nil
	})
}

// solve is the oracle's actions in the tasks whose seeds are their places.
func solve(ctx context.Context, f gym.Family, sc gym.Scenario, level int) ([][]gym.Action, error) {
	env, err := f.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer env.Close()
	expert, ok := gym.As[gym.Oracle](env)
	if !ok || !sc.Oracle {
		return nil, fmt.Errorf("%s has no oracle whose actions could be measured", sc.Name)
	}
	solved := make([][]gym.Action, oracleTasks)
	for i := range solved {
		if _, err := env.Reset(ctx, gym.Task{Scenario: sc.Name, Level: level, Seed: uint64(i)}); err != nil {
			return nil, err
		}
		for over := false; !over; {
			a, err := expert.Demonstrate(ctx)
			if err != nil {
				return nil, err
			}
			out, err := env.Step(ctx, a)
			if err != nil {
				return nil, err
			}
			solved[i] = append(solved[i], a)
			over = out.Terminated || out.Truncated
		}
	}
	return solved, nil
}

// measure runs work in an environment for each worker, until the end it is
// given, and counts the steps; the seeds it is given are far apart.
func measure(ctx context.Context, f gym.Family, workers, rounds int, each time.Duration, work func(env gym.Env, seed uint64, end time.Time) (steps int, err error)) (Rate, error) {
	envs := make([]gym.Env, workers)
	for i := range envs {
		env, err := f.Open(ctx)
		if err != nil {
			return Rate{}, err
		}
		defer env.Close()
		envs[i] = env
	}
	var rates, allocs, bytes []float64
	for round := range rounds + 1 { // the first warms up
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begun := time.Now()
		counts, errs := make([]int, workers), make([]error, workers)
		var wg sync.WaitGroup
		for w, env := range envs {
			wg.Go(func() {
				counts[w], errs[w] = work(env, uint64(round*workers+w)<<32, begun.Add(each))
			})
		}
		wg.Wait()
		took := time.Since(begun).Seconds()
		runtime.ReadMemStats(&after)
		steps := 0.0
		for w := range envs {
			if errs[w] != nil {
				return Rate{}, errs[w]
			}
			steps += float64(counts[w])
		}
		if round > 0 {
			rates = append(rates, steps/took)
			allocs = append(allocs, float64(after.Mallocs-before.Mallocs)/steps)
			bytes = append(bytes, float64(after.TotalAlloc-before.TotalAlloc)/steps)
		}
	}
	return Rate{StepsPerSecond: median(rates), AllocsPerStep: median(allocs), BytesPerStep: median(bytes)}, nil
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// play plays episodes until end; t's seed is the first one's.
func play(ctx context.Context, env gym.Env, t gym.Task, end time.Time) (steps int, err error) {
	rng := rand.New(rand.NewPCG(t.Seed, 1))
	for time.Now().Before(end) {
		o, err := env.Reset(ctx, t)
		if err != nil {
			return steps, err
		}
		t.Seed++
		for {
			out, err := env.Step(ctx, choose(rng, &o))
			if err != nil {
				return steps, err
			}
			steps++
			if out.Terminated || out.Truncated {
				break
			}
			o = out.Observation
		}
	}
	return steps, nil
}

// choose is a random action: quickly where the verb's arguments are choices or
// small ranges, else by the grammar.
func choose(rng *rand.Rand, o *gym.Observation) gym.Action {
	v := &o.Verbs[rng.IntN(len(o.Verbs))]
	a := gym.Action{Verb: v.Name}
	for _, p := range v.Params {
		switch {
		case p.Kind == gym.Enum:
			a.Args = append(a.Args, gym.Value{Kind: gym.Enum, Text: p.Enum[rng.IntN(len(p.Enum))]})
		case p.Kind == gym.Int && p.Max > p.Min:
			a.Args = append(a.Args, gym.Value{Kind: gym.Int, Num: p.Min + float64(rng.IntN(int(p.Max-p.Min)+1))})
		default:
			return gym.RandomAction(rng, o)
		}
	}
	return a
}

//go:embed peers.py
var peers string

// Peers measures what others use for an environment and is installed for the
// interpreter python, in so many processes at once.
func Peers(ctx context.Context, python, env string, processes, rounds int, each time.Duration) ([]Rate, error) {
	return peersOf[Rate](ctx, python, peers, fmt.Sprint(each.Seconds()), strconv.Itoa(processes), strconv.Itoa(rounds), env)
}

// peersOf runs a script that measures peers, and reads its lines of JSON.
func peersOf[T any](ctx context.Context, python, script string, args ...string) ([]T, error) {
	cmd := exec.CommandContext(ctx, python, append([]string{"-"}, args...)...)
	cmd.Stdin = strings.NewReader(script)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return nil, fmt.Errorf("measure the peers with %s: %w: %s", python, err, lines[len(lines)-1])
	}
	var list []T
	for line := range strings.Lines(string(out)) {
		var r T
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			continue // what a peer says when it is imported
		}
		list = append(list, r)
	}
	return list, nil
}
