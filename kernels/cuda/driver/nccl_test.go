package driver_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// clique is the first GPUs of the machine, n of them, with a stream each.
type clique struct {
	*testing.T
	*driver.Clique
	cuda    *driver.CUDA
	devs    []*driver.Device
	streams []*driver.Stream
}

func newClique(t *testing.T, n int) *clique {
	lib := cudatest.Prepare(t)
	if lib.Path != "" {
		lib.Set(t, "devices", "4")
	}
	c := &clique{T: t}
	var err error
	c.cuda, err = driver.Open()
	c.must(err)
	if list, err := c.cuda.Devices(); err != nil || len(list) < n {
		t.Skipf("%d GPUs are wanted, and there are %d", n, len(list))
	}
	for i := range n {
		d, err := c.cuda.Device(i)
		c.must(err)
		t.Cleanup(func() { d.Close() })
		c.devs = append(c.devs, d)
		c.on(i, func() {
			s, err := d.Stream()
			c.must(err)
			c.streams = append(c.streams, s)
		})
	}
	c.Clique, err = c.cuda.Clique(c.devs)
	c.must(err)
	t.Cleanup(func() { c.Close() })
	return c
}

func (c *clique) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// on does f on a device.
func (c *clique) on(i int, f func()) {
	c.Helper()
	leave, err := c.devs[i].Enter()
	c.must(err)
	defer leave()
	f()
}

// put is numbers on a device; take reads them.
func (c *clique) put(i int, x []float32) (m driver.Memory) {
	c.Helper()
	c.on(i, func() {
		var err error
		m, err = c.devs[i].Alloc(4 * len(x))
		c.must(err)
		c.must(driver.Write(c.streams[i], m, x))
	})
	return m
}

func (c *clique) take(i int, m driver.Memory) []float32 {
	c.Helper()
	x := make([]float32, m.Bytes/4)
	c.on(i, func() { c.must(driver.Read(c.streams[i], x, m)) })
	return x
}

func TestSeveralGPUsSum(t *testing.T) {
	for _, n := range []int{2, 3} {
		c := newClique(t, n)
		for _, size := range []int{1, 1000} {
			var bufs []driver.Memory
			want := make([]float32, size)
			for i := range n {
				x := make([]float32, size)
				for j := range x {
					x[j] = float32((i+1)*(j%7) + i)
					want[j] += x[j] // small integers: exact in any order
				}
				bufs = append(bufs, c.put(i, x))
			}
			for range 2 { // what was summed is summed again
				c.must(c.Sum(c.streams, bufs))
				for i := range n {
					if got := c.take(i, bufs[i]); !slices.Equal(got, want) {
						t.Fatalf("%d devices: device %d has %v, want %v", n, i, got[:1], want[:1])
					}
				}
				for j := range want {
					want[j] *= float32(n)
				}
			}
		}
	}
}

func TestWhatIsAskedOfAStreamBeforeItsSumIsInIt(t *testing.T) {
	c := newClique(t, 2)
	zero := c.put(0, []float32{5, 6})
	bufs := []driver.Memory{zero, c.put(1, []float32{1, 2})}
	c.on(0, func() { c.must(c.streams[0].Zero(zero)) }) // not waited for
	c.must(c.Sum(c.streams, bufs))
	for i := range 2 {
		if got := c.take(i, bufs[i]); !slices.Equal(got, []float32{1, 2}) {
			t.Errorf("device %d has %v", i, got)
		}
	}
}

