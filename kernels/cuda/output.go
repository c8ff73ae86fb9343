package cuda

import (
	"fmt"
	"slices"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// openNumbers is about how many logits of rows that may be any id there are at
// once: the memory that they take does not grow with the vocabulary.
const openNumbers = 1 << 26

// part is rows of a batch with their logits: those that are listed, or some that
// may be any id.
type part struct {
	rows  []int32 // of the batch, of those that may be any id; nil: the listed, all of the batch
	n     int     // rows
	x     buffer  // the logits
	h     buffer  // [n, dim]; of those that may be any id as products take it
	start driver.Arg
	ids   driver.Arg // of the listed
	at    driver.Arg // rows, on the device
	vocab int
}

// args are the arguments in which all kernels of the output layer are alike.
func (p *part) args(x ...driver.Arg) []driver.Arg {
	return append(x, driver.Ptr(p.x.mem), p.start, p.at, driver.Int(p.vocab))
}

// outputs runs f on the logits of the listed rows, and of the others in blocks.
func (d *Device) outputs(h, table kernels.Buffer, allow kernels.Allow, dim int, f func(p *part)) {
	n, hs, t, null := len(allow.Start)-1, of(h), of(table), driver.Ptr(driver.Memory{})
	if hs.half {
		panic("cuda: the output layer wants rows of float32, and these are halves")
	}
	vocab := t.n / dim
	if len(allow.IDs) > 0 {
		p := &part{n: n, x: d.floats(len(allow.IDs)), h: hs, start: carry(d, allow.Start), ids: carry(d, allow.IDs), at: null}
		d.launch(d.typed("output", t), "logits", byRow(n), driver.Ptr(p.x.mem), ptr(h), ptr(table), p.start, p.ids, driver.Int(dim))
		f(p)
	}
	var open []int32
	for i := range n {
		if allow.Start[i] == allow.Start[i+1] {
			open = append(open, int32(i))
		}
	}
	if len(open) == 0 {
		return
	}
	most := min(len(open), max(64, openNumbers/vocab))
	x, take := d.floats(most*vocab), d.floats
	if t.half && d.Halves() {
		take = d.halves
	}
	block := take(most * dim)
	for rows := range slices.Chunk(open, most) {
		m := len(rows)
		p := &part{rows: rows, n: m, x: x, h: block, start: null, ids: null, at: carry(d, rows), vocab: vocab}
		d.launch(d.typed("rows", block), "embed", byRow(m), driver.Ptr(block.mem), ptr(h), p.at, driver.Int(dim))
		d.multiply(x, block, t, kernels.Dims{M: m, N: vocab, K: dim, TransB: true})
		f(p)
	}
}

// targets are the places of a batch's targets among their rows' logits, and where
// each row's begin.
func targets(t kernels.Targets, allow kernels.Allow) (first, places []int32) {
	places = slices.Clone(t.IDs)
	for i := range len(allow.Start) - 1 {
		from, to := t.Row(i)
		first = append(first, int32(from))
		ids := allow.IDs[allow.Start[i]:allow.Start[i+1]]
		for j := from; j < to && len(ids) > 0; j++ {
			at := slices.Index(ids, t.IDs[j])
			if at < 0 {
				panic(fmt.Sprintf("cuda: row %d: target %d is not allowed", i, t.IDs[j]))
			}
			places[j] = int32(at)
		}
	}
	return append(first, int32(len(t.IDs))), places
}

// LogProb is the output layer.
func (d *Device) LogProb(logp, entropy, h, table kernels.Buffer, target kernels.Targets, allow kernels.Allow, dim int) {
	defer d.begin(logp, entropy, h, table)()
	first, places := targets(target, allow)
	f, at := carry(d, first), carry(d, places)
	d.outputs(h, table, allow, dim, func(p *part) {
		d.launch("output", "logprob", byRow(p.n), append(p.args(ptr(logp), ptr(entropy)), f, at)...)
	})
}

// LogProbGrad computes the logits again and makes them their gradient.
func (d *Device) LogProbGrad(dh, dtable, dlogp, dentropy, h, table kernels.Buffer, target kernels.Targets, allow kernels.Allow, dim int) {
	defer d.begin(dh, dtable, dlogp, dentropy, h, table)()
	first, places := targets(target, allow)
	f, at := carry(d, first), carry(d, places)
	t := of(table)
	var halved buffer // the gradients of logits that are multiplied with halves
	d.outputs(h, table, allow, dim, func(p *part) {
		g := p.x
		if p.h.half {
			if halved.n == 0 {
				halved = d.halves(p.n * p.vocab)
			}
			g = halved
		}
		to := driver.Ptr(g.mem)
		d.launch(d.typed("output", g), "logprob_grad", byRow(p.n), to, driver.Ptr(p.x.mem), ptr(dlogp), ptr(dentropy), p.start, p.at, driver.Int(p.vocab), f, at)
		if p.rows == nil {
			d.launch(d.typed("output", t), "listed_grad_h", byRow(p.n), ptr(dh), to, ptr(table), p.start, p.ids, driver.Int(dim))
			if dtable != nil {
				d.listedTable(dtable, p, allow, dim)
			}
			return
		}
		sums := d.floats(p.n * dim)
		d.multiply(sums, g, t, kernels.Dims{M: p.n, N: dim, K: p.vocab})
		d.launch("rows", "scatter", byRow(p.n), ptr(dh), driver.Ptr(sums.mem), p.at, driver.Int(dim))
		if dtable != nil {
			d.multiply(of(dtable), g, p.h, kernels.Dims{M: p.vocab, N: dim, K: p.n, TransA: true, Plus: dtable})
		}
	})
}

// listedTable adds the listed ids' part of dtable, id by id.
func (d *Device) listedTable(dtable kernels.Buffer, p *part, allow kernels.Allow, dim int) {
	row := make([]int32, len(allow.IDs))
	for i := range p.n {
		for j := allow.Start[i]; j < allow.Start[i+1]; j++ {
			row[j] = int32(i)
		}
	}
	some, first, where := occurrences(allow.IDs)
	d.launch("output", "listed_grad_table", byRow(len(some)), ptr(dtable), driver.Ptr(p.x.mem), driver.Ptr(p.h.mem),
		carry(d, some), carry(d, first), carry(d, where), carry(d, row), driver.Int(dim))
}

// Top is each row's k most probable ids.
func (d *Device) Top(id []int32, logp []float32, h, table kernels.Buffer, allow kernels.Allow, dim, k int) {
	defer d.begin(h, table)()
	if len(id) == 0 {
		return
	}
	drawn, place, lp := d.drawn(len(id))
	d.outputs(h, table, allow, dim, func(p *part) {
		d.launch("output", "top", byRow(p.n), append(p.args(place, lp), driver.Int(k))...)
	})
	d.take(id, logp, drawn, allow, k)
}

// Sample draws each row's id.
func (d *Device) Sample(id []int32, logp []float32, h, table kernels.Buffer, allow kernels.Allow, dim int, temperature, u []float64) {
	defer d.begin(h, table)()
	if len(id) == 0 {
		return
	}
	t := make([]float32, len(id))
	for i, x := range temperature {
		t[i] = float32(x)
	}
	drawn, place, lp := d.drawn(len(id))
	ts, us := carry(d, t), carry(d, u)
	d.outputs(h, table, allow, dim, func(p *part) {
		d.launch("output", "sample", byRow(p.n), append(p.args(place, lp), ts, us)...)
	})
	d.take(id, logp, drawn, allow, 1)
}

// drawn is where n places and their log-probs will be, side by side.
func (d *Device) drawn(n int) (both driver.Memory, place, lp driver.Arg) {
	both = d.temp(8 * n)
	return both, driver.Ptr(both.Slice(0, 4*n)), driver.Ptr(both.Slice(4*n, 8*n))
}

// take reads places, k for each row, with their log-probs, and makes ids of those
// of listed rows.
func (d *Device) take(id []int32, logp []float32, drawn driver.Memory, allow kernels.Allow, k int) {
	all := make([]int32, 2*len(id))
	fail(driver.Read(d.now(), all, drawn))
	copy(id, all)
	copy(bytesOf(logp), bytesOf(all[len(id):]))
	for i := range len(allow.Start) - 1 {
		ids := allow.IDs[allow.Start[i]:allow.Start[i+1]]
		for j := i * k; j < (i+1)*k && len(ids) > 0; j++ {
			if id[j] >= 0 {
				id[j] = ids[id[j]]
			}
		}
	}
}
