package cpu

import "math"

// plainGo is the path of every machine, and what the others are checked with.
func plainGo() isa {
	return isa{name: "go", cols: 16, mr: []int{4, 1}, gemm: gemmGo, dot: dotGo, axpy: axpyGo,
		expSum: expSumGo, silu: siluGo, siluGrad: siluGradGo}
}

func gemmGo(mr, k int, a []float32, ars, acs int, b []float32, brs int, c []float32, crs int, acc bool) {
	for i := range mr {
		var sum [16]float32
		row := c[i*crs : i*crs+16]
		if acc {
			copy(sum[:], row)
		}
		for p := range k {
			x := a[i*ars+p*acs]
			for j, y := range b[p*brs : p*brs+16] {
				sum[j] += x * y
			}
		}
		copy(row, sum[:])
	}
}

func dotGo(a, b []float32, n int) float32 {
	var s0, s1, s2, s3 float32
	a, b = a[:n], b[:n]
	for i := 0; i+3 < len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	return (s0 + s1) + (s2 + s3)
}

func axpyGo(dst, x []float32, alpha float32, n int) {
	dst = dst[:n]
	for i, v := range x[:n] {
		dst[i] += alpha * v
	}
}

func exp32(x float32) float32 { return float32(math.Exp(float64(max(x, -87)))) }

func expSumGo(x []float32, n int, scale, top float32) float32 {
	var sum float32
	for i, v := range x[:n] {
		x[i] = exp32(v*scale - top)
		sum += x[i]
	}
	return sum
}

func siluGo(out, g, u []float32, n int) {
	for i, x := range g[:n] {
		out[i] = x / (1 + exp32(-x)) * u[i]
	}
}

func siluGradGo(dg, du, d, g, u []float32, n int) {
	for i, x := range g[:n] {
		s := 1 / (1 + exp32(-x))
		t, w := d[i]*s, u[i] // dg or du may be one of the inputs
		du[i] = t * x
		dg[i] = t * w * (1 + x*(1-s))
	}
}
