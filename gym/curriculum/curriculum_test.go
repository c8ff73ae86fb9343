package curriculum

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

// learner is a simulated policy: its success rate on an arm is a logistic
// function of its skill less the level's difficulty. An episode teaches as much
// as its group's outcomes vary, p(1-p), and what is learnt on one level helps
// with the next.
type learner struct {
	skill map[Arm]float64
	rng   *rand.Rand
	hint  float64 // how much easier a hint makes a task
}

func newLearner(seed uint64) *learner {
	return &learner{skill: map[Arm]float64{}, rng: rand.New(rand.NewPCG(seed, 5))}
}

func (l *learner) rate(a Arm) float64 {
	return 1 / (1 + math.Exp(3*float64(a.Level)-4-l.skill[a]))
}

func (l *learner) play(t gym.Task) *gym.Episode {
	p := l.rate(armOf(t))
	if t.Hint > 0 {
		p = min(1, p+float64(t.Hint)*l.hint)
	}
	out, hint := 0.0, ""
	if l.rng.Float64() < p {
		out = 1
	}
	if t.Hint > 0 {
		hint = fmt.Sprint("hint ", t.Hint)
	}
	ep := &gym.Episode{Task: t}
	for i := range 4 {
		turn := gym.Turn{Observation: gym.Observation{Hint: hint}, Move: gym.Move{Action: gym.Action{Verb: fmt.Sprint("act", i)}}}
		if i == 3 {
			turn.Signals = gym.Signals{{Name: gym.SignalOutcome, Value: out}}
		}
		ep.Turns = append(ep.Turns, turn)
	}
	return ep
}

func (l *learner) learn(episodes []*gym.Episode) {
	for _, g := range Groups(episodes) {
		a := armOf(g.Task)
		gain := 0.04 * float64(len(g.Episodes)) * g.variance()
		l.skill[a] += 4 * gain
		next := a
		next.Level++
		l.skill[next] += 2 * gain
	}
}

var grounds = []Ground{{"a", []int{1, 2, 3, 4, 5}}, {"b", []int{1, 2, 3, 4, 5}}}

// course trains a learner by a plan until its mean success on the whole ground
// is enough, and gives the episodes that it took, or -1.
func course(t *testing.T, p *Plan, seed uint64) int {
	l, episodes := newLearner(seed), 0
	for step := range 600 {
		rng := rand.New(rand.NewPCG(seed, uint64(step)))
		for tasks := p.Propose(rng, 16, 8); len(tasks) > 0; {
			var round []*gym.Episode
			for _, task := range tasks {
				round = append(round, l.play(task))
			}
			episodes += len(round)
			tasks = p.Hear(rng, round)
		}
		l.learn(p.Learn())
		mean := 0.0
		for _, a := range arms(grounds) {
			mean += l.rate(a) / 10
		}
		if mean > 0.8 {
			return episodes
		}
	}
	return -1
}

func picker(name string) Picker {
	e, err := All().Get(name)
	if err != nil {
		panic(err)
	}
	return e.New()(grounds)
}

// On the simulated learner every picker gets there with fewer episodes than
// the uniform one.
func TestPickersTeachFasterThanChance(t *testing.T) {
	uniform := 0
	for seed := range uint64(3) {
		n := course(t, &Plan{Picker: picker("uniform")}, seed)
		if n < 0 {
			t.Fatal("the uniform picker does not get there: the learner is too slow for this test")
		}
		uniform += n
	}
	for _, name := range All().Names() {
		sum := 0
		for seed := range uint64(3) {
			n := course(t, &Plan{Picker: picker(name)}, seed)
			if n < 0 {
				t.Errorf("%s does not get there", name)
			}
			sum += n
		}
		t.Logf("%-8s %6d episodes, %.2f of uniform", name, sum/3, float64(sum)/float64(uniform))
		if name != "uniform" && sum >= uniform {
			t.Errorf("%s takes %d episodes, uniform %d", name, sum, uniform)
		}
	}
}

