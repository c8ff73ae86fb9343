package curriculum

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/turngym/turngym/gym"
)

// study runs steps of 40 tasks in which arms surprise as surprise says, and
// counts what was picked in the last one.
func study(s *Study, from, to int, surprise func(Arm) float64) map[Arm]int {
	counts := map[Arm]int{}
	for step := from; step < to; step++ {
		clear(counts)
		var episodes []*gym.Episode
		var heard []float64
		for _, t := range s.Pick(rand.New(rand.NewPCG(3, uint64(step))), step, 40) {
			counts[armOf(t)]++
			episodes, heard = append(episodes, &gym.Episode{Task: t}), append(heard, surprise(armOf(t)))
		}
		s.Hear(step, episodes, heard)
	}
	return counts
}

var studied = []Ground{{"easy", []int{1, 2}}, {"hard", []int{1, 2}}}

func hardest(a Arm) float64 {
	switch a {
	case Arm{"hard", 2}:
		return 1
	case Arm{"easy", 1}:
		return math.NaN()
	}
	return 0
}

func TestStudyShowsWhatSurprises(t *testing.T) {
	s := NewStudy(studied, 0.5)
	if n := study(s, 0, 40, hardest)[Arm{"hard", 2}]; n > 20 {
		t.Errorf("%d of 40 tasks are of the hard arm before anything of it counts", n)
	}
	// What was never heard counts as the worst; half of the tasks are uniform.
	mean := map[Arm]float64{}
	for step := range 50 {
		for arm, n := range study(s, 40+step, 41+step, hardest) {
			mean[arm] += float64(n) / 50
		}
	}
	for arm, want := range map[Arm]float64{{"hard", 2}: 15, {"easy", 1}: 15, {"easy", 2}: 5, {"hard", 1}: 5} {
		if math.Abs(mean[arm]-want) > 2 {
			t.Errorf("%v: %.1f of 40 tasks, want about %.0f", arm, mean[arm], want)
		}
	}
	known := NewStudy(studied, 1)
	for arm, n := range study(known, 0, 80, func(Arm) float64 { return 0 }) {
		if n > 20 {
			t.Errorf("%v: %d of 40 tasks where nothing surprises", arm, n)
		}
	}
}

func TestSavedStudiesGoOnTheSame(t *testing.T) {
	whole := NewStudy(studied, 0.7)
	for _, at := range []int{7, 39, 40, 59, 75} {
		s := NewStudy(studied, 0.7)
		study(s, 0, at, hardest)
		state, err := s.Save()
		if err != nil {
			t.Fatal(err)
		}
		other := NewStudy(studied, 0.7)
		if err := other.Load(state); err != nil {
			t.Fatal(err)
		}
		if got, want := study(other, at, 120, hardest), study(NewStudy(studied, 0.7), 0, 120, hardest); !reflect.DeepEqual(got, want) {
			t.Errorf("stopped at %d: %v, want %v", at, got, want)
		}
	}
	study(whole, 0, 200, hardest)
	if len(whole.Shares) > 2 {
		t.Errorf("%d rounds are kept", len(whole.Shares))
	}
}
