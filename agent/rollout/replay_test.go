package rollout

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/agent/prompt"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/record"
	"github.com/turngym/turngym/gym/world"
	"github.com/turngym/turngym/policy/token"
)

// search is a world whose query is composed, so that an action has pieces of
// every kind.
type search struct {
	name string
	done int
}

func (s *search) Goal() string { return "Find " + s.name + ", then open it." }
func (s *search) See() gym.Observation {
	o := gym.Observation{Text: fmt.Sprint("Page ", s.done), Verbs: []gym.Verb{
		{Name: "search", Params: []gym.Param{{Name: "query", Kind: gym.Str, Words: []string{"find", "all"}}}},
		{Name: "open", Params: []gym.Param{{Name: "element", Kind: gym.Ref}, {Name: "times", Kind: gym.Int, Min: 1, Max: 3}}}}}
	o.Elements = append(o.Elements, gym.Element{ID: "3", Role: "result", Name: "the " + s.name})
	return o
}
func (s *search) Do(context.Context, gym.Action) (bool, error) {
	s.done++
	return s.done == 3, nil
}
func (s *search) Outcome() float64  { return 1 }
func (s *search) Progress() float64 { return float64(s.done) / 3 }
func (s *search) Expert(context.Context) (gym.Action, error) {
	if s.done == 0 {
		return gym.Action{Verb: "search", Args: []gym.Value{{Kind: gym.Str, Text: "all " + s.name}}}, nil
	}
	return gym.Action{Verb: "open", Args: []gym.Value{{Kind: gym.Ref, Text: "3"}, {Kind: gym.Int, Num: 2}}}, nil
}

type searches struct{}

func (searches) list() []world.Scenario {
	return []world.Scenario{{Scenario: gym.Scenario{Name: "search", Doc: "d", Levels: 1, Turns: 5, Oracle: true},
		Start: func(_ context.Context, _ gym.Task, rng *rand.Rand) (world.World, error) {
			return &search{name: []string{"apples", "pears 12", "plums"}[rng.IntN(3)]}, nil
		}}}
}
func (s searches) Scenarios() []gym.Scenario { return world.Infos(s.list()) }
func (s searches) Open(context.Context) (gym.Env, error) {
	return world.New("toy", s.list()), nil
}
func (searches) Close() error { return nil }

// shown are demonstrations of the searches: as they are live, and as they come
// back from a disk.
func shown(t *testing.T, n int) (c *prompt.Codec, live, recorded []*gym.Episode) {
	t.Helper()
	e := &Engine{Family: searches{}, Name: "toy", Envs: 2}
	t.Cleanup(func() { e.Close() })
	list := tasks(n)
	for i := range list {
		list[i].Scenario = "search"
	}
	first, err := e.Play(t.Context(), func(int) agent.Agent { return agent.Oracle{} }, list)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	w, err := record.Create(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	var seen []*gym.Observation
	for i, ep := range first {
		ep.ID = fmt.Sprint("e", i)
		if err := w.Append(ep); err != nil {
			t.Fatal(err)
		}
		seen, texts = append(seen, &ep.Turns[0].Observation), append(texts, prompt.Texts(&ep.Turns[0].Observation)...)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := record.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for ep, err := range r.All() {
		if err != nil {
			t.Fatal(err)
		}
		recorded = append(recorded, ep)
	}
	c = prompt.New(token.Train(texts, prompt.Specials(seen), 800))
	live, err = e.Play(t.Context(), func(int) agent.Agent { return Demonstrator{Codec: c} }, list)
	if err != nil {
		t.Fatal(err)
	}
	return c, live, recorded
}

func TestARecordedDemonstrationHasTheTokensOfALiveOne(t *testing.T) {
	c, live, recorded := shown(t, 6)
	for i, ep := range recorded {
		ep.Turns[0].Move.Tokens = gym.Tokens{IDs: []int32{9}} // of another tokenizer
		got, err := Transcribe(c, ep)
		if err != nil {
			t.Fatal(err)
		}
		for j := range got.Turns {
			if !reflect.DeepEqual(got.Turns[j].Move.Tokens, live[i].Turns[j].Move.Tokens) {
				t.Errorf("episode %d turn %d has %v, live %v", i, j, got.Turns[j].Move.Tokens, live[i].Turns[j].Move.Tokens)
			}
		}
		if len(ep.Turns[0].Move.Tokens.IDs) != 1 {
			t.Error("the recorded episode was changed")
		}
	}
}

func TestWhatWasDoneBeforeTheStartIsOnlyRead(t *testing.T) {
	c, _, recorded := shown(t, 1)
	recorded[0].Task.Start = recorded[0].Turns[0].Move.Action.String()
	got, err := Transcribe(c, recorded[0])
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{false, true, true} {
		if s := got.Turns[i].Move.Tokens.Sampled; slices.Contains(s, true) != want || len(s) == 0 {
			t.Errorf("turn %d: %v", i+1, s)
		}
	}
}

func TestWhatCannotBeWrittenIsNamed(t *testing.T) {
	c, _, recorded := shown(t, 3)
	recorded[1].Turns[0].Move.Action.Args[0].Text = "cherries"
	r := &Replay{Codec: c, Episodes: recorded, Batch: 3}
	for what, err := range map[string]error{"Check": r.Check(), "Next": func() error { _, err := r.Next(t.Context()); return err }()} {
		if err == nil || !strings.HasPrefix(err.Error(), `episode e1 (search level 1 seed 1 (train)), turn 1: search("cherries") cannot be written here`) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestDemonstrationsComeInTheOrderOfTheSeed(t *testing.T) {
	c, _, recorded := shown(t, 5)
	play := func(seed uint64, from, to int) (ids []string) {
		r := &Replay{Codec: c, Episodes: recorded, Seed: seed, Batch: 3}
		r.Start(from)
		for range to - from {
			step, err := r.Next(t.Context())
			if err != nil || step.Played != 3 {
				t.Fatal(err)
			}
			for _, ep := range step.Episodes {
				ids = append(ids, ep.ID)
			}
		}
		return ids
	}
	all := play(1, 0, 10)
	if got := slices.Concat(play(1, 0, 4), play(1, 4, 10)); !slices.Equal(got, all) {
		t.Errorf("stopped and resumed it gives %v, else %v", got, all)
	}
	if slices.Equal(play(2, 0, 10), all) {
		t.Error("another seed gives the same order")
	}
	for i := 0; i < len(all); i += 5 {
		round := slices.Sorted(slices.Values(all[i : i+5]))
		if !slices.Equal(round, []string{"e0", "e1", "e2", "e3", "e4"}) {
			t.Errorf("round %d has %v", i/5, all[i:i+5])
		}
	}
	if slices.Equal(all[:5], all[5:10]) && slices.Equal(all[5:10], all[10:15]) {
		t.Error("every round is the same")
	}
}
