package model

import (
	"errors"

	"github.com/turngym/turngym/kernels"
)

// ErrContext is the error of a sequence that has grown beyond the model's context.
var ErrContext = errors.New("the model's context is full")

// Decoder is a frozen copy of a model's weights. It is safe for many
// goroutines; each uses a Cache of its own.
type Decoder struct {
	Config
	dev kernels.Device
	w   *params
}

// Snapshot copies the weights as they are now.
func (m *Model) Snapshot() *Decoder {
	d := &Decoder{Config: m.Config, dev: m.dev}
	flat := m.dev.New(m.Size())
	m.dev.Add(flat, m.w.flat)
	d.w, _ = views(m.Config, flat)
	return d
}

// Cache is one sequence's keys and values and the scratch to extend it.
type Cache struct {
	d    *Decoder
	len  int
	cap  int              // tokens there is room for
	k, v []kernels.Buffer // by layer: [cap, KVHeads*HeadDim]

	room          int // tokens the scratch has room for
	s             state
	x, hidden, rf kernels.Buffer
	pos, start    []int32
	ctx           []kernels.Context
	val           kernels.Buffer
}

// NewCache starts an empty sequence.
func (d *Decoder) NewCache() *Cache {
	return &Cache{d: d, k: make([]kernels.Buffer, d.Layers), v: make([]kernels.Buffer, d.Layers), start: []int32{0, 0},
		hidden: d.dev.New(d.Dim), rf: d.dev.New(1), val: d.dev.New(1), ctx: make([]kernels.Context, 1)}
}

// Len is how many tokens the sequence has.
func (c *Cache) Len() int { return c.len }

func (c *Cache) grow(n int) {
	dev, cfg := c.d.dev, c.d.Config
	kv := cfg.KVHeads * cfg.HeadDim()
	if c.len+n > c.cap {
		c.cap = min(cfg.Context, max(256, 2*(c.len+n)))
		for i := range c.k {
			k, v := dev.New(c.cap*kv), dev.New(c.cap*kv)
			if c.len > 0 {
				dev.Add(k.Slice(0, c.len*kv), c.k[i].Slice(0, c.len*kv))
				dev.Add(v.Slice(0, c.len*kv), c.v[i].Slice(0, c.len*kv))
			}
			c.k[i], c.v[i] = k, v
		}
	}
	if n > c.room {
		c.room = max(64, n+n/2)
		c.s, c.x = newState(dev, cfg, c.room), dev.New(c.room*cfg.Dim)
	}
}

// Extend appends tokens with their types to the sequence; the cache then holds the hidden
// state after the last of them.
func (c *Cache) Extend(ids, types []int32) error {
	dev, cfg, n := c.d.dev, c.d.Config, len(ids)
	if n == 0 {
		return nil
	}
	if c.len+n > cfg.Context {
		return ErrContext
	}
	c.grow(n)
	kv := cfg.KVHeads * cfg.HeadDim()
	c.pos = c.pos[:0]
	for i := range n {
		c.pos = append(c.pos, int32(c.len+i))
	}
	c.start[1] = int32(n)
	x := head(c.s.x, n*cfg.Dim)
	dev.Embed(x, c.d.w.embed, ids, cfg.Dim)
	dev.Embed(head(c.x, n*cfg.Dim), c.d.w.types, types, cfg.Dim)
	dev.Add(x, head(c.x, n*cfg.Dim))
	for i := range c.k {
		c.ctx[0] = kernels.Context{K: c.k[i], V: c.v[i], Len: c.len + n}
		a, b := c.len*kv, (c.len+n)*kv
		block(dev, cfg, &c.d.w.layers[i], &c.s, head(c.x, n*cfg.Dim), c.k[i].Slice(a, b), c.v[i].Slice(a, b), n, c.pos, c.start, c.ctx)
		c.s.x, c.x = c.x, c.s.x
	}
	dev.RMSNorm(c.hidden, c.rf, c.s.x.Slice((n-1)*cfg.Dim, n*cfg.Dim), c.d.w.norm, cfg.Dim, cfg.Eps)
	c.len += n
	return nil
}

// Logits are those of the next token among ids.
func (c *Cache) Logits(dst []float32, ids []int32) {
	c.d.dev.Logits(dst, c.hidden, c.d.w.embed, ids, c.d.Dim)
}

// Value is the value head's after the last token.
func (c *Cache) Value() float32 {
	c.d.dev.MatMul(c.val, c.hidden, c.d.w.value, kernels.Dims{M: 1, N: 1, K: c.d.Dim})
	var v [1]float32
	c.d.dev.Read(v[:], c.val)
	return v[0]
}

// Reset empties the sequence and takes other weights of the same shape.
func (c *Cache) Reset(d *Decoder) { c.d, c.len = d, 0 }
