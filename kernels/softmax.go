package kernels

import "math"

// LogSoftmax turns logits into log-probs in place and returns them. Samplers
// use it as devices do, so that their log-probs have the same bits.
func LogSoftmax(x []float32) []float32 {
	top := x[0]
	for _, v := range x {
		top = max(top, v)
	}
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(float64(v - top))
	}
	log := float32(math.Log(sum))
	for j := range x {
		x[j] = x[j] - top - log
	}
	return x
}