// What has GPUs wait for each other forever is an error of the emulator's.
func TestMistakesInASumAreNamed(t *testing.T) {
	for name, at := range map[string]struct {
		sum  func(c *clique) error
		says []string
	}{
		"another length": {func(c *clique) error {
			return c.Sum(c.streams, []driver.Memory{c.put(0, make([]float32, 8)), c.put(1, make([]float32, 7))})
		}, []string{"NCCL: sum over 2 devices", "rank 1 (device 1) sums 7 numbers, rank 0 8"}},
		"another device's buffer": {func(c *clique) error {
			return c.Sum(c.streams, []driver.Memory{c.put(0, make([]float32, 8)), c.put(0, make([]float32, 8))})
		}, []string{"NCCL: sum 8 numbers of device 1", "its buffer is of device 0"}},
		"out of bounds": {func(c *clique) error {
			m := c.put(0, make([]float32, 8))
			m.Bytes = 64
			return c.Sum(c.streams, []driver.Memory{m, c.put(1, make([]float32, 16))})
		}, []string{"64 bytes from byte 0 of"}},
		"freed": {func(c *clique) error {
			m := c.put(0, make([]float32, 8))
			c.on(0, func() { c.must(c.devs[0].Free(m)) })
			return c.Sum(c.streams, []driver.Memory{m, c.put(1, make([]float32, 8))})
		}, []string{"used after it was freed"}},
		"another device's stream": {func(c *clique) error {
			s := c.streams[0]
			return c.Sum([]*driver.Stream{s, s}, []driver.Memory{c.put(0, make([]float32, 8)), c.put(1, make([]float32, 8))})
		}, []string{"rank 1 (device 1): the stream is of another device"}},
		"a missing rank": {func(c *clique) error {
			return c.Sum(c.streams, []driver.Memory{c.put(0, make([]float32, 8))})
		}, []string{"rank 1 of 2 is not in the group: the others would wait for it forever"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := newClique(t, 2)
			if cudatest.Prepare(t).Path == "" {
				t.Skip("a GPU does not say it")
			}
			wants(t, at.sum(c), at.says...)
			wants(t, c.Sum(c.streams, nil), at.says...) // of no use any more
		})
	}
}

// A GPU that has failed, which nobody knows yet, is not waited for.
func TestAGPUThatFailedBeforeASumIsFoundByIt(t *testing.T) {
	c := newClique(t, 2)
	lib := cudatest.Prepare(t)
	if lib.Path == "" {
		t.Skip("a GPU is not lost when it is asked to be")
	}
	bufs := []driver.Memory{c.put(0, make([]float32, 8)), c.put(1, make([]float32, 8))}
	c.on(1, func() {
		m, err := c.devs[1].Compile(driver.Source{Name: "one.cu", Text: "#include \"gym.cuh\"\nKERNEL one(float *x) { x[0] = 1; }\n", Headers: cuda.Headers()})
		c.must(err)
		k, err := m.Kernel("one")
		c.must(err)
		lib.Set(t, "lose", "1")
		c.must(k.Launch(c.streams[1], driver.Shape{Grid: driver.Dim{1}, Block: driver.Dim{1}}, driver.Ptr(bufs[1])))
	})
	err := c.Sum(c.streams, bufs)
	if !errors.Is(err, driver.ErrLost) || !c.devs[1].Lost() || c.devs[0].Lost() {
		t.Error(err)
	}
}

// A switch that sums does so in no fixed order: NCCL must not use it unasked.
func TestNCCLReadsWhatIsSetForItUnlessTheUserHasSetIt(t *testing.T) {
	lib := cudatest.Prepare(t)
	for _, name := range []string{"NCCL_NVLS_ENABLE", "NCCL_RUNTIME_CONNECT"} {
		for _, user := range []string{"", "1"} {
			t.Setenv(name, user)
			want := "1"
			if user == "" {
				want = "0"
				os.Unsetenv(name)
			}
			c, err := driver.Open()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.NCCL(); err != nil {
				t.Skip(err)
			}
			if got := os.Getenv(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	}
	if lib.Path == "" {
		return
	}
	t.Setenv("GYM_EMU_DEVICES", "3") // read by C's getenv, as NCCL's are
	c, err := driver.Open()
	if err != nil {
		t.Fatal(err)
	}
	if list, err := c.Devices(); err != nil || len(list) != 3 {
		t.Errorf("what Go sets is not what C reads: %d devices, %v", len(list), err)
	}
}

func TestTheSameGPUTwiceIsRefused(t *testing.T) {
	c := newClique(t, 1)
	_, err := c.cuda.Clique([]*driver.Device{c.devs[0], c.devs[0]})
	wants(t, err, "NCCL: join devices [0 0]: invalid usage")
}

func TestWithoutNCCLTheErrorSaysHowToGetIt(t *testing.T) {
	c := newClique(t, 1)
	t.Setenv("GYM_NCCL_LIB", filepath.Join(t.TempDir(), "libnccl.so.2"))
	again, err := driver.Open()
	c.must(err)
	_, err = again.Clique(c.devs)
	wants(t, err, "load NCCL, which several GPUs need", "pip install nvidia-nccl-cu12, or set GYM_NCCL_LIB")
	t.Setenv("GYM_NCCL_LIB", "libc.so.6")
	again, err = driver.Open()
	c.must(err)
	_, err = again.Clique(c.devs)
	wants(t, err, "load NCCL: libc.so.6: it lacks ncclGetVersion")
}
