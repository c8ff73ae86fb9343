package cpu

import "golang.org/x/sys/cpu"

func paths() []isa {
	var all []isa
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL && cpu.X86.HasBMI2 {
		all = append(all, avx512())
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		all = append(all, avx2())
	}
	return append(all, plainGo())
}

// microKernel is gemm1AVX512 and gemm1HalfAVX512 and their like.
type microKernel struct {
	full func(tiles, panels, k int, a *float32, ars, acs int, b *float32, bstep int, plus *float32, prs int, c *float32, crs, mask int)
	half func(tiles, panels, k int, a *float32, ars, acs int, b *uint16, bstep int, plus *float32, prs int, c *float32, crs, mask int)
}

// run works on the panels from one on; strides count numbers.
func (m microKernel) run(tiles, panels, k int, a []float32, ars, acs int, b strip, from int, plus []float32, prs int, c []float32, crs, mask int) {
	at := from * b.step
	if b.h != nil {
		m.half(tiles, panels, k, &a[0], 4*ars, 4*acs, &b.h[at], 2*b.step, start(plus), 4*prs, &c[0], 4*crs, mask)
	} else {
		m.full(tiles, panels, k, &a[0], 4*ars, 4*acs, &b.x[at], 4*b.step, start(plus), 4*prs, &c[0], 4*crs, mask)
	}
}

// start is a slice's first number, nil where it has none.
func start(x []float32) *float32 {
	if len(x) == 0 {
		return nil
	}
	return &x[0]
}

func avx512() isa {
	tiles := [...]microKernel{{}, {gemm1AVX512, gemm1HalfAVX512}, {gemm2AVX512, gemm2HalfAVX512}, {gemm3AVX512, gemm3HalfAVX512},
		{gemm4AVX512, gemm4HalfAVX512}, {gemm5AVX512, gemm5HalfAVX512}, {gemm6AVX512, gemm6HalfAVX512},
		{gemm7AVX512, gemm7HalfAVX512}, {gemm8AVX512, gemm8HalfAVX512}, {gemm9AVX512, gemm9HalfAVX512},
		{gemm10AVX512, gemm10HalfAVX512}, {gemm11AVX512, gemm11HalfAVX512}, {gemm12AVX512, gemm12HalfAVX512}}
	const cols = 32
	return isa{name: "avx512", cols: cols, rows: 12,
		gemm: func(n, mr, cs, k int, a []float32, ars, acs int, b strip, plus []float32, prs int, c []float32, crs int) {
			panels := (cs + cols - 1) / cols
			tiles[mr].run(n, panels, k, a, ars, acs, b, 0, plus, prs, c, crs, 1<<(cs-(panels-1)*cols)-1)
		},
		packRows: func(dst, src []float32, stride, k, n int) { packRowsAVX512(&dst[0], &src[0], 4*stride, k, 1<<n-1) },
		packCols: func(dst, src []float32, stride, k, n int) {
			if n < cols || k < 16 { // few panels are ragged
				packColsGo(dst, cols, src, stride, k, n)
				return
			}
			packColsAVX512(&dst[0], &src[0], 4*stride, k/16)
			packColsAVX512(&dst[16], &src[16*stride], 4*stride, k/16)
			if whole := k &^ 15; whole < k {
				packColsGo(dst[whole*cols:], cols, src[whole:], stride, k-whole, n)
			}
		},
		packTile: func(dst, src []float32, stride, k, n int) { packTileAVX512(&dst[0], n, &src[0], 4*stride, k) },
		expand:   func(dst []float32, src []uint16, n int) { expandAVX512(&dst[0], &src[0], n) },
		dot:      func(a, b []float32, n int) float32 { return dotAVX512(&a[0], &b[0], n) },
		dot3:     func(a, b, c []float32, n int) float32 { return dot3AVX512(&a[0], &b[0], &c[0], n) },
		axpy:     func(dst, x []float32, alpha float32, n int) { axpyAVX512(&dst[0], &x[0], alpha, n) },
		times:    func(x []float32, alpha float32, n int) { timesAVX512(&x[0], alpha, n) },
		scale:    func(dst, x, w []float32, alpha float32, n int) { scaleAVX512(&dst[0], &x[0], &w[0], alpha, n) },
		normGrad: func(dx, dw, dout, x, w []float32, rstd, mean float32, n int) {
			normGradAVX512(&dx[0], &dw[0], &dout[0], &x[0], &w[0], rstd, mean, n)
		},
		rotate: func(lo, hi, cos, sin []float32, sign float32, n int) {
			rotateAVX512(&lo[0], &hi[0], &cos[0], &sin[0], sign, n)
		},
		top: func(x []float32, n int) float32 { return topAVX512(&x[0], n) },
		expSum: func(dst, x []float32, scale, top float32, n int) float32 {
			return expSumAVX512(&dst[0], &x[0], scale, top, n)
		},
		probGrad: func(dp, p []float32, delta, scale float32, n int) { probGradAVX512(&dp[0], &p[0], delta, scale, n) },
		silu:     func(out, gate, up []float32, n int) { siluAVX512(&out[0], &gate[0], &up[0], n) },
		siluGrad: func(dgate, dup, dout, gate, up []float32, n int) {
			siluGradAVX512(&dgate[0], &dup[0], &dout[0], &gate[0], &up[0], n)
		},
		gelu:     func(out, x []float32, n int) { geluAVX512(&out[0], &x[0], n) },
		geluGrad: func(dx, dout, x []float32, n int) { geluGradAVX512(&dx[0], &dout[0], &x[0], n) },
		adamw: func(p, g, m, v []float32, c *[9]float32, n int) {
			adamwAVX512(&p[0], &g[0], &m[0], &v[0], &c[0], n)
		},
		peak: func(n int) int { peakAVX512(n); return n * 12 * 16 }}
}

