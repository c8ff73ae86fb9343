// Package cudatest runs kernels in tests: on the emulator, or with
// GYM_TEST_GPU=1 on this machine's first GPU.
package cudatest

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"unsafe"

	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/driver"
	"github.com/turngym/turngym/kernels/cuda/emu"
)

// Bench is a device, entered until the test ends, with a stream.
type Bench struct {
	testing.TB
	Dev    *driver.Device
	Stream *driver.Stream
	Emu    emu.Libs // without a path on a GPU
}

// New opens the bench. It skips the test where it can run on nothing.
func New(t testing.TB) *Bench {
	t.Helper()
	b := &Bench{TB: t, Emu: Prepare(t)}
	c, err := driver.Open()
	b.Must(err)
	dev, err := c.Device(0)
	b.Must(err)
	b.Dev = dev
	t.Cleanup(func() { b.Must(dev.Close()) })
	leave, err := dev.Enter()
	b.Must(err)
	t.Cleanup(leave)
	b.Stream, err = b.Dev.Stream()
	b.Must(err)
	t.Cleanup(func() { b.Stream.Close() })
	return b
}

// Prepare has the driver open the emulator for the rest of the test, or with
// GYM_TEST_GPU=1 what there is.
func Prepare(t testing.TB) emu.Libs {
	t.Helper()
	if os.Getenv("GYM_TEST_GPU") == "1" {
		return emu.Libs{}
	}
	return emu.Build(t)
}

// Open is a device until the test ends, on what Prepare found.
func Open(t testing.TB, o cuda.Options) *cuda.Device {
	t.Helper()
	Prepare(t)
	dev, err := cuda.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dev.Close() })
	return dev
}

// OpenAll is n devices until the test ends. It skips the test where there are not
// so many.
func OpenAll(t testing.TB, n int, o cuda.Options) (all []*cuda.Device) {
	t.Helper()
	lib := Prepare(t)
	if lib.Path != "" {
		lib.Set(t, "devices", strconv.Itoa(n))
	}
	if c, err := driver.Open(); err != nil {
		t.Fatal(err)
	} else if list, err := c.Devices(); err != nil || len(list) < n {
		t.Skipf("%d GPUs are wanted, and there are %d: %v", n, len(list), err)
	}
	for i := range n {
		o.Index = i
		dev, err := cuda.New(o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { dev.Close() })
		all = append(all, dev)
	}
	return all
}

// Must ends the test at an error.
func (b *Bench) Must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// Kernel compiles a file of testdata, and takes its kernel of the file's name.
func (b *Bench) Kernel(file string) *driver.Kernel {
	b.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file+".cu"))
	b.Must(err)
	m, err := b.Dev.Compile(driver.Source{Name: file + ".cu", Text: string(text), Headers: cuda.Headers()})
	b.Must(err)
	k, err := m.Kernel(file)
	b.Must(err)
	return k
}

// Room is n numbers of type T that were never written.
func Room[T any](b *Bench, n int) driver.Memory {
	b.Helper()
	var t T
	m, err := b.Dev.Alloc(n * int(unsafe.Sizeof(t)))
	b.Must(err)
	return m
}

// Put is numbers on the device.
func Put[T any](b *Bench, x []T) driver.Memory {
	b.Helper()
	m := Room[T](b, len(x))
	b.Must(driver.Write(b.Stream, m, x))
	return m
}

// Take is n numbers of the device's, once the stream's work is done.
func Take[T any](b *Bench, m driver.Memory, n int) []T {
	b.Helper()
	x := make([]T, n)
	b.Must(driver.Read(b.Stream, x, m))
	return x
}

// Orders runs f in each of the emulator's orders; once on a GPU.
func Orders(t *testing.T, f func(b *Bench)) {
	for _, order := range emu.Orders {
		t.Run(order, func(t *testing.T) {
			b := New(t)
			if b.Emu.Path != "" {
				b.Emu.Set(t, "order", order)
			} else if order != emu.Orders[0] {
				t.Skip("a GPU has one order")
			}
			f(b)
		})
	}
}
