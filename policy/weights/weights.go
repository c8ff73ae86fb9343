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
)

// Tensor is one named array of float32, row-major.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

// headerMax is the longest header that is read, as in the reference reader.
const headerMax = 100_000_000

// metadata is the header's key that is not a tensor.
const metadata = "__metadata__"

// errType is of a file that is sound but holds what is not read here.
var errType = errors.New("only F32 is read here; convert the file to float32")

type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// Write writes the tensors and meta to path: to a file beside it first, which
// then takes its name, so that path is never half written.
func Write(path string, tensors []Tensor, meta map[string]string) error {
	data, err := format(tensors, meta)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return Atomic(path, data)
}

func format(tensors []Tensor, meta map[string]string) ([]byte, error) {
	header := make(map[string]any, len(tensors)+1)
	if len(meta) > 0 {
		header[metadata] = meta
	}
	var at int64
	for _, t := range tensors {
		if _, double := header[t.Name]; double || t.Name == metadata || t.Name == "" {
			return nil, fmt.Errorf("tensor name %q is reserved or there twice", t.Name)
		}
		if n, ok := size(t.Shape); !ok || n != int64(len(t.Data)) {
			return nil, fmt.Errorf("tensor %q has the shape %v and %d numbers", t.Name, t.Shape, len(t.Data))
		}
		end := at + 4*int64(len(t.Data))
		header[t.Name] = entry{"F32", append([]int{}, t.Shape...), [2]int64{at, end}}
		at = end
	}
	text, err := json.Marshal(header)
	if err != nil {
		return nil, err
	}
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	out := make([]byte, 0, 8+len(text)+int(at))
	out = binary.LittleEndian.AppendUint64(out, uint64(len(text)))
	out = append(out, text...)
	for _, t := range tensors {
		for _, x := range t.Data {
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(x))
		}
	}
	return out, nil
}

// Atomic writes a whole file: it is there complete, or as it was before.
func Atomic(path string, data []byte) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(data); err != nil {
		return err
	}
	if err = f.Chmod(0o644); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	if d, open := os.Open(dir); open == nil { // the rename lasts once the folder is on disk; not every system can say so
		d.Sync()
		d.Close()
	}
	return nil
}

// Read reads a whole file: its tensors by name and its metadata, which is
// never nil. The error of a file that is not what it says names the file and
// what to do.
func Read(path string) (tensors map[string]Tensor, meta map[string]string, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	tensors, meta, err = parse(data)
	switch {
	case errors.Is(err, errType):
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	case err != nil:
		return nil, nil, fmt.Errorf("%s is corrupt: %w; delete it or restore a backup", path, err)
	}
	return tensors, meta, nil
}

func parse(data []byte) (map[string]Tensor, map[string]string, error) {
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
	tensors := make(map[string]Tensor, len(raw))
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

// tensor reads one; its offsets are within body.
func (e entry) tensor(name string, body []byte) (Tensor, error) {
	if e.DType != "F32" {
		return Tensor{}, fmt.Errorf("its type is %q: %w", e.DType, errType)
	}
	n, ok := size(e.Shape)
	a, b := e.Offsets[0], e.Offsets[1]
	if !ok || b-a != 4*n {
		return Tensor{}, fmt.Errorf("bytes %d to %d do not hold the shape %v", a, b, e.Shape)
	}
	x := make([]float32, n)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[a+4*int64(i):]))
	}
	return Tensor{name, e.Shape, x}, nil
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
