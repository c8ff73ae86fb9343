package gymtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turngym/turngym/envs/probe"
	"github.com/turngym/turngym/gym"
)

func TestSoundFamilyPasses(t *testing.T) {
	Suite{Name: "probe", Open: func(testing.TB) gym.Family { return probe.Family{} }, Seeds: 5, Episodes: 20}.Run(t)
}

func TestChangedPlaythroughIsSeen(t *testing.T) {
	if *update {
		t.Skip("-update")
	}
	f, s := probe.Family{}, Suite{Name: "probe", Golden: t.TempDir()}
	env, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sc := f.Scenarios()[0]
	err = s.golden(t.Context(), env, sc, 1)
	if err == nil || !strings.Contains(err.Error(), "write it with -update") {
		t.Fatalf("without a file: %v", err)
	}
	_, text, _ := strings.Cut(err.Error(), "read it:\n")
	path := filepath.Join(s.Golden, goldenName("probe", sc, 1))
	for _, c := range []struct{ text, want string }{{text, ""}, {text + "more", "has changed"}} {
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := s.golden(t.Context(), env, sc, 1); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
	if err := leftovers(s.Golden, "probe", nil); err == nil || !strings.Contains(err.Error(), "is of no scenario") {
		t.Errorf("a file of no scenario: %v", err)
	}
}
