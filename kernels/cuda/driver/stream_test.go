package driver_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

func one() driver.Shape { return driver.Shape{} }

func stream(b *cudatest.Bench) *driver.Stream {
	s, err := b.Dev.Stream()
	b.Must(err)
	b.Cleanup(func() { s.Close() })
	return s
}

func event(b *cudatest.Bench, timed bool) *driver.Event {
	e, err := b.Dev.Event(timed)
	b.Must(err)
	b.Cleanup(func() { e.Close() })
	return e
}

func TestPinnedMemoryIsCopiedWhenItIsWaitedFor(t *testing.T) {
	b := cudatest.New(t)
	in, err := b.Dev.Host(16)
	b.Must(err)
	out, err := b.Dev.Host(16)
	b.Must(err)
	m := cudatest.Room[int32](b, 4)
	copy(driver.View[int32](in), []int32{1, 2, 3, 4})
	b.Must(b.Stream.Upload(m, in))
	b.Must(b.Stream.Download(out, m))
	if b.Emu.Path != "" && driver.View[int32](out)[3] == 4 { // the emulator is as late as it may be
		t.Error("a copy that nobody waited for is done")
	}
	b.Must(b.Stream.Wait())
	if got := driver.View[int32](out); !slices.Equal(got, []int32{1, 2, 3, 4}) {
		t.Error(got)
	}
	b.Must(b.Dev.FreeHost(in))
	b.Must(b.Dev.FreeHost(out))
}

func TestAStreamWaitsForAnotherByItsEvent(t *testing.T) {
	b := cudatest.New(t)
	k := b.Kernel("tally")
	for _, waits := range []bool{true, false} {
		other, e := stream(b), event(b, false)
		at := cudatest.Put(b, []int64{0})
		b.Must(k.Launch(b.Stream, one(), driver.Ptr(at), driver.Int(1)))
		b.Must(b.Stream.Record(e))
		if waits {
			b.Must(other.After(e))
		}
		b.Must(k.Launch(other, one(), driver.Ptr(at), driver.Int(2)))
		got := make([]int64, 1)
		b.Must(driver.Read(other, got, at))
		if waits && got[0] != 12 {
			t.Errorf("in order it is %d, want 12", got[0])
		}
		if !waits && b.Emu.Path != "" && got[0] == 12 {
			t.Error("the emulator hides that a stream does not wait for another")
		}
		b.Must(b.Dev.Wait())
	}
}

func TestEventsTellTimeAndWhatIsDone(t *testing.T) {
	b := cudatest.New(t)
	k, at := b.Kernel("tally"), cudatest.Put(b, []int64{0})
	from, to := event(b, true), event(b, true)
	b.Must(b.Stream.Record(from))
	for range 3 {
		b.Must(k.Launch(b.Stream, one(), driver.Ptr(at), driver.Int(1)))
	}
	b.Must(b.Stream.Record(to))
	turns := 0
	for {
		done, err := to.Done()
		b.Must(err)
		if done {
			break
		}
		turns++
	}
	if b.Emu.Path != "" && turns == 0 {
		t.Error("all was done before anybody asked")
	}
	if d, err := driver.Elapsed(from, to); err != nil || d < 0 {
		t.Error(d, err)
	}
	b.Must(to.Wait())
	if done, err := b.Stream.Done(); !done || err != nil {
		t.Error(done, err)
	}
}

// Goroutines that share a device and a kernel do not mix up their arguments.
func TestGoroutinesShareAKernel(t *testing.T) {
	b := cudatest.New(t)
	k := b.Kernel("saxpy")
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			leave, err := b.Dev.Enter()
			if err != nil {
				t.Error(err)
				return
			}
			defer leave()
			s, err := b.Dev.Stream()
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			for range 20 {
				x, err1 := b.Dev.Alloc(400)
				y, err2 := b.Dev.Alloc(400)
				if err1 != nil || err2 != nil {
					t.Error(err1, err2)
					return
				}
				s.Fill(x, 0x3f800000) // 1
				s.Zero(y)
				if err := k.Launch(s, driver.Shape{Block: driver.Dim{128}}, driver.F32(float32(g+1)), driver.Ptr(x), driver.Ptr(y), driver.Int(100)); err != nil {
					t.Error(err)
				}
				got := make([]float32, 100)
				if err := driver.Read(s, got, y); err != nil || got[0] != float32(g+1) || got[99] != float32(g+1) {
					t.Error(got[0], got[99], err)
				}
				b.Dev.Free(x)
				b.Dev.Free(y)
			}
		})
	}
	wg.Wait()
}
