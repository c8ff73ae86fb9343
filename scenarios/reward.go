package scenarios

import (
	"context"
	"fmt"
	"io/fs"
	"math"

	lua "github.com/yuin/gopher-lua"

	"github.com/turngym/turngym/gym"
)

// Reward is a reward function in Lua: a file that returns a function. It is
// given the episode's turns, each { text, note, action, verb, signals = { progress
// = 0.5 } }, and the task { scenario, level, seed }; it returns a number for
// each turn, or one for the last. It runs in the same sandbox as a scenario, a
// new state for each episode's worth of globals.
type Reward struct{ script *Script }

// LoadReward compiles a reward function.
func LoadReward(fsys fs.FS, file string) (*Reward, error) {
	proto, err := compile(fsys, file)
	if err != nil {
		return nil, err
	}
	r := &Reward{&Script{file: file, fsys: fsys, proto: proto, limit: DefaultLimits, modules: map[string]*lua.FunctionProto{}}}
	r.script.info.Name = file
	p, _, err := r.open()
	if err != nil {
		return nil, err
	}
	p.Close()
	return r, nil
}

// open runs the file, which returns the function.
func (r *Reward) open() (*Play, *lua.LFunction, error) {
	p := r.script.play()
	p.l.Push(p.l.NewFunctionFromProto(r.script.proto))
	err := p.run(context.Background(), "the file", 0)
	if err == nil {
		f, ok := p.l.Get(1).(*lua.LFunction)
		if p.l.SetTop(0); ok {
			return p, f, nil
		}
		err = fmt.Errorf("%s: it must return a function of the episode's turns", r.script.file)
	}
	p.Close()
	return nil, nil, err
}

// Add adds what the function returns.
func (r *Reward) Add(ep *gym.Episode, perTurn []float32) error {
	paid, err := r.pay(ep)
	for i, v := range paid {
		perTurn[i] += v
	}
	return err
}

func (r *Reward) pay(ep *gym.Episode) ([]float32, error) {
	p, f, err := r.open()
	if err != nil {
		return nil, err
	}
	defer p.Close()
	turns := make([]any, len(ep.Turns))
	for i := range ep.Turns {
		t := &ep.Turns[i]
		signals := map[string]any{}
		for _, s := range t.Signals {
			signals[s.Name] = s.Value
		}
		turns[i] = map[string]any{"text": t.Observation.Text, "note": t.Observation.Note, "action": t.Move.Action.String(),
			"verb": t.Move.Action.Verb, "signals": signals}
	}
	p.l.Push(f)
	p.l.Push(toLua(p.l, turns))
	p.l.Push(toLua(p.l, map[string]any{"scenario": ep.Task.Scenario, "level": ep.Task.Level, "seed": float64(ep.Task.Seed)}))
	if err := p.run(context.Background(), "the reward", 2); err != nil {
		return nil, err
	}
	v := p.l.Get(1)
	p.l.SetTop(0)
	out := make([]float32, len(ep.Turns))
	put := func(i int, v lua.LValue) error {
		n, ok := v.(lua.LNumber)
		if !ok || math.IsNaN(float64(n)) || math.IsInf(float64(n), 0) {
			return fmt.Errorf("%s: the reward of turn %d is %s, want a finite number", r.script.file, i+1, v)
		}
		out[i] = float32(n)
		return nil
	}
	if list, ok := v.(*lua.LTable); ok {
		if list.Len() != len(out) {
			return nil, fmt.Errorf("%s: it gave %d numbers for %d turns", r.script.file, list.Len(), len(out))
		}
		for i := range out {
			if err := put(i, list.RawGetInt(i+1)); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return out, put(len(out)-1, v)
}
