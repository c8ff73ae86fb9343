package driver_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

func TestAWrongCallNamesKernelAndArgument(t *testing.T) {
	b := cudatest.New(t)
	k, x := b.Kernel("saxpy"), driver.Ptr(cudatest.Room[float32](b, 4))
	declared := "it is declared saxpy(float a, float * x, float * y, int n)"
	for _, c := range []struct {
		args  []driver.Arg
		words string
	}{
		{[]driver.Arg{driver.F32(1), x, x}, "launch saxpy: 3 arguments instead of 4"},
		{[]driver.Arg{driver.F32(1), x, x, driver.Int(1), driver.Int(1)}, "5 arguments instead of 4"},
		{[]driver.Arg{driver.F64(1), x, x, driver.Int(4)}, "argument 1, a, is a float of 8 bytes"},
		{[]driver.Arg{driver.Int(1), x, x, driver.Int(4)}, "argument 1, a, is the int 1"},
		{[]driver.Arg{driver.F32(1), driver.U64(1), x, driver.Int(4)}, "argument 2, x, is a whole number of 8 bytes"},
		{[]driver.Arg{driver.F32(1), x, x, x}, "argument 4, n, is a pointer"},
		{[]driver.Arg{driver.F32(1), x, x, driver.I64(4)}, "argument 4, n, is a whole number of 8 bytes"},
	} {
		wants(t, k.Launch(b.Stream, one(), c.args...), c.words, declared)
	}
	b.Must(b.Stream.Wait())
}

func TestAWrongShapeNamesTheKernel(t *testing.T) {
	b := cudatest.New(t)
	k, out := b.Kernel("large"), driver.Ptr(cudatest.Room[float32](b, 4))
	wants(t, k.Launch(b.Stream, driver.Shape{Block: driver.Dim{2048}}, out, driver.Int(4)), "launch large, grid 1x1x1, block 2048x1x1", "CUDA_ERROR_INVALID_VALUE")
	wants(t, k.Launch(b.Stream, driver.Shape{Grid: driver.Dim{-1}}, out, driver.Int(4)), "launch large: a size is negative: grid [-1 0 0]")
	wants(t, k.Launch(b.Stream, driver.Shape{Shared: 1 << 20}, out, driver.Int(4)), "launch large: 1048576 bytes of shared memory", "smaller tiles")
	m, err := b.Dev.Compile(source(t, "#include \"gym.cuh\"\nKERNEL __launch_bounds__(64) few() {}\n"))
	b.Must(err)
	few, err := m.Kernel("few")
	b.Must(err)
	wants(t, few.Launch(b.Stream, driver.Shape{Block: driver.Dim{8, 9}}), "launch few: 72 threads in a block, and its __launch_bounds__ has 64")
	if b.Dev.Lost() {
		t.Error("a refused launch loses the device")
	}
}

func TestSharedMemoryBeyondThePlainLimitIsAskedFor(t *testing.T) {
	b := cudatest.New(t)
	const n = 20_000 // 80,000 bytes
	k, out := b.Kernel("large"), cudatest.Room[float32](b, n)
	shape := driver.Shape{Block: driver.Dim{128}, Shared: 4 * n}
	b.Must(k.Launch(b.Stream, shape, driver.Ptr(out), driver.Int(n)))
	for i, v := range cudatest.Take[float32](b, out, n) {
		if v != float32(i) {
			t.Fatalf("element %d is %v", i, v)
		}
	}
	if blocks, err := k.Resident(shape); err != nil || blocks < 1 {
		t.Error(blocks, err)
	}
}

func source(t *testing.T, text string) driver.Source {
	return driver.Source{Name: "mine.cu", Text: text, Headers: cuda.Headers()}
}

func TestACompileErrorHasTheFilesOwnLine(t *testing.T) {
	b := cudatest.New(t)
	_, err := b.Dev.Compile(source(t, "#include \"gym.cuh\"\n\nKERNEL k(float *x) {\n  x[0] = nothing;\n}\n"))
	if err == nil || !strings.Contains(err.Error(), "compile mine.cu with -arch=sm_90") || !strings.Contains(err.Error(), "nothing") ||
		!(strings.Contains(err.Error(), "mine.cu:4") || strings.Contains(err.Error(), "mine.cu(4)")) {
		t.Error(err)
	}
}

func TestAnUnknownKernelIsToldWhichThereAre(t *testing.T) {
	b := cudatest.New(t)
	m, err := b.Dev.Compile(source(t, "#include \"gym.cuh\"\nKERNEL one() {}\nKERNEL two() {}\n"))
	b.Must(err)
	_, err = m.Kernel("three")
	wants(t, err, `mine.cu has no kernel "three"; it has one, two`)
}

