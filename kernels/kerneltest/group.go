package kerneltest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/turngym/turngym/kernels"
)

// Group checks that devices sum as float64 does, with the same bits on all of
// them and in every run.
func Group(t *testing.T, devs ...kernels.Device) {
	t.Helper()
	g, err := kernels.Join(devs)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if !slices.Equal(g.Devices(), devs) {
		t.Errorf("the group is of %v", g.Devices())
	}
	for name, last := range map[string]kernels.Buffer{"another length": devs[len(devs)-1].New(7), "bfloat16": devs[len(devs)-1].NewHalf(8)} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is summed", name)
				}
			}()
			var bufs []kernels.Buffer
			for _, dev := range devs {
				bufs = append(bufs, dev.New(8))
			}
			bufs[len(bufs)-1] = last
			g.Sum(bufs)
		}()
	}
	for _, n := range []int{1, 5, 1023, 1<<20 + 3} {
		want := make([]float64, n)
		var runs [2][]float32
		for run := range runs {
			rng := rand.New(rand.NewPCG(3, uint64(n)))
			var bufs []kernels.Buffer
			for _, dev := range devs {
				x := make([]float32, n)
				for i := range x {
					x[i] = float32(rng.NormFloat64())
					if run == 0 {
						want[i] += float64(x[i])
					}
				}
				whole := dev.New(n + 3) // a slice, with something after it that stays
				dev.Write(whole, append(slices.Clone(x), 7, 7, 7))
				bufs = append(bufs, whole.Slice(0, n))
			}
			g.Sum(bufs)
			for i, dev := range devs {
				got := make([]float32, n)
				dev.Read(got, bufs[i])
				if runs[run] == nil {
					runs[run] = got
				}
				if !slices.Equal(got, runs[0]) {
					t.Fatalf("%d numbers: device %d has other bits in run %d than the first", n, i, run)
				}
			}
		}
		for i, got := range runs[0] {
			if math.Abs(float64(got)-want[i]) > fine*float64(len(devs)) {
				t.Fatalf("number %d of %d is %g, want %g", i, n, got, want[i])
			}
		}
	}
}
