package kernels

import "math"

// LogSoftmax turns logits into log-probs in place and returns them.
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

// Pick draws an index from log-probs sharpened by a temperature, at u in [0, 1);
// temperature 0 takes the first of the most probable.
func Pick(logp []float32, temperature, u float64) int {
	best := 0
	for i, x := range logp {
		if x > logp[best] {
			best = i
		}
	}
	if temperature == 0 {
		return best
	}
	weight := func(x float32) float64 { return math.Exp(float64(x-logp[best]) / temperature) }
	sum := 0.0
	for _, x := range logp {
		sum += weight(x)
	}
	at := u * sum
	for i, x := range logp {
		if at -= weight(x); at < 0 {
			return i
		}
	}
	return best
}
