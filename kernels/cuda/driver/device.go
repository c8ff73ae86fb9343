package driver

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
)

// Device is one GPU's primary context, which other users in this process share.
// It is safe for goroutines.
type Device struct {
	Info Info

	cuda  *CUDA
	ctx   uintptr
	sync  bool // wait after each launch
	lost  atomic.Bool
	cache cache

	mu      sync.Mutex
	modules []*Module
	closed  bool
}

// Device opens a device, from 0.
func (c *CUDA) Device(i int) (*Device, error) {
	info, err := c.info(i)
	if err != nil {
		return nil, err
	}
	d := &Device{Info: info, cuda: c, sync: os.Getenv("GYM_CUDA_SYNC") == "1"}
	d.cache = cache{dev: d, exact: os.Getenv("GYM_CUDA_CACHE") == "0", live: map[uint64]int{}, free: map[int][]uint64{}}
	if code := c.calls.ContextRetain(&d.ctx, int32(i)); code != 0 {
		return nil, d.fail(code, fmt.Sprintf("take device %d", i))
	}
	return d, nil
}

// Enter makes the device current for this goroutine, which keeps its OS thread
// until leave is called. It costs less than a microsecond: once for a training
// step, not once for each call. What is entered last is current, and stays so when it
// is left: who has entered several, one within the other, enters again before each
// use of another one than the last.
func (d *Device) Enter() (leave func(), err error) {
	runtime.LockOSThread()
	if code := call(d.cuda.calls.SetCurrent, d.ctx); code != 0 {
		runtime.UnlockOSThread()
		return nil, d.fail(code, fmt.Sprintf("enter device %d", d.Info.Index))
	}
	return runtime.UnlockOSThread, nil
}

// within does f while the device is current.
func (d *Device) within(f func() error) error {
	leave, err := d.Enter()
	if err != nil {
		return err
	}
	defer leave()
	return f()
}

// Wait returns when all that was asked of the device is done.
func (d *Device) Wait() error {
	if code := d.cuda.calls.Synchronize(); code != 0 {
		return d.fail(code, fmt.Sprintf("wait for device %d", d.Info.Index))
	}
	return nil
}

// Lost says whether a call found the device lost: see [ErrLost].
func (d *Device) Lost() bool { return d.lost.Load() }

// Close frees what the device has for this package, except memory, streams and
// graphs that are still held. It needs no Enter; nothing may be running.
func (d *Device) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	leave, err := d.Enter()
	if err != nil {
		return err
	}
	defer leave()
	for _, m := range d.modules {
		m.unload()
	}
	d.cache.trim()
	call(d.cuda.calls.SetCurrent, 0)
	if code := d.cuda.calls.ContextRelease(int32(d.Info.Index)); code != 0 {
		return d.fail(code, fmt.Sprintf("give back device %d", d.Info.Index))
	}
	return nil
}

// fail is the error of a call, and remembers that the device is lost.
func (d *Device) fail(code int32, act string) error {
	err := d.cuda.fail(code, act)
	if err.Is(ErrLost) {
		d.lost.Store(true)
	}
	return err
}
