package reward

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

func episode() *gym.Episode {
	turn := func(s ...gym.Signal) gym.Turn {
		return gym.Turn{Signals: s, Move: gym.Move{Tokens: gym.Tokens{Sampled: []bool{false, true, true}}}}
	}
	return &gym.Episode{Turns: []gym.Turn{
		turn(gym.Signal{Name: "progress", Value: 0.5}),
		turn(gym.Signal{Name: "progress", Value: 0.25}, gym.Signal{Name: "format", Value: 1}),
		turn(gym.Signal{Name: "progress", Value: 1}, gym.Signal{Name: "rubric/calm", Value: 0.5}, gym.Signal{Name: "rubric/tidy", Value: 1},
			gym.Signal{Name: "outcome", Value: 0.75}),
	}}
}

func TestRewardsByHand(t *testing.T) {
	for name, c := range map[string]struct {
		r    Reward
		want []float32
	}{
		"outcome":  {Outcome{}, []float32{0, 0, 0.75}},
		"format":   {Format{}, []float32{0, -1, 0}},
		"turns":    {Turns{}, []float32{-1, -1, -1}},
		"tokens":   {Tokens{}, []float32{-2, -2, -2}},
		"progress": {Progress{1}, []float32{0.5, -0.25, -0.25}},
		"partial":  {Partial{}, []float32{0, 0, 0.25}},
		"rubric":   {Rubric{}, []float32{0, 0, 0.75}},
		"signal":   {Signal{"rubric/calm"}, []float32{0, 0, 0.5}},
		"short":    {Length{Max: 12, Soft: 4}, []float32{0, 0, 0}},
		"longer":   {Length{Max: 7, Soft: 4}, []float32{0, 0, -0.75}},
		"long":     {Length{Max: 3, Soft: 2}, []float32{0, 0, -1}},
	} {
		got := make([]float32, 3)
		if err := c.r.Add(episode(), got); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v (%v)", name, got, c.want, err)
		}
		if err := c.r.Add(&gym.Episode{}, nil); err != nil {
			t.Errorf("%s of an episode without turns: %v", name, err)
		}
	}
}

func TestShapingAddsUpToNothing(t *testing.T) {
	got, sum := make([]float32, 3), 0.0
	Progress{0.9}.Add(episode(), got)
	for i, r := range got {
		sum += math.Pow(0.9, float64(i)) * float64(r)
	}
	if math.Abs(sum) > 1e-6 {
		t.Errorf("the discounted sum is %g, want 0: it must not depend on the path", sum)
	}
}

func TestSchedules(t *testing.T) {
	s, err := ParseSchedule("1..0:100")
	if err != nil || s.At(0) != 1 || s.At(50) != 0.5 || s.At(100) != 0 || s.At(1000) != 0 {
		t.Errorf("%+v %v", s, err)
	}
	if s, err := ParseSchedule("-0.5"); err != nil || s.At(0) != -0.5 || s.At(9) != -0.5 || s.Zero() {
		t.Errorf("%+v %v", s, err)
	}
	for _, bad := range []string{"", "x", "1..0", "1:10", "1..0:0", "1..0:-3", "NaN", "1..x:4"} {
		if s, err := ParseSchedule(bad); err == nil {
			t.Errorf("%q is %+v", bad, s)
		}
	}
}

