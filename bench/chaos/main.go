// Command chaos plays episodes in a real Chrome that is killed again and again,
// records them, and says whether any is lost or there twice, what memory was
// used on the way, and whether a process is left. make chaos calls it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/agent/rollout"
	"github.com/turngym/turngym/bench"
	"github.com/turngym/turngym/envs/web"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/record"
)

func main() {
	episodes := flag.Int("episodes", 10_000, "how many are played")
	every := flag.Int64("every", 200, "episodes between two kills")
	pages := flag.Int("pages", 8, "pages side by side")
	flag.Parse()
	if err := run(context.Background(), *episodes, *every, *pages); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, episodes int, every int64, pages int) error {
	dir, err := os.MkdirTemp("", "chaos-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	f := &mortal{Family: &web.Family{Driver: "chrome"}, every: every}
	engine := &rollout.Engine{Family: f, Name: "web", Envs: pages}
	out, err := record.Create(dir, false)
	if err != nil {
		return err
	}
	list := f.Scenarios()[:0:0]
	for _, s := range f.Scenarios() {
		if s.Set == "" {
			list = append(list, s)
		}
	}
	begun := time.Now()
	fmt.Println("| episodes | kills | thrown away and played again | gym, MiB | Chrome, MiB | processes | minutes |")
	fmt.Println("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
	const batch = 500
	for n := 0; n < episodes; n += batch {
		tasks := make([]gym.Task, 0, batch)
		for i := n; i < min(n+batch, episodes); i++ {
			s := list[i%len(list)]
			tasks = append(tasks, gym.Task{Scenario: s.Name, Level: 1 + i/len(list)%s.Levels, Seed: uint64(i)})
		}
		done, err := engine.Play(ctx, func(i int) agent.Agent {
			if i%2 == 0 {
				return agent.Oracle{}
			}
			return agent.Random{Seed: 1}
		}, tasks)
		if err != nil {
			return err
		}
		for _, ep := range done {
			if err := out.Append(ep); err != nil {
				return err
			}
		}
		if (n/batch)%4 == 3 || n+batch >= episodes {
			chrome, processes := bench.Below(os.Getpid())
			fmt.Printf("| %d | %d | %d | %.0f | %.0f | %d | %.1f |\n", n+len(tasks), f.kills.Load(), engine.Faults(), bench.Memory(os.Getpid()), chrome, processes, time.Since(begun).Minutes())
		}
	}
	if err := engine.Close(); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	f.Close()
	time.Sleep(time.Second)
	_, left := bench.Below(os.Getpid())
	seen, twice := map[uint64]int{}, 0
	r, err := record.Open(dir)
	if err != nil {
		return err
	}
	for ep, err := range r.All() {
		if err != nil {
			return err
		}
		if seen[ep.Task.Seed]++; seen[ep.Task.Seed] > 1 {
			twice++
		}
	}
	fmt.Printf("\n%d episodes are recorded, %d are missing, %d are there twice, %d processes are left\n", len(seen), episodes-len(seen), twice, left)
	if len(seen) != episodes || twice > 0 || left > 0 {
		return fmt.Errorf("that is not as it should be")
	}
	return nil
}

// mortal is a family whose browser is killed as episodes begin.
type mortal struct {
	gym.Family
	every        int64
	begun, kills atomic.Int64
}

type mortalEnv struct {
	gym.Env
	gym.Oracle
	family *mortal
}

func (f *mortal) Open(ctx context.Context) (gym.Env, error) {
	e, err := f.Family.Open(ctx)
	if err != nil {
		return nil, err
	}
	return &mortalEnv{e, e.(gym.Oracle), f}, nil
}

func (e *mortalEnv) Reset(ctx context.Context, t gym.Task) (gym.Observation, error) {
	if e.family.begun.Add(1)%e.family.every == 0 {
		for _, p := range bench.Processes() {
			if p.Parent == os.Getpid() && strings.Contains(p.Name, "chrom") {
				syscall.Kill(p.PID, syscall.SIGKILL)
				e.family.kills.Add(1)
			}
		}
	}
	return e.Env.Reset(ctx, t)
}
