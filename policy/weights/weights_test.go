package weights

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestRoundTripKeepsBits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	in := []Tensor{
		{"b", []int{2, 2}, []float32{1, 2, 3, -4.5}},
		{"a", []int{3}, []float32{7, float32(math.Copysign(0, -1)), math.MaxFloat32}},
		{"none", []int{0, 4}, []float32{}},
		{"scalar", []int{}, []float32{math.SmallestNonzeroFloat32}},
	}
	if err := Write(path, in, map[string]string{"k": "v"}); err != nil {
		t.Fatal(err)
	}
	got, meta, err := Read(path)
	if err != nil || meta["k"] != "v" || len(got) != len(in) {
		t.Fatalf("%v %v %v", got, meta, err)
	}
	for _, want := range in {
		g := got[want.Name]
		if !reflect.DeepEqual(g.Shape, want.Shape) || len(g.Data) != len(want.Data) {
			t.Fatalf("%q came back as %v", want.Name, g)
		}
		for i := range g.Data {
			if math.Float32bits(g.Data[i]) != math.Float32bits(want.Data[i]) {
				t.Errorf("%q[%d]: %v, was %v", want.Name, i, g.Data[i], want.Data[i])
			}
		}
	}
}

func TestEveryCutIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	if err := Write(path, []Tensor{{"a", []int{3}, []float32{7, 8, 9}}}, nil); err != nil {
		t.Fatal(err)
	}
	whole, _ := os.ReadFile(path)
	for n := range whole {
		os.WriteFile(path, whole[:n], 0o644)
		if _, _, err := Read(path); err == nil || !strings.Contains(err.Error(), "corrupt") {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
}

// file is a safetensors file with any header.
func file(header string, body int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, body)...)
}

var bad = []struct {
	name string
	data []byte
	says string
}{
	{"empty", nil, "shorter than a header"},
	{"a header beyond the end", []byte("\xff\xff\xff\xff\xff\xff\xff\xff{}"), "its header says"},
	{"no JSON", file(`{"a":`, 0), "its header"},
	{"bytes after the last tensor", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 8), "the file 8"},
	{"a hole", file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}`, 12), `"b"`},
	{"an overlap", file(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12), `"b"`},
	{"the wrong shape", file(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`, 8), "do not hold"},
	{"a negative shape", file(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}`, 0), "do not hold"},
	{"a shape whose size wraps round to 0", file(`{"a":{"dtype":"F32","shape":[2147483648,512,2147483648],"data_offsets":[0,0]}}`, 0), "do not hold"},
	{"metadata of numbers", file(`{"__metadata__":{"a":1}}`, 0), "metadata"},
}

func TestBadFilesAreRefusedByWhatIsWrong(t *testing.T) {
	for _, c := range bad {
		path := filepath.Join(t.TempDir(), "x.safetensors")
		os.WriteFile(path, c.data, 0o644)
		_, _, err := Read(path)
		if err == nil {
			t.Errorf("%s: is read", c.name)
			continue
		}
		for _, want := range []string{path, c.says, "corrupt", "delete it or restore a backup"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v; does not say %q", c.name, err, want)
			}
		}
	}
}

func TestOtherTypesAreRefusedByNameAndNotCalledCorrupt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	os.WriteFile(path, file(`{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}`, 4), 0o644)
	_, _, err := Read(path)
	if err == nil || !strings.Contains(err.Error(), "BF16") || !strings.Contains(err.Error(), "convert") || strings.Contains(err.Error(), "corrupt") {
		t.Error(err)
	}
}

func TestAWriteThatFailsLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.safetensors")
	if err := Write(path, []Tensor{{"a", []int{1}, []float32{7}}}, nil); err != nil {
		t.Fatal(err)
	}
	for _, ts := range [][]Tensor{
		{{"a", []int{2}, []float32{1}}},
		{{"a", []int{1}, []float32{1}}, {"a", []int{1}, []float32{2}}},
		{{"__metadata__", []int{1}, []float32{1}}},
	} {
		if err := Write(path, ts, nil); err == nil {
			t.Errorf("%v is written", ts)
		}
	}
	if err := Atomic(filepath.Join(dir, "none", "x"), nil); err == nil {
		t.Error("a folder that is not there takes a file")
	}
	got, _, err := Read(path)
	if err != nil || got["a"].Data[0] != 7 {
		t.Errorf("the old file is %v, %v", got, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range bad {
		f.Add(c.data)
	}
	f.Add(file(`{}`, 0))
	f.Add(file(`{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"__metadata__":{"k":"v"}}`, 8))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, meta, err := parse(b)
		if err != nil {
			return
		}
		var ts []Tensor
		for name, x := range got {
			if name == "" {
				return // read, but not written
			}
			ts = append(ts, x)
		}
		again, err := format(ts, meta)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if back, _, err := parse(again); err != nil || len(back) != len(got) {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}