// A plan that was saved and loaded goes on as the one that was not.
func TestSavedPlansGoOnTheSame(t *testing.T) {
	for _, name := range All().Names() {
		make := func() *Plan {
			return &Plan{Picker: picker(name), Rounds: NewRounds(4), Scaffold: NewScaffold(20), Restarts: NewRestarts(0.3)}
		}
		step := func(p *Plan, l *learner, i int) (all []gym.Task) {
			rng := rand.New(rand.NewPCG(9, uint64(i)))
			for tasks := p.Propose(rng, 8, 4); len(tasks) > 0; {
				all = append(all, tasks...)
				var round []*gym.Episode
				for _, task := range tasks {
					round = append(round, l.play(task))
				}
				tasks = p.Hear(rng, round)
			}
			l.learn(p.Learn())
			return all
		}
		p, l := make(), newLearner(3)
		for i := range 20 {
			step(p, l, i)
		}
		state, err := p.Save()
		if err != nil {
			t.Fatal(err)
		}
		q := make()
		if err := q.Load(state); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		// Both learners go on alike.
		a, b := *l, *l
		a.skill, b.skill = map[Arm]float64{}, map[Arm]float64{}
		for k, v := range l.skill {
			a.skill[k], b.skill[k] = v, v
		}
		a.rng, b.rng = rand.New(rand.NewPCG(1, 1)), rand.New(rand.NewPCG(1, 1))
		for i := 20; i < 25; i++ {
			if x, y := step(p, &a, i), step(q, &b, i); !reflect.DeepEqual(x, y) {
				t.Errorf("%s: step %d proposes other tasks after it was loaded", name, i)
				break
			}
		}
	}
}

func episodes(task gym.Task, outcomes ...float64) []*gym.Episode {
	var list []*gym.Episode
	for _, o := range outcomes {
		list = append(list, &gym.Episode{Task: task, Turns: []gym.Turn{{Signals: gym.Signals{{Name: gym.SignalOutcome, Value: o}}}}})
	}
	return list
}

func TestRampGoesUpOnSuccess(t *testing.T) {
	r := NewRamp([]Ground{{"a", []int{2, 4}}})
	rng := rand.New(rand.NewPCG(1, 1))
	for _, task := range r.Pick(rng, 20) {
		if task.Level != 2 {
			t.Fatalf("it begins at level %d", task.Level)
		}
	}
	for range 7 {
		r.Hear(Groups(episodes(gym.Task{Scenario: "a", Level: 2}, 1, 1, 1, 1, 0, 1, 1, 1, 1)))
	}
	if r.At[0] != 0 {
		t.Errorf("it goes up after 63 episodes, the window is 64")
	}
	r.Hear(Groups(episodes(gym.Task{Scenario: "a", Level: 2}, 1)))
	if r.At[0] != 1 {
		t.Error("it does not go up")
	}
	low := 0
	for _, task := range r.Pick(rng, 400) {
		if task.Level == 2 {
			low++
		}
	}
	if low < 60 || low > 140 {
		t.Errorf("%d of 400 tasks review what was learnt, want about 100", low)
	}
}

func TestBandPrefersWhatSucceedsSometimes(t *testing.T) {
	b := NewBand([]Ground{{"a", []int{1, 2, 3}}})
	for level, outcome := range map[int][]float64{1: {1, 1, 1, 1, 1, 1, 1, 1}, 2: {1, 0, 1, 0, 1, 1, 0, 0}, 3: {0, 0, 0, 0, 0, 0, 0, 0}} {
		b.Hear(Groups(episodes(gym.Task{Scenario: "a", Level: level}, outcome...)))
	}
	count := map[int]int{}
	for _, task := range b.Pick(rand.New(rand.NewPCG(1, 1)), 300) {
		count[task.Level]++
	}
	if count[2] < 250 || count[1] == 0 || count[3] == 0 {
		t.Errorf("tasks by level: %v; want most of level 2, and some of the others", count)
	}
}

// By hand: n = 3, one arm played twice with |A| = 1 and once not at all.
func TestDUMPByHand(t *testing.T) {
	d := NewDUMP([]Ground{{"a", []int{1, 2}}})
	d.Hear(Groups(slices.Concat(episodes(gym.Task{Scenario: "a", Level: 1, Seed: 1}, 1, 0), episodes(gym.Task{Scenario: "a", Level: 1, Seed: 2}, 1, 0))))
	ucb := []float64{1/(1+2e-4) + math.Sqrt(2*math.Log(3)/3), math.Sqrt(2 * math.Log(3))}
	want := 1 / (1 + math.Exp((ucb[1]-ucb[0])/0.1))
	if got := d.Probabilities()[0]; math.Abs(got-want) > 1e-9 {
		t.Errorf("P of the arm that was played is %g, want %g", got, want)
	}
}

