package driver_test

import (
	"errors"
	"testing"

	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

func TestAGraphRepeatsWhatWasAskedOfItsStream(t *testing.T) {
	b := cudatest.New(t)
	k, at := b.Kernel("tally"), cudatest.Put(b, []int64{0})
	seed, err := b.Dev.Host(8)
	b.Must(err)
	driver.View[int64](seed)[0] = 5
	g, err := b.Stream.Capture(func() error {
		return errors.Join(
			b.Stream.Zero(at),
			b.Stream.Upload(at, seed),
			k.Launch(b.Stream, one(), driver.Ptr(at), driver.Int(1)),
			k.Launch(b.Stream, one(), driver.Ptr(at), driver.Int(2)))
	})
	b.Must(err)
	b.Must(b.Stream.Wait())
	if got := cudatest.Take[int64](b, at, 1); got[0] != 0 {
		t.Errorf("what is captured is done: %d", got[0])
	}
	b.Must(g.Launch(b.Stream))
	if got := cudatest.Take[int64](b, at, 1); got[0] != 512 {
		t.Errorf("got %d, want 512", got[0])
	}
	driver.View[int64](seed)[0] = 7 // read when the graph runs
	b.Must(g.Launch(b.Stream))
	if got := cudatest.Take[int64](b, at, 1); got[0] != 712 {
		t.Errorf("got %d, want 712", got[0])
	}
	b.Must(g.Close())
	b.Must(b.Dev.FreeHost(seed))
}

func TestACaptureFollowsStreamsThatWaitForIt(t *testing.T) {
	b := cudatest.New(t)
	k, at, at2 := b.Kernel("tally"), cudatest.Put(b, []int64{0}), cudatest.Put(b, []int64{0})
	side, fork, join := stream(b), event(b, false), event(b, false)
	work := func(joins bool) func() error {
		return func() error {
			err := errors.Join(
				b.Stream.Record(fork), side.After(fork),
				k.Launch(side, one(), driver.Ptr(at2), driver.Int(3)),
				k.Launch(b.Stream, one(), driver.Ptr(at), driver.Int(4)),
				side.Record(join))
			if joins {
				err = errors.Join(err, b.Stream.After(join))
			}
			return err
		}
	}
	g, err := b.Stream.Capture(work(true))
	b.Must(err)
	b.Must(g.Launch(b.Stream))
	b.Must(g.Launch(b.Stream))
	if x, y := cudatest.Take[int64](b, at, 1), cudatest.Take[int64](b, at2, 1); x[0] != 44 || y[0] != 33 {
		t.Error(x, y)
	}
	b.Must(g.Close())
	_, err = b.Stream.Capture(work(false))
	wants(t, err, "CUDA_ERROR_STREAM_CAPTURE_UNJOINED")
}

func TestWithinACaptureNothingIsWaitedForNorAllocated(t *testing.T) {
	b := cudatest.New(t)
	for _, act := range []func() error{
		b.Stream.Wait,
		func() error { _, err := b.Dev.Alloc(1 << 20); return err },
	} {
		_, err := b.Stream.Capture(act)
		wants(t, err, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED")
	}
	b.Must(b.Stream.Wait()) // no longer capturing
	if b.Dev.Lost() {
		t.Error("a failed capture loses the device")
	}
}

func TestWaitingAfterEachLaunchLeavesCapturesAlone(t *testing.T) {
	t.Setenv("GYM_CUDA_SYNC", "1")
	b := cudatest.New(t)
	k, at := b.Kernel("tally"), cudatest.Put(b, []int64{0})
	g, err := b.Stream.Capture(func() error { return k.Launch(b.Stream, one(), driver.Ptr(at), driver.Int(1)) })
	b.Must(err)
	b.Must(g.Launch(b.Stream))
	if got := cudatest.Take[int64](b, at, 1); got[0] != 1 {
		t.Error(got)
	}
	b.Must(g.Close())
}
