//go:build !linux || !(amd64 || arm64) || nocuda

package driver

import (
	"errors"
	"unsafe"
)

var errSystem = errors.New("CUDA needs Linux on amd64 or arm64, and a binary built without the tag nocuda")

func dlopen(string) (uintptr, error)          { return 0, errSystem }
func symbol(uintptr, string) (uintptr, error) { return 0, errSystem }
func register(any, uintptr)                   {}
func call(uintptr, ...uintptr) int32          { return -1 }
func page() (unsafe.Pointer, func(), error)   { return nil, nil, errSystem }
