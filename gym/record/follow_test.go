package record

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// follow are the ids that are new, each read again at its place.
func follow(t *testing.T, f *Follower) string {
	t.Helper()
	var ids []string
	for place, ep := range f.New() {
		again, err := Read(place)
		if err != nil || again.ID != ep.ID {
			t.Errorf("at %v lies %v (%v), not %s", place, again, err, ep.ID)
		}
		ids = append(ids, ep.ID)
	}
	return strings.Join(ids, " ")
}

func TestAFollowerGivesEachEpisodeOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "later")
	f := Follow(dir)
	if got := follow(t, f); got != "" {
		t.Errorf("of no folder: %s", got)
	}
	w, _ := Create(dir, false)
	defer w.Close()
	for i, want := range []string{"e0", "e1", "e2"} {
		w.Append(sample(i))
		if got := follow(t, f); got != want {
			t.Errorf("%q is new, want %s", got, want)
		}
	}
	write(t, dir, 3, 5)
	for range f.New() {
		break // who stops early goes on later
	}
	if got := follow(t, f); got != "e4" {
		t.Errorf("after a stop %q is new", got)
	}
	if got := follow(t, f); got != "" || len(f.Dropped()) != 0 {
		t.Errorf("%q is new, dropped %v", got, f.Dropped())
	}
}

func TestAFollowerWaitsForTheRestOfAFrame(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 0, 2)
	path := filepath.Join(dir, "episodes-000001.gym")
	whole, _ := os.ReadFile(path)
	f := Follow(dir)
	for _, n := range []int{3, headerSize, headerSize + 5, len(whole)/2 + 9, len(whole) - 1} {
		os.WriteFile(path, whole[:n], 0o644)
		follow(t, f)
		if n != headerSize && len(f.Dropped()) != 1 {
			t.Errorf("of %d bytes: dropped %v", n, f.Dropped())
		}
	}
	os.WriteFile(path, whole, 0o644)
	if got := follow(t, f); got != "e1" || len(f.Dropped()) != 0 {
		t.Errorf("%q is new, dropped %v", got, f.Dropped())
	}
}

func TestAFollowerSaysWhatIsDamaged(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 0, 3)
	write(t, dir, 3, 4)
	first, other := filepath.Join(dir, "episodes-000001.gym"), filepath.Join(dir, "episodes-000003.gym")
	data, _ := os.ReadFile(first)
	data[headerSize+frameSize+4] ^= 1
	os.WriteFile(first, data, 0o644)
	os.WriteFile(other, []byte("not a shard at all"), 0o644)
	f := Follow(dir)
	if got := follow(t, f); got != "e1 e2 e3" {
		t.Errorf("%q can be read", got)
	}
	if d := f.Dropped(); len(d) != 2 || d[0].Offset != int64(headerSize) || !strings.Contains(d[1].Why, "does not begin as a shard") {
		t.Errorf("dropped %v", d)
	}
	if ep, err := Read(Place{first, int64(headerSize)}); err == nil {
		t.Errorf("the damaged frame is %v", ep)
	}
}
