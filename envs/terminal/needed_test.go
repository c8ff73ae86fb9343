package terminal

import (
	"fmt"
	"slices"
	"maps"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

func TestNeeded(t *testing.T) {
	env, _ := Family{}.Open(t.Context())
	for level := 1; level <= 3; level++ {
		need := map[string]string{}
		for _, sc := range (Family{}).Scenarios() {
			for seed := range uint64(60) {
				task := gym.Task{Scenario: sc.Name, Seed: seed, Level: level}
				o, err := env.Reset(t.Context(), task)
				if err != nil {
					t.Errorf("%s: %v", task, err)
					continue
				}
				for range 9 {
					a, err := env.(gym.Oracle).Demonstrate(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if a.Verb == "run" {
						read := map[string]bool{}
						add := func(s string) {
							for w := range strings.FieldsSeq(s) {
								read[strings.TrimRight(w, ".,;:!?")] = true
							}
						}
						add(o.Goal)
						for _, e := range o.Elements {
							add(e.Name)
						}
						for _, w := range strings.Split(a.Args[0].Text, " ") {
							if !read[w] {
								need[w] = sc.Name
							}
						}
					}
					out, err := env.Step(t.Context(), a)
					if err != nil {
						t.Fatal(err)
					}
					o = out.Observation
					if out.Terminated || out.Truncated {
						if v, _ := out.Signals.Value("outcome"); v != 1 {
							t.Errorf("%s %v: %s\n%s", task, out.Signals, o.Goal, o.String())
						}
						break
					}
				}
			}
		}
		fmt.Println(level, len(need))
		for _, w := range slices.Sorted(maps.Keys(need)) {
			fmt.Printf("%s   %s\n", w, need[w])
		}
	}
}
