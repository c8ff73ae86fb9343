package model

import (
	"math"

	"github.com/turngym/turngym/kernels"
)

// Replicas are a model on several devices, which have a part of each batch: the
// weights of all are equal, bit for bit, and so is what the optimizer keeps. They
// are for one goroutine at a time; between two calls of Optimize each replica may
// have one of its own.
type Replicas struct {
	All   []*Model // the first is the one they were made of
	group kernels.Group
}

// Replicate copies a model that learns, and its optimizer, to a group's further
// devices; its own is the first. Without a group it is its only replica.
func Replicate(m *Model, g kernels.Group) *Replicas {
	r := &Replicas{All: []*Model{m}, group: g}
	if g == nil {
		return r
	}
	for _, dev := range g.Devices()[1:] {
		r.All = append(r.All, m.copyTo(dev))
	}
	return r
}

// copyTo is the model on another device.
func (m *Model) copyTo(dev kernels.Device) *Model {
	c := alloc(dev, m.Config, m.master == nil)
	c.said = m.said
	carry := func(dst, src kernels.Buffer) { kernels.Carry(dev, dst, m.dev, src) }
	if m.adapted != nil {
		for i, p := range m.w.list {
			carry(c.w.list[i].Buffer, p.Buffer)
		}
		c.lora, c.on = m.lora, m.on
		c.adapt()
	}
	carry(c.flat, m.flat)
	c.round()
	c.step = m.step
	if m.grad != nil { // else it has not learnt anything
		c.learn()
		carry(c.m, m.m)
		carry(c.v, m.v)
	}
	return c
}

// Optimize is Model's for the sum of all replicas' gradients: each takes the same
// step. A replica that had nothing to learn from adds nothing.
func (r *Replicas) Optimize(o kernels.AdamW, clip float64) (norm float64) {
	var grads []kernels.Buffer
	for _, m := range r.All {
		m.learn()
		grads = append(grads, m.grad)
	}
	if len(grads) > 1 {
		r.group.Sum(grads)
	}
	norm = math.Sqrt(r.All[0].dev.SumSquares(grads[0])) // the others' is that, too
	for _, m := range r.All {
		m.update(o, clip, norm)
	}
	return norm
}
