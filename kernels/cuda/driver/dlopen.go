//go:build linux && (amd64 || arm64) && !nocuda

package driver

import (
	"syscall"
	"unsafe"

	"github.com/ebitengine/purego"
)

// Loads a library; its symbols stay its own.
func dlopen(path string) (uintptr, error) {
	return purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
}

func symbol(lib uintptr, name string) (uintptr, error) { return purego.Dlsym(lib, name) }

// register has *fn, a variable of function type, call the C function at addr.
func register(fn any, addr uintptr) { purego.RegisterFunc(fn, addr) }

// call is a C call with integers only: a third of the cost of a registered one.
//
//go:uintptrescapes
func call(fn uintptr, args ...uintptr) int32 {
	code, _, _ := purego.SyscallN(fn, args...)
	return int32(code)
}

// page is memory that the garbage collector does not know, for what C reads.
func page() (unsafe.Pointer, func(), error) {
	mem, err := syscall.Mmap(-1, 0, 4096, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return nil, nil, err
	}
	return unsafe.Pointer(unsafe.SliceData(mem)), func() { syscall.Munmap(mem) }, nil
}
