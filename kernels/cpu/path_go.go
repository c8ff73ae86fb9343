package cpu

import (
	"math"

	"github.com/turngym/turngym/kernels"
)

// plainGo is the path of every machine, and what the others are checked with.
func plainGo() isa {
	const cols = 16
	return isa{name: "go", cols: cols, rows: 4, gemm: gemmGo,
		packRows: func(dst, src []float32, stride, k, n int) { packRowsGo(dst, cols, src, stride, k, n) },
		packCols: func(dst, src []float32, stride, k, n int) { packColsGo(dst, cols, src, stride, k, n) },
		packTile: func(dst, src []float32, stride, k, n int) { packRowsGo(dst, n, src, stride, k, n) },
		expand:   expandGo,
		dot:      dotGo, dot3: dot3Go, axpy: axpyGo, times: timesGo, scale: scaleGo, normGrad: normGradGo, rotate: rotateGo, top: topGo, expSum: expSumGo,
		probGrad: probGradGo, silu: siluGo, siluGrad: siluGradGo, gelu: geluGo, geluGrad: geluGradGo, adamw: adamwGo, peak: peakGo}
}

func gemmGo(n, mr, cs, k int, a []float32, ars, acs int, b strip, plus []float32, prs int, c []float32, crs int) {
	for j := 0; j < cs; j += 16 {
		var panel []float32
		if at := j / 16 * b.step; b.h == nil {
			panel = b.x[at:]
		} else {
			panel = make([]float32, 16*k)
			expandGo(panel, b.h[at:], 16*k)
		}
		w := min(16, cs-j)
		for i := range n * mr {
			var sum [16]float32
			if plus != nil {
				copy(sum[:], plus[i*prs+j:i*prs+j+w])
			}
			for p := range k {
				x := a[i*ars+p*acs]
				for q, y := range panel[p*16 : p*16+16] {
					sum[q] += x * y
				}
			}
			copy(c[i*crs+j:i*crs+j+w], sum[:])
		}
	}
}

func packRowsGo(dst []float32, cols int, src []float32, stride, k, n int) {
	for i := range k {
		row := dst[i*cols : (i+1)*cols]
		clear(row[copy(row, src[i*stride:i*stride+n]):])
	}
}

func packColsGo(dst []float32, cols int, src []float32, stride, k, n int) {
	for j := range n {
		for i, x := range src[j*stride : j*stride+k] {
			dst[i*cols+j] = x
		}
	}
	for i := 0; i < k && n < cols; i++ {
		clear(dst[i*cols+n : (i+1)*cols])
	}
}

func expandGo(dst []float32, src []uint16, n int) {
	for i, h := range src[:n] {
		dst[i] = kernels.FromHalf(h)
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

func dot3Go(a, b, c []float32, n int) (sum float32) {
	for i := range n {
		sum += a[i] * b[i] * c[i]
	}
	return sum
}

func axpyGo(dst, x []float32, alpha float32, n int) {
	dst = dst[:n]
	for i, v := range x[:n] {
		dst[i] += alpha * v
	}
}

func timesGo(x []float32, alpha float32, n int) {
	for i := range x[:n] {
		x[i] *= alpha
	}
}

func scaleGo(dst, x, w []float32, alpha float32, n int) {
	for i, v := range x[:n] {
		dst[i] = v * alpha * w[i]
	}
}

func normGradGo(dx, dw, dout, x, w []float32, rstd, mean float32, n int) {
	for i, g := range dout[:n] {
		dw[i] += g * x[i] * rstd
		dx[i] += rstd * (g*w[i] - x[i]*mean)
	}
}

func rotateGo(lo, hi, cos, sin []float32, sign float32, n int) {
	for i := range n {
		a, b, c, s := lo[i], hi[i], cos[i], sin[i]*sign
		lo[i], hi[i] = a*c-b*s, a*s+b*c
	}
}

func topGo(x []float32, n int) float32 {
	top := x[0]
	for _, v := range x[1:n] {
		top = max(top, v)
	}
	return top
}

func exp32(x float32) float32 { return float32(math.Exp(float64(max(x, -87)))) }

func expSumGo(dst, x []float32, scale, top float32, n int) float32 {
	var sum float32
	for i, v := range x[:n] {
		dst[i] = exp32(v*scale - top)
		sum += dst[i]
	}
	return sum
}

func probGradGo(dp, p []float32, delta, scale float32, n int) {
	for i, x := range p[:n] {
		dp[i] = x * (dp[i] - delta) * scale
	}
}

func siluGo(out, gate, up []float32, n int) {
	for i, x := range gate[:n] {
		out[i] = x / (1 + exp32(-x)) * up[i]
	}
}

func siluGradGo(dgate, dup, dout, gate, up []float32, n int) {
	for i, x := range gate[:n] {
		s := 1 / (1 + exp32(-x))
		t, w := dout[i]*s, up[i] // dgate or dup may be one of the inputs
		dup[i] = t * x
		dgate[i] = t * w * (1 + x*(1-s))
	}
}

const geluC = 0.7978845608028654 // sqrt(2/pi)

func geluGo(out, x []float32, n int) {
	for i, v := range x[:n] {
		out[i] = v / (1 + exp32(-2*geluC*v*(1+0.044715*v*v)))
	}
}

func geluGradGo(dx, dout, x []float32, n int) {
	for i, v := range x[:n] {
		s := 1 / (1 + exp32(-2*geluC*v*(1+0.044715*v*v)))
		dx[i] = dout[i] * s * (1 + v*(1-s)*2*geluC*(1+3*0.044715*v*v))
	}
}

func adamwGo(p, g, m, v []float32, c *[9]float32, n int) {
	for i, w := range p[:n] {
		x := g[i] * c[0]
		m[i] = c[1]*m[i] + c[2]*x
		v[i] = c[3]*v[i] + c[4]*x*x
		p[i] = w - c[5]*m[i]/(float32(math.Sqrt(float64(v[i]*c[6])))+c[7]) - c[8]*w
	}
}

func peakGo(n int) int {
	var s [4]float32
	x := float32(n)
	for range n {
		s[0] += x * s[0]
		s[1] += x * s[1]
		s[2] += x * s[2]
		s[3] += x * s[3]
	}
	if s[0]+s[1]+s[2]+s[3] != 0 {
		panic("zeros do not add up")
	}
	return 4 * n
}
