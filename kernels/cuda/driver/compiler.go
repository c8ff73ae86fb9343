package driver

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// Source is what NVRTC compiles.
type Source struct {
	Name    string            // as errors have it: saxpy.cu
	Text    string            // CUDA C++
	Headers map[string]string // by the name in #include
	Options []string          // more of NVRTC's; "-arch=sm_90a" takes the place of the device's
}

// Compiler is NVRTC, opened. It is safe for goroutines.
type Compiler struct {
	Path    string
	Version int   // 12040 is 12.4
	Archs   []int // that it compiles for: 80, 90, …

	calls nvrtcCalls
	cache string // folder
	mu    sync.Mutex
}

// OpenCompiler loads NVRTC, rather of CUDA's major version than another. It
// needs no GPU and no driver.
func OpenCompiler(major int) (*Compiler, error) {
	lib, path, err := libNVRTC.find(major)
	if err != nil {
		return nil, fmt.Errorf("load NVRTC, which compiles kernels and is not part of the driver: %w: %s, or set %s to its file", err, pip("nvidia-cuda-nvrtc", major), libNVRTC.env)
	}
	c := &Compiler{Path: path}
	if err := bind(lib, &c.calls); err != nil {
		return nil, fmt.Errorf("load NVRTC: %s: %w", path, err)
	}
	var v, minor, n int32
	if code := c.calls.Version(&v, &minor); code != 0 {
		return nil, fmt.Errorf("load NVRTC: %s: %s", path, c.calls.Words(code))
	}
	c.Version = int(1000*v + 10*minor)
	if c.calls.ArchCount(&n) == 0 && n > 0 {
		list := make([]int32, n)
		c.calls.Archs(&list[0])
		for _, a := range list {
			c.Archs = append(c.Archs, int(a))
		}
		slices.Sort(c.Archs)
	}
	if dir, err := os.UserCacheDir(); err == nil {
		c.cache = filepath.Join(dir, "turngym", "cuda")
	}
	return c, nil
}

// pip says how to get one of NVIDIA's packages.
func pip(name string, major int) string {
	if major == 12 {
		name += "-cu12"
	}
	return "pip install " + name
}

// Cubin is the source as machine code of an architecture (90 is sm_90), from the
// cache where it was compiled before. For an architecture that NVRTC does not
// know yet it is PTX of the newest that it knows, which the driver translates.
func (c *Compiler) Cubin(src Source, arch int) ([]byte, error) {
	options, ptx, err := c.options(src, arch)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(c.cache, c.key(src, options))
	if code, ok := c.cached(file); ok {
		return code, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	code, err := c.compile(src, options, ptx)
	if err != nil {
		return nil, err
	}
	c.keep(file, code) // who cannot keep it compiles again
	return code, nil
}

func (c *Compiler) options(src Source, arch int) (options []string, ptx bool, err error) {
	own := slices.ContainsFunc(src.Options, func(o string) bool {
		return strings.HasPrefix(o, "-arch") || strings.HasPrefix(o, "--gpu-architecture")
	})
	if own || len(c.Archs) == 0 || slices.Contains(c.Archs, arch) {
		if !own {
			options = append(options, fmt.Sprintf("-arch=sm_%d", arch))
		}
		return append(append(options, "-std=c++17", "-lineinfo"), src.Options...), false, nil
	}
	i, _ := slices.BinarySearch(c.Archs, arch)
	if i == 0 {
		return nil, false, fmt.Errorf("compile %s for compute capability %d.%d: NVRTC %s begins with %d.%d: use an older one (set %s)",
			src.Name, arch/10, arch%10, version(c.Version), c.Archs[0]/10, c.Archs[0]%10, libNVRTC.env)
	}
	return append([]string{fmt.Sprintf("-arch=compute_%d", c.Archs[i-1]), "-std=c++17", "-lineinfo"}, src.Options...), true, nil
}

// key names what the cubin depends on.
func (c *Compiler) key(src Source, options []string) string {
	h := sha256.New()
	put := func(s string) { fmt.Fprintf(h, "%d:%s", len(s), s) }
	put(c.Path)
	put(version(c.Version))
	put(src.Name)
	put(src.Text)
	for _, name := range slices.Sorted(maps.Keys(src.Headers)) {
		put(name)
		put(src.Headers[name])
	}
	for _, o := range options {
		put(o)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// cached is what keep wrote: the code's own sum, then the code.
func (c *Compiler) cached(file string) ([]byte, bool) {
	if c.cache == "" {
		return nil, false
	}
	all, err := os.ReadFile(file)
	if err != nil || len(all) < sha256.Size {
		return nil, false
	}
	code := all[sha256.Size:]
	sum := sha256.Sum256(code)
	return code, bytes.Equal(sum[:], all[:sha256.Size])
}

func (c *Compiler) keep(file string, code []byte) error {
	if c.cache == "" {
		return errors.New("there is no cache folder")
	}
	if err := os.MkdirAll(c.cache, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(c.cache, "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	sum := sha256.Sum256(code)
	_, err = io.Copy(f, io.MultiReader(bytes.NewReader(sum[:]), bytes.NewReader(code)))
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}

func (c *Compiler) compile(src Source, options []string, ptx bool) ([]byte, error) {
	var names, texts []string
	for _, name := range slices.Sorted(maps.Keys(src.Headers)) {
		names, texts = append(names, name), append(texts, src.Headers[name])
	}
	cnames, ctexts, coptions := cStrings(names), cStrings(texts), cStrings(options)
	var p uintptr
	if code := c.calls.Create(&p, src.Text, src.Name, int32(len(names)), ctexts, cnames); code != 0 {
		return nil, fmt.Errorf("compile %s: %s", src.Name, c.calls.Words(code))
	}
	defer c.calls.Destroy(&p)
	if code := c.calls.Compile(p, int32(len(options)), coptions); code != 0 {
		return nil, fmt.Errorf("compile %s with %s: %s:\n%s", src.Name, strings.Join(options, " "), c.calls.Words(code), c.log(p))
	}
	sizeOf, get := c.calls.CubinSize, c.calls.Cubin
	if ptx {
		sizeOf, get = c.calls.PTXSize, c.calls.PTX
	}
	var n uint64
	if code := sizeOf(p, &n); code != 0 || n == 0 {
		return nil, fmt.Errorf("compile %s with %s: %s, and no code", src.Name, strings.Join(options, " "), c.calls.Words(code))
	}
	out := make([]byte, n)
	if code := get(p, &out[0]); code != 0 {
		return nil, fmt.Errorf("compile %s: %s", src.Name, c.calls.Words(code))
	}
	return out, nil
}

func (c *Compiler) log(p uintptr) string {
	var n uint64
	if c.calls.LogSize(p, &n) != 0 || n < 2 {
		return "NVRTC says no more"
	}
	b := make([]byte, n)
	c.calls.Log(p, &b[0])
	return strings.TrimRight(string(b), "\x00\n")
}

// cStrings is C's array of strings, nil where it is empty. C keeps none of it.
func cStrings(list []string) **byte {
	if len(list) == 0 {
		return nil
	}
	out := make([]*byte, len(list))
	for i, s := range list {
		out[i] = unsafe.SliceData(append([]byte(s), 0))
	}
	return unsafe.SliceData(out)
}
