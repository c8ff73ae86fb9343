package driver

import (
	"errors"
	"fmt"
	"slices"
	"unsafe"
)

var (
	// ErrNone is a machine without an NVIDIA GPU: no libcuda, or no device. A
	// caller that was free to choose goes on with the CPU.
	ErrNone = errors.New("no NVIDIA GPU")
	// ErrLost is a device that answers nothing more in this process.
	ErrLost = errors.New("the device is lost")
	// ErrMemory is a device without enough memory left.
	ErrMemory = errors.New("out of memory")
)

// Error is a CUDA call that failed.
type Error struct {
	Act   string // what was done, with its object: "launch saxpy, grid [8 1 1]"
	Code  int    // CUresult
	Name  string // CUDA_ERROR_ILLEGAL_ADDRESS
	Words string // CUDA's own
	Next  string // what to do
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s (%d): %s", e.Act, e.Name, e.Code, e.Words)
	if e.Next != "" {
		s += "; " + e.Next
	}
	return s
}

// Is makes errors.Is find ErrLost, ErrMemory and ErrNone.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrLost:
		return slices.Contains(lostCodes, e.Code)
	case ErrMemory:
		return e.Code == 2
	case ErrNone:
		return e.Code == codeNoDevice
	}
	return false
}

const (
	codeNoDevice = 100
	codeNotReady = 600
)

// lostCodes are those after which a context only repeats itself: errors of its
// memory and links, faults of a kernel, and unknown.
var lostCodes = []int{214, 220, 226, 700, 702, 710, 714, 715, 716, 717, 718, 719, 721, 999}

// next is what a person can do about a code.
func next(code int) string {
	switch {
	case slices.Contains(lostCodes, code):
		return "nothing on this device can be used any more: end the process and begin again; GYM_CUDA_SYNC=1 names the kernel"
	case code == 101:
		return "the first GPU is 0; gym doctor lists them"
	case code == 201:
		return "call Enter on this goroutine first"
	case code == 200 || code == 209 || code == 218 || code == 222:
		return "NVRTC and driver do not fit: use an NVRTC that is not newer than the driver"
	case code == 46:
		return "another process has this GPU for itself: end it, or choose another GPU"
	case code == 802:
		return "start NVIDIA's fabric manager, or wait until it is up"
	case code == 803:
		return "libcuda and the kernel's driver are of different versions: reboot, or install them anew"
	}
	return ""
}

func (c *CUDA) fail(code int32, act string) *Error {
	e := &Error{Act: act, Code: int(code), Name: "CUDA error", Words: "unknown", Next: next(int(code))}
	var s *byte
	if c.calls.ErrorName(code, &s) == 0 && s != nil {
		e.Name = text(s)
	}
	if c.calls.ErrorString(code, &s) == 0 && s != nil {
		e.Words = text(s)
	}
	return e
}

// text is a C string.
func text(s *byte) string {
	n := 0
	for *(*byte)(unsafe.Add(unsafe.Pointer(s), n)) != 0 {
		n++
	}
	return string(unsafe.Slice(s, n))
}
