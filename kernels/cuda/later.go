package cuda

import (
	"bytes"
	"math/bits"
	"slices"
	"unsafe"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// AsOne runs f and puts off what it asks for, until f ends, reads a result or
// writes from the host. Then the lists of what was put off (ids, places, addresses)
// go to the device in one copy, and the operations follow: as a graph where the
// same came before, in the same order, with the same arguments. A graph names
// memory by address. It is launched only for operations that name the same, and
// whose buffers are there, so it need not keep any.
//
// The device is f's alone until it ends. Where f panics, what is put off by then
// is not done.
func (d *Device) AsOne(f func(dev kernels.Device)) {
	if d.later != nil || d.oneByOne {
		f(d)
		return
	}
	defer d.begin()()
	d.arena.grow(d.dev)
	d.lists.grow(d.dev)
	within := &Device{d.gpu, &d.gpu.putOff}
	defer func() {
		within.later.clear()
		within.later.give(d.dev)
		within.later.pages = nil
		within.gpu = nil // it must not be used any more
	}()
	f(within)
	within.now()
}

// later is what is put off. Its temporary memory and its lists are at the same
// places from one AsOne to the next: on the device's shelves.
type later struct {
	ops  []op
	args []driver.Arg // of the launches, one after the other

	bytes   []byte // what the shelf of lists is to have
	sent    int    // of these it has
	carried []list
	pages   *pageLists // of the last AttentionPaged

	temps []driver.Memory // of operations, what the shelf has no room for
	held  int             // bytes of those
}

// op is an operation. Two that are equal do the same.
type op struct {
	kernel *driver.Kernel // a launch, or
	plan   *driver.Plan   // a product, or D becomes a copy of A, or zeros where A is none
	shape  driver.Shape
	args   int // so many of the list's are the kernel's
	on     driver.Operands
}

// list is one that was carried to the shelf.
type list struct {
	src []byte // the caller's: as long as it is held, nothing else has its place
	at  driver.Memory
}

// heldMost is how many bytes of temporary memory are held back before what is put
// off is done.
const heldMost = 64 << 20

// begin begins an operation: what the last one had of the shelves is free again.
func (l *later) begin(d *Device) {
	d.arena.used = 0
	if l.held > heldMost {
		d.now()
	}
	if len(l.ops) == 0 {
		d.lists.used, l.bytes, l.sent, l.carried = 0, l.bytes[:0], 0, l.carried[:0]
	}
}

// end ends it. Its own memory stays until it is done.
func (l *later) end(d *Device) {
	for _, m := range d.temps {
		l.held += m.Bytes
	}
	l.temps = append(l.temps, d.temps...)
	d.temps = d.temps[:0]
}

func (l *later) clear() {
	clear(l.ops)
	l.ops, l.args = l.ops[:0], l.args[:0]
}

// give frees memory that nothing is put off with.
func (l *later) give(dev *driver.Device) {
	for _, m := range l.temps {
		dev.Free(m)
	}
	l.temps, l.held = l.temps[:0], 0
}

// run puts the operations into the stream.
func (l *later) run(s *driver.Stream) (err error) {
	args := l.args
	for i := range l.ops {
		switch o := &l.ops[i]; {
		case o.kernel != nil:
			err = o.kernel.Launch(s, o.shape, args[:o.args]...)
			args = args[o.args:]
		case o.plan != nil:
			err = o.plan.Run(s, o.on)
		case o.on.A.Addr != 0:
			err = s.Copy(o.on.D, o.on.A)
		default:
			err = s.Zero(o.on.D)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// now is the stream, with all in it that was put off.
func (d *Device) now() *driver.Stream {
	l := d.later
	if l == nil || len(l.ops) == 0 {
		return d.stream
	}
	defer l.give(d.dev)
	defer l.clear()
	d.send(l)
	fail(d.graphs.run(d.dev, l, d.stream))
	return d.stream
}

// shelve is a list on the device, where there is room on the shelf. One that a
// caller gives to several operations is carried once.
func (d *Device) shelve(b []byte) (at driver.Memory, ok bool) {
	l := d.later
	for _, c := range l.carried {
		from := int(c.at.Addr - d.lists.mem.Addr)
		if unsafe.SliceData(c.src) == unsafe.SliceData(b) && len(c.src) == len(b) && bytes.Equal(b, l.bytes[from:from+len(b)]) {
			return c.at, true
		}
	}
	if at, ok = d.lists.take(len(b), roomy(len(b))); !ok {
		return at, false
	}
	from := int(at.Addr - d.lists.mem.Addr)
	l.bytes = slices.Grow(l.bytes, from+len(b)-len(l.bytes))[:from+len(b)]
	copy(l.bytes[from:], b)
	l.carried = append(l.carried, list{b, at})
	return at, true
}

// roomy is the room that a list of n bytes gets: one that grows by a little stays
// where it is, and so do those behind it.
func roomy(n int) int { return 1 << max(6, bits.Len(uint(n-1))) }

// send copies the lists to their shelf.
func (d *Device) send(l *later) {
	some := l.bytes[l.sent:]
	if len(some) == 0 {
		return
	}
	to := d.lists.mem.Slice(l.sent, len(l.bytes))
	l.sent = len(l.bytes)
	if len(some) > halfRing/2 {
		fail(driver.Write(d.stream, to, some))
		return
	}
	from, err := d.ring.put(d.stream, len(some))
	fail(err)
	host := d.ring.host.Slice(from, from+len(some))
	copy(host.Bytes(), some)
	fail(d.stream.Upload(to, host))
}

// launch runs a kernel of a source.
func (d *Device) launch(source, name string, shape driver.Shape, args ...driver.Arg) {
	k, err := d.modules[source].Kernel(name)
	fail(err)
	if l := d.later; l != nil {
		l.args = append(l.args, args...)
		l.ops = append(l.ops, op{kernel: k, shape: shape, args: len(args)})
		return
	}
	fail(k.Launch(d.stream, shape, args...))
}

// product runs a plan.
func (d *Device) product(plan *driver.Plan, on driver.Operands) {
	if l := d.later; l != nil {
		l.ops = append(l.ops, op{plan: plan, on: on})
		return
	}
	fail(plan.Run(d.stream, on))
}

// copyTo copies all of src, some bytes.
func (d *Device) copyTo(dst, src driver.Memory) {
	if l := d.later; l != nil {
		l.ops = append(l.ops, op{on: driver.Operands{D: dst, A: src}})
		return
	}
	fail(d.stream.Copy(dst, src))
}

// zero clears m.
func (d *Device) zero(m driver.Memory) {
	if l := d.later; l != nil {
		l.ops = append(l.ops, op{on: driver.Operands{D: m}})
		return
	}
	fail(d.stream.Zero(m))
}

// shelf is memory of which AsOne's operations get theirs from the start, so that
// it is at the same place in the next one.
type shelf struct {
	mem  driver.Memory
	used int
	want int // the most that there should have been room for
}

const (
	shelfLeast = 1 << 20
	shelfMost  = 64 << 20
)

// take is n bytes with room for so many, if there is that.
func (s *shelf) take(n, room int) (m driver.Memory, ok bool) {
	from := s.used
	to := from + (room+aligned-1)/aligned*aligned
	if to > shelfMost {
		return m, false
	}
	s.used, s.want = to, max(s.want, to)
	if to > s.mem.Bytes {
		return m, false
	}
	return s.mem.Slice(from, from+n), true
}

// grow makes room for what was wanted, where there is memory for it. What is in it
// is lost.
func (s *shelf) grow(dev *driver.Device) {
	if s.want = max(s.want, shelfLeast); s.want <= s.mem.Bytes {
		return
	}
	more, err := dev.Alloc(min(shelfMost, s.want+s.want/2))
	if err != nil {
		s.want = s.mem.Bytes // until it is wanted again
		return
	}
	dev.Free(s.mem)
	s.mem = more
}