func TestAnEpisodesPartsAddUpToItsPay(t *testing.T) {
	m := Mix{Clip: 0.3, Terms: []Term{{"outcome", Schedule{1, 1, 0}, Outcome{}}, {"turn", Schedule{0, 1, 10}, Turns{}}, {"format", Schedule{1, 1, 0}, Format{}}}}
	paid, _ := m.Pay(5, []*gym.Episode{episode()})
	split, err := m.Split(5, episode())
	if err != nil || len(split) != 3 {
		t.Fatalf("%v %v", split, err)
	}
	for i, parts := range split {
		sum := 0.0
		for _, p := range parts {
			sum += p.Value
		}
		if math.Abs(sum-float64(paid.PerTurn[0][i])) > 1e-6 {
			t.Errorf("the parts of turn %d, %v, add up to %g, and it is paid %g", i, parts, sum, paid.PerTurn[0][i])
		}
	}
	if v, ok := split[1].Value("clip"); !ok || math.Abs(v-1.2) > 1e-6 {
		t.Errorf("the bound takes %v of %v", v, split[1])
	}
	if v, _ := split[2].Value("turn"); v != -0.5 {
		t.Errorf("the turn pays %v", v)
	}
	m = Of("mine", failing{})
	if _, err := m.Split(0, episode()); err == nil || !strings.Contains(err.Error(), "reward mine of") {
		t.Errorf("%v does not name the reward", err)
	}
}

type failing struct{}

func (failing) Add(*gym.Episode, []float32) error { return errors.New("line 3") }

func TestMix(t *testing.T) {
	m := Mix{Terms: []Term{{"outcome", Schedule{1, 1, 0}, Outcome{}}, {"turn", Schedule{0, 1, 10}, Turns{}}}}
	p, err := m.Pay(5, []*gym.Episode{episode(), {Turns: make([]gym.Turn, 1)}})
	if err != nil || !slices.Equal(p.PerTurn[0], []float32{-0.5, -0.5, 0.25}) || !slices.Equal(p.PerTurn[1], []float32{-0.5}) {
		t.Errorf("%v %v", p.PerTurn, err)
	}
	if o, _ := p.Parts.Value("outcome"); o != 0.375 {
		t.Errorf("the outcome's part is %v", o)
	}
	if c, _ := p.Parts.Value("turn"); c != -1 {
		t.Errorf("the turns' part is %v", c)
	}
	m.Clip = 0.3
	if p, _ = m.Pay(5, []*gym.Episode{episode()}); !slices.Equal(p.PerTurn[0], []float32{-0.3, -0.3, 0.25}) {
		t.Errorf("clipped: %v", p.PerTurn)
	}
	m = Mix{Normalize: true, Terms: m.Terms[:1]}
	if p, _ = m.Pay(0, []*gym.Episode{episode(), {Turns: make([]gym.Turn, 1)}}); p.PerTurn[0][2] != 2 {
		t.Errorf("normalised: %v", p.PerTurn)
	}
	if p, _ = m.Pay(0, []*gym.Episode{episode()}); p.PerTurn[0][2] != 0.75 {
		t.Errorf("normalised alone: %v", p.PerTurn)
	}
	m = Of("mine", failing{})
	if _, err := m.Pay(0, []*gym.Episode{episode()}); err == nil || !strings.Contains(err.Error(), "reward mine of") {
		t.Errorf("%v does not name the reward", err)
	}
}

func TestWatchSeesHackingAndNothingElse(t *testing.T) {
	for name, c := range map[string]struct {
		paid, outcome func(step int) float64
		want          bool
	}{
		"honest":  {func(s int) float64 { return float64(s) / 50 }, func(s int) float64 { return float64(s) / 50 }, false},
		"flat":    {func(s int) float64 { return 0.2 }, func(s int) float64 { return 0.2 }, false},
		"noise":   {func(s int) float64 { return 0.2 + float64(s%3)/20 }, func(s int) float64 { return 0.2 }, false},
		"hacking": {func(s int) float64 { return 0.2 + float64(s)/50 }, func(s int) float64 { return 0.2 + float64(s%2)/50 }, true},
		"helping": {func(s int) float64 { return float64(s) / 25 }, func(s int) float64 { return float64(s) / 50 }, false},
	} {
		var w Watch
		seen := false
		for step := range 50 {
			seen = w.See(c.paid(step), c.outcome(step)) || seen
		}
		if seen != c.want {
			t.Errorf("%s: seen as hacking: %v", name, seen)
		}
	}
}
