package puzzle_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turngym/turngym/envs/puzzle"
	"github.com/turngym/turngym/gym/check"
	"github.com/turngym/turngym/scenarios"
)

// Every scenario in testdata/broken breaks the sound one in one way, and says
// in its first line which check sees it, and with what words.
func TestEachBrokenScenarioIsCaught(t *testing.T) {
	if race {
		t.Skip("too slow under the race detector; make test runs it without")
	}
	files, _ := filepath.Glob("testdata/broken/*.lua")
	seen := map[string]bool{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".lua"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			line, _, _ := strings.Cut(string(text), "\n")
			id, want, _ := strings.Cut(strings.TrimPrefix(line, "-- want "), ": ")
			seen[id] = true
			report := proof(t, file)
			if id == "nothing" {
				if err := report.Err(); err != nil {
					t.Error(err)
				}
				return
			}
			for _, f := range report.Findings {
				if f.ID == id && f.Status == check.Fail {
					if !strings.Contains(f.Evidence, want) {
						t.Errorf("%s says %s, which does not contain %q", id, f.Evidence, want)
					}
					if f.Remedy == "" {
						t.Errorf("%s has no remedy", id)
					}
					return
				}
			}
			t.Errorf("%s did not fail; what failed: %v", id, report.Err())
		})
	}
	// What a Lua scenario cannot break, being the family's own doing, is in the test of package check.
	const ours = "runtime.tool_declaration_accuracy runtime.task_declaration_accuracy runtime.episode_determinism " +
		"runtime.episode_isolation semantic.replayability gym.other_process gym.contract"
	for _, id := range check.IDs() {
		if !seen[id] && !strings.Contains(ours, id) {
			t.Errorf("no broken scenario fails %s", id)
		}
	}
}

func proof(t *testing.T, file string) check.Report {
	s, err := scenarios.Load(os.DirFS(filepath.Dir(file)), filepath.Base(file))
	if err != nil {
		return check.Failed(file, err)
	}
	report, err := check.Scenario(t.Context(), &puzzle.Family{Scripts: []*scenarios.Script{s}}, s.Info(), check.Options{Seeds: 10, Episodes: 150})
	if err != nil {
		t.Fatal(err)
	}
	return report
}
