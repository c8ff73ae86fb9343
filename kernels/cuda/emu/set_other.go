//go:build !linux || !(amd64 || arm64) || nocuda

package emu

import (
	"errors"
	"testing"
)

const works = false

// Set skips the test: CUDA needs Linux.
func (Libs) Set(t testing.TB, _, _ string) {
	t.Skip("CUDA needs Linux on amd64 or arm64, and a binary built without the tag nocuda")
}

// Calls skips the test, too.
func (l Libs) Calls(t testing.TB, _ string) int { l.Set(t, "", ""); return 0 }

func lock(string) (func(), error) {
	return nil, errors.New("CUDA needs Linux on amd64 or arm64, and a binary built without the tag nocuda")
}