func TestBOTSByHand(t *testing.T) {
	b := NewBOTS([]Ground{{"a", []int{1}}})
	b.Size = 2
	tasks := b.Pick(rand.New(rand.NewPCG(1, 1)), 1)
	b.Hear(Groups(episodes(tasks[0], 1, 1, 1, 0)))
	i := slices.Index(b.Pool, tasks[0])
	if want := (1-b.Lambda)*1 + b.Lambda + 3; math.Abs(b.A[i]-want) > 1e-9 {
		t.Errorf("played: a is %g, want %g", b.A[i], want)
	}
	arm := (3.0 + 1) / (4 + 2)
	if want := (1-b.Lambda)*1 + b.Lambda + b.Rho*8*(1-arm); math.Abs(b.B[1-i]-want) > 1e-9 {
		t.Errorf("not played: b is %g, want %g", b.B[1-i], want)
	}
	rng, sum := rand.New(rand.NewPCG(2, 2)), 0.0
	for range 20000 {
		sum += beta(rng, 3, 1) / 20000
	}
	if math.Abs(sum-0.75) > 0.01 {
		t.Errorf("the mean of Beta(3, 1) samples is %g", sum)
	}
}

func TestRoundsStopWhenAGroupIsInformative(t *testing.T) {
	p := Plan{Picker: &Uniform{Grounds: grounds[:1]}, Rounds: NewRounds(4)}
	rng := rand.New(rand.NewPCG(1, 1))
	first := p.Propose(rng, 2, 2)
	mixed, failed := first[0], first[2]
	more := p.Hear(rng, slices.Concat(episodes(mixed, 1, 0), episodes(failed, 0, 0)))
	if len(more) != 2 || more[0] != failed {
		t.Fatalf("the next round is %v, want the task that failed, twice", more)
	}
	for range 3 {
		more = p.Hear(rng, episodes(failed, 0, 0))
	}
	if more != nil {
		t.Errorf("a fifth round: %v", more)
	}
	if n := len(p.Learn()); n != 10 {
		t.Errorf("%d episodes are learnt from, want all 10", n)
	}
}

func TestHintsOnlyWhereAllFail(t *testing.T) {
	l := newLearner(1)
	p := Plan{Picker: &Uniform{Grounds: grounds[:1]}, Scaffold: &Scaffold{Exempt: 1, Most: 3}}
	rng := rand.New(rand.NewPCG(1, 1))
	hinted := func(t gym.Task, hint int, outcome float64) []*gym.Episode {
		t.Hint = hint
		ep := l.play(t)
		ep.Turns[3].Signals[0].Value = outcome
		return []*gym.Episode{ep}
	}
	tasks := p.Propose(rng, 1, 3)
	if more := p.Hear(rng, episodes(tasks[0], 0, 0, 0)); more != nil {
		t.Fatalf("a hint in the first, exempt step: %v", more)
	}
	tasks = p.Propose(rng, 1, 3)
	if more := p.Hear(rng, episodes(tasks[0], 0, 1, 0)); more != nil {
		t.Fatalf("a hint for a group that succeeds: %v", more)
	}
	tasks = p.Propose(rng, 1, 3)
	more := p.Hear(rng, episodes(tasks[0], 0, 0, 0))
	for want := 1; want <= 2; want++ {
		if len(more) != 1 || more[0].Hint != want || more[0].Seed != tasks[0].Seed {
			t.Fatalf("hint %d: %v", want, more)
		}
		more = p.Hear(rng, hinted(tasks[0], want, float64(want-1)))
	}
	if more != nil {
		t.Fatalf("after success with a hint: %v", more)
	}
	learnt := p.Learn()
	if len(learnt) != 3 || learnt[2].Task.Hint != 2 || learnt[2].Outcome() != 1 {
		t.Errorf("learnt from: %v; want two failures and the success with the second hint", learnt)
	}
	if g := Groups(learnt); len(g) != 1 {
		t.Errorf("the hinted episode is in a group of its own")
	}
}

func TestRestartsBeginInTheMiddleWhereOutcomesDiffered(t *testing.T) {
	l := newLearner(1)
	p := Plan{Picker: &Uniform{Grounds: []Ground{{"a", []int{1}}}}, Restarts: NewRestarts(0.5)}
	starts := 0
	for step := range 30 {
		rng := rand.New(rand.NewPCG(1, uint64(step)))
		for tasks := p.Propose(rng, 8, 4); len(tasks) > 0; {
			var round []*gym.Episode
			for _, task := range tasks {
				if task.Start != "" {
					starts++
					if n := strings.Count(task.Start, "\n") + 1; n > 3 || !strings.HasPrefix(task.Start, "act0()") {
						t.Fatalf("a start of %d actions: %q", n, task.Start)
					}
				}
				round = append(round, l.play(task))
			}
			tasks = p.Hear(rng, round)
		}
	}
	if starts < 30*8*4/4 || len(p.Restarts.Buffer) == 0 {
		t.Errorf("%d of 960 episodes began in the middle", starts)
	}
}
