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

// Largest writes the places of x's largest numbers to at, the largest first and
// of equals the first, and -1 where x has fewer.
func Largest(at []int32, x []float32) {
	n := 0
	for i, v := range x {
		if n == len(at) && (n == 0 || v <= x[at[n-1]]) {
			continue
		}
		j := min(n, len(at)-1)
		for ; j > 0 && x[at[j-1]] < v; j-- {
			at[j] = at[j-1]
		}
		at[j] = int32(i)
		n = min(n+1, len(at))
	}
	for ; n < len(at); n++ {
		at[n] = -1
	}
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
