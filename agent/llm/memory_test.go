package llm_test

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/agent/llm"
	"github.com/turngym/turngym/agent/llm/llmtest"
	"github.com/turngym/turngym/envs/probe"
	"github.com/turngym/turngym/gym"
)

func TestTheModelIsShownAsMuchAsIsAsked(t *testing.T) {
	for _, c := range []struct {
		memory llm.Memory
		text   bool
		want   string // the last conversation of six turns
	}{
		{llm.Memory{}, false, "suA1TA1TA1TA1TA1T"},
		{llm.Memory{}, true, "suauauauauau"},
		{llm.Memory{Turns: 2}, false, "suA1TA1T"},
		{llm.Memory{Turns: 1}, true, "suau"},
	} {
		var all []llmtest.Request
		script := llmtest.Calls(llmtest.Call{Name: "click", Arguments: `{"element":"77"}`})
		if c.text {
			script = llmtest.Script("click(77)")
		}
		a := connect(t, &llmtest.Endpoint{Model: heard(script, &all)})
		a.Memory, a.Text = c.memory, c.text
		env, _ := probe.Family{}.Open(t.Context())
		p, _ := a.Join(t.Context(), gym.Task{Scenario: "corridor", Level: 3}, env)
		o, err := env.Reset(t.Context(), gym.Task{Scenario: "corridor", Level: 3})
		for range 6 {
			if err == nil {
				_, err = p.Act(t.Context(), o)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		last := &all[len(all)-1]
		if got := roles(last); got != c.want {
			t.Errorf("%+v, text %v: %s, not %s", c.memory, c.text, got, c.want)
		}
		if told := strings.Contains(last.Messages[1].Text(), "turns before are not shown"); told != (c.memory.Turns > 0) {
			t.Errorf("%+v: told of turns that are missing: %v", c.memory, told)
		}
	}
}

func TestALongHistoryIsSummedUp(t *testing.T) {
	for _, useful := range []bool{true, false} {
		var all []llmtest.Request
		sums := 0
		a := connect(t, &llmtest.Endpoint{Model: heard(func(r *llmtest.Request, rng *rand.Rand) llmtest.Answer {
			if r.ToolChoice != "none" {
				return llmtest.Answer{Text: strings.Repeat("thoughts ", 60), Calls: []llmtest.Call{{Name: "click", Arguments: `{"element":"77"}`}}}
			}
			sums++
			if !useful {
				return llmtest.Answer{}
			}
			return llmtest.Answer{Text: "SUMMARY"}
		}, &all)})
		a.Memory.Tokens = 700
		ep := play(t, a, "corridor", 3)
		last := &all[len(all)-1]
		if sums == 0 || len(all) != len(ep.Turns)+sums || a.Spent().Calls != len(all) {
			t.Fatalf("%d calls for %d turns, %d summaries", len(all), len(ep.Turns), sums)
		}
		if got := strings.Contains(last.Messages[1].Text(), "SUMMARY"); got != useful {
			t.Errorf("useful %v: the last question begins with %q", useful, last.Messages[1].Text())
		}
		for i := range all {
			n := 0
			for _, m := range all[i].Messages {
				n += len(m.Content)
			}
			if n > 4*1200 {
				t.Errorf("question %d has %d letters", i, n)
			}
		}
	}
}

func TestPicturesAreShownToAModelThatSees(t *testing.T) {
	png := []byte{0x89, 'P', 'N', 'G', 0, 255}
	for _, sees := range []bool{true, false} {
		var all []llmtest.Request
		a := connect(t, &llmtest.Endpoint{Model: heard(llmtest.Calls(llmtest.Call{Name: "click", Arguments: `{"element":"1"}`}), &all)})
		a.See = sees
		p, err := a.Join(t.Context(), gym.Task{}, nil)
		o := gym.Observation{Images: []gym.Image{{Name: "screenshot", Data: png}}, Elements: []gym.Element{{ID: "1", Role: "button"}}, Verbs: []gym.Verb{{Name: "click", Params: []gym.Param{{Name: "element", Kind: gym.Ref}}}}}
		for range 2 {
			if err == nil {
				_, err = p.Act(t.Context(), o)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		var urls []string
		for _, m := range all[1].Messages {
			urls = append(urls, m.Images()...)
		}
		if sees && (len(urls) != 1 || urls[0] != "data:image/png;base64,"+base64.StdEncoding.EncodeToString(png)) || !sees && urls != nil {
			t.Errorf("sees %v: %q", sees, urls)
		}
	}
}

// Examples and skills are fewer from step to step and gone in the end.
func TestLessonsAreWithdrawn(t *testing.T) {
	env, _ := probe.Family{}.Open(t.Context())
	var pool []*gym.Episode
	for seed := range 5 {
		for _, scenario := range []string{"corridor", "bandit"} {
			ep, err := agent.Play(t.Context(), env, agent.Oracle{}, gym.Task{Scenario: scenario, Level: 1, Seed: uint64(seed)})
			if err != nil {
				t.Fatal(err)
			}
			pool = append(pool, ep)
		}
	}
	skills, err := llm.ReadSkills(fstest.MapFS{"b.md": {Data: []byte("Look at the lamp.")}, "a.txt": {Data: []byte("Read the goal.")},
		"corridor/walk.md": {Data: []byte("Walk on.")}, "bandit/press.md": {Data: []byte("Press.")}, "picture.png": {}})
	if err != nil || len(skills) != 4 {
		t.Fatal(skills, err)
	}
	var all []llmtest.Request
	a := connect(t, &llmtest.Endpoint{Model: heard(llmtest.Random, &all)})
	a.Lessons = llm.Lessons{Pool: pool, Examples: 4, Skills: skills, Steps: 8}
	for step, want := range map[int][2]int{0: {4, 3}, 1: {4, 3}, 2: {3, 3}, 5: {2, 2}, 7: {1, 1}, 8: {0, 0}, 99: {0, 0}} {
		all = nil
		ep, err := agent.Play(t.Context(), env, a.At(step), gym.Task{Scenario: "corridor", Level: 1, Seed: 2})
		if err != nil {
			t.Fatal(err)
		}
		system := all[0].Messages[0].Text()
		if got := [2]int{strings.Count(system, "\nExample "), strings.Count(system, "\n# ")}; got != want {
			t.Errorf("step %d: %v examples and skills, not %v", step, got, want)
		}
		if strings.Contains(system, "Press.") || len(ep.Turns) == 0 {
			t.Errorf("step %d: it is told how another scenario is done", step)
		}
	}
	if _, err := llm.ReadSkills(fstest.MapFS{}); err == nil {
		t.Error("an empty folder has skills")
	}
}

// Actions that a task begins with are shown as if the model had done them.
func TestAModelIsShownWhatATaskBeginsWith(t *testing.T) {
	for _, text := range []bool{false, true} {
		var all []llmtest.Request
		a := connect(t, &llmtest.Endpoint{Model: heard(llmtest.Script("click(1)"), &all)})
		a.Text = text
		env, _ := probe.Family{}.Open(t.Context())
		ep, err := agent.Play(t.Context(), env, a, gym.Task{Scenario: "corridor", Level: 3, Start: "click(2)\nclick(2)"})
		if err != nil {
			t.Fatal(err)
		}
		want := "suA1TA1T"
		if text {
			want = "suauau"
		}
		if got := roles(&all[0]); got != want || len(ep.Turns) < 3 {
			t.Errorf("text %v: the first question is %s, not %s", text, got, want)
		}
	}
}

func TestAPromptOfOnesOwn(t *testing.T) {
	var all []llmtest.Request
	a := connect(t, &llmtest.Endpoint{Model: heard(llmtest.Script("click(1)"), &all)})
	a.Text, a.System = true, "Do: {{.Goal}}{{range .Verbs}} ({{.}}){{end}}"
	play(t, a, "bandit", 1)
	if got := all[0].Messages[0].Text(); !strings.HasPrefix(got, "Do: ") || !strings.HasSuffix(got, "(click(element)  Click an element.)") {
		t.Errorf("%q", got)
	}
}

// A model can be what a search tries things out with; it is told what was done,
// mistakes too.
func TestAModelProposesToASearch(t *testing.T) {
	for _, text := range []bool{false, true} {
		a := connect(t, &llmtest.Endpoint{Model: func(r *llmtest.Request, rng *rand.Rand) llmtest.Answer {
			if rng.IntN(3) == 0 {
				return llmtest.Answer{Text: "Hm."}
			}
			return right(r, rng)
		}})
		a.Text = text
		tree := agent.NewTree(a)
		tree.Budget, tree.Width = 6, 2
		for name, s := range map[string]agent.Agent{"best of 2": agent.BestOfN{Inner: a, N: 2}, "tree": tree} {
			before := a.Spent().Calls
			if ep := play(t, s, "recall", 2); len(ep.Turns) == 0 || a.Spent().Calls == before {
				t.Errorf("%s, text %v: %d turns, %d calls", name, text, len(ep.Turns), a.Spent().Calls-before)
			}
		}
	}
}

func TestAModelSpeaksAsAUser(t *testing.T) {
	var all []llmtest.Request
	a := connect(t, &llmtest.Endpoint{Model: heard(llmtest.Script(" In green. "), &all)})
	said, err := a.Speak(t.Context(), "You want a green ladder.", []llm.Line{{Text: "Which colour?"}, {Own: true, Text: "Hm."}, {Text: "Green?"}})
	if err != nil || said != "In green." {
		t.Errorf("it said %q (%v)", said, err)
	}
	if got := roles(&all[0]); got != "suau" || all[0].Messages[0].Text() != "You want a green ladder." || all[0].Tools != nil {
		t.Errorf("it was asked %s, %q, with %d tools", got, all[0].Messages[0].Text(), len(all[0].Tools))
	}
	if a.Spent().Calls != 1 {
		t.Errorf("it has spent %+v", a.Spent())
	}
}
