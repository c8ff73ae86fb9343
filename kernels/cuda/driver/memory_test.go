package driver_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// cached is a bench whose allocator keeps what is freed, as it does by default.
func cached(t *testing.T) *cudatest.Bench {
	b := cudatest.New(t)
	t.Setenv("GYM_CUDA_CACHE", "")
	c, err := driver.Open()
	b.Must(err)
	b.Dev, err = c.Device(0)
	b.Must(err)
	dev := b.Dev
	t.Cleanup(func() { dev.Close() })
	return b
}

func TestARepeatedPatternOfSizesNeverAsksTheDriverAgain(t *testing.T) {
	b := cached(t)
	sizes := []int{100, 5000, 1 << 20, 1<<20 + 1, 77, 300_000, 5000}
	var reserved int64
	for turn := range 20 {
		var held []driver.Memory
		for i := range sizes {
			m, err := b.Dev.Alloc(sizes[(i+turn)%len(sizes)] - turn%3)
			b.Must(err)
			held = append(held, m)
		}
		for _, m := range held {
			b.Must(b.Dev.Free(m))
		}
		if turn == 2 {
			reserved = b.Dev.Use().Reserved
		}
	}
	u := b.Dev.Use()
	if u.Reserved != reserved || u.Most != reserved || u.Live != 0 || u.Asked != 140 || u.Served < 110 {
		t.Errorf("%+v, and %d were reserved after the third turn", u, reserved)
	}
	b.Must(b.Dev.Trim())
	if u := b.Dev.Use(); u.Reserved != 0 {
		t.Errorf("%+v after Trim", u)
	}
}

func TestOutOfMemoryEmptiesTheCacheFirst(t *testing.T) {
	b := cached(t)
	b.Emu.Set(t, "memory", "1048576")
	x, err := b.Dev.Alloc(700_000)
	b.Must(err)
	b.Must(b.Dev.Free(x))
	y, err := b.Dev.Alloc(400_000) // of another class: there is room only without x
	b.Must(err)
	_, err = b.Dev.Alloc(900_000)
	wants(t, err, "allocate 878.9 KiB on device 0", "CUDA_ERROR_OUT_OF_MEMORY", "of 1.0 MiB are free", "this process holds 416.0 KiB in 1 allocations", "smaller batch")
	if !errors.Is(err, driver.ErrMemory) || errors.Is(err, driver.ErrLost) || b.Dev.Lost() {
		t.Error("out of memory is taken for something else")
	}
	b.Must(b.Dev.Free(y))
	_, err = b.Dev.Alloc(900_000)
	b.Must(err)
}

func TestASecondFreeIsAnError(t *testing.T) {
	b := cached(t)
	m, err := b.Dev.Alloc(100)
	b.Must(err)
	b.Must(b.Dev.Free(m))
	wants(t, b.Dev.Free(m), "not allocated", "second Free")
	if _, err := b.Dev.Alloc(-1); err == nil {
		t.Error("a negative size is given")
	}
	none, err := b.Dev.Alloc(0)
	b.Must(err)
	b.Must(b.Dev.Free(none))
}

func TestMemoryComesBackAsItWent(t *testing.T) {
	b := cudatest.New(t)
	x := []uint32{1, 2, 3, 4, 5, 6, 7, 8}
	m := cudatest.Put(b, x)
	b.Must(b.Stream.Fill(m.Slice(8, 16), 9))
	b.Must(b.Stream.Zero(m.Slice(28, 32)))
	b.Must(b.Stream.Copy(m.Slice(0, 4), m.Slice(12, 16)))
	if got := cudatest.Take[uint32](b, m, 8); !slices.Equal(got, []uint32{9, 2, 9, 9, 5, 6, 7, 0}) {
		t.Error(got)
	}
	wants(t, b.Stream.Copy(m.Slice(0, 4), m), "copy 32 bytes into 4")
}
