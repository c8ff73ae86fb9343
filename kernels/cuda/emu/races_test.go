package emu_test

import (
	"strings"
	"testing"

	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/cuda/driver"
	"github.com/turngym/turngym/kernels/cuda/emu"
)

// TestRaceIsReportedInEveryOrder: both places are named, whatever
// the numbers are.
func TestRaceIsReportedInEveryOrder(t *testing.T) {
	for _, c := range []struct {
		kernel, words string
		args          func(b *cudatest.Bench) []driver.Arg
		threads       int
		blocks        int
	}{
		{"lost_count", "global lost_count.cu:4", func(b *cudatest.Bench) []driver.Arg {
			return []driver.Arg{driver.Ptr(cudatest.Put(b, []int32{0}))}
		}, 32, 1},
		{"lost_count", "global lost_count.cu:4 another", func(b *cudatest.Bench) []driver.Arg {
			return []driver.Arg{driver.Ptr(cudatest.Put(b, []int32{0}))}
		}, 1, 32},
		{"block_order", "global block_order.cu:5 another", func(b *cudatest.Bench) []driver.Arg {
			return []driver.Arg{driver.Ptr(cudatest.Put(b, ones(32)))}
		}, 32, 32},
		{"read_before_barrier", "shared read_before_barrier.cu:6 read_before_barrier.cu:7", func(b *cudatest.Bench) []driver.Arg {
			return []driver.Arg{driver.Ptr(cudatest.Put(b, ones(64)))}
		}, 64, 1},
		{"missing_syncwarp", "shared missing_syncwarp.cu:6 missing_syncwarp.cu:7", func(b *cudatest.Bench) []driver.Arg {
			return []driver.Arg{driver.Ptr(cudatest.Put(b, ones(32)))}
		}, 32, 1},
		{"write_before_barrier", "shared write_before_barrier.cu:15 write_before_barrier.cu:16", func(b *cudatest.Bench) []driver.Arg {
			return []driver.Arg{driver.Ptr(cudatest.Put(b, ones(128))), driver.Ptr(cudatest.Put(b, ones(128)))}
		}, 128, 1},
	} {
		for _, order := range emu.Orders {
			t.Run(c.kernel+"/"+order, func(t *testing.T) {
				b := bench(t)
				b.Emu.Set(t, "order", order)
				b.Must(b.Kernel(c.kernel).Launch(b.Stream, driver.Shape{Grid: driver.Dim{c.blocks}, Block: driver.Dim{c.threads}}, c.args(b)...))
				err := b.Stream.Wait()
				if err == nil || !strings.Contains(err.Error(), "a race in") {
					t.Fatal(err)
				}
				for _, w := range strings.Fields(c.words) {
					if !strings.Contains(err.Error(), w) {
						t.Errorf("%q is not in: %v", w, err)
					}
				}
			})
		}
	}
}

// TestPlantedRaceShowsInSomeOrder: without that, a race shows as a wrong result, in the orders
// that are named. What shows in greedy orders alone is why they are there.
func TestPlantedRaceShowsInSomeOrder(t *testing.T) {
	reversed := count(64)
	for i := range reversed {
		reversed[i] = float32(63 - i)
	}
	sums := make([]float32, 128)
	for i := range sums {
		sums[i] = 127*64 + 128
	}
	inPlace := func(n int) func(b *cudatest.Bench, k *driver.Kernel) []float32 {
		return func(b *cudatest.Bench, k *driver.Kernel) []float32 {
			x := cudatest.Put(b, count(n))
			b.Must(k.Launch(b.Stream, threads(n), driver.Ptr(x)))
			return cudatest.Take[float32](b, x, n)
		}
	}
	for _, c := range []struct {
		kernel string
		run    func(b *cudatest.Bench, k *driver.Kernel) []float32
		want   []float32
		shows  string // in these orders at least
		hides  string // and not in these
	}{
		{"read_before_barrier", inPlace(64), reversed, "forward reverse greedy greedy-reverse", ""},
		{"missing_syncwarp", inPlace(32), reversed[32:], "forward reverse greedy greedy-reverse", ""},
		{"write_before_barrier", func(b *cudatest.Bench, k *driver.Kernel) []float32 {
			out := cudatest.Room[float32](b, 128)
			b.Must(k.Launch(b.Stream, threads(128), driver.Ptr(out), driver.Ptr(cudatest.Put(b, count(128)))))
			return cudatest.Take[float32](b, out, 128)
		}, sums, "greedy greedy-reverse", "forward reverse"},
		{"block_order", func(b *cudatest.Bench, k *driver.Kernel) []float32 {
			x := cudatest.Room[float32](b, 64)
			b.Must(k.Launch(b.Stream, driver.Shape{Grid: driver.Dim{64}, Block: driver.Dim{32}}, driver.Ptr(x)))
			return cudatest.Take[float32](b, x, 64)
		}, count(64), "reverse", "forward"},
	} {
		for _, order := range emu.Orders {
			t.Run(c.kernel+"/"+order, func(t *testing.T) {
				b := bench(t)
				b.Emu.Set(t, "order", order)
				b.Emu.Set(t, "races", "off")
				got, right := c.run(b, b.Kernel(c.kernel)), true
				for i, w := range c.want {
					right = right && got[i] == w
				}
				if right && has(c.shows, order) {
					t.Error("the race does not show")
				}
				if !right && has(c.hides, order) {
					t.Error("the race shows here, too: say so")
				}
			})
		}
	}
}

func has(list, word string) bool { return strings.Contains(" "+list+" ", " "+word+" ") }
