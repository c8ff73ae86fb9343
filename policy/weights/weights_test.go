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
		{Name: "b", Shape: []int{2, 2}, Data: []float32{1, 2, 3, -4.5}},
		{Name: "a", Shape: []int{3}, Data: []float32{7, float32(math.Copysign(0, -1)), math.MaxFloat32}},
		{Name: "none", Shape: []int{0, 4}, Data: []float32{}},
		{Name: "scalar", Shape: []int{}, Data: []float32{math.SmallestNonzeroFloat32}},
	}
	if err := Write(path, in, map[string]string{"k": "v"}); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil || f.Meta["k"] != "v" || len(f.Tensors) != len(in) {
		t.Fatalf("%v %v", f, err)
	}
	defer f.Close()
	for _, want := range in {
		g := f.Tensors[want.Name]
		x := g.Float32()
		if !reflect.DeepEqual(g.Shape, want.Shape) || len(x) != len(want.Data) {
			t.Fatalf("%q came back as %v", want.Name, g)
		}
		for i := range x {
			if math.Float32bits(x[i]) != math.Float32bits(want.Data[i]) {
				t.Errorf("%q[%d]: %v, was %v", want.Name, i, x[i], want.Data[i])
			}
		}
	}
}

func TestHalvesAreWrittenRounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	x := make([]float32, 600_000) // more than the writer's buffer
	for i := range x {
		x[i] = 1 + float32(i%128)/128
	}
	x[5] = 1 + 1.0/256
	if err := Write(path, []Tensor{{Name: "a", Shape: []int{600_000}, Data: x, Half: true}, {Name: "b", Shape: []int{1}, Data: []float32{0.1}}}, nil); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	a, b := f.Tensors["a"], f.Tensors["b"]
	x[5] = 1
	if got := a.Float32(); a.DType != "BF16" || !reflect.DeepEqual(got, x) || b.DType != "F32" || b.Float32()[0] != 0.1 {
		t.Errorf("%s of %v ..., then %s of %v", a.DType, got[:8], b.DType, b.Float32())
	}
}

func TestEveryCutIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	if err := Write(path, []Tensor{{Name: "a", Shape: []int{3}, Data: []float32{7, 8, 9}}}, nil); err != nil {
		t.Fatal(err)
	}
	whole, _ := os.ReadFile(path)
	for n := range whole {
		os.WriteFile(path, whole[:n], 0o644)
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "corrupt") {
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
		_, err := Open(path)
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
	os.WriteFile(path, file(`{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}`, 4), 0o644)
	_, err := Open(path)
	if err == nil || !strings.Contains(err.Error(), "F8_E4M3") || !strings.Contains(err.Error(), "convert") || strings.Contains(err.Error(), "corrupt") {
		t.Error(err)
	}
}

func TestAWriteThatFailsLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.safetensors")
	if err := Write(path, []Tensor{{Name: "a", Shape: []int{1}, Data: []float32{7}}}, nil); err != nil {
		t.Fatal(err)
	}
	for _, ts := range [][]Tensor{
		{{Name: "a", Shape: []int{2}, Data: []float32{1}}},
		{{Name: "a", Shape: []int{1}, Data: []float32{1}}, {Name: "a", Shape: []int{1}, Data: []float32{2}}},
		{{Name: "__metadata__", Shape: []int{1}, Data: []float32{1}}},
	} {
		if err := Write(path, ts, nil); err == nil {
			t.Errorf("%v is written", ts)
		}
	}
	if err := Atomic(filepath.Join(dir, "none", "x"), nil); err == nil {
		t.Error("a folder that is not there takes a file")
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if x := f.Tensors["a"].Float32(); x[0] != 7 {
		t.Errorf("the old file has %v", x)
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
	f.Add(file(`{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"F16","shape":[],"data_offsets":[4,6]}}`, 6))
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
			ts = append(ts, Tensor{Name: name, Shape: x.Shape, Data: x.Float32()})
		}
		path := filepath.Join(t.TempDir(), "x")
		if err := Write(path, ts, meta); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := Open(path)
		if err != nil || len(again.Tensors) != len(got) {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		again.Close()
	})
}

func TestHalvesAreRead(t *testing.T) {
	data := file(`{"b":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"h":{"dtype":"F16","shape":[6],"data_offsets":[4,16]}}`, 0)
	for _, x := range []uint16{0x3fc0, 0xc2f7, 0x3c00, 0xc500, 0x0001, 0x83ff, 0x7bff, 0xfc00} {
		data = binary.LittleEndian.AppendUint16(data, x)
	}
	path := filepath.Join(t.TempDir(), "x.safetensors")
	os.WriteFile(path, data, 0o644)
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, want := range map[string][]float32{"b": {1.5, -123.5}, "h": {1, -5, 5.9604645e-08, -6.097555e-05, 65504, float32(math.Inf(-1))}} {
		if got := f.Tensors[name].Float32(); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestShardsAreOneModel(t *testing.T) {
	shard := func(t *testing.T, dir, file, tensor string) {
		if err := Write(filepath.Join(dir, file), []Tensor{{Name: tensor, Shape: []int{1}, Data: []float32{3}}}, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ index, says string }{
		{`{"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}`, ""},
		{`{"weight_map":{"a":"1.safetensors","b":"1.safetensors"}}`, `has the tensor "b", which is not there`},
		{`{"weight_map":{"a":"2.safetensors","b":"1.safetensors"}}`, `has in "2.safetensors"`},
		{`{"weight_map":{"a":"1.safetensors","b":"3.safetensors"}}`, "3.safetensors"},
		{`{"weight_map":{"a":"../1.safetensors"}}`, "not beside it"},
		{`{"weight_map":{}}`, "weight_map"},
		{`{`, "weight_map"},
	} {
		dir := t.TempDir()
		shard(t, dir, "1.safetensors", "a")
		shard(t, dir, "2.safetensors", "b")
		os.WriteFile(filepath.Join(dir, indexFile), []byte(c.index), 0o644)
		f, err := OpenDir(dir)
		switch {
		case c.says == "" && (err != nil || len(f.Tensors) != 2 || f.Tensors["b"].Float32()[0] != 3):
			t.Error(f, err)
		case c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), dir)):
			t.Errorf("%s: want an error with %q, got %v", c.index, c.says, err)
		}
	}
}
