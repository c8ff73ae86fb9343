package weights

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	in := []Tensor{{"b", []int{2, 2}, []float32{1, 2, 3, -4.5}}, {"a", []int{3}, []float32{7, 8, 9}}}
	if err := Write(path, in, map[string]string{"k": "v"}); err != nil {
		t.Fatal(err)
	}
	got, meta, err := Read(path)
	if err != nil || meta["k"] != "v" || !reflect.DeepEqual(got["b"], in[0]) || !reflect.DeepEqual(got["a"], in[1]) {
		t.Fatalf("%v %v %v", got, meta, err)
	}
}

func TestEveryCutIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	Write(path, []Tensor{{"a", []int{3}, []float32{7, 8, 9}}}, nil)
	whole, _ := os.ReadFile(path)
	for n := range whole {
		os.WriteFile(path, whole[:n], 0o644)
		if _, _, err := Read(path); err == nil || !strings.Contains(err.Error(), "corrupt") {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, b []byte) { parse(b) })
}
