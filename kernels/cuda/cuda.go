// Package cuda is the device of an NVIDIA GPU. Its kernels are the sources in
// src, compiled for the GPU at hand when it is opened; the road to it is
// kernels/cuda/driver, and kernels/cuda/emu runs the same sources and the same
// code here without one.
//
// Operations are put into one stream and done in their order; a call returns
// before its work is done, and Read waits. Products are cuBLASLt's, on tensor
// cores, where it is there, and attention is on them too, in bfloat16, where heads
// have a multiple of 16 numbers up to 128: then a row keeps its bits only among
// calls of the same sizes. An exact device does both in float32 itself, and keeps
// both promises of package kernels.
//
// Where activations are halves they stay so from product to product, keys and values
// too; what is computed between is float32 in registers. A product of a half and a
// float32 rounds the latter on its way, which takes memory and time: matrices that
// meet often are best of one type. An exact device takes no such activations.
//
// Within AsOne operations are put off and launched together: as a graph where the
// same ones came before, with the lists that they need in one copy. A step of
// decoding is one such, and drawing another. GYM_CUDA_GRAPHS=0 does without.
//
// An operation that the GPU fails in (its memory is full, it is lost) panics with
// a *kernels.Failure.
//
// A new kernel is a line KERNEL name(type arg, …) in a file of src, with T0, T1 and
// so on for numbers that may be halves, and a test: kerneltest for what is an
// operation of kernels.Device, and for what is not one like
// TestSaxpyAgreesWithFloat64, where cudatest.Orders runs it in every order of threads.
// A bug that the emulator finds is an error with the file's lines. GYM_TEST_GPU=1
// runs the same tests on a GPU, GYM_NVRTC_REAL has NVIDIA's compiler read the
// sources.
package cuda

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"unsafe"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

//go:embed *.cuh
var headers embed.FS

//go:embed src/*.cu
var sources embed.FS

// Headers are what a source may include, by name.
func Headers() map[string]string {
	all := map[string]string{}
	for _, name := range []string{"gym.cuh", "flash.cuh"} {
		text, err := headers.ReadFile(name)
		if err != nil {
			panic(err) // it is embedded
		}
		all[name] = string(text)
	}
	return all
}

// Device computes on a GPU. It is safe for many goroutines, of which one at a time
// is heard; the one of AsOne is for one goroutine.
type Device struct {
	*gpu
	later *later // within AsOne: what is put off; else nil
}

// gpu is what a device and the one of AsOne have in common.
type gpu struct {
	dev      *driver.Device
	stream   *driver.Stream // for what may not be put off; now has what was put off in it
	ring     ring
	exact    bool
	oneByOne bool
	fast     products // without cuBLASLt where the device is exact

	mu      sync.Mutex
	modules map[string]*driver.Module // by source and options
	ropes   map[ropeKey]buffer
	temps   []driver.Memory  // of the call at hand
	bufs    []kernels.Buffer // its arguments

	putOff       later // AsOne's
	arena, lists shelf // its temporary memory, and its lists
	graphs       graphs

	dropped struct { // by buffers that nobody has any more
		sync.Mutex
		list []driver.Memory
	}
}

// Options say how a device computes.
type Options struct {
	Index    int  // of the GPU, from 0
	OneByOne bool // launches no graphs, and puts nothing off; GYM_CUDA_GRAPHS=0 and GYM_CUDA_SYNC=1 do so, too
	Exact    bool // products and attention in float32, with the same bits for a row whatever else is in a call; much slower
}

