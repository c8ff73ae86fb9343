package driver

import (
	"errors"
	"fmt"
	"sync"
)

// The oldest driver whose libcuda has all of cudaCalls: CUDA 12.0.
const (
	versionLeast = 12000
	driverLeast  = "525"
)

// CUDA is libcuda, opened. It is safe for goroutines.
type CUDA struct {
	calls cudaCalls
	// Version is what the driver was made for: 12040 is CUDA 12.4.
	Version int
	// Path is the library's file, or the name under which the loader found it.
	Path string

	compiler func() (*Compiler, error)
	lt       func() (*ltLibrary, error)
	nccl     func() (*ncclLibrary, error)
}

// Open loads libcuda and begins. The error is ErrNone where the machine has no
// NVIDIA GPU; any other says what is wrong with the one it has.
func Open() (*CUDA, error) {
	lib, path, err := libCUDA.find(0)
	if err != nil {
		return nil, noLibrary(err)
	}
	c := &CUDA{Path: path}
	if err := bind(lib, &c.calls); err != nil {
		return nil, c.old(lib, err)
	}
	if code := c.calls.Init(0); code != 0 {
		return nil, c.fail(code, "start the NVIDIA driver (cuInit)")
	}
	var v int32
	if code := c.calls.DriverVersion(&v); code != 0 {
		return nil, c.fail(code, "ask for the driver's version")
	}
	c.Version = int(v)
	if c.Version < versionLeast {
		return nil, tooOld(c.Version)
	}
	c.compiler = sync.OnceValues(func() (*Compiler, error) { return OpenCompiler(c.Version / 1000) })
	c.lt = sync.OnceValues(func() (*ltLibrary, error) { return openLt(c.Version / 1000) })
	c.nccl = sync.OnceValues(func() (*ncclLibrary, error) { return openNCCL(c.Version / 1000) })
	return c, nil
}

func noLibrary(err error) error {
	var m *missing
	if errors.As(err, &m) {
		return fmt.Errorf("%w: the NVIDIA driver is not installed (%w); set GYM_CUDA_LIB if it is elsewhere", ErrNone, err)
	}
	if errors.Is(err, errSystem) {
		return fmt.Errorf("%w: %w", ErrNone, err)
	}
	return fmt.Errorf("load libcuda: %w", err)
}

// old is a libcuda that lacks functions: its version says it better.
func (c *CUDA) old(lib uintptr, err error) error {
	var v int32
	var about struct {
		Version func(v *int32) int32 `c:"cuDriverGetVersion"`
	}
	if bind(lib, &about) == nil && about.Version(&v) == 0 && v < versionLeast {
		return tooOld(int(v))
	}
	return fmt.Errorf("load libcuda: %s: %w", c.Path, err)
}

func tooOld(v int) error {
	return fmt.Errorf("the NVIDIA driver is for CUDA %s, and %s is the oldest that will do: update the driver to %s or newer",
		version(v), version(versionLeast), driverLeast)
}

// version is 12.4 of 12040.
func version(v int) string { return fmt.Sprintf("%d.%d", v/1000, v%1000/10) }

// Info is what a device is.
type Info struct {
	Index        int
	Name         string
	Major, Minor int   // compute capability: 9.0 is Hopper
	SMs          int   // multiprocessors
	Memory       int64 // bytes
	Shared       int   // most shared memory of a block, in bytes
}

// Arch is 90 of compute capability 9.0.
func (i Info) Arch() int { return 10*i.Major + i.Minor }

func (i Info) String() string {
	return fmt.Sprintf("%s, compute capability %d.%d, %d multiprocessors, %s", i.Name, i.Major, i.Minor, i.SMs, size(i.Memory))
}

// Devices are those of this machine.
func (c *CUDA) Devices() ([]Info, error) {
	var n int32
	if code := c.calls.Count(&n); code != 0 {
		return nil, c.fail(code, "count devices")
	}
	list := make([]Info, n)
	for i := range list {
		info, err := c.info(i)
		if err != nil {
			return nil, err
		}
		list[i] = info
	}
	return list, nil
}

func (c *CUDA) info(i int) (Info, error) {
	info := Info{Index: i}
	var dev int32
	if code := c.calls.Device(&dev, int32(i)); code != 0 {
		return info, c.fail(code, fmt.Sprintf("open device %d", i))
	}
	var name [256]byte
	var memory uint64
	var major, minor, sms, shared int32
	for _, code := range []int32{
		c.calls.DeviceName(&name[0], int32(len(name)), dev),
		c.calls.DeviceMemory(&memory, dev),
		c.calls.Attribute(&major, 75, dev), c.calls.Attribute(&minor, 76, dev),
		c.calls.Attribute(&sms, 16, dev), c.calls.Attribute(&shared, 97, dev),
	} {
		if code != 0 {
			return info, c.fail(code, fmt.Sprintf("ask device %d what it is", i))
		}
	}
	info.Name, info.Memory = text(&name[0]), int64(memory)
	info.Major, info.Minor, info.SMs, info.Shared = int(major), int(minor), int(sms), int(shared)
	return info, nil
}

// size is a number of bytes for people.
func size(bytes int64) string {
	switch b := float64(bytes); {
	case bytes >= 1<<30:
		return fmt.Sprintf("%.1f GiB", b/(1<<30))
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MiB", b/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.1f KiB", b/(1<<10))
	}
	return fmt.Sprintf("%d bytes", bytes)
}
