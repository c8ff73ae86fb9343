package weights

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"github.com/turngym/turngym/kernels"
)

// Tensor is one named array, row-major, to be written.
type Tensor struct {
	Name  string
	Shape []int
	Half  bool // as bfloat16, rounded where it is not already
	Data  []float32
	Make  func() []float32 // Data where that is nil: made when it is written, so that not all are there at once
}

func (t Tensor) dtype() string {
	if t.Half {
		return "BF16"
	}
	return "F32"
}

// width is how many bytes a number has.
func (t Tensor) width() int { return widths[t.dtype()] }

// headerMax is the longest header that is read, as in the reference reader.
const headerMax = 100_000_000

// metadata is the header's key that is not a tensor.
const metadata = "__metadata__"

// errType is of a file that is sound but holds what is not read here.
var errType = errors.New("only F32, F16 and BF16 are read here; convert the file to one of them")

type entry struct {
	DType   string   `json:"dtype"`
	Shape   []int    `json:"shape"`
	Offsets [2]int64 `json:"data_offsets"`
}

// Write writes the tensors and meta to path: to a file beside it first, which
// then takes its name, so that path is never half written.
func Write(path string, tensors []Tensor, meta map[string]string) error {
	head, err := header(tensors, meta)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return atomic(path, func(f io.Writer) error {
		w := bufio.NewWriterSize(f, 1<<20)
		w.Write(head)
		for _, t := range tensors {
			x := t.Data
			if x == nil && t.Make != nil {
				x = t.Make()
			}
			if n, _ := size(t.Shape); int64(len(x)) != n {
				return fmt.Errorf("tensor %q has the shape %v and %d numbers", t.Name, t.Shape, len(x))
			}
			for len(x) > 0 {
				n := min(len(x), w.Available()/t.width())
				if n == 0 {
					if err := w.Flush(); err != nil {
						return err
					}
					continue
				}
				b := w.AvailableBuffer()
				for _, v := range x[:n] {
					if t.Half {
						b = binary.LittleEndian.AppendUint16(b, kernels.ToHalf(v))
					} else {
						b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
					}
				}
				w.Write(b)
				x = x[n:]
			}
		}
		return w.Flush()
	})
}

// header is all that comes before the data.
func header(tensors []Tensor, meta map[string]string) ([]byte, error) {
	head := make(map[string]any, len(tensors)+1)
	if len(meta) > 0 {
		head[metadata] = meta
	}
	var at int64
	for _, t := range tensors {
		if _, double := head[t.Name]; double || t.Name == metadata || t.Name == "" {
			return nil, fmt.Errorf("tensor name %q is reserved or there twice", t.Name)
		}
		n, ok := size(t.Shape)
		if !ok || t.Make == nil && n != int64(len(t.Data)) {
			return nil, fmt.Errorf("tensor %q has the shape %v and %d numbers", t.Name, t.Shape, len(t.Data))
		}
		end := at + n*int64(t.width())
		head[t.Name] = entry{t.dtype(), append([]int{}, t.Shape...), [2]int64{at, end}}
		at = end
	}
	text, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	for len(text)%8 != 0 {
		text = append(text, ' ')
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), nil
}

// Atomic writes a whole file: it is there complete, or as it was before.
func Atomic(path string, data []byte) error {
	return atomic(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func atomic(path string, write func(io.Writer) error) (err error) {
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
	if err = write(f); err != nil {
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
