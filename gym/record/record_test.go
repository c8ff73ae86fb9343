package record

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/turngym/turngym/gym"
)

func sample(i int) *gym.Episode {
	return &gym.Episode{
		ID: fmt.Sprintf("e%d", i), Env: "web", Task: gym.Task{Scenario: "login", Seed: uint64(i), Level: 2, Split: gym.Test},
		Turns: []gym.Turn{{
			Observation: gym.Observation{Goal: "Log in", Text: "Welcome", Elements: []gym.Element{{ID: "3", Role: "button", Name: "Go", Options: []string{"a", "b"}}},
				Verbs: []gym.Verb{{Name: "click", Params: []gym.Param{{Name: "element", Kind: gym.Ref}}}}},
			Move: gym.Move{Action: gym.Action{Verb: "click", Args: []gym.Value{{Kind: gym.Ref, Text: "3"}}}, Text: "click(3)",
				Tokens: gym.Tokens{IDs: []int32{5, 6, 7}, Type: []uint8{0, 3, 1}, Sampled: []bool{false, true, true}, LogProb: []float32{0, -0.5, -1.25},
					Version: []uint32{0, 9, 9}, Allow: [][]int32{nil, {1, 6}, {}}}},
			Signals: gym.Signals{{Name: "progress", Value: 0.5}, {Name: "outcome", Value: 1}},
		}},
		End: gym.End{Reason: gym.Terminated, Observation: gym.Observation{Goal: "Log in"}},
	}
}

func write(t *testing.T, dir string, from, to int) {
	t.Helper()
	w, err := Create(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	for i := from; i < to; i++ {
		if err := w.Append(sample(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func readAll(t *testing.T, dir string) ([]*gym.Episode, []Dropped) {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []*gym.Episode
	for ep, err := range r.All() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, ep)
	}
	return all, r.Dropped()
}

func TestRoundTripAndAppend(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 0, 3)
	write(t, dir, 3, 5) // as after a restart: another shard
	all, dropped := readAll(t, dir)
	if len(all) != 5 || len(dropped) != 0 {
		t.Fatalf("%d episodes, dropped %v", len(all), dropped)
	}
	for i, ep := range all {
		if !reflect.DeepEqual(ep, sample(i)) {
			t.Fatalf("episode %d is\n%+v, want\n%+v", i, ep, sample(i))
		}
	}
	r, _ := Open(dir)
	if ep, err := r.Find("e4"); err != nil || ep.Task.Seed != 4 {
		t.Errorf("Find: %v, %v", ep, err)
	}
}

func TestACutLosesOnlyTheFrameBeingWritten(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 0, 3)
	path := filepath.Join(dir, "episodes-000001.gym")
	whole, _ := os.ReadFile(path)
	third := 0
	for i := range frameStarts(whole) {
		third = i
	}
	for cut := third + 1; cut < len(whole); cut++ {
		os.WriteFile(path, whole[:cut], 0o644)
		all, dropped := readAll(t, dir)
		if len(all) != 2 || len(dropped) != 1 || dropped[0].Offset != int64(third) {
			t.Fatalf("cut at %d: %d episodes, dropped %v", cut, len(all), dropped)
		}
	}
}

// frameStarts is where frames begin.
func frameStarts(data []byte) map[int]bool {
	starts := map[int]bool{}
	last := 0
	for i := headerSize; ; {
		j := index(data[i:])
		if j < 0 {
			break
		}
		last = i + j
		i = last + 1
	}
	starts[last] = true
	return starts
}

func TestAFlippedByteLosesOneEpisodeAndIsReported(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 0, 3)
	path := filepath.Join(dir, "episodes-000001.gym")
	whole, _ := os.ReadFile(path)
	for at := headerSize; at < len(whole); at += 7 {
		bad := append([]byte(nil), whole...)
		bad[at] ^= 0x40
		os.WriteFile(path, bad, 0o644)
		all, dropped := readAll(t, dir)
		if len(all) != 2 || len(dropped) == 0 {
			t.Fatalf("byte %d: %d episodes, dropped %v", at, len(all), dropped)
		}
	}
}

func TestForeignAndOldFilesAreNamed(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "episodes-000001.gym")
	for content, want := range map[string]string{"hello world": "corrupt", "GYMEPS\x07\x00": "version 7"} {
		os.WriteFile(path, []byte(content), 0o644)
		r, _ := Open(dir)
		for _, err := range r.All() {
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%q: %v", content, err)
			}
		}
	}
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("an empty folder opens")
	}
}

func TestAFullDiskKeepsWhatWasSaved(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	w, _ := Create(t.TempDir(), false)
	if err := w.Append(sample(0)); err != nil {
		t.Fatal(err)
	}
	good := w.file
	w.file = full
	if err := w.Append(sample(1)); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("on a full disk: %v", err)
	}
	w.file = good
	if err := w.Append(sample(2)); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if all, dropped := readAll(t, w.dir); len(all) != 2 || len(dropped) != 0 {
		t.Errorf("%d episodes, dropped %v", len(all), dropped)
	}
}

func TestManyWriters(t *testing.T) {
	dir := t.TempDir()
	w, _ := Create(dir, false)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 25 {
				if err := w.Append(sample(g*25 + i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	w.Close()
	if all, _ := readAll(t, dir); len(all) != 100 {
		t.Errorf("%d episodes", len(all))
	}
}

func FuzzFrames(f *testing.F) {
	dir := f.TempDir()
	w, _ := Create(dir, false)
	w.Append(sample(1))
	w.Close()
	data, _ := os.ReadFile(filepath.Join(dir, "episodes-000001.gym"))
	f.Add(data)
	f.Fuzz(func(t *testing.T, b []byte) {
		for range frames(b, headerSize, func(int, int, string) {}) {
		}
	})
}

func FuzzDecode(f *testing.F) {
	data, _ := encode(sample(1))
	f.Add(data)
	f.Fuzz(func(t *testing.T, b []byte) { decode(b) })
}
