package model

import (
	"errors"

	"github.com/turngym/turngym/kernels"
)

// ErrContext is the error of a sequence that has grown beyond the model's context.
var ErrContext = errors.New("the model's context is full")

// Decoder is a frozen copy of a model's weights. It is safe for many
// goroutines; each uses caches and a batch of its own.
type Decoder struct {
	Config
	dev kernels.Device
	w   *params
}

// Snapshot copies the weights as they are now.
func (m *Model) Snapshot() *Decoder {
	d, dev, q := &Decoder{Config: m.Config, dev: m.dev}, m.dev, m.Heads*m.HeadDim()
	same := func(b kernels.Buffer) kernels.Buffer {
		if b == nil {
			return nil
		}
		to := dev.New(b.Len())
		dev.Copy(to, b)
		return to
	}
	pack := func(b kernels.Buffer, in, out int) kernels.Buffer {
		to := dev.New(dev.PackedLen(in, out))
		dev.Pack(to, b, in, out)
		return to
	}
	d.w = &params{packed: true, embed: same(m.w.embed), types: same(m.w.types), norm: same(m.w.norm), value: same(m.w.value)}
	if d.w.head = d.w.embed; m.Untied {
		d.w.head = same(m.w.head)
	}
	kv := m.KVHeads * m.HeadDim()
	for _, l := range m.w.layers {
		d.w.layers = append(d.w.layers, layer{q: pack(l.q, m.Dim, q), k: pack(l.k, m.Dim, kv), v: pack(l.v, m.Dim, kv), o: pack(l.o, q, m.Dim),
			gate: pack(l.gate, m.Dim, m.Hidden), up: pack(l.up, m.Dim, m.Hidden), down: pack(l.down, m.Hidden, m.Dim),
			attnNorm: same(l.attnNorm), mlpNorm: same(l.mlpNorm),
			qBias: same(l.qBias), kBias: same(l.kBias), vBias: same(l.vBias), qNorm: same(l.qNorm), kNorm: same(l.kNorm)})
	}
	return d
}

// Cache is one sequence's keys and values, and the hidden state after its last
// token.
type Cache struct {
	d      *Decoder
	len    int
	pages  []kernels.Buffer // of all layers
	hidden kernels.Buffer   // [dim]
	val    kernels.Buffer
	out    []float32 // [1]
}

// NewCache starts an empty sequence.
func (d *Decoder) NewCache() *Cache {
	return &Cache{d: d, hidden: d.dev.New(d.Dim), val: d.dev.New(1), out: make([]float32, 1)}
}

// Len is how many tokens the sequence has.
func (c *Cache) Len() int { return c.len }

// Room is how many tokens more the context has place for.
func (c *Cache) Room() int { return c.d.Context - c.len }

// Logits are those of the next token among ids, for the weights of the last
// Extend or Reset. Of an empty sequence they are 0.
func (c *Cache) Logits(dst []float32, ids []int32) {
	c.d.dev.Logits(dst, c.hidden, c.d.w.head, ids, c.d.Dim)
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

// More is what is appended to one sequence.
type More struct {
	Cache      *Cache
	IDs, Types []int32 // Types may be nil
}

// check refuses what cannot be appended.
func (m *More) check() error {
	if len(m.IDs) > m.Cache.Room() {
		return ErrContext
	}
	if err := m.Cache.d.known(m.IDs); err != nil {
		return err
	}
	return knownTypes(m.Types, len(m.IDs))
}

// Batch is the scratch to extend several sequences at once. It is used by one
// goroutine.
type Batch struct {
	room, cut tokenRoom
	x, cutX   kernels.Buffer // the stream after a layer
	last, nf  kernels.Buffer // [sequences, dim] last rows, before and after the norm
	rf        kernels.Buffer
	seqs      int // that there is room for

	ids, types, pos, start, rows []int32
	pages                        []kernels.Pages
}

// Extend appends tokens to sequences of one decoder, at least one to each.
// Their caches then hold the hidden states after them. After an error all are as
// they were; ErrContext is that of no room.
func (b *Batch) Extend(more ...More) error {
	if len(more) == 0 {
		return nil
	}
	d := more[0].Cache.d
	dev, cfg := d.dev, d.Config
	b.ids, b.types, b.pos, b.start, b.rows, b.pages = b.ids[:0], b.types[:0], b.pos[:0], append(b.start[:0], 0), b.rows[:0], b.pages[:0]
	for i := range more {
		if err := more[i].check(); err != nil {
			return err
		}
	}
	for _, m := range more {
		c := m.Cache
		for i := range m.IDs {
			b.pos = append(b.pos, int32(c.len+i))
		}
		b.ids = append(b.ids, m.IDs...)
		b.types = append(b.types, m.Types...)
		for len(b.types) < len(b.ids) {
			b.types = append(b.types, 0)
		}
		b.start = append(b.start, int32(len(b.ids)))
		b.rows = append(b.rows, int32(len(b.ids)-1))
		c.len += len(m.IDs)
		for len(c.pages)*kernels.PageTokens < c.len {
			c.pages = append(c.pages, dev.New(cfg.Layers*dev.PageLen(cfg.shape())))
		}
		b.pages = append(b.pages, kernels.Pages{List: c.pages, Len: c.len})
	}
	T := len(b.ids)
	b.fit(dev, cfg, T, len(more))
	r := &b.cut
	embed(dev, d.w, b.cutX, r.n, b.ids, b.types, cfg.Dim)
	s := &r.states[0]
	for i := range d.w.layers {
		for j := range b.pages {
			b.pages[j].At = i * dev.PageLen(cfg.shape())
		}
		s.x, b.cutX = b.cutX, s.x
		block(dev, cfg, d.w, &d.w.layers[i], s, r.n, r.act, b.cutX, T, b.pos, func(s *state) {
			dev.AttentionPaged(s.att, s.q, s.k, s.v, b.start, b.pages, cfg.shape())
		})
	}
	n := len(more)
	last, nf := head(b.last, n*cfg.Dim), head(b.nf, n*cfg.Dim)
	dev.Embed(last, b.cutX, b.rows, cfg.Dim)
	dev.RMSNorm(nf, b.rf, last, d.w.norm, cfg.Dim, cfg.Eps)
	for i, m := range more {
		dev.Copy(m.Cache.hidden, nf.Slice(i*cfg.Dim, (i+1)*cfg.Dim))
	}
	return nil
}

// fit makes room for a batch and cuts the buffers to its size.
func (b *Batch) fit(dev kernels.Device, c Config, tokens, seqs int) {
	if tokens > b.room.tokens {
		n := max(64, tokens+tokens/2)
		b.room = tokenRoom{tokens: n, states: []state{newState(dev, c, n)}}
		b.room.scratch(dev, c, n)
		b.room.states[0].x, b.room.states[0].k = dev.New(n*c.Dim), dev.New(n*c.KVHeads*c.HeadDim())
		b.x, b.cut = dev.New(n*c.Dim), tokenRoom{}
	}
	if seqs > b.seqs {
		b.seqs = seqs + seqs/2
		b.last, b.nf, b.rf = dev.New(b.seqs*c.Dim), dev.New(b.seqs*c.Dim), dev.New(b.seqs)
	}
	if tokens != b.cut.tokens {
		b.cut = tokenRoom{tokens: tokens, n: head(b.room.n, tokens*c.Dim), act: head(b.room.act, tokens*c.Hidden), states: []state{b.room.states[0].cut(c, tokens)}}
		b.cutX = head(b.x, tokens*c.Dim)
	}
}
