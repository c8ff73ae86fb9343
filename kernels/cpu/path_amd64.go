package cpu

import "golang.org/x/sys/cpu"

func paths() []isa {
	var all []isa
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL {
		all = append(all, avx512())
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		all = append(all, avx2())
	}
	return append(all, plainGo())
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func avx512() isa {
	return isa{name: "avx512", cols: 32, mr: []int{12, 8, 4, 2, 1},
		gemm: func(mr, k int, a []float32, ars, acs int, b []float32, brs int, c []float32, crs int, acc bool) {
			f := gemm1AVX512
			switch mr {
			case 12:
				f = gemm12AVX512
			case 8:
				f = gemm8AVX512
			case 4:
				f = gemm4AVX512
			case 2:
				f = gemm2AVX512
			}
			f(k, &a[0], 4*ars, 4*acs, &b[0], 4*brs, &c[0], 4*crs, flag(acc))
		},
		dot:    func(a, b []float32, n int) float32 { return dotAVX512(&a[0], &b[0], n) },
		axpy:   func(dst, x []float32, alpha float32, n int) { axpyAVX512(&dst[0], &x[0], alpha, n) },
		expSum: func(x []float32, n int, scale, top float32) float32 { return expSumAVX512(&x[0], n, scale, top) },
		silu:   func(out, g, u []float32, n int) { siluAVX512(&out[0], &g[0], &u[0], n) },
		siluGrad: func(dg, du, d, g, u []float32, n int) {
			siluGradAVX512(&dg[0], &du[0], &d[0], &g[0], &u[0], n)
		}}
}

func avx2() isa {
	return isa{name: "avx2", cols: 16, mr: []int{6, 4, 2, 1},
		gemm: func(mr, k int, a []float32, ars, acs int, b []float32, brs int, c []float32, crs int, acc bool) {
			f := gemm1AVX2
			switch mr {
			case 6:
				f = gemm6AVX2
			case 4:
				f = gemm4AVX2
			case 2:
				f = gemm2AVX2
			}
			f(k, &a[0], 4*ars, 4*acs, &b[0], 4*brs, &c[0], 4*crs, flag(acc))
		},
		dot:    func(a, b []float32, n int) float32 { return dotAVX2(&a[0], &b[0], n) },
		axpy:   func(dst, x []float32, alpha float32, n int) { axpyAVX2(&dst[0], &x[0], alpha, n) },
		expSum: func(x []float32, n int, scale, top float32) float32 { return expSumAVX2(&x[0], n, scale, top) },
		silu:   func(out, g, u []float32, n int) { siluAVX2(&out[0], &g[0], &u[0], n) },
		siluGrad: func(dg, du, d, g, u []float32, n int) {
			siluGradAVX2(&dg[0], &du[0], &d[0], &g[0], &u[0], n)
		}}
}
