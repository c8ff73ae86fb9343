package driver

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// What pip, conda, Debian and NVIDIA's installer leave is found, newest first.
func TestLibrariesAreLookedForWhereInstallersPutThem(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{
		"usr/local/cuda-12.4/lib64", "usr/local/cuda-12.9/lib64", "usr/local/cuda-12.9/targets/x86_64-linux/lib",
		"conda/lib/python3.12/site-packages/nvidia/cuda_nvrtc/lib", "home/.local/lib/python3.11/site-packages/nvidia/cu13/lib",
		"usr/lib/python3/dist-packages/nvidia/cuda_nvrtc/lib", "more/nvidia/cuda_nvrtc/lib",
	} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	env := map[string]string{"CONDA_PREFIX": filepath.Join(root, "conda"), "HOME": filepath.Join(root, "home"), "PYTHONPATH": filepath.Join(root, "more")}
	got := libNVRTC.folders(root, func(k string) string { return env[k] })
	for i := range got {
		got[i] = strings.TrimPrefix(got[i], root+"/")
	}
	want := []string{
		"usr/lib/" + map[string]string{"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[runtime.GOARCH],
		"usr/local/cuda-12.9/lib64", "usr/local/cuda-12.4/lib64", "usr/local/cuda-12.9/targets/x86_64-linux/lib", "conda/lib",
		"conda/lib/python3.12/site-packages/nvidia/cuda_nvrtc/lib", "home/.local/lib/python3.11/site-packages/nvidia/cu13/lib",
		"usr/lib/python3/dist-packages/nvidia/cuda_nvrtc/lib", "more/nvidia/cuda_nvrtc/lib",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTheDriversOwnVersionOfALibraryComesFirst(t *testing.T) {
	if got := libNVRTC.sonames(12); got[0] != "libnvrtc.so.12" || got[2] != "libnvrtc.so.11.2" {
		t.Error(got)
	}
	if got := libLt.sonames(13); got[0] != "libcublasLt.so.13" || got[1] != "libcublasLt.so.12" {
		t.Error(got)
	}
}

func TestNCCLIsLookedForInItsWheel(t *testing.T) {
	root := t.TempDir()
	want := filepath.Join(root, "venv/lib/python3.12/site-packages/nvidia/nccl/lib")
	if err := os.MkdirAll(want, 0o755); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"VIRTUAL_ENV": filepath.Join(root, "venv")}
	if got := libNCCL.folders(root, func(k string) string { return env[k] }); !slices.Contains(got, want) || libNCCL.sonames(13)[0] != "libnccl.so.2" {
		t.Error(got, libNCCL.sonames(13))
	}
}

func TestASizeClassLosesAtMostAnEighth(t *testing.T) {
	for n := 1; n < 1<<22; n += 1 + n/97 {
		c := class(n)
		if c < n || c > classLeast && c-n > n/8+1 || class(c) != c {
			t.Fatalf("%d bytes are rounded up to %d", n, c)
		}
	}
}

func TestSignaturesAreReadAsTheCompilerReadsThem(t *testing.T) {
	list, err := signatures(Source{Name: "a.cu", Text: `
// KERNEL not_this(int x) {}
/* KERNEL nor_this(int x) {} */
KERNEL none() {}
KERNEL __launch_bounds__(256, 2) many(const float *__restrict__ x, float* y,
                                      unsigned int n, // how many
                                      const u64 seed, bool flag) {}
`})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || len(list["none"].params) != 0 || len(list["many"].params) != 5 || list["many"].threads != 256 || list["none"].threads != 0 {
		t.Fatalf("%+v", list)
	}
	for i, want := range []param{{"x", "float *", kindPointer, 8, false}, {"y", "float*", kindPointer, 8, false},
		{"n", "unsigned int", kindInt, 4, true}, {"seed", "u64", kindInt, 8, true}, {"flag", "bool", kindInt, 1, true}} {
		if got := list["many"].params[i]; got != want {
			t.Errorf("parameter %d is %+v, want %+v", i, got, want)
		}
	}
	if _, err := signatures(Source{Name: "a.cu", Text: "KERNEL k(float4 x) {}"}); err == nil || !strings.Contains(err.Error(), `a.cu: kernel k: parameter "float4 x"`) {
		t.Error(err)
	}
}