// New takes a GPU.
func New(o Options) (*Device, error) {
	c, err := driver.Open()
	if err != nil {
		return nil, err
	}
	dev, err := c.Device(o.Index)
	if err != nil {
		return nil, err
	}
	oneByOne := o.OneByOne || os.Getenv("GYM_CUDA_GRAPHS") == "0" || os.Getenv("GYM_CUDA_SYNC") == "1"
	d := &Device{gpu: &gpu{dev: dev, exact: o.Exact, oneByOne: oneByOne, modules: map[string]*driver.Module{}, ropes: map[ropeKey]buffer{}}}
	leave, err := dev.Enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if d.stream, err = dev.Stream(); err != nil {
		return nil, err
	}
	if err := d.ring.open(dev); err != nil {
		return nil, err
	}
	if !o.Exact {
		if err := d.fast.open(dev); errors.Is(err, driver.ErrMemory) || errors.Is(err, driver.ErrLost) {
			return nil, err // without cuBLASLt the own kernels do
		}
	}
	// What cannot be compiled is known before any work is done, but for what is
	// compiled of the same sources when it is first wanted: for halves, and for a head
	// size.
	files, err := fs.Glob(sources, "src/*.cu")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		name := f[len("src/") : len(f)-len(".cu")]
		if strings.HasPrefix(name, "flash") {
			continue
		}
		if d.modules[name], err = d.compile(name); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (d *Device) compile(name string, options ...string) (*driver.Module, error) {
	text, err := sources.ReadFile("src/" + name + ".cu")
	if err != nil {
		return nil, err
	}
	return d.dev.Compile(driver.Source{Name: name + ".cu", Text: string(text), Headers: Headers(), Options: options})
}

// Name is "cuda:0 NVIDIA H100, cuBLASLt 12.9".
func (d *Device) Name() string {
	how := "own products"
	if d.fast.lt != nil {
		v := d.fast.lt.Version()
		how = fmt.Sprintf("cuBLASLt %d.%d", v/10000, v/100%100)
	}
	return fmt.Sprintf("cuda:%d %s, %s", d.dev.Info.Index, d.dev.Info.Name, how)
}

// Alone is the device itself: calls wait for each other.
func (d *Device) Alone() (kernels.Device, int) { return d, 1 }

// Use says how much memory the device's allocator holds.
func (d *Device) Use() driver.Use { return d.dev.Use() }

// Close gives the GPU back. Buffers must not be used after it.
func (d *Device) Close() (err error) {
	defer kernels.Guard(&err)
	if d.later != nil {
		return errors.New("close a GPU within AsOne")
	}
	defer d.begin()()
	d.graphs.forget()
	d.fast.close(d.dev)
	d.ring.close(d.dev)
	d.dev.Free(d.arena.mem)
	d.dev.Free(d.lists.mem)
	d.stream.Close()
	return d.dev.Close()
}

// begin makes a call the only one; end, which it returns, frees its temporary
// memory, which the stream may reuse for what comes later. Within AsOne it is. The
// call's buffers are held until then: an address alone does not keep what nobody has
// after the call, and memory may be looked for within it.
func (d *Device) begin(bufs ...kernels.Buffer) (end func()) {
	switch {
	case d.gpu == nil:
		panic("cuda: AsOne has ended, and its device is used")
	case d.later != nil:
		d.later.begin(d)
		d.bufs = append(d.bufs, bufs...)
		return func() { d.letGo(); d.later.end(d) }
	}
	d.mu.Lock()
	leave, err := d.dev.Enter()
	if err != nil {
		d.mu.Unlock()
		fail(err)
	}
	d.bufs = append(d.bufs, bufs...)
	return func() {
		d.letGo()
		for _, m := range d.temps {
			d.dev.Free(m)
		}
		d.temps = d.temps[:0]
		leave()
		d.mu.Unlock()
	}
}

// letGo of a call's buffers.
func (d *Device) letGo() {
	clear(d.bufs)
	d.bufs = d.bufs[:0]
}

// fail gives up a call.
func fail(err error) {
	if err != nil {
		panic(&kernels.Failure{Err: err})
	}
}

// Write copies src to the start of dst.
func (d *Device) Write(dst kernels.Buffer, src []float32) {
	defer d.begin(dst)()
	if len(src) == 0 {
		return
	}
	to := of(dst)
	if !to.half {
		fail(driver.Write(d.now(), to.mem, src))
		return
	}
	tmp := d.floats(len(src))
	fail(driver.Write(d.now(), tmp.mem, src))
	d.convert(to, tmp)
}

// Read fills dst from the start of src.
func (d *Device) Read(dst []float32, src kernels.Buffer) {
	defer d.begin(src)()
	if len(dst) == 0 {
		return
	}
	from := of(src)
	if from.half {
		tmp := d.floats(len(dst))
		d.convert(tmp, buffer{mem: from.mem, n: len(dst), half: true})
		from = tmp
	}
	fail(driver.Read(d.now(), dst, from.mem.Slice(0, 4*len(dst))))
}

// Copy copies src to the start of dst.
func (d *Device) Copy(dst, src kernels.Buffer) {
	defer d.begin(dst, src)()
	to, from := of(dst), of(src)
	if from.n == 0 {
		return
	}
	if to.half == from.half {
		d.copyTo(to.mem, from.mem)
		return
	}
	d.convert(to, from)
}

// convert copies all of src between types.
func (d *Device) convert(dst, src buffer) {
	d.eachOf(d.typed("elements", dst, src), "convert", src.n, driver.Ptr(dst.mem), driver.Ptr(src.mem))
}

// Zero clears b.
func (d *Device) Zero(b kernels.Buffer) {
	defer d.begin(b)()
	if of(b).n == 0 {
		return
	}
	if m := of(b).mem; m.Bytes%4 == 0 && m.Addr%4 == 0 {
		d.zero(m)
		return
	}
	d.each("clear", of(b).n, ptr(b))
}

const (
	threads  = 256     // of a block, where nothing asks for another number
	gridMost = 1 << 16 // blocks of a kernel that strides
)

// each runs a kernel of elements.cu on n of them.
func (d *Device) each(name string, n int, args ...driver.Arg) { d.eachOf("elements", name, n, args...) }

// eachOf is each, of elements.cu for other types.
func (d *Device) eachOf(module, name string, n int, args ...driver.Arg) {
	if n > 0 {
		d.launch(module, name, driver.Shape{Grid: driver.Dim{min(gridMost, over(n, 4*threads))}, Block: driver.Dim{threads}}, append(args, driver.U64(uint64(n)))...)
	}
}

// over is n/k, rounded up.
func over(n, k int) int { return (n + k - 1) / k }

// bytesOf is a slice's memory.
func bytesOf[T any](x []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(*new(T))))
}

var _ kernels.Device = (*Device)(nil)
