// Package emu runs CUDA kernels without a GPU: a library with the part of
// libcuda, NVRTC, cuBLASLt and NCCL that kernels/cuda/driver uses, built by g++
// when a test asks for it. The driver loads it instead of NVIDIA's and runs unchanged.
//
// A kernel is compiled by g++ too. Its threads are fibers, its blocks run one
// after the other. It reports, with the lines of the source:
//   - accesses outside an allocation, or after it was freed;
//   - races: two threads at one place, one of them to write, with no barrier
//     between them; two blocks, with no __threadfence;
//   - barriers and shuffles that not all reach, and kernels that do not end.
//
// Memory that was never written is NaN, and a copy or a kernel that nobody waits
// for has not happened. What else depends on who comes first shows as a wrong
// result in some of [Orders].
//
// It does not model the order of memory between blocks, has no wgmma and no TMA,
// and says nothing about speed.
package emu

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

//go:embed src
var source embed.FS

// Orders are those in which threads, and blocks, can be run. The greedy ones let
// a warp run ahead as far as it can: what it writes too early shows only there.
var Orders = []string{"forward", "reverse", "random", "greedy", "greedy-reverse"}

// Libs is the built emulator.
type Libs struct {
	Path string // of the library: libcuda, NVRTC, cuBLASLt and NCCL in one
}

// flags build the library. A change of them is a change of the sources' sum.
var flags = []string{"-std=c++20", "-O1", "-fPIC", "-shared", "-fvisibility=hidden"}

var build = sync.OnceValues(compile)

// Build makes the emulator, or takes the one that was made of the same sources,
// and has the driver load it for the rest of the test, with each allocation one of
// its own. It skips the test where there is no g++.
func Build(t testing.TB) Libs {
	t.Helper()
	if !works {
		t.Skip("CUDA kernels are not run: nothing can be loaded on this system")
	}
	if _, err := exec.LookPath("g++"); err != nil {
		t.Skip("CUDA kernels are not run: the emulator needs g++ (apt install g++)")
	}
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	for _, lib := range []string{"GYM_CUDA_LIB", "GYM_NVRTC_LIB", "GYM_CUBLASLT_LIB", "GYM_NCCL_LIB"} {
		t.Setenv(lib, path)
	}
	t.Setenv("GYM_CUDA_CACHE", "0")
	return Libs{Path: path}
}

// compile builds the library under the user's cache, or beside temporary files.
func compile() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	sum, err := digest()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "turngym", "emu")
	path := filepath.Join(dir, sum+".so")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	release, err := lock(filepath.Join(dir, "lock"))
	if err != nil {
		return "", err
	}
	defer release()
	if _, err := os.Stat(path); err == nil {
		return path, nil // by another test meanwhile
	}
	return path, compileTo(path)
}

func compileTo(path string) error {
	work, err := os.MkdirTemp(filepath.Dir(path), "build-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	src, _ := fs.Sub(source, "src")
	if err := os.CopyFS(work, src); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(work, "*.cpp"))
	if err != nil {
		return err
	}
	out := filepath.Join(work, "out.so")
	cmd := exec.Command("g++", append(append(flags, "-o", out), append(files, "-ldl", "-lpthread")...)...)
	cmd.Dir = work // headers.cpp includes the kernels' headers as bytes
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the emulator: %w\n%s", err, text)
	}
	return os.Rename(out, path)
}

func digest() (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, flags)
	err := fs.WalkDir(source, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := source.ReadFile(p)
		fmt.Fprintln(h, p, len(text))
		h.Write(text)
		return err
	})
	return hex.EncodeToString(h.Sum(nil))[:24], err
}
