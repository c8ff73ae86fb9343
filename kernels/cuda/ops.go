package cuda

import (
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// MatMul is out = plus + A·B.
func (d *Device) MatMul(out, a, b kernels.Buffer, m kernels.Dims) {
	defer d.begin(out, a, b, m.Plus)()
	if of(out).n < m.M*m.N || of(a).n < m.M*m.K || of(b).n < m.K*m.N || m.Plus != nil && m.Plus.Len() < m.N {
		panic(fmt.Sprintf("cuda: MatMul %+v of buffers of %d, %d, %d", m, of(out).n, of(a).n, of(b).n))
	}
	d.multiply(of(out), of(a), of(b), m)
}

// multiply is MatMul within a call.
func (d *Device) multiply(out, a, b buffer, m kernels.Dims) {
	if m.M == 0 || m.N == 0 || d.fast.run(d, out, a, b, m) {
		return
	}
	ars, acs, brs, bcs, prs := m.K, 1, m.N, 1, 0
	if m.TransA {
		ars, acs = 1, m.M
	}
	if m.TransB {
		brs, bcs = 1, m.K
	}
	if m.Plus != nil && m.Plus.Len() >= m.M*m.N {
		prs = m.N
	}
	const tile = 64
	d.launch(d.typed("matmul", out, a, b, m.Plus), "matmul", driver.Shape{Grid: driver.Dim{over(m.N, tile), over(m.M, tile)}, Block: driver.Dim{256}},
		driver.Ptr(out.mem), ptr(m.Plus), driver.Int(prs), driver.Ptr(a.mem), driver.Int(ars), driver.Int(acs),
		driver.Ptr(b.mem), driver.Int(brs), driver.Int(bcs), driver.Int(m.M), driver.Int(m.N), driver.Int(m.K))
}

// Pack copies: products want matrices as they are.
func (d *Device) Pack(dst, w kernels.Buffer, k, n int) { d.Copy(dst, w.Slice(0, k*n)) }

// PackedLen is k*n.
func (d *Device) PackedLen(k, n int) int { return k * n }

// Add is out += a.
func (d *Device) Add(out, a kernels.Buffer) {
	defer d.begin(out, a)()
	d.each("add", a.Len(), ptr(out), ptr(a))
}

// SumRows adds runs of rows first, and then their sums.
func (d *Device) SumRows(dst, x kernels.Buffer, dim int) {
	defer d.begin(dst, x)()
	d.sumRows(dst, of(x), dim)
}

func (d *Device) sumRows(dst kernels.Buffer, x buffer, dim int) {
	rows := x.n / dim
	if rows == 0 {
		return
	}
	const chunk = 128
	chunks := over(rows, chunk)
	partial := driver.Ptr(d.temp(4 * chunks * dim))
	block := driver.Dim{128}
	d.launch(d.typed("rows", x), "columns", driver.Shape{Grid: driver.Dim{over(dim, 128), chunks}, Block: block}, partial, driver.Ptr(x.mem), driver.Int(rows), driver.Int(dim), driver.Int(chunk))
	d.launch("rows", "collect", driver.Shape{Grid: driver.Dim{over(dim, 128)}, Block: block}, ptr(dst), partial, driver.Int(chunks), driver.Int(dim))
}

// byRow is the shape of kernels with a block for each row.
func byRow(rows int) driver.Shape {
	return driver.Shape{Grid: driver.Dim{rows}, Block: driver.Dim{128}}
}

// byWarp is the shape of kernels with a warp for each row.
func byWarp(rows int) driver.Shape {
	return driver.Shape{Grid: driver.Dim{over(rows, 4)}, Block: driver.Dim{128}}
}

// Gather is one kernel, with the rows' addresses.
func (d *Device) Gather(out kernels.Buffer, rows []kernels.Buffer) {
	defer d.begin(out)()
	d.moveRows("gather_rows", of(out), rows)
}

// Scatter is one kernel, with the rows' addresses.
func (d *Device) Scatter(rows []kernels.Buffer, x kernels.Buffer) {
	defer d.begin(x)()
	d.moveRows("scatter_rows", of(x), rows)
}

// moveRows runs a kernel between one matrix and rows elsewhere.
func (d *Device) moveRows(name string, x buffer, rows []kernels.Buffer) {
	if len(rows) == 0 {
		return
	}
	n, at := rows[0].Len(), make([]uint64, len(rows))
	for i, row := range rows {
		if row.Len() != n || row.Half() != x.half || x.n < len(rows)*n {
			panic(fmt.Sprintf("cuda: %s: row %d of %d has %d numbers, the first %d, all together %d", name, i, len(rows), row.Len(), n, x.n))
		}
		at[i] = of(row).mem.Addr
	}
	defer runtime.KeepAlive(rows)
	d.launch(d.typed("rows", x), name, byRow(len(rows)), driver.Ptr(x.mem), carry(d, at), driver.Int(n))
}

// Embed gathers rows.
func (d *Device) Embed(out, table kernels.Buffer, ids []int32, dim int) {
	defer d.begin(out, table)()
	if len(ids) > 0 {
		d.launch(d.typed("rows", out, table), "embed", byRow(len(ids)), ptr(out), ptr(table), carry(d, ids), driver.Int(dim))
	}
}

// EmbedGrad adds each id's rows in their order.
func (d *Device) EmbedGrad(dtable, dout kernels.Buffer, ids []int32, dim int) {
	defer d.begin(dtable, dout)()
	if len(ids) == 0 {
		return
	}
	some, first, where := occurrences(ids)
	d.launch(d.typed("rows", dtable), "embed_grad", byRow(len(some)), ptr(dtable), ptr(dout), carry(d, some), carry(d, first), carry(d, where), driver.Int(dim))
}

// occurrences are the ids that occur, and where: some[u] at where[first[u]] to
// where[first[u+1]-1], ascending.
func occurrences(ids []int32) (some, first, where []int32) {
	where = make([]int32, len(ids))
	for i := range where {
		where[i] = int32(i)
	}
	slices.SortStableFunc(where, func(a, b int32) int { return int(ids[a]) - int(ids[b]) })
	for i, at := range where {
		if i == 0 || ids[at] != ids[where[i-1]] {
			some, first = append(some, ids[at]), append(first, int32(i))
		}
	}
	return some, append(first, int32(len(ids))), where
}

// RMSNorm is x / rms(x) * w.
func (d *Device) RMSNorm(out, rstd, x, w kernels.Buffer, dim int, eps float64) {
	defer d.begin(out, rstd, x, w)()
	if rows := x.Len() / dim; rows > 0 {
		d.launch(d.typed("rows", out, x), "rmsnorm", byWarp(rows), ptr(out), ptr(rstd), ptr(x), ptr(w), driver.Int(rows), driver.Int(dim), driver.F32(float32(eps)))
	}
}

// RMSNormGrad adds to dx and dw.
func (d *Device) RMSNormGrad(dx, dw, dout, x, w, rstd kernels.Buffer, dim int) {
	alike("RMSNormGrad", dx, x)
	defer d.begin(dx, dw, dout, x, w, rstd)()
	rows := x.Len() / dim
	if rows == 0 {
		return
	}
	const each = 8 // rows of a block
	blocks := over(rows, each)
	parts := d.parts(dw, blocks, dim)
	d.launch(d.typed("rows", dout, x), "rmsnorm_grad", driver.Shape{Grid: driver.Dim{blocks}, Block: driver.Dim{32 * each}}, ptr(dx), driver.Ptr(parts.mem), ptr(dout), ptr(x), ptr(w), ptr(rstd), driver.Int(rows), driver.Int(dim))
	if dw != nil {
		d.sumRows(dw, parts, dim)
	}
}

// parts has room for parts of a vector's gradient, by rows, where it is wanted.
func (d *Device) parts(dw kernels.Buffer, rows, dim int) buffer {
	if dw == nil {
		return buffer{}
	}
	return d.floats(rows * dim)
}

// LayerNorm is (x - mean) / deviation * w + b.
func (d *Device) LayerNorm(out, mean, rstd, x, w, b kernels.Buffer, dim int, eps float64) {
	defer d.begin(out, mean, rstd, x, w, b)()
	if rows := x.Len() / dim; rows > 0 {
		d.launch("rows", "layernorm", byWarp(rows), ptr(out), ptr(mean), ptr(rstd), ptr(x), ptr(w), ptr(b), driver.Int(rows), driver.Int(dim), driver.F32(float32(eps)))
	}
}

// LayerNormGrad adds to dx, dw and db.
func (d *Device) LayerNormGrad(dx, dw, db, dout, x, w, mean, rstd kernels.Buffer, dim int) {
	defer d.begin(dx, dw, db, dout, x, w, mean, rstd)()
	rows := x.Len() / dim
	if rows == 0 {
		return
	}
	parts := d.parts(dw, rows, dim)
	d.launch("rows", "layernorm_grad", byWarp(rows), ptr(dx), driver.Ptr(parts.mem), ptr(dout), ptr(x), ptr(w), ptr(mean), ptr(rstd), driver.Int(rows), driver.Int(dim))
	if dw != nil {
		d.sumRows(dw, parts, dim)
	}
	if db != nil {
		d.sumRows(db, of(dout), dim)
	}
}

// ropeKey names a table by the frequencies' place.
type ropeKey struct {
	freq *float64
	upTo int
}

// rope is the table of kernels.Angles for positions up to top.
func (d *Device) rope(freq []float64, top int32) buffer {
	upTo := 256
	for upTo <= int(top) {
		upTo *= 2
	}
	key := ropeKey{&freq[0], upTo}
	if t, ok := d.ropes[key]; ok {
		return t
	}
	angles := kernels.Angles(freq, upTo)
	t := d.alloc(len(angles), false)
	fail(driver.Write(d.now(), t.mem, angles))
	d.ropes[key] = t
	return t
}

// Rope rotates in place.
func (d *Device) Rope(x kernels.Buffer, pos []int32, heads, dim int, freq []float64, inverse bool) {
	defer d.begin(x)()
	n := len(pos) * heads * over(dim/2, 4)
	if n == 0 {
		return
	}
	sign := float32(1)
	if inverse {
		sign = -1
	}
	d.launch(d.typed("rows", x), "rope", driver.Shape{Grid: driver.Dim{over(n, threads)}, Block: driver.Dim{threads}},
		ptr(x), carry(d, pos), driver.Ptr(d.rope(freq, slices.Max(pos)).mem), driver.Int(heads), driver.Int(dim), driver.F32(sign), driver.U64(uint64(n)))
}

// SwiGLU is silu(gate)*up.
func (d *Device) SwiGLU(out, gate, up kernels.Buffer) {
	alike("SwiGLU", out, gate, up)
	defer d.begin(out, gate, up)()
	d.eachOf(d.typed("elements", out), "swiglu", out.Len(), ptr(out), ptr(gate), ptr(up))
}

// SwiGLUGrad overwrites dgate and dup.
func (d *Device) SwiGLUGrad(dgate, dup, dout, gate, up kernels.Buffer) {
	alike("SwiGLUGrad", dgate, dup, dout, gate, up)
	defer d.begin(dgate, dup, dout, gate, up)()
	d.eachOf(d.typed("elements", dout), "swiglu_grad", dout.Len(), ptr(dgate), ptr(dup), ptr(dout), ptr(gate), ptr(up))
}

// GELU is gelu(x).
func (d *Device) GELU(out, x kernels.Buffer) {
	defer d.begin(out, x)()
	d.each("gelu", out.Len(), ptr(out), ptr(x))
}

// GELUGrad overwrites dx.
func (d *Device) GELUGrad(dx, dout, x kernels.Buffer) {
	defer d.begin(dx, dout, x)()
	d.each("gelu_grad", x.Len(), ptr(dx), ptr(dout), ptr(x))
}

// AdamW updates in place.
func (d *Device) AdamW(p, g, m, v kernels.Buffer, o kernels.AdamW) {
	defer d.begin(p, g, m, v)()
	f := func(x float64) driver.Arg { return driver.F32(float32(x)) }
	d.each("adamw", p.Len(), ptr(p), ptr(g), ptr(m), ptr(v), f(o.Scale), f(o.Beta1), f(o.Beta2), f(o.LR/(1-math.Pow(o.Beta1, float64(o.Step)))),
		f(1/(1-math.Pow(o.Beta2, float64(o.Step)))), f(o.Eps), f(o.LR*o.WeightDecay))
}

// SumSquares adds the sums of blocks in their order.
func (d *Device) SumSquares(b kernels.Buffer) float64 {
	defer d.begin(b)()
	const block = 4096
	n := over(b.Len(), block)
	if n == 0 {
		return 0
	}
	sums := d.floats(n)
	d.launch("elements", "squares", driver.Shape{Grid: driver.Dim{n}, Block: driver.Dim{threads}}, driver.Ptr(sums.mem), ptr(b), driver.U64(uint64(b.Len())))
	parts, sum := make([]float32, n), 0.0
	fail(driver.Read(d.now(), parts, sums.mem))
	for _, x := range parts {
		sum += float64(x)
	}
	return sum
}
