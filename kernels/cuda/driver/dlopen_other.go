//go:build !linux || !(amd64 || arm64) || nocuda

package driver

import "unsafe"

func dlopen(string) (uintptr, error)          { return 0, errSystem }
func symbol(uintptr, string) (uintptr, error) { return 0, errSystem }
func register(any, uintptr)                   {}
func call(uintptr, ...uintptr) int32          { return -1 }
func page() (unsafe.Pointer, func(), error)   { return nil, nil, errSystem }
