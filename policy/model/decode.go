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

	room       int // tokens the scratch has room for
	s          state
	x          kernels.Buffer // the stream after a layer; s.x is before it
	n          int            // tokens of the last Extend
	cut        [2]state       // s for n tokens, of even and odd layers: x and s.x take turns
	last       kernels.Buffer // the stream's last row after all layers
	hidden, rf kernels.Buffer
	pos, start []int32
	ctx        []kernels.Context
	val        kernels.Buffer
	out        []float32 // [1]
}

// NewCache starts an empty sequence.
func (d *Decoder) NewCache() *Cache {
	return &Cache{d: d, k: make([]kernels.Buffer, d.Layers), v: make([]kernels.Buffer, d.Layers), start: []int32{0, 0},
		hidden: d.dev.New(d.Dim), rf: d.dev.New(1), val: d.dev.New(1), out: make([]float32, 1), ctx: make([]kernels.Context, 1)}
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
		c.s, c.x, c.n = newState(dev, cfg, c.room), dev.New(c.room*cfg.Dim), 0
	}
	if n != c.n {
		c.n = n
		c.cut[0] = c.s.cut(cfg, n)
		c.cut[1] = c.cut[0]
		c.cut[1].x = head(c.x, n*cfg.Dim)
		c.last = c.cut[cfg.Layers%2].x.Slice((n-1)*cfg.Dim, n*cfg.Dim)
	}
}

// Extend appends tokens, with their types (nil: none), to the sequence; the cache then holds the hidden
// state after the last of them. After an error it is as it was; ErrContext is
// that of no room.
func (c *Cache) Extend(ids, types []int32) error {
	dev, cfg, n := c.d.dev, c.d.Config, len(ids)
	if n == 0 {
		return nil
	}
	if n > c.Room() {
		return ErrContext
	}
	if err := cfg.known(ids); err != nil {
		return err
	}
	if err := knownTypes(types, n); err != nil {
		return err
	}
	c.grow(n)
	kv := cfg.KVHeads * cfg.HeadDim()
	c.pos = c.pos[:0]
	for i := range n {
		c.pos = append(c.pos, int32(c.len+i))
	}
	c.start[1] = int32(n)
	embed(dev, c.d.w, c.cut[0].x, c.cut[1].x, ids, types, cfg.Dim)
	for i := range c.k {
		c.ctx[0] = kernels.Context{K: c.k[i], V: c.v[i], Len: c.len + n}
		a, b := c.len*kv, (c.len+n)*kv
		block(dev, cfg, &c.d.w.layers[i], &c.cut[i%2], c.cut[(i+1)%2].x, c.k[i].Slice(a, b), c.v[i].Slice(a, b), n, c.pos, c.start, c.ctx)
	}
	dev.RMSNorm(c.hidden, c.rf, c.last, c.d.w.norm, cfg.Dim, cfg.Eps)
	c.len += n
	return nil
}

// Room is how many tokens more the context has place for.
func (c *Cache) Room() int { return c.d.Context - c.len }

// Logits are those of the next token among ids, for the weights of the last
// Extend or Reset. Of an empty sequence they are 0.
func (c *Cache) Logits(dst []float32, ids []int32) {
	c.d.dev.Logits(dst, c.hidden, c.d.w.embed, ids, c.d.Dim)
}

// Value is the value head's after the last token; 0 of an empty sequence.
func (c *Cache) Value() float32 {
	c.d.dev.MatMul(c.val, c.hidden, c.d.w.value, kernels.Dims{M: 1, N: 1, K: c.d.Dim})
	c.d.dev.Read(c.out, c.val)
	return c.out[0]
}

// Reset empties the sequence and takes other weights of the same shape on the
// same device.
func (c *Cache) Reset(d *Decoder) {
	c.d, c.len = d, 0
	d.dev.Zero(c.hidden)
}
