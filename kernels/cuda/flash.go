package cuda

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// Attention on tensor cores (Dao 2023, FlashAttention-2), in bfloat16 with float32
// sums, for devices that are not exact: float32 is rounded on its way, halves are
// taken as they are. flash.cuh says how blocks share the work.

const (
	flashRows    = 64  // of a block: ROWS of flash.cuh
	flashThreads = 128 // of a block
	flashPad     = 8   // numbers between rows in shared memory
)

// flashes says whether tensor cores can do it: they want heads of whole 16 numbers,
// at multiples of 16 bytes.
func (d *Device) flashes(h kernels.Heads, bufs ...kernels.Buffer) bool {
	for _, b := range bufs {
		if of(b).mem.Addr%aligned != 0 {
			return false
		}
	}
	return !d.exact && h.Dim%16 == 0 && h.Dim <= 128
}

// onTensorCores launches a kernel of a source that is compiled for one head size and
// the type of like, with a block for each of n places and key-value head, and so many
// numbers of shared memory of 2 bytes.
func (d *Device) onTensorCores(source, name string, like buffer, n int, h kernels.Heads, shared int, args ...driver.Arg) {
	key := d.typed(fmt.Sprintf("%s -DDIM=%d", source, h.Dim), like)
	d.launch(key, name, driver.Shape{Grid: driver.Dim{n, h.KV}, Block: driver.Dim{flashThreads}, Shared: 2 * shared}, args...)
}

// places are blocks' sequences and first rows, those with the most keys first, so
// that no long one begins when the others end. Sequence s has rows(s), and a block
// from r on takes cost(s, r).
func places(seqs int, rows func(s int) int, cost func(s, r int) int) (list []int32) {
	type place struct{ seq, row, cost int }
	var all []place
	for s := range seqs {
		for r := 0; r < rows(s); r += flashRows {
			all = append(all, place{s, r, cost(s, r)})
		}
	}
	slices.SortStableFunc(all, func(a, b place) int { return cmp.Compare(b.cost, a.cost) })
	for _, p := range all {
		list = append(list, int32(p.seq), int32(p.row))
	}
	return list
}

// halvedTwo are keys and values of n numbers each, in bfloat16.
func (d *Device) halvedTwo(k, v buffer, n, dim int) (k16, v16 driver.Arg) {
	if k.half {
		return driver.Ptr(k.mem), driver.Ptr(v.mem)
	}
	k16, v16 = driver.Ptr(d.temp(2*n)), driver.Ptr(d.temp(2*n))
	blocks := min(gridMost, over(n, 4*flashThreads))
	d.onTensorCores("flash", "halve_two", k, blocks, kernels.Heads{KV: 1, Dim: dim}, 0, k16, v16, driver.Ptr(k.mem), driver.Ptr(v.mem), driver.U64(uint64(n)))
	return k16, v16
}

// flash is Attention.
func (d *Device) flash(out, lse, q, k, v kernels.Buffer, start []int32, h kernels.Heads) {
	n := int(start[len(start)-1])
	if n == 0 {
		return
	}
	k16, v16 := d.halvedTwo(of(k), of(v), n*h.KV*h.Dim, h.Dim)
	starts := carry(d, start)
	d.flashOver(of(out), ptr(lse), of(q), k16, v16, start, starts, start, starts, h)
}

// flashOver is the attention of queries over keys in bfloat16: those of sequence s
// are rows keys[s] to keys[s+1]-1.
func (d *Device) flashOver(out buffer, lse driver.Arg, q buffer, k, v driver.Arg, start []int32, starts driver.Arg, keys []int32, keyStarts driver.Arg, h kernels.Heads) {
	group := h.Q / h.KV
	list := places(len(start)-1, func(s int) int {
		if keys[s] == keys[s+1] {
			return 0
		}
		return int(start[s+1]-start[s]) * group
	}, func(s, r int) int { return int(keys[s+1]-keys[s]) - int(start[s+1]-start[s]) + r/group })
	if len(list) == 0 {
		return
	}
	const tile = 64
	d.onTensorCores("flash", "flash", q, len(list)/2, h, 4*tile*(h.Dim+flashPad), driver.Ptr(out.mem), lse, driver.Ptr(q.mem), k, v,
		carry(d, list), starts, keyStarts, driver.Int(h.Q), driver.Int(h.KV), d.attentionScale(h))
}

// flashGrad is AttentionGrad.
func (d *Device) flashGrad(dq, dk, dv, dout, out, lse, q, k, v kernels.Buffer, start []int32, h kernels.Heads) {
	seqs, n, group := len(start)-1, int(start[len(start)-1]), h.Q/h.KV
	if n == 0 {
		return
	}
	rows, like := n*h.Q, of(q)
	delta, q16, dout16 := driver.Ptr(d.temp(4*rows)), ptr(nil), ptr(nil)
	if !like.half {
		q16, dout16 = driver.Ptr(d.temp(2*rows*h.Dim)), driver.Ptr(d.temp(2*rows*h.Dim))
	}
	d.onTensorCores("flash_grad", "flash_prepare", like, over(rows, flashThreads/32), kernels.Heads{KV: 1, Dim: h.Dim}, 0,
		delta, q16, dout16, ptr(q), ptr(dout), ptr(out), driver.Int(rows))
	if like.half {
		q16, dout16 = ptr(q), ptr(dout)
	}
	k16, v16 := d.halvedTwo(of(k), of(v), n*h.KV*h.Dim, h.Dim)

	const tile = 32
	row := h.Dim + flashPad
	starts, heads, kv, scale := carry(d, start), driver.Int(h.Q), driver.Int(h.KV), d.attentionScale(h)
	tokens := func(s int) int { return int(start[s+1] - start[s]) }
	list := places(seqs, tokens, func(s, r int) int { return tokens(s) - r })
	d.onTensorCores("flash_grad", "flash_grad_kv", like, len(list)/2, h, (2*flashRows+4*tile)*row+2*4*tile,
		ptr(dk), ptr(dv), q16, dout16, ptr(lse), delta, k16, v16, carry(d, list), starts, heads, kv, scale)
	list = places(seqs, func(s int) int { return tokens(s) * group }, func(_, r int) int { return r / group })
	d.onTensorCores("flash_grad", "flash_grad_q", like, len(list)/2, h, 4*tile*row,
		ptr(dq), ptr(q), ptr(dout), ptr(lse), delta, k16, v16, carry(d, list), starts, heads, kv, scale)
}
