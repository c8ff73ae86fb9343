package driver

import (
	"fmt"
	"strings"
	"sync"
	"unsafe"
)

// Dim is a size in x, y and z; what is not given, or 0, is 1.
type Dim [3]int

func (d Dim) at(i int) uintptr { return uintptr(max(d[i], 1)) }

func (d Dim) least() int { return min(d[0], d[1], d[2]) }

func (d Dim) count() int { return int(d.at(0) * d.at(1) * d.at(2)) }

// Shape is how a kernel is launched.
type Shape struct {
	Grid   Dim // blocks
	Block  Dim // threads
	Shared int // bytes of dynamic shared memory
}

const (
	argsMost    = 64
	sharedPlain = 48 << 10 // of a block, without being asked for
)

// Kernel is a function of a device. It is safe for goroutines.
type Kernel struct {
	dev    *Device
	name   string
	handle uintptr
	signature

	mu     sync.Mutex        // guards what is below: the driver copies arguments before it returns
	values *[argsMost]uint64 // nil once the device is closed
	call   [11]uintptr
	shared int // bytes that the driver was told of
	drop   func()
}

// prepare takes the argument block: values, then pointers to them, where the
// garbage collector does not go.
func (k *Kernel) prepare() error {
	mem, drop, err := page()
	if err != nil {
		return err
	}
	block := (*struct {
		values   [argsMost]uint64
		pointers [argsMost]uintptr
	})(mem)
	for i := range block.pointers {
		block.pointers[i] = uintptr(unsafe.Pointer(&block.values[i]))
	}
	k.values, k.drop = &block.values, drop
	k.call[0], k.call[9] = k.handle, uintptr(unsafe.Pointer(&block.pointers))
	return nil
}

// Launch puts the kernel into a stream. The arguments are those of its KERNEL
// line, in its order; others are refused before anything runs. A fault of the
// kernel itself is seen later: see [Stream.Wait].
func (k *Kernel) Launch(s *Stream, shape Shape, args ...Arg) error {
	if err := k.refuse(shape, args); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.values == nil {
		return k.wrong("its device is closed")
	}
	for i := range args {
		k.values[i] = args[i].bits
	}
	if shape.Shared > k.shared {
		if err := k.grow(shape.Shared); err != nil {
			return err
		}
	}
	for i := range 3 {
		k.call[1+i], k.call[4+i] = shape.Grid.at(i), shape.Block.at(i)
	}
	k.call[7], k.call[8] = uintptr(shape.Shared), s.handle
	if code := call(k.dev.cuda.calls.Launch, k.call[:]...); code != 0 {
		return k.dev.fail(code, "launch "+k.act(shape))
	}
	if k.dev.sync && !s.graph {
		if code := call(k.dev.cuda.calls.StreamSync, s.handle); code != 0 {
			return k.dev.fail(code, "run "+k.act(shape))
		}
	}
	return nil
}

// refuse is what can be known to be wrong before a launch.
func (k *Kernel) refuse(shape Shape, args []Arg) error {
	if len(args) != len(k.params) {
		return k.wrong("%d arguments instead of %d", len(args), len(k.params))
	}
	for i := range args {
		if !k.params[i].takes(args[i]) {
			return k.wrong("argument %d, %s, is %s", i+1, k.params[i].name, args[i].String())
		}
	}
	if shape.Grid.least() < 0 || shape.Block.least() < 0 || shape.Shared < 0 {
		return k.wrong("a size is negative: grid %v, block %v, %d bytes shared", shape.Grid, shape.Block, shape.Shared)
	}
	if n := shape.Block.count(); k.threads > 0 && n > k.threads {
		return k.wrong("%d threads in a block, and its __launch_bounds__ has %d", n, k.threads)
	}
	return nil
}

// grow asks the driver for more shared memory than a kernel has without asking.
func (k *Kernel) grow(bytes int) error {
	if most := k.dev.Info.Shared; bytes > most {
		return fmt.Errorf("launch %s: %d bytes of shared memory, and a block has at most %d on this device: use smaller tiles", k.name, bytes, most)
	}
	if code := k.dev.cuda.calls.FuncSet(k.handle, 8, int32(bytes)); code != 0 {
		return k.dev.fail(code, fmt.Sprintf("give kernel %s %d bytes of shared memory", k.name, bytes))
	}
	k.shared = bytes
	return nil
}

// Resident is how many blocks of that shape a multiprocessor holds at once.
func (k *Kernel) Resident(shape Shape) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if shape.Shared > k.shared {
		if err := k.grow(shape.Shared); err != nil {
			return 0, err
		}
	}
	var n int32
	if code := k.dev.cuda.calls.Occupancy(&n, k.handle, int32(shape.Block.count()), uint64(shape.Shared)); code != 0 {
		return 0, k.dev.fail(code, "ask how many blocks fit of "+k.act(shape))
	}
	return int(n), nil
}

func (k *Kernel) act(s Shape) string {
	return fmt.Sprintf("%s, grid %dx%dx%d, block %dx%dx%d, %d bytes shared", k.name,
		s.Grid.at(0), s.Grid.at(1), s.Grid.at(2), s.Block.at(0), s.Block.at(1), s.Block.at(2), s.Shared)
}

// wrong is an error of the caller's, with the kernel's declaration.
func (k *Kernel) wrong(format string, args ...any) error {
	var list []string
	for _, p := range k.params {
		list = append(list, strings.TrimSpace(p.typ+" "+p.name))
	}
	return fmt.Errorf("launch %s: %s; it is declared %s(%s)", k.name, fmt.Sprintf(format, args...), k.name, strings.Join(list, ", "))
}
