package cuda

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// buffer is numbers on the device.
type buffer struct {
	mem  driver.Memory
	n    int
	half bool
	root *root
}

// root is what a buffer and all its slices keep.
type root struct{ mem driver.Memory }

func (b buffer) Len() int   { return b.n }
func (b buffer) Half() bool { return b.half }

// width is how many bytes a number has.
func (b buffer) width() int { return widthOf(b.half) }

func widthOf(half bool) int {
	if half {
		return 2
	}
	return 4
}

func (b buffer) Slice(from, to int) kernels.Buffer {
	if from < 0 || to < from || to > b.n {
		panic(fmt.Sprintf("cuda: numbers %d to %d of a buffer of %d", from, to, b.n))
	}
	return buffer{b.mem.Slice(from*b.width(), to*b.width()), to - from, b.half, b.root}
}

func of(b kernels.Buffer) buffer { return b.(buffer) }

// memory is a buffer's; of nil none.
func memory(b kernels.Buffer) driver.Memory {
	if b == nil {
		return driver.Memory{}
	}
	return of(b).mem
}

// ptr is a buffer's memory as an argument; of nil null.
func ptr(b kernels.Buffer) driver.Arg { return driver.Ptr(memory(b)) }

// New makes a zeroed buffer of float32.
func (d *Device) New(n int) kernels.Buffer { return d.room(n, false) }

// NewHalf makes a zeroed buffer of bfloat16.
func (d *Device) NewHalf(n int) kernels.Buffer { return d.room(n, true) }

// Halves says that activations may be of bfloat16, unless float32 is asked for.
func (d *Device) Halves() bool { return !d.exact }

func (d *Device) room(n int, half bool) buffer {
	defer d.begin()()
	return d.alloc(n, half)
}

// alloc is room within a call.
func (d *Device) alloc(n int, half bool) buffer {
	d.sweep()
	b := buffer{n: n, half: half}
	bytes := (n*b.width() + 3) / 4 * 4
	mem := d.claim(bytes)
	b.mem, b.root = mem.Slice(0, n*b.width()), &root{mem}
	if bytes > 0 {
		// Within AsOne it is not put off: what is put off has not this memory, and a list
		// with an address of its own would never come again.
		fail(d.stream.Zero(mem))
		runtime.AddCleanup(b.root, d.gpu.drop, mem)
	}
	return b
}

// claim is memory of any content. Where it is full, what was put off is done, which
// holds some, and the garbage collector looks for buffers that nobody has any more; a
// second time gives what the first has found time to be dropped.
func (d *Device) claim(bytes int) driver.Memory {
	m, err := d.dev.Alloc(bytes)
	if errors.Is(err, driver.ErrMemory) {
		d.now()
		runtime.GC()
		runtime.GC()
		d.sweep()
		m, err = d.dev.Alloc(bytes)
	}
	fail(err)
	return m
}

// drop notes memory that nobody has any more; it is freed by the next call that
// allocates.
func (d *gpu) drop(m driver.Memory) {
	d.dropped.Lock()
	defer d.dropped.Unlock()
	d.dropped.list = append(d.dropped.list, m)
}

func (d *Device) sweep() {
	if d.later != nil && len(d.later.ops) > 0 {
		return // they may be with memory that nobody else has any more
	}
	d.dropped.Lock()
	defer d.dropped.Unlock()
	for _, m := range d.dropped.list {
		d.dev.Free(m)
	}
	d.dropped.list = d.dropped.list[:0]
}

// temp is memory of any content until the call ends.
func (d *Device) temp(bytes int) driver.Memory {
	if d.later != nil {
		if m, ok := d.arena.take(bytes, bytes); ok {
			return m
		}
	}
	m := d.claim(bytes)
	d.temps = append(d.temps, m)
	return m
}

// floats is temp as a buffer of n numbers, and halves of bfloat16.
func (d *Device) floats(n int) buffer { return buffer{mem: d.temp(4 * n), n: n} }
func (d *Device) halves(n int) buffer { return buffer{mem: d.temp(2 * n), n: n, half: true} }

// halved is the first n numbers of b in bfloat16: b itself, or rounded.
func (d *Device) halved(b buffer, n int) buffer {
	if b.half {
		return b
	}
	tmp := d.halves(n)
	d.convert(tmp, buffer{mem: b.mem, n: n})
	return tmp
}
