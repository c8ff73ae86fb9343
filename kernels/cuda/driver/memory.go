package driver

import (
	"fmt"
	"math/bits"
	"sync"
	"unsafe"
)

// Memory is bytes on a device. The zero value is a null pointer.
type Memory struct {
	Addr  uint64
	Bytes int
}

// Slice is the bytes from to to-1.
func (m Memory) Slice(from, to int) Memory {
	if from < 0 || to < from || to > m.Bytes {
		panic(fmt.Sprintf("driver: bytes %d to %d of %d", from, to, m.Bytes))
	}
	return Memory{m.Addr + uint64(from), to - from}
}

// Use is what an allocator holds, in bytes, and what it has done.
type Use struct {
	Live     int64 // handed out
	Reserved int64 // taken from the driver: live and cached
	Most     int64 // that Reserved ever was
	Asked    int64 // allocations
	Served   int64 // of those, from the cache
}

// cache is the allocator: what is freed is kept by its size class, for the next
// of that class. The classes are eight to a doubling, so at most an eighth is
// lost, and a repeated pattern of sizes never asks the driver again.
type cache struct {
	dev   *Device
	exact bool // no classes, no keeping

	mu   sync.Mutex
	live map[uint64]int   // bytes of the class, by address
	free map[int][]uint64 // by class
	use  Use
}

const classLeast = 512

// class is the size that n bytes are rounded up to.
func class(n int) int {
	if n <= classLeast {
		return classLeast
	}
	step := 1 << (bits.Len(uint(n-1)) - 4)
	return (n + step - 1) / step * step
}

// Alloc is memory of any content. Zero bytes are the zero Memory.
func (d *Device) Alloc(bytes int) (Memory, error) {
	if bytes < 0 {
		return Memory{}, fmt.Errorf("allocate %d bytes on device %d: the size is negative; look for an overflow", bytes, d.Info.Index)
	}
	if bytes == 0 {
		return Memory{}, nil
	}
	addr, err := d.cache.take(bytes)
	return Memory{addr, bytes}, err
}

// Free takes back what Alloc gave. It may be handed out again at once, which is
// safe where all that use it are on one stream; for another stream, wait first.
func (d *Device) Free(m Memory) error {
	if m.Addr == 0 {
		return nil
	}
	return d.cache.give(m.Addr)
}

// Use says how much memory the device's allocator holds.
func (d *Device) Use() Use {
	d.cache.mu.Lock()
	defer d.cache.mu.Unlock()
	return d.cache.use
}

// Trim gives what is cached back to the driver.
func (d *Device) Trim() error {
	d.cache.mu.Lock()
	defer d.cache.mu.Unlock()
	return d.cache.trim()
}

func (c *cache) take(bytes int) (uint64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := bytes
	if !c.exact {
		n = class(bytes)
	}
	c.use.Asked++
	if list := c.free[n]; len(list) > 0 {
		addr := list[len(list)-1]
		c.free[n] = list[:len(list)-1]
		c.use.Served++
		c.hand(addr, n)
		return addr, nil
	}
	var addr uint64
	code := c.dev.cuda.calls.Alloc(&addr, uint64(n))
	if code == 2 && c.use.Reserved > c.use.Live {
		if err := c.trim(); err != nil {
			return 0, err
		}
		code = c.dev.cuda.calls.Alloc(&addr, uint64(n))
	}
	if code != 0 {
		return 0, c.refused(code, bytes)
	}
	c.use.Reserved += int64(n)
	c.use.Most = max(c.use.Most, c.use.Reserved)
	c.hand(addr, n)
	return addr, nil
}

func (c *cache) hand(addr uint64, n int) {
	c.live[addr] = n
	c.use.Live += int64(n)
}

func (c *cache) give(addr uint64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, ok := c.live[addr]
	if !ok {
		return fmt.Errorf("free %#x on device %d: it is not allocated; look for a second Free, or one of a slice", addr, c.dev.Info.Index)
	}
	delete(c.live, addr)
	c.use.Live -= int64(n)
	if c.exact {
		return c.drop(addr, n)
	}
	c.free[n] = append(c.free[n], addr)
	return nil
}

// trim empties the cache. The driver waits for the device at each block.
func (c *cache) trim() error {
	for n, list := range c.free {
		for i, addr := range list {
			if err := c.drop(addr, n); err != nil {
				c.free[n] = list[i:]
				return err
			}
		}
		delete(c.free, n)
	}
	return nil
}

func (c *cache) drop(addr uint64, n int) error {
	if code := c.dev.cuda.calls.Free(addr); code != 0 {
		return c.dev.fail(code, fmt.Sprintf("free %s on device %d", size(int64(n)), c.dev.Info.Index))
	}
	c.use.Reserved -= int64(n)
	return nil
}

// refused says what was asked for, what is left and who has the rest.
func (c *cache) refused(code int32, bytes int) error {
	err := c.dev.cuda.fail(code, fmt.Sprintf("allocate %s on device %d", size(int64(bytes)), c.dev.Info.Index))
	if !err.Is(ErrMemory) {
		return c.dev.fail(code, err.Act)
	}
	var free, total uint64
	c.dev.cuda.calls.MemInfo(&free, &total)
	err.Words += fmt.Sprintf(": %s of %s are free, this process holds %s in %d allocations",
		size(int64(free)), size(int64(total)), size(c.use.Live), len(c.live))
	err.Next = "take a smaller batch, shorter episodes or a smaller model, or end what else uses the GPU"
	return err
}

// Host is pinned memory: what copies that do not wait go from and to.
type Host struct {
	addr  uintptr
	bytes []byte
}

// Host allocates pinned memory, of any content. Free it with [Device.FreeHost].
func (d *Device) Host(bytes int) (Host, error) {
	if bytes < 1 {
		return Host{}, fmt.Errorf("allocate %d pinned bytes: at least 1 is needed", bytes)
	}
	var p *byte
	if code := d.cuda.calls.HostAlloc(&p, uint64(bytes), 0); code != 0 {
		return Host{}, d.fail(code, fmt.Sprintf("allocate %s of pinned memory", size(int64(bytes))))
	}
	return Host{uintptr(unsafe.Pointer(p)), unsafe.Slice(p, bytes)}, nil
}

// FreeHost waits for the device and takes back what Host gave.
func (d *Device) FreeHost(h Host) error {
	if code := d.cuda.calls.HostFree(h.addr); code != 0 {
		return d.fail(code, fmt.Sprintf("free %s of pinned memory", size(int64(len(h.bytes)))))
	}
	return nil
}

// Bytes is the memory itself.
func (h Host) Bytes() []byte { return h.bytes }

// Slice is the bytes from to to-1.
func (h Host) Slice(from, to int) Host {
	return Host{h.addr + uintptr(from), h.bytes[from:to:to]}
}

// View is pinned memory as numbers. T has no pointers.
func View[T any](h Host) []T {
	var t T
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(h.bytes))), len(h.bytes)/int(unsafe.Sizeof(t)))
}
