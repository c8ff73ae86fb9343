package cpu

import (
	"fmt"
	"math"

	"github.com/turngym/turngym/kernels"
)

// Logits are dot products, one for each id.
func (d *Device) Logits(dst []float32, h, table kernels.Buffer, ids []int32, dim int) {
	d.logits(dst, of(h)[:dim], of(table), ids)
}

func (d *Device) logits(dst, h, table []float32, ids []int32) {
	dim := len(h)
	for j, id := range ids {
		dst[j] = d.dot(h, table[int(id)*dim:(int(id)+1)*dim])
	}
}

// rows visits each row with its allowed ids (nil is the whole vocabulary) and
// the log-probs of those, which the callee may overwrite.
func (d *Device) rows(h, table []float32, n int, allow kernels.Allow, dim int, f func(i int, ids []int32, logp []float32)) {
	vocab := len(table) / dim
	tmp := d.temp(vocab)
	defer d.free(tmp)
	for i := range n {
		ids := allow.IDs[allow.Start[i]:allow.Start[i+1]]
		row, x := h[i*dim:(i+1)*dim], *tmp
		if len(ids) > 0 {
			x = x[:len(ids)]
			d.logits(x, row, table, ids)
		} else {
			ids = nil
			for j := range x {
				x[j] = d.dot(row, table[j*dim:(j+1)*dim])
			}
		}
		f(i, ids, kernels.LogSoftmax(x))
	}
}

// at is the column of an id among a row's allowed ones, or -1.
func at(ids []int32, id int32) int {
	if ids == nil {
		return int(id)
	}
	for j, x := range ids {
		if x == id {
			return j
		}
	}
	return -1
}

// LogProb is the output layer.
func (d *Device) LogProb(logp, entropy, h, table kernels.Buffer, target []int32, allow kernels.Allow, dim int) {
	lp, ent := of(logp), of(entropy)
	d.rows(of(h), of(table), len(target), allow, dim, func(i int, ids []int32, x []float32) {
		j := at(ids, target[i])
		if j < 0 {
			panic(fmt.Sprintf("cpu: row %d: target %d is not allowed", i, target[i]))
		}
		lp[i], ent[i] = x[j], entropyOf(x)
	})
}

func entropyOf(logp []float32) float32 {
	sum := 0.0
	for _, v := range logp {
		sum -= math.Exp(float64(v)) * float64(v)
	}
	return float32(sum)
}

// LogProbGrad recomputes the log-probs.
func (d *Device) LogProbGrad(dh, dtable, dlogp, dentropy, h, table kernels.Buffer, target []int32, allow kernels.Allow, dim int) {
	gh, gt, gl, ge, hs, ts := of(dh), of(dtable), of(dlogp), of(dentropy), of(h), of(table)
	d.rows(hs, ts, len(target), allow, dim, func(i int, ids []int32, x []float32) {
		if gl[i] == 0 && ge[i] == 0 {
			return
		}
		want, ent := at(ids, target[i]), entropyOf(x)
		row, grow := hs[i*dim:(i+1)*dim], gh[i*dim:(i+1)*dim]
		for j, v := range x {
			p := float32(math.Exp(float64(v)))
			g := -gl[i]*p - ge[i]*p*(v+ent)
			if j == want {
				g += gl[i]
			}
			id := j
			if ids != nil {
				id = int(ids[j])
			}
			d.axpy(grow, ts[id*dim:(id+1)*dim], g)
			d.axpy(gt[id*dim:(id+1)*dim], row, g)
		}
	})
}
