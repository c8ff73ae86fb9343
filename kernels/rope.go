package kernels

import "math"

// Angles is what rotary positions 0 to upTo-1 turn each pair of a head by: of each
// position the cosines, one for each of freq, and then the sines.
func Angles(freq []float64, upTo int) []float32 {
	half := len(freq)
	angles := make([]float32, 2*upTo*half)
	for p := range upTo {
		for i, f := range freq {
			sin, cos := math.Sincos(float64(p) * f)
			angles[2*p*half+i], angles[(2*p+1)*half+i] = float32(cos), float32(sin)
		}
	}
	return angles
}
