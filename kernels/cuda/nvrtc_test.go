package cuda_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// TestNVIDIAsCompilerTakesEverySource needs no GPU: GYM_NVRTC_REAL is the file
// of a real libnvrtc (pip install nvidia-cuda-nvrtc-cu12). What g++ takes, NVRTC
// may not, and the bodies in PTX are seen by NVRTC only.
func TestNVIDIAsCompilerTakesEverySource(t *testing.T) {
	path := os.Getenv("GYM_NVRTC_REAL")
	if path == "" {
		t.Skip("GYM_NVRTC_REAL names no libnvrtc")
	}
	t.Setenv("GYM_NVRTC_LIB", path)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	c, err := driver.OpenCompiler(12)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("NVRTC %d for %v", c.Version, c.Archs)
	var files []string
	for _, pattern := range []string{"src/*.cu", "testdata/*.cu", "driver/testdata/*.cu", "emu/testdata/*.cu"} {
		found, _ := filepath.Glob(pattern)
		files = append(files, found...)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		src := driver.Source{Name: filepath.Base(file), Text: string(text), Headers: cuda.Headers()}
		variants := [][]string{nil}
		switch half := "-DT0=bf16"; {
		case strings.HasPrefix(src.Name, "flash"): // head sizes: the least, those whose warps do and do not keep keys in registers, the most
			variants = [][]string{{"-DDIM=16"}, {"-DDIM=64"}, {"-DDIM=80"}, {"-DDIM=128"}, {"-DDIM=16", half}, {"-DDIM=64", half}, {"-DDIM=80", half}, {"-DDIM=128", half}}
		case strings.HasPrefix(file, "src"):
			variants = [][]string{nil, {half}, {"-DT1=bf16"}, {half, "-DT1=bf16", "-DT2=bf16", "-DT3=bf16"}}
		}
		for _, options := range variants {
			src.Options = options
			for _, arch := range []int{80, 90, 100} {
				if code, err := c.Cubin(src, arch); err != nil {
					t.Errorf("sm_%d: %v", arch, err)
				} else if string(code[:4]) != "\x7fELF" {
					t.Errorf("sm_%d: %s is no cubin", arch, file)
				}
			}
		}
		if code, err := c.Cubin(src, 300); err != nil || !strings.Contains(string(code), ".target sm_1") {
			t.Errorf("for a device of the future: %v", err)
		}
	}
	if _, err := c.Cubin(driver.Source{Name: "wrong.cu", Text: "#include \"gym.cuh\"\n\nKERNEL k(float *x) {\n  x[0] = nothing;\n}\n", Headers: cuda.Headers()}, 90); err == nil {
		t.Error("a wrong source is compiled")
	} else {
		t.Log(err)
	}
}
