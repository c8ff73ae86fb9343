// Package weights reads and writes safetensors files: eight bytes of header
// length, a JSON header, then the raw little-endian data.
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

// Tensor is one named array of float32.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

// headerMax is the longest header that is read, as in the reference reader.
const headerMax = 100 << 20

type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// Write writes the tensors and meta to path: to a file beside it first, which
// then takes its name, so that path is never half written.
func Write(path string, tensors []Tensor, meta map[string]string) error {
	header := map[string]any{}
	if len(meta) > 0 {
		header["__metadata__"] = meta
	}
	var at int64
	for _, t := range tensors {
		n := int64(len(t.Data)) * 4
		header[t.Name] = entry{"F32", t.Shape, [2]int64{at, at + n}}
		at += n
	}
	text, err := json.Marshal(header)
	if err != nil {
		return err
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
	return Atomic(path, out)
}

// Atomic writes a whole file: it is there complete, or as it was before.
func Atomic(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
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
	return os.Rename(f.Name(), path)
}

// Read reads a whole file. A file that is not what it says is an error that
// names it.
func Read(path string) (tensors map[string]Tensor, meta map[string]string, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	if tensors, meta, err = parse(data); err != nil {
		return nil, nil, fmt.Errorf("%s is corrupt: %w", path, err)
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
	if m, ok := raw["__metadata__"]; ok {
		if err := json.Unmarshal(m, &meta); err != nil {
			return nil, nil, fmt.Errorf("its metadata: %w", err)
		}
		delete(raw, "__metadata__")
	}
	body, tensors := data[8+n:], make(map[string]Tensor, len(raw))
	var total int64
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		var e entry
		if err := json.Unmarshal(raw[name], &e); err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		t, err := e.tensor(name, body)
		if err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		tensors[name] = t
		total += e.Offsets[1] - e.Offsets[0]
	}
	if total != int64(len(body)) {
		return nil, nil, fmt.Errorf("its tensors have %d bytes, the file %d", total, len(body))
	}
	return tensors, meta, nil
}

func (e entry) tensor(name string, body []byte) (Tensor, error) {
	if e.DType != "F32" {
		return Tensor{}, fmt.Errorf("its type is %q; only F32 is read here", e.DType)
	}
	n := int64(1)
	for _, d := range e.Shape {
		if d < 0 || d > 1<<31 || n*int64(d) > 1<<40 {
			return Tensor{}, fmt.Errorf("its shape is %v", e.Shape)
		}
		n *= int64(d)
	}
	a, b := e.Offsets[0], e.Offsets[1]
	if a < 0 || b < a || b > int64(len(body)) || b-a != 4*n {
		return Tensor{}, fmt.Errorf("bytes %d to %d do not hold the shape %v", a, b, e.Shape)
	}
	x := make([]float32, n)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[a+4*int64(i):]))
	}
	return Tensor{name, e.Shape, x}, nil
}
