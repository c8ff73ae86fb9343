package weights

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/turngym/turngym/kernels"
)

// Stored is a tensor in an open file.
type Stored struct {
	Name  string
	DType string // F32, F16 or BF16
	Shape []int
	Path  string // of its file
	data  []byte
}

// Float32 converts the tensor.
func (t Stored) Float32() []float32 {
	if t.DType == "F32" {
		x := make([]float32, len(t.data)/4)
		for i := range x {
			x[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.data[4*i:]))
		}
		return x
	}
	x := make([]float32, len(t.data)/2)
	for i := range x {
		h := binary.LittleEndian.Uint16(t.data[2*i:])
		if t.DType == "BF16" {
			x[i] = kernels.FromHalf(h)
		} else {
			x[i] = float16(h)
		}
	}
	return x
}

// float16 is an IEEE 754 binary16.
func float16(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, uint32(h>>10)&31, uint32(h)&1023
	switch exp {
	case 0: // subnormal: frac * 2^-24
		f := float32(frac) / (1 << 24)
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 31:
		return math.Float32frombits(sign | 0xff<<23 | frac<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
}

// File is one file, or all shards of a folder. Its tensors' data is the
// files' own memory, read where it is touched, until Close.
type File struct {
	Path    string
	Tensors map[string]Stored
	Meta    map[string]string // never nil
	unmap   []func() error
}

// Close gives the memory back. Nothing of the file may be used after it.
func (f *File) Close() error {
	var errs []error
	for _, u := range f.unmap {
		errs = append(errs, u())
	}
	f.unmap = nil
	return errors.Join(errs...)
}

// Open opens a file. The error of one that is not what it says names the file
// and what to do.
func Open(path string) (*File, error) {
	data, unmap, err := mapFile(path)
	if err != nil {
		return nil, err
	}
	f := &File{Path: path, unmap: []func() error{unmap}}
	if f.Tensors, f.Meta, err = parse(data); err != nil {
		f.Close()
		if errors.Is(err, errType) {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return nil, fmt.Errorf("%s is corrupt: %w; delete it or restore a backup", path, err)
	}
	for name, t := range f.Tensors {
		t.Path = path
		f.Tensors[name] = t
	}
	return f, nil
}

// The names of a model's weights in its folder: one file, or an index of shards.
const (
	oneFile   = "model.safetensors"
	indexFile = "model.safetensors.index.json"
)

// OpenDir opens a model's weights: model.safetensors, or the shards that
// model.safetensors.index.json lists.
func OpenDir(dir string) (*File, error) {
	path := filepath.Join(dir, oneFile)
	if _, err := os.Stat(path); err == nil {
		return Open(path)
	}
	path = filepath.Join(dir, indexFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s has neither %s nor %s: %w", dir, oneFile, indexFile, err)
	}
	if err != nil {
		return nil, err
	}
	var index struct {
		WeightMap map[string]string `json:"weight_map"`
	}
	if err := json.Unmarshal(text, &index); err != nil || len(index.WeightMap) == 0 {
		return nil, fmt.Errorf("%s has no weight_map of tensors and files: %v; fetch it again", path, err)
	}
	all := &File{Path: path, Tensors: map[string]Stored{}, Meta: map[string]string{}}
	for _, name := range slices.Compact(slices.Sorted(maps.Values(index.WeightMap))) {
		if !filepath.IsLocal(name) || strings.ContainsAny(name, `/\`) {
			all.Close()
			return nil, fmt.Errorf("%s names the file %q, which is not beside it", path, name)
		}
		f, err := Open(filepath.Join(dir, name))
		if err != nil {
			all.Close()
			return nil, err
		}
		all.unmap = append(all.unmap, f.unmap...)
		for tensor, t := range f.Tensors {
			if want := index.WeightMap[tensor]; want != name {
				all.Close()
				return nil, fmt.Errorf("%s has the tensor %q, which %s has in %q", t.Path, tensor, path, want)
			}
			all.Tensors[tensor] = t
		}
	}
	for _, tensor := range slices.Sorted(maps.Keys(index.WeightMap)) {
		if _, ok := all.Tensors[tensor]; !ok {
			all.Close()
			return nil, fmt.Errorf("%s says that %q has the tensor %q, which is not there", path, index.WeightMap[tensor], tensor)
		}
	}
	return all, nil
}

func parse(data []byte) (map[string]Stored, map[string]string, error) {
	if len(data) < 8 {
		return nil, nil, errors.New("it is shorter than a header")
	}
	n := binary.LittleEndian.Uint64(data)
	if n > headerMax || n > uint64(len(data)-8) {
		return nil, nil, fmt.Errorf("its header says %d bytes, the file has %d", n, len(data))
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data[8:8+n], &raw); err != nil {
		return nil, nil, fmt.Errorf("its header: %w", err)
	}
	meta := map[string]string{}
	if m, ok := raw[metadata]; ok {
		if err := json.Unmarshal(m, &meta); err != nil || meta == nil {
			return nil, nil, fmt.Errorf("its metadata is not an object of strings: %s", clip(m))
		}
		delete(raw, metadata)
	}
	names := slices.Sorted(maps.Keys(raw))
	entries := make(map[string]entry, len(raw))
	for _, name := range names {
		var e entry
		if err := json.Unmarshal(raw[name], &e); err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		entries[name] = e
	}
	body := data[8+n:]
	if err := contiguous(names, entries, int64(len(body))); err != nil {
		return nil, nil, err
	}
	tensors := make(map[string]Stored, len(raw))
	for _, name := range names {
		t, err := entries[name].tensor(name, body)
		if err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		tensors[name] = t
	}
	return tensors, meta, nil
}

// contiguous refuses data that is shared, out of range or nobody's.
func contiguous(names []string, entries map[string]entry, body int64) error {
	names = slices.Clone(names)
	slices.SortStableFunc(names, func(a, b string) int {
		x, y := entries[a].Offsets, entries[b].Offsets
		return slices.Compare(x[:], y[:])
	})
	at := int64(0)
	for _, name := range names {
		o := entries[name].Offsets
		if o[0] != at || o[1] < o[0] || o[1] > body {
			return fmt.Errorf("tensor %q has the bytes %d to %d, where %d to at most %d are left", name, o[0], o[1], at, body)
		}
		at = o[1]
	}
	if at != body {
		return fmt.Errorf("its tensors have %d bytes, the file %d", at, body)
	}
	return nil
}

// widths are the bytes of a number, by type.
var widths = map[string]int{"F32": 4, "F16": 2, "BF16": 2}

// tensor finds one; its offsets are within body.
func (e entry) tensor(name string, body []byte) (Stored, error) {
	width := int64(widths[e.DType])
	if width == 0 {
		return Stored{}, fmt.Errorf("its type is %q: %w", e.DType, errType)
	}
	n, ok := size(e.Shape)
	a, b := e.Offsets[0], e.Offsets[1]
	if !ok || b-a != width*n {
		return Stored{}, fmt.Errorf("bytes %d to %d do not hold the shape %v of %s", a, b, e.Shape, e.DType)
	}
	return Stored{Name: name, DType: e.DType, Shape: e.Shape, data: body[a:b]}, nil
}

// size is the number of elements of a shape, or false where there is none or
// it has no place in memory.
func size(shape []int) (int64, bool) {
	const most = 1 << 40
	n := int64(1)
	for _, d := range shape {
		if d < 0 || d > most || (d > 0 && n > most/int64(d)) {
			return 0, false
		}
		n *= int64(d)
	}
	return n, true
}

// clip is the start of a text, for error messages.
func clip(text []byte) []byte { return text[:min(len(text), 60)] }