// compiled counts how often the emulator's compiler is run.
func compiled(t *testing.T) func() int {
	dir := t.TempDir()
	script := filepath.Join(dir, "compiler")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ncase \"$*\" in *' -c '*) echo >> '"+dir+"/runs' ;; esac\nexec g++ \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	t.Setenv("GYM_EMU_CXX", script)
	return func() int {
		runs, _ := os.ReadFile(filepath.Join(dir, "runs"))
		return len(runs)
	}
}

func TestACompiledKernelIsKeptAndACorruptOneMadeAnew(t *testing.T) {
	b := cudatest.New(t)
	runs := compiled(t)
	get := func(text string) {
		t.Helper()
		m, err := b.Dev.Compile(source(t, text))
		b.Must(err)
		_, err = m.Kernel("k")
		b.Must(err)
	}
	const text = "#include \"gym.cuh\"\nKERNEL k(float *x) { x[0] = 1; }\n"
	get(text)
	if runs() == 0 {
		t.Skip("the C library does not see this test's environment")
	}
	get(text)
	if n := runs(); n != 1 {
		t.Fatalf("the same source is compiled %d times", n)
	}
	get(text + "\n")
	if n := runs(); n != 2 {
		t.Errorf("another source is taken for the same")
	}
	files, _ := filepath.Glob(filepath.Join(os.Getenv("XDG_CACHE_HOME"), "turngym/cuda/*"))
	if len(files) != 2 {
		t.Fatalf("the cache has %v", files)
	}
	for _, damage := range []func(all []byte) []byte{
		func(all []byte) []byte { all[len(all)/2] ^= 1; return all },
		func(all []byte) []byte { return all[:len(all)/2] },
		func(all []byte) []byte { return nil },
	} {
		before := runs()
		for _, f := range files {
			all, err := os.ReadFile(f)
			b.Must(err)
			b.Must(os.WriteFile(f, damage(all), 0o644))
		}
		get(text)
		if n := runs(); n != before+1 {
			t.Error("a corrupt file is not compiled anew")
		}
		get(text + "\n")
	}
}

func TestAFaultIsReportedAtItsKernelWhenAskedFor(t *testing.T) {
	t.Setenv("GYM_CUDA_SYNC", "1")
	t.Setenv("GYM_TEST_GPU", "")
	b := cudatest.New(t)
	x := cudatest.Room[float32](b, 4)
	b.Must(b.Kernel("saxpy").Launch(b.Stream, driver.Shape{Block: driver.Dim{32}}, driver.F32(1), driver.Ptr(x), driver.Ptr(x), driver.Int(4)))
	err := b.Kernel("saxpy").Launch(b.Stream, driver.Shape{Block: driver.Dim{32}}, driver.F32(1), driver.Ptr(x), driver.Ptr(x), driver.Int(40))
	wants(t, err, "run saxpy, grid 1x1x1, block 32x1x1", "CUDA_ERROR_ILLEGAL_ADDRESS")
	if !errors.Is(err, driver.ErrLost) {
		t.Error("not ErrLost")
	}
}

func TestADeviceLostInMidRunSaysSoEverAfter(t *testing.T) {
	t.Setenv("GYM_TEST_GPU", "")
	b := cudatest.New(t)
	b.Emu.Set(t, "lose", "3")
	k, at := b.Kernel("tally"), cudatest.Put(b, []int64{0})
	for i := range 4 {
		err := k.Launch(b.Stream, one(), driver.Ptr(at), driver.Int(1))
		if err == nil {
			err = b.Stream.Wait()
		}
		if lost := i >= 2; errors.Is(err, driver.ErrLost) != lost || b.Dev.Lost() != lost {
			t.Errorf("launch %d: %v", i+1, err)
		}
	}
	_, err := b.Dev.Alloc(16)
	wants(t, err, "CUDA_ERROR_ECC_UNCORRECTABLE", "end the process")
	b.Emu.Set(t, "lose", "")
}

func TestAKernelOfAClosedDeviceIsRefused(t *testing.T) {
	b := cudatest.New(t)
	k, at := b.Kernel("tally"), cudatest.Put(b, []int64{0})
	b.Must(b.Dev.Close())
	wants(t, k.Launch(b.Stream, one(), driver.Ptr(at), driver.Int(1)), "launch tally: its device is closed")
}

func TestALaunchDoesNotAllocate(t *testing.T) {
	b := cudatest.New(t)
	k, at := b.Kernel("tally"), cudatest.Put(b, []int64{0})
	if n := testing.AllocsPerRun(200, func() {
		if err := k.Launch(b.Stream, one(), driver.Ptr(at), driver.Int(0)); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("a launch allocates %v times", n)
	}
	b.Must(b.Stream.Wait())
}

func BenchmarkLaunch(bb *testing.B) {
	b := cudatest.New(bb)
	k, at := b.Kernel("tally"), cudatest.Put(b, []int64{0})
	bb.ReportAllocs()
	for bb.Loop() {
		if err := k.Launch(b.Stream, one(), driver.Ptr(at), driver.Int(0)); err != nil {
			bb.Fatal(err)
		}
	}
	b.Must(b.Stream.Wait())
}
