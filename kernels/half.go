package kernels

import "math"

// ToHalf is the bfloat16 next to x, of two that are as near the even one.
func ToHalf(x float32) uint16 {
	u := math.Float32bits(x)
	if x != x {
		return uint16(u>>16) | 1<<6 // still no number
	}
	return uint16((u + 0x7fff + u>>16&1) >> 16)
}

// FromHalf is a bfloat16 as float32.
func FromHalf(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }
