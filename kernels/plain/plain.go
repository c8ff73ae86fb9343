// Package plain is the reference device: float64, plain loops, one thread,
// nothing clever. Every other device is checked against it, and it is what
// finite differences are taken on.
package plain

import (
	"cmp"
	"math"
	"slices"

	"github.com/turngym/turngym/kernels"
)

// Device computes in float64.
type Device struct{}

// New makes a reference device.
func New() *Device { return &Device{} }

// buffer is float64s, those of half rounded to bfloat16.
type buffer struct {
	x    []float64
	half bool
}

func (b buffer) Len() int                          { return len(b.x) }
func (b buffer) Slice(from, to int) kernels.Buffer { return buffer{b.x[from:to:to], b.half} }
func (b buffer) Half() bool                        { return b.half }

// round is x as b holds it.
func (b buffer) round(x float64) float64 {
	if !b.half {
		return x
	}
	return float64(kernels.FromHalf(kernels.ToHalf(float32(x))))
}

// Float64 is a buffer's memory.
func (*Device) Float64(b kernels.Buffer) []float64 { return of(b) }

func of(b kernels.Buffer) []float64 { return b.(buffer).x }

func (*Device) Name() string                   { return "plain float64" }
func (d *Device) Alone() (kernels.Device, int) { return d, 1 }
func (*Device) Close() error                   { return nil }
func (d *Device) AsOne(f func(kernels.Device)) { f(d) }

// Halves may be anything. What is written or copied to one is rounded; what an
// operation leaves in one is not: it is what a device should have rounded.
func (*Device) Halves() bool { return true }

func (*Device) New(n int) kernels.Buffer     { return buffer{make([]float64, n), false} }
func (*Device) NewHalf(n int) kernels.Buffer { return buffer{make([]float64, n), true} }
func (*Device) Zero(b kernels.Buffer)        { clear(of(b)) }
func (*Device) Copy(dst, src kernels.Buffer) {
	for i, x := range of(src) {
		of(dst)[i] = dst.(buffer).round(x)
	}
}
func (*Device) Write(dst kernels.Buffer, src []float32) {
	for i, x := range src {
		of(dst)[i] = dst.(buffer).round(float64(x))
	}
}
func (*Device) Read(dst []float32, src kernels.Buffer) {
	for i := range dst {
		dst[i] = float32(of(src)[i])
	}
}

func (*Device) MatMul(out, a, b kernels.Buffer, d kernels.Dims) {
	o, x, y := of(out), of(a), of(b)
	for i := range d.M {
		for j := range d.N {
			sum := 0.0
			for k := range d.K {
				xi, yi := i*d.K+k, k*d.N+j
				if d.TransA {
					xi = k*d.M + i
				}
				if d.TransB {
					yi = j*d.K + k
				}
				sum += x[xi] * y[yi]
			}
			if d.Plus != nil {
				p := of(d.Plus)
				sum += p[(i*d.N+j)%len(p)] // a bias has N numbers
			}
			o[i*d.N+j] = sum
		}
	}
}

func (*Device) Pack(dst, w kernels.Buffer, k, n int) { copy(of(dst), of(w)[:k*n]) }
func (*Device) PackedLen(k, n int) int               { return k * n }

func (*Device) Add(out, a kernels.Buffer) {
	for i, x := range of(a) {
		of(out)[i] += x
	}
}

func (*Device) SumRows(dst, x kernels.Buffer, dim int) {
	for i, v := range of(x) {
		of(dst)[i%dim] += v
	}
}

func (*Device) Gather(out kernels.Buffer, rows []kernels.Buffer) {
	for i, row := range rows {
		copy(of(out)[i*row.Len():], of(row))
	}
}

func (*Device) Scatter(rows []kernels.Buffer, x kernels.Buffer) {
	for i, row := range rows {
		copy(of(row), of(x)[i*row.Len():])
	}
}

func (*Device) Embed(out, table kernels.Buffer, ids []int32, dim int) {
	for t, id := range ids {
		copy(of(out)[t*dim:(t+1)*dim], of(table)[int(id)*dim:])
	}
}

func (*Device) EmbedGrad(dtable, dout kernels.Buffer, ids []int32, dim int) {
	for t, id := range ids {
		for i := range dim {
			of(dtable)[int(id)*dim+i] += of(dout)[t*dim+i]
		}
	}
}

func (*Device) RMSNorm(out, rstd, x, w kernels.Buffer, dim int, eps float64) {
	o, r, in, wt := of(out), of(rstd), of(x), of(w)
	for t := range len(in) / dim {
		row := in[t*dim : (t+1)*dim]
		sum := 0.0
		for _, v := range row {
			sum += v * v
		}
		r[t] = 1 / math.Sqrt(sum/float64(dim)+eps)
		for i, v := range row {
			o[t*dim+i] = v * r[t] * wt[i]
		}
	}
}

func (*Device) RMSNormGrad(dx, dw, dout, x, w, rstd kernels.Buffer, dim int) {
	gx, g, in, wt, r := of(dx), of(dout), of(x), of(w), of(rstd)
	for t := range len(in) / dim {
		sum := 0.0
		for i := range dim {
			sum += g[t*dim+i] * wt[i] * in[t*dim+i] * r[t]
		}
		for i := range dim {
			n := in[t*dim+i] * r[t]
			if dw != nil {
				of(dw)[i] += g[t*dim+i] * n
			}
			gx[t*dim+i] += r[t] * (g[t*dim+i]*wt[i] - n*sum/float64(dim))
		}
	}
}

func (*Device) LayerNorm(out, mean, rstd, x, w, b kernels.Buffer, dim int, eps float64) {
	in := of(x)
	for t := range len(in) / dim {
		row, m, v := in[t*dim:(t+1)*dim], 0.0, 0.0
		for _, a := range row {
			m += a / float64(dim)
		}
		for _, a := range row {
			v += (a - m) * (a - m) / float64(dim)
		}
		of(mean)[t], of(rstd)[t] = m, 1/math.Sqrt(v+eps)
		for i, a := range row {
			of(out)[t*dim+i] = (a-m)*of(rstd)[t]*of(w)[i] + of(b)[i]
		}
	}
}

func (*Device) LayerNormGrad(dx, dw, db, dout, x, w, mean, rstd kernels.Buffer, dim int) {
	in, g := of(x), of(dout)
	for t := range len(in) / dim {
		m, r, sum, dot := of(mean)[t], of(rstd)[t], 0.0, 0.0
		for i := range dim {
			n := (in[t*dim+i] - m) * r
			sum += g[t*dim+i] * of(w)[i] / float64(dim)
			dot += g[t*dim+i] * of(w)[i] * n / float64(dim)
		}
		for i := range dim {
			n := (in[t*dim+i] - m) * r
			of(dx)[t*dim+i] += r * (g[t*dim+i]*of(w)[i] - sum - n*dot)
			if dw != nil {
				of(dw)[i] += g[t*dim+i] * n
			}
			if db != nil {
				of(db)[i] += g[t*dim+i]
			}
		}
	}
}

func (*Device) Rope(x kernels.Buffer, pos []int32, heads, dim int, freq []float64, inverse bool) {
	v := of(x)
	for t, p := range pos {
		for h := range heads {
			row := v[(t*heads+h)*dim : (t*heads+h+1)*dim]
			for i := range dim / 2 {
				sin, cos := math.Sincos(float64(p) * freq[i])
				if inverse {
					sin = -sin
				}
				a, b := row[i], row[i+dim/2]
				row[i], row[i+dim/2] = a*cos-b*sin, a*sin+b*cos
			}
		}
	}
}

// probs is one query's attention over its first n keys, and the log of the sum.
func probs(q, k []float64, n, stride, dim int) (p []float64, lse float64) {
	p = make([]float64, n)
	top := math.Inf(-1)
	for j := range n {
		for i := range dim {
			p[j] += q[i] * k[j*stride+i]
		}
		p[j] /= math.Sqrt(float64(dim))
		top = max(top, p[j])
	}
	sum := 0.0
	for j := range p {
		p[j] = math.Exp(p[j] - top)
		sum += p[j]
	}
	for j := range p {
		p[j] /= sum
	}
	return p, top + math.Log(sum)
}

// eachRow visits every query row and head: row r of q, head h, and the rows of
// its keys.
func eachRow(start []int32, h kernels.Heads, f func(r, head, first, keys int)) {
	for s := range len(start) - 1 {
		first := int(start[s])
		for r := first; r < int(start[s+1]); r++ {
			for head := range h.Q {
				f(r, head, first, r-first+1)
			}
		}
	}
}

// attend is one row and head of the attention over keys k and values v.
func attend(out, q, k, v []float64, keys int, h kernels.Heads) (lse float64) {
	p, lse := probs(q, k, keys, h.KV*h.Dim, h.Dim)
	for i := range h.Dim {
		out[i] = 0
		for j := range p {
			out[i] += p[j] * v[j*h.KV*h.Dim+i]
		}
	}
	return lse
}

func (*Device) Attention(out, lse, q, k, v kernels.Buffer, start []int32, h kernels.Heads) {
	eachRow(start, h, func(r, head, first, keys int) {
		at, kv := (r*h.Q+head)*h.Dim, (first*h.KV+head/(h.Q/h.KV))*h.Dim
		of(lse)[r*h.Q+head] = attend(of(out)[at:at+h.Dim], of(q)[at:at+h.Dim], of(k)[kv:], of(v)[kv:], keys, h)
	})
}

func (*Device) AttentionGrad(dq, dk, dv, dout, out, lse, q, k, v kernels.Buffer, start []int32, h kernels.Heads) {
	gq, g, qs, rows := of(dq), of(dout), of(q), int(start[len(start)-1])
	clear(gq[:rows*h.Q*h.Dim])
	clear(of(dk)[:rows*h.KV*h.Dim])
	clear(of(dv)[:rows*h.KV*h.Dim])
	stride, scale := h.KV*h.Dim, 1/math.Sqrt(float64(h.Dim))
	eachRow(start, h, func(r, head, first, keys int) {
		at, kv := (r*h.Q+head)*h.Dim, (first*h.KV+head/(h.Q/h.KV))*h.Dim
		k, v, gk, gv := of(k)[kv:], of(v)[kv:], of(dk)[kv:], of(dv)[kv:]
		p, _ := probs(qs[at:at+h.Dim], k, keys, stride, h.Dim)
		dp, mean := make([]float64, keys), 0.0
		for j := range p {
			for i := range h.Dim {
				dp[j] += g[at+i] * v[j*stride+i]
				gv[j*stride+i] += p[j] * g[at+i]
			}
			mean += p[j] * dp[j]
		}
		for j := range p {
			ds := p[j] * (dp[j] - mean) * scale
			for i := range h.Dim {
				gq[at+i] += ds * k[j*stride+i]
				gk[j*stride+i] += ds * qs[at+i]
			}
		}
	})
}

// PageLen is of the keys' rows and then the values'.
func (*Device) PageLen(h kernels.Heads) int { return 2 * kernels.PageTokens * h.KV * h.Dim }

func (*Device) AttentionPaged(out, q, k, v kernels.Buffer, start []int32, pages []kernels.Pages, h kernels.Heads) {
	row := h.KV * h.Dim
	for s, p := range pages {
		n, first := int(start[s+1]-start[s]), int(start[s])
		at := func(t int) ([]float64, []float64) {
			x := of(p.List[t/kernels.PageTokens])[p.At:][:2*kernels.PageTokens*row]
			t %= kernels.PageTokens
			return x[t*row:][:row], x[(kernels.PageTokens+t)*row:][:row]
		}
		for i := range n {
			ks, vs := at(p.Len - n + i)
			copy(ks, of(k)[(first+i)*row:])
			copy(vs, of(v)[(first+i)*row:])
		}
		var ks, vs []float64
		for t := range p.Len {
			a, b := at(t)
			ks, vs = append(ks, a...), append(vs, b...)
		}
		for i := range n {
			for head := range h.Q {
				at, kv := ((first+i)*h.Q+head)*h.Dim, head/(h.Q/h.KV)*h.Dim
				attend(of(out)[at:at+h.Dim], of(q)[at:at+h.Dim], ks[kv:], vs[kv:], p.Len-n+i+1, h)
			}
		}
	}
}

func (*Device) SwiGLU(out, gate, up kernels.Buffer) {
	for i, x := range of(gate) {
		of(out)[i] = x / (1 + math.Exp(-x)) * of(up)[i]
	}
}

func (*Device) SwiGLUGrad(dgate, dup, dout, gate, up kernels.Buffer) {
	for i, x := range of(gate) {
		s := 1 / (1 + math.Exp(-x))
		g, u := of(dout)[i], of(up)[i]
		of(dup)[i] = g * x * s
		of(dgate)[i] = g * u * s * (1 + x*(1-s))
	}
}

func gelu(x float64) (y, sigmoid, slope float64) {
	c := math.Sqrt(2 / math.Pi)
	sigmoid = 1 / (1 + math.Exp(-2*c*(x+0.044715*x*x*x)))
	return x * sigmoid, sigmoid, 2 * c * (1 + 3*0.044715*x*x)
}

func (*Device) GELU(out, x kernels.Buffer) {
	for i, v := range of(x) {
		of(out)[i], _, _ = gelu(v)
	}
}

func (*Device) GELUGrad(dx, dout, x kernels.Buffer) {
	for i, v := range of(x) {
		_, s, slope := gelu(v)
		of(dx)[i] = of(dout)[i] * (s + v*s*(1-s)*slope)
	}
}

// allowed are the ids of row i: those listed, or all.
func allowed(a kernels.Allow, i, vocab int) []int32 {
	if ids := a.IDs[a.Start[i]:a.Start[i+1]]; len(ids) > 0 {
		return ids
	}
	all := make([]int32, vocab)
	for v := range all {
		all[v] = int32(v)
	}
	return all
}

// logSoftmax is the log-probs of one row over ids.
func logSoftmax(h, table []float64, ids []int32, dim int) []float64 {
	out := make([]float64, len(ids))
	top := math.Inf(-1)
	for j, id := range ids {
		for i := range dim {
			out[j] += h[i] * table[int(id)*dim+i]
		}
		top = max(top, out[j])
	}
	sum := 0.0
	for _, x := range out {
		sum += math.Exp(x - top)
	}
	for j := range out {
		out[j] -= top + math.Log(sum)
	}
	return out
}

func (*Device) LogProb(logp, entropy, h, table kernels.Buffer, target kernels.Targets, allow kernels.Allow, dim int) {
	for n := range len(allow.Start) - 1 {
		ids := allowed(allow, n, len(of(table))/dim)
		lp := logSoftmax(of(h)[n*dim:], of(table), ids, dim)
		of(entropy)[n] = 0
		from, to := target.Row(n)
		for j, id := range ids {
			of(entropy)[n] -= math.Exp(lp[j]) * lp[j]
			for a := from; a < to; a++ {
				if id == target.IDs[a] {
					of(logp)[a] = lp[j]
				}
			}
		}
	}
}

func (*Device) LogProbGrad(dh, dtable, dlogp, dentropy, h, table kernels.Buffer, target kernels.Targets, allow kernels.Allow, dim int) {
	for n := range len(allow.Start) - 1 {
		ids := allowed(allow, n, len(of(table))/dim)
		row := of(h)[n*dim : (n+1)*dim]
		lp := logSoftmax(row, of(table), ids, dim)
		ent := 0.0
		for _, x := range lp {
			ent -= math.Exp(x) * x
		}
		from, to := target.Row(n)
		for j, id := range ids {
			p := math.Exp(lp[j])
			d := -of(dentropy)[n] * p * (lp[j] + ent)
			for a := from; a < to; a++ {
				if d -= of(dlogp)[a] * p; id == target.IDs[a] {
					d += of(dlogp)[a]
				}
			}
			for i := range dim {
				of(dh)[n*dim+i] += d * of(table)[int(id)*dim+i]
				if dtable != nil {
					of(dtable)[int(id)*dim+i] += d * row[i]
				}
			}
		}
	}
}

func (*Device) Top(id []int32, logp []float32, h, table kernels.Buffer, allow kernels.Allow, dim, k int) {
	for n := range len(allow.Start) - 1 {
		ids := allowed(allow, n, len(of(table))/dim)
		lp := logSoftmax(of(h)[n*dim:], of(table), ids, dim)
		order := make([]int, len(ids))
		for j := range order {
			order[j] = j
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(lp[b], lp[a]) })
		for j := range k {
			id[n*k+j], logp[n*k+j] = -1, float32(math.Inf(-1))
			if j < len(order) {
				id[n*k+j], logp[n*k+j] = ids[order[j]], float32(lp[order[j]])
			}
		}
	}
}

func (*Device) Sample(id []int32, logp []float32, h, table kernels.Buffer, allow kernels.Allow, dim int, temperature, u []float64) {
	for n := range id {
		ids := allowed(allow, n, len(of(table))/dim)
		var x []float32
		for _, v := range logSoftmax(of(h)[n*dim:], of(table), ids, dim) {
			x = append(x, float32(v))
		}
		i := kernels.Pick(x, temperature[n], u[n])
		id[n], logp[n] = ids[i], x[i]
	}
}

func (*Device) AdamW(p, g, m, v kernels.Buffer, o kernels.AdamW) {
	b1, b2 := 1-math.Pow(o.Beta1, float64(o.Step)), 1-math.Pow(o.Beta2, float64(o.Step))
	for i := range of(p) {
		x := of(g)[i] * o.Scale
		of(m)[i] = o.Beta1*of(m)[i] + (1-o.Beta1)*x
		of(v)[i] = o.Beta2*of(v)[i] + (1-o.Beta2)*x*x
		of(p)[i] -= o.LR * (of(m)[i]/b1/(math.Sqrt(of(v)[i]/b2)+o.Eps) + o.WeightDecay*of(p)[i])
	}
}

func (*Device) SumSquares(b kernels.Buffer) float64 {
	sum := 0.0
	for _, x := range of(b) {
		sum += x * x
	}
	return sum
}

var _ kernels.Device = (*Device)(nil)
