package reward

import (
	"math"
	"testing"

	"github.com/turngym/turngym/gym"
)

func episode() *gym.Episode {
	turn := func(s ...gym.Signal) gym.Turn { return gym.Turn{Signals: s} }
	return &gym.Episode{Turns: []gym.Turn{
		turn(gym.Signal{Name: "progress", Value: 0.5}),
		turn(gym.Signal{Name: "progress", Value: 0.25}, gym.Signal{Name: "format", Value: 1}),
		turn(gym.Signal{Name: "progress", Value: 1}, gym.Signal{Name: "outcome", Value: 1}),
	}}
}

func TestRewardsByHand(t *testing.T) {
	for name, c := range map[string]struct {
		r    Reward
		want []float32
	}{
		"outcome":  {Outcome{2}, []float32{0, 0, 2}},
		"mistakes": {Mistakes{0.5}, []float32{0, -0.5, 0}},
		"turns":    {Turns{0.25}, []float32{-0.25, -0.25, -0.25}},
		"progress": {Progress{1, 1}, []float32{0.5, -0.25, -0.25}},
	} {
		got := make([]float32, 3)
		c.r.Add(episode(), got)
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", name, got, c.want)
				break
			}
		}
	}
}

func TestShapingAddsUpToNothing(t *testing.T) {
	got, sum := make([]float32, 3), 0.0
	Progress{3, 0.9}.Add(episode(), got)
	for i, r := range got {
		sum += math.Pow(0.9, float64(i)) * float64(r)
	}
	if math.Abs(sum) > 1e-6 {
		t.Errorf("the discounted sum is %g, want 0: it must not depend on the path", sum)
	}
}
