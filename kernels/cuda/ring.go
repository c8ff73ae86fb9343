package cuda

import (
	"slices"

	"github.com/turngym/turngym/kernels/cuda/driver"
)

// ring carries small lists (ids, positions, starts) to the device without waiting
// for it: from pinned memory to its mirror there, in the stream's order. It has two
// halves; one is written while the copies from the other are under way.
type ring struct {
	host   driver.Host
	mirror driver.Memory
	done   [2]*driver.Event // the copies from a half
	half   int              // that is written
	used   int              // bytes of it
}

const halfRing = 4 << 20 // bytes

func (r *ring) open(dev *driver.Device) (err error) {
	if r.host, err = dev.Host(2 * halfRing); err != nil {
		return err
	}
	if r.mirror, err = dev.Alloc(2 * halfRing); err != nil {
		return err
	}
	for i := range r.done {
		if r.done[i], err = dev.Event(false); err != nil {
			return err
		}
	}
	return nil
}

func (r *ring) close(dev *driver.Device) {
	for _, e := range r.done {
		e.Close()
	}
	dev.FreeHost(r.host)
	dev.Free(r.mirror)
}

// put finds a place for n bytes, at most a half.
func (r *ring) put(s *driver.Stream, n int) (from int, err error) {
	n = (n + 15) / 16 * 16
	if r.used+n > halfRing {
		if err := s.Record(r.done[r.half]); err != nil {
			return 0, err
		}
		r.half, r.used = 1-r.half, 0
		if err := r.done[r.half].Wait(); err != nil {
			return 0, err
		}
	}
	from = r.half*halfRing + r.used
	r.used += n
	return from, nil
}

// carry is a list on the device, for the rest of the call.
func carry[T any](d *Device, x []T) driver.Arg { return driver.Ptr(carried(d, x)) }

// together is carry of several lists with one copy: each is a call of the driver.
func together(d *Device, lists ...[]int32) (args []driver.Arg) {
	if d.later != nil { // they go with all the others, and stay at their places
		for _, x := range lists {
			args = append(args, carry(d, x))
		}
		return args
	}
	m, at := carried(d, slices.Concat(lists...)), 0
	for _, x := range lists {
		args = append(args, driver.Ptr(m.Slice(4*at, 4*(at+len(x)))))
		at += len(x)
	}
	return args
}

func carried[T any](d *Device, x []T) driver.Memory {
	if len(x) == 0 {
		return driver.Memory{}
	}
	b := bytesOf(x)
	if d.later != nil {
		if m, ok := d.shelve(b); ok {
			return m
		}
	}
	if len(b) > halfRing/2 || d.later != nil {
		m := d.temp(len(b))
		fail(driver.Write(d.now(), m, x))
		return m
	}
	from, err := d.ring.put(d.stream, len(b))
	fail(err)
	host, mirror := d.ring.host.Slice(from, from+len(b)), d.ring.mirror.Slice(from, from+len(b))
	copy(host.Bytes(), b)
	fail(d.stream.Upload(mirror, host))
	return mirror
}
