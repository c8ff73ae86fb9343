package driver

import (
	"fmt"
	"runtime"
	"time"
	"unsafe"
)

// Stream is work in order. It is for one goroutine at a time.
type Stream struct {
	dev    *Device
	handle uintptr
	graph  bool // capturing
}

// Stream makes a stream that does not wait for others.
func (d *Device) Stream() (*Stream, error) {
	s := &Stream{dev: d}
	if code := d.cuda.calls.StreamCreate(&s.handle, 1); code != 0 {
		return nil, d.fail(code, "make a stream")
	}
	return s, nil
}

// Close forgets the stream. It does not wait; what was asked for is still done.
func (s *Stream) Close() error {
	return s.check(s.dev.cuda.calls.StreamDestroy(s.handle), "close a stream")
}

// Wait returns when all the stream's work is done. A fault of a kernel that was
// launched before is often seen first here.
func (s *Stream) Wait() error {
	return s.check(call(s.dev.cuda.calls.StreamSync, s.handle), "wait for a stream")
}

// Done says whether all the stream's work is done.
func (s *Stream) Done() (bool, error) {
	return s.dev.done(call(s.dev.cuda.calls.StreamQuery, s.handle), "ask a stream")
}

func (d *Device) done(code int32, act string) (bool, error) {
	switch code {
	case 0:
		return true, nil
	case codeNotReady:
		return false, nil
	}
	return false, d.fail(code, act)
}

func (s *Stream) check(code int32, act string) error {
	if code == 0 {
		return nil
	}
	return s.dev.fail(code, act)
}

// Upload copies src to the start of dst, later: src must stay as it is until the
// stream was waited for.
func (s *Stream) Upload(dst Memory, src Host) error {
	n := len(src.bytes)
	if n > dst.Bytes {
		return fmt.Errorf("upload %d bytes into %d", n, dst.Bytes)
	}
	if n == 0 {
		return nil
	}
	if code := call(s.dev.cuda.calls.Upload, uintptr(dst.Addr), src.addr, uintptr(n), s.handle); code != 0 {
		return s.dev.fail(code, fmt.Sprintf("upload %d bytes", n))
	}
	return nil
}

// Download fills dst from the start of src, later: dst has it when the stream
// was waited for.
func (s *Stream) Download(dst Host, src Memory) error {
	n := len(dst.bytes)
	if n > src.Bytes {
		return fmt.Errorf("download %d bytes of %d", n, src.Bytes)
	}
	if n == 0 {
		return nil
	}
	if code := call(s.dev.cuda.calls.Download, dst.addr, uintptr(src.Addr), uintptr(n), s.handle); code != 0 {
		return s.dev.fail(code, fmt.Sprintf("download %d bytes", n))
	}
	return nil
}

// Copy copies src to the start of dst; the two do not overlap.
func (s *Stream) Copy(dst, src Memory) error {
	if src.Bytes > dst.Bytes {
		return fmt.Errorf("copy %d bytes into %d", src.Bytes, dst.Bytes)
	}
	if src.Bytes == 0 {
		return nil
	}
	if code := call(s.dev.cuda.calls.Copy, uintptr(dst.Addr), uintptr(src.Addr), uintptr(src.Bytes), s.handle); code != 0 {
		return s.dev.fail(code, fmt.Sprintf("copy %d bytes", src.Bytes))
	}
	return nil
}

// Zero clears m.
func (s *Stream) Zero(m Memory) error {
	if m.Bytes == 0 {
		return nil
	}
	if code := call(s.dev.cuda.calls.Set8, uintptr(m.Addr), 0, uintptr(m.Bytes), s.handle); code != 0 {
		return s.dev.fail(code, fmt.Sprintf("clear %d bytes", m.Bytes))
	}
	return nil
}

// Fill sets each 4 bytes of m, whose size is a multiple of that, to v.
func (s *Stream) Fill(m Memory, v uint32) error {
	if m.Bytes < 4 {
		return nil
	}
	if code := call(s.dev.cuda.calls.Set32, uintptr(m.Addr), uintptr(v), uintptr(m.Bytes/4), s.handle); code != 0 {
		return s.dev.fail(code, fmt.Sprintf("fill %d bytes", m.Bytes))
	}
	return nil
}

// Write copies src, ordinary Go memory without pointers, to the start of dst and
// waits for the stream. For weights and tests; a loop that trains has a Host.
func Write[T any](s *Stream, dst Memory, src []T) error {
	if len(src) == 0 {
		return nil
	}
	h, unpin := pin(src)
	defer unpin()
	if err := s.Upload(dst, h); err != nil {
		return err
	}
	return s.Wait()
}

// Read fills dst, ordinary Go memory without pointers, from the start of src,
// once the stream's work is done.
func Read[T any](s *Stream, dst []T, src Memory) error {
	if len(dst) == 0 {
		return nil
	}
	h, unpin := pin(dst)
	defer unpin()
	if err := s.Download(h, src); err != nil {
		return err
	}
	return s.Wait()
}

// pin is Go's memory for the time of a copy that is waited for.
func pin[T any](x []T) (Host, func()) {
	var p runtime.Pinner
	p.Pin(&x[0])
	at := unsafe.Pointer(&x[0])
	return Host{uintptr(at), unsafe.Slice((*byte)(at), len(x)*int(unsafe.Sizeof(x[0])))}, p.Unpin
}

// Event is a place in a stream.
type Event struct {
	dev    *Device
	handle uintptr
}

// Event makes an event; one with a time is for [Elapsed].
func (d *Device) Event(timed bool) (*Event, error) {
	e := &Event{dev: d}
	flags := uint32(2)
	if timed {
		flags = 0
	}
	if code := d.cuda.calls.EventCreate(&e.handle, flags); code != 0 {
		return nil, d.fail(code, "make an event")
	}
	return e, nil
}

// Close forgets the event.
func (e *Event) Close() error {
	if code := e.dev.cuda.calls.EventDestroy(e.handle); code != 0 {
		return e.dev.fail(code, "close an event")
	}
	return nil
}

// Record puts e after the stream's work so far.
func (s *Stream) Record(e *Event) error {
	return s.check(call(s.dev.cuda.calls.EventRecord, e.handle, s.handle), "record an event")
}

// After has the stream's later work wait for e, which another stream recorded.
func (s *Stream) After(e *Event) error {
	return s.check(call(s.dev.cuda.calls.StreamWait, s.handle, e.handle, 0), "wait for another stream")
}

// Wait returns when the work before e is done.
func (e *Event) Wait() error {
	if code := call(e.dev.cuda.calls.EventSync, e.handle); code != 0 {
		return e.dev.fail(code, "wait for an event")
	}
	return nil
}

// Done says whether the work before e is done.
func (e *Event) Done() (bool, error) {
	return e.dev.done(call(e.dev.cuda.calls.EventQuery, e.handle), "ask an event")
}

// Elapsed is the device's time between two events that are done, good to half a
// microsecond.
func Elapsed(from, to *Event) (time.Duration, error) {
	var ms float32
	if code := from.dev.cuda.calls.EventElapsed(&ms, from.handle, to.handle); code != 0 {
		return 0, from.dev.fail(code, "take the time between events")
	}
	return time.Duration(float64(ms) * 1e6), nil
}
