package cpu

import (
	"math"
	"slices"

	"github.com/turngym/turngym/kernels"
)

// rows of queries that are worked on at once: they share the keys in cache.
const queryBlock = 24

// pad rounds n up to whole panels of every instruction set.
func pad(n int) int { return (n + 31) &^ 31 }

// never is the score of a key that a query may not see.
const never = -1e30

// Attention works head by head: the scores of a block of queries are one
// matrix product with the transposed keys, their softmax another with the
// values. No more than a block's scores are ever stored.
func (d *Device) Attention(out, lse, q kernels.Buffer, start []int32, ctx []kernels.Context, h kernels.Heads) {
	o, l, qs := of(out), of(lse), of(q)
	stride, scale, group := h.KV*h.Dim, float32(1/math.Sqrt(float64(h.Dim))), h.Q/h.KV
	for s := range ctx {
		n, first, seen := int(start[s+1]-start[s]), int(start[s]), ctx[s].Len
		if n == 0 {
			continue
		}
		k, v, wide := of(ctx[s].K), of(ctx[s].V), pad(seen)
		kt, sc := d.temp(h.Dim*wide), d.temp(queryBlock*wide)
		var sums [queryBlock]float32
		for kv := range h.KV {
			keysT(*kt, wide, k[kv*h.Dim:], stride, seen, h.Dim)
			for g := range group {
				head := kv*group + g
				for i0 := 0; i0 < n; i0 += queryBlock {
					m := min(queryBlock, n-i0)
					at := ((first+i0)*h.Q + head) * h.Dim
					keys := seen - n + i0 + m // the block's last query sees so many
					d.scores(*sc, qs[at:], m, h, *kt, wide, keys)
					for i := range m {
						row := (*sc)[i*wide : i*wide+pad(keys)]
						sums[i], l[(first+i0+i)*h.Q+head] = d.softmax(row, keys-m+i+1, scale)
					}
					d.gemm(m, h.Dim, keys, mat{*sc, wide, 1}, v[kv*h.Dim:], stride, o[at:], h.Q*h.Dim, false)
					for i := range m {
						inv := 1 / sums[i]
						row := o[at+i*h.Q*h.Dim:][:h.Dim]
						for j := range row {
							row[j] *= inv
						}
					}
				}
			}
		}
		d.free(kt)
		d.free(sc)
	}
}

// keysT writes one head's keys as columns: [dim, wide].
func keysT(dst []float32, wide int, k []float32, stride, n, dim int) {
	transpose(dst, wide, k, stride, n, dim)
	for i := range dim {
		clear(dst[i*wide+n : (i+1)*wide])
	}
}

// scores are m queries times the first keys (rounded up) of kt.
func (d *Device) scores(dst, q []float32, m int, h kernels.Heads, kt []float32, wide, keys int) {
	d.gemm(m, pad(keys), h.Dim, mat{q, h.Q * h.Dim, 1}, kt, wide, dst, wide, false)
}

// softmax turns a row's first n scores into probabilities times their sum and
// the rest into zeros; lse is the log of the sum of exponentials.
func (d *Device) softmax(row []float32, n int, scale float32) (sum, lse float32) {
	var tops [8]float32 // independent chains: max has a latency of four cycles
	for i := range tops {
		tops[i] = row[0]
	}
	i := 0
	for ; i+8 <= n; i += 8 {
		for j, x := range row[i : i+8 : i+8] {
			if x > tops[j] {
				tops[j] = x
			}
		}
	}
	for _, x := range row[i:n] {
		tops[0] = max(tops[0], x)
	}
	top := slices.Max(tops[:])
	for i := n; i < len(row); i++ {
		row[i] = never
	}
	top *= scale
	sum = d.isa.expSum(row, len(row), scale, top)
	clear(row[n:])
	return sum, top + float32(math.Log(float64(sum)))
}

// AttentionGrad recomputes the probabilities block by block.
func (d *Device) AttentionGrad(dq kernels.Buffer, dctx []kernels.Context, dout, out, lse, q kernels.Buffer, start []int32, ctx []kernels.Context, h kernels.Heads) {
	gq, gs, os, l, qs := of(dq), of(dout), of(out), of(lse), of(q)
	stride, scale, group := h.KV*h.Dim, float32(1/math.Sqrt(float64(h.Dim))), h.Q/h.KV
	for s := range ctx {
		n, first, seen := int(start[s+1]-start[s]), int(start[s]), ctx[s].Len
		if n == 0 {
			continue
		}
		k, v, wide := of(ctx[s].K), of(ctx[s].V), pad(seen)
		gk, gv := of(dctx[s].K), of(dctx[s].V)
		kt, vt := d.temp(h.Dim*wide), d.temp(h.Dim*wide)
		sc, dp := d.temp(queryBlock*wide), d.temp(queryBlock*wide)
		for kv := range h.KV {
			keysT(*kt, wide, k[kv*h.Dim:], stride, seen, h.Dim)
			keysT(*vt, wide, v[kv*h.Dim:], stride, seen, h.Dim)
			for g := range group {
				head := kv*group + g
				for i0 := 0; i0 < n; i0 += queryBlock {
					m := min(queryBlock, n-i0)
					at := ((first+i0)*h.Q + head) * h.Dim
					keys := seen - n + i0 + m
					d.scores(*sc, qs[at:], m, h, *kt, wide, keys)
					d.scores(*dp, gs[at:], m, h, *vt, wide, keys)
					for i := range m {
						row := (*sc)[i*wide : i*wide+pad(keys)]
						sees := keys - m + i + 1
						d.isa.expSum(row, len(row), scale, l[(first+i0+i)*h.Q+head])
						clear(row[sees:])
						r := at + i*h.Q*h.Dim
						delta := d.dot(gs[r:r+h.Dim], os[r:r+h.Dim])
						drow := (*dp)[i*wide : i*wide+pad(keys)]
						for j, p := range row[:sees] {
							drow[j] = p * (drow[j] - delta) * scale
						}
						clear(drow[sees:])
					}
					qrs := h.Q * h.Dim
					d.gemm(m, h.Dim, keys, mat{*dp, wide, 1}, k[kv*h.Dim:], stride, gq[at:], qrs, false)
					d.gemm(keys, h.Dim, m, mat{*dp, 1, wide}, qs[at:], qrs, gk[kv*h.Dim:], stride, true)
					d.gemm(keys, h.Dim, m, mat{*sc, 1, wide}, gs[at:], qrs, gv[kv*h.Dim:], stride, true)
				}
			}
		}
		d.free(kt)
		d.free(vt)
		d.free(sc)
		d.free(dp)
	}
}
