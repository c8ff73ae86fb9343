//go:build !amd64

package cpu

func paths() []isa { return []isa{plainGo()} }