func avx2() isa {
	tiles := [...]microKernel{{}, {gemm1AVX2, gemm1HalfAVX2}, {gemm2AVX2, gemm2HalfAVX2}, {gemm3AVX2, gemm3HalfAVX2},
		{gemm4AVX2, gemm4HalfAVX2}, {gemm5AVX2, gemm5HalfAVX2}, {gemm6AVX2, gemm6HalfAVX2}}
	const cols = 16
	return isa{name: "avx2", cols: cols, rows: 6,
		gemm: func(n, mr, cs, k int, a []float32, ars, acs int, b strip, plus []float32, prs int, c []float32, crs int) {
			panels, rest := cs/cols, cs%cols
			if panels > 0 {
				tiles[mr].run(n, panels, k, a, ars, acs, b, 0, plus, prs, c, crs, 0)
			}
			at := panels * cols
			for t := 0; t < n && rest > 0; t++ { // the ragged columns' way around
				var tile [6 * cols]float32
				c := c[t*mr*crs+at:]
				for i := 0; i < mr && plus != nil; i++ {
					copy(tile[i*cols:i*cols+rest], plus[(t*mr+i)*prs+at:])
				}
				tiles[mr].run(1, 1, k, a[t*mr*ars:], ars, acs, b, panels, tile[:], cols, tile[:], cols, 0)
				for i := range mr {
					copy(c[i*crs:i*crs+rest], tile[i*cols:])
				}
			}
		},
		packRows: func(dst, src []float32, stride, k, n int) { packRowsGo(dst, cols, src, stride, k, n) },
		packCols: func(dst, src []float32, stride, k, n int) { packColsGo(dst, cols, src, stride, k, n) },
		packTile: func(dst, src []float32, stride, k, n int) { packRowsGo(dst, n, src, stride, k, n) },
		expand:   func(dst []float32, src []uint16, n int) { expandAVX2(&dst[0], &src[0], n) },
		dot:      func(a, b []float32, n int) float32 { return dotAVX2(&a[0], &b[0], n) },
		dot3:     func(a, b, c []float32, n int) float32 { return dot3AVX2(&a[0], &b[0], &c[0], n) },
		axpy:     func(dst, x []float32, alpha float32, n int) { axpyAVX2(&dst[0], &x[0], alpha, n) },
		times:    func(x []float32, alpha float32, n int) { timesAVX2(&x[0], alpha, n) },
		scale:    func(dst, x, w []float32, alpha float32, n int) { scaleAVX2(&dst[0], &x[0], &w[0], alpha, n) },
		normGrad: func(dx, dw, dout, x, w []float32, rstd, mean float32, n int) {
			normGradAVX2(&dx[0], &dw[0], &dout[0], &x[0], &w[0], rstd, mean, n)
		},
		rotate: func(lo, hi, cos, sin []float32, sign float32, n int) {
			rotateAVX2(&lo[0], &hi[0], &cos[0], &sin[0], sign, n)
		},
		top: func(x []float32, n int) float32 { return topAVX2(&x[0], n) },
		expSum: func(dst, x []float32, scale, top float32, n int) float32 {
			return expSumAVX2(&dst[0], &x[0], scale, top, n)
		},
		probGrad: func(dp, p []float32, delta, scale float32, n int) { probGradAVX2(&dp[0], &p[0], delta, scale, n) },
		silu:     func(out, gate, up []float32, n int) { siluAVX2(&out[0], &gate[0], &up[0], n) },
		siluGrad: func(dgate, dup, dout, gate, up []float32, n int) {
			siluGradAVX2(&dgate[0], &dup[0], &dout[0], &gate[0], &up[0], n)
		},
		gelu:     func(out, x []float32, n int) { geluAVX2(&out[0], &x[0], n) },
		geluGrad: func(dx, dout, x []float32, n int) { geluGradAVX2(&dx[0], &dout[0], &x[0], n) },
		adamw: func(p, g, m, v []float32, c *[9]float32, n int) {
			adamwAVX2(&p[0], &g[0], &m[0], &v[0], &c[0], n)
		},
		peak: func(n int) int { peakAVX2(n); return n * 12 * 8 }}
}
