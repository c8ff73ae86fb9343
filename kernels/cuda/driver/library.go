package driver

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// library is one that is looked for.
type library struct {
	env   string // names the file
	stem  string // libnvrtc.so
	wheel string // its folder in NVIDIA's Python packages for CUDA 12
}

var (
	libCUDA  = library{env: "GYM_CUDA_LIB", stem: "libcuda.so"}
	libNVRTC = library{env: "GYM_NVRTC_LIB", stem: "libnvrtc.so", wheel: "cuda_nvrtc"}
	libLt    = library{env: "GYM_CUBLASLT_LIB", stem: "libcublasLt.so", wheel: "cublas"}
	libNCCL  = library{env: "GYM_NCCL_LIB", stem: "libnccl.so", wheel: "nccl"} // that folder for CUDA 13, too
)

// errSystem is what dlopen answers where there is none.
var errSystem = errors.New("CUDA needs Linux on amd64 or arm64, and a binary built without the tag nocuda")

// sonames are the file's names, those of the driver's own CUDA version first:
// what a newer NVRTC compiles, an older driver may not load.
func (l library) sonames(major int) []string {
	switch l {
	case libCUDA:
		return []string{l.stem + ".1", l.stem}
	case libNCCL:
		return []string{l.stem + ".2", l.stem}
	}
	names := []string{l.stem + ".12", l.stem + ".13", l.stem + ".11.2", l.stem}
	if l == libLt {
		names[2] = l.stem + ".11"
	}
	if major >= 13 {
		names[0], names[1] = names[1], names[0]
	}
	return names
}

// folders are where the library may be, beside the loader's own search. root is
// "/", but for tests.
func (l library) folders(root string, env func(string) string) []string {
	multiarch := map[string]string{"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}[runtime.GOARCH]
	list := []string{filepath.Join(root, "usr/lib", multiarch)}
	if l == libCUDA {
		return append(list, filepath.Join(root, "usr/local/nvidia/lib64"), filepath.Join(root, "usr/lib/wsl/lib"), filepath.Join(root, "run/opengl-driver/lib"))
	}
	add := func(pattern ...string) {
		found, _ := filepath.Glob(filepath.Join(pattern...))
		slices.Reverse(found) // newer versions first
		list = append(list, found...)
	}
	add(root, "usr/local/cuda*/lib64")
	add(root, "usr/local/cuda*/targets/*/lib")
	var pythons []string
	for _, prefix := range []string{env("CONDA_PREFIX"), env("VIRTUAL_ENV")} {
		if prefix != "" {
			list = append(list, filepath.Join(prefix, "lib"))
			pythons = append(pythons, filepath.Join(prefix, "lib/python3*/site-packages"))
		}
	}
	if home := env("HOME"); home != "" {
		pythons = append(pythons, filepath.Join(home, ".local/lib/python3*/site-packages"))
	}
	for _, p := range []string{"usr/local/lib/python3*/site-packages", "usr/local/lib/python3*/dist-packages", "usr/lib/python3*/site-packages", "usr/lib/python3/dist-packages"} {
		pythons = append(pythons, filepath.Join(root, p))
	}
	pythons = append(pythons, filepath.SplitList(env("PYTHONPATH"))...)
	for _, p := range pythons {
		add(p, "nvidia", l.wheel, "lib")
		add(p, "nvidia/cu13/lib")
	}
	return list
}

// find opens the library and says where it was. A file named by the environment
// is the only one tried.
func (l library) find(major int) (lib uintptr, path string, err error) {
	if path = os.Getenv(l.env); path != "" {
		if lib, err = dlopen(path); err != nil {
			return 0, "", fmt.Errorf("%s=%s: %w", l.env, path, err)
		}
		return lib, path, nil
	}
	names := l.sonames(major)
	for _, name := range names {
		if lib, err = dlopen(name); err == nil {
			return lib, name, nil
		}
		if errors.Is(err, errSystem) {
			return 0, "", err
		}
	}
	var broken error
	folders := l.folders("/", os.Getenv)
	for _, name := range names {
		for _, folder := range folders {
			path = filepath.Join(folder, name)
			if _, err := os.Stat(path); err != nil {
				continue
			}
			if lib, err = dlopen(path); err == nil {
				return lib, path, nil
			}
			broken = errors.Join(broken, err)
		}
	}
	if broken != nil {
		return 0, "", broken
	}
	return 0, "", &missing{l, names}
}

// missing is a library that is nowhere.
type missing struct {
	library
	names []string
}

func (m *missing) Error() string {
	where := "in NVIDIA's folders"
	if m.library != libCUDA {
		where = "under /usr/local/cuda*, conda's folder and Python's nvidia packages"
	}
	return fmt.Sprintf("no %s where the loader looks, nor %s", strings.Join(m.names, ", "), where)
}
