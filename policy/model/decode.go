package model

import (
	"errors"
	"slices"

	"github.com/turngym/turngym/kernels"
)

// ErrContext is the error of a sequence that has grown beyond the model's context.
var ErrContext = errors.New("the model's context is full")

// Decoder is a frozen copy of a model's weights. It is safe for many
// goroutines; each uses caches and a batch of its own.
type Decoder struct {
	Config
	dev      kernels.Device
	w        *params
	callers  int
	rank     int // of the adapters; 0: there are none
	prefixes prefixes
}

// smallWeights is how many numbers of weights stay in a cache: several batches
// of such a model do not wait for memory.
const smallWeights = 1 << 22

func newDecoder(c Config, dev kernels.Device, callers int) *Decoder {
	d := &Decoder{Config: c, dev: dev, callers: callers}
	d.prefixes.atMost = max(prefixNumbers, prefixPages*d.pageLen())
	return d
}

// Snapshot copies the weights as they are now. Those of a model with adapters
// are shared by all its snapshots, but for the adapters.
func (m *Model) Snapshot() *Decoder {
	if m.adapted == nil {
		return m.pack()
	}
	if m.frozen == nil {
		m.frozen = m.pack()
	}
	base := m.frozen
	d := newDecoder(m.Config, base.dev, base.callers)
	d.rank = m.lora.Rank
	w := *base.w
	d.w, w.layers, w.value = &w, slices.Clone(w.layers), m.copyOf(m.w.value)
	for i := range w.layers {
		for _, p := range projections {
			from, to := p.of(&m.w.layers[i]), p.of(&w.layers[i])
			to.a, to.b = m.narrow(from.a), m.narrow(from.b)
		}
	}
	return d
}

// pageLen is how many numbers a page of all layers has.
func (d *Decoder) pageLen() int { return d.Layers * d.dev.PageLen(d.shape()) }

// copyOf is a copy of b; nil of nil.
func (m *Model) copyOf(b kernels.Buffer) kernels.Buffer {
	if b == nil {
		return nil
	}
	to := room(m.dev, b.Len(), b.Half())
	m.dev.Copy(to, b)
	return to
}

// narrow is a copy of b in the type of activations, which is what products with those
// make of it.
func (m *Model) narrow(b kernels.Buffer) kernels.Buffer {
	if b == nil || !m.halves(m.dev) {
		return m.copyOf(b)
	}
	to := m.dev.NewHalf(b.Len())
	m.dev.Copy(to, b)
	return to
}

// pack copies all but adapters.
func (m *Model) pack() *Decoder {
	dev, callers := m.dev, 1
	if m.Size() <= smallWeights {
		dev, callers = m.dev.Alone()
	}
	d := newDecoder(m.Config, dev, callers)
	d.w = &params{packed: true, freq: m.w.freq, embed: m.copyOf(m.w.embed), types: m.copyOf(m.w.types), norm: m.copyOf(m.w.norm), value: m.copyOf(m.w.value)}
	if d.w.head = d.w.embed; m.Untied {
		d.w.head = m.copyOf(m.w.head)
	}
	for i := range m.w.layers {
		from := &m.w.layers[i]
		to := layer{attnNorm: m.copyOf(from.attnNorm), mlpNorm: m.copyOf(from.mlpNorm), qBias: m.narrow(from.qBias), kBias: m.narrow(from.kBias),
			vBias: m.narrow(from.vBias), qNorm: m.copyOf(from.qNorm), kNorm: m.copyOf(from.kNorm)}
		for _, p := range projections {
			x := p.of(from)
			y := matrix{in: x.in, out: x.out, w: room(dev, dev.PackedLen(x.in, x.out), m.Half)}
			dev.Pack(y.w, x.w, x.in, x.out)
			*p.of(&to) = y
		}
		d.w.layers = append(d.w.layers, to)
	}
	return d
}

// Callers is how many batches of this decoder are best run at once.
func (d *Decoder) Callers() int { return d.callers }

// Cache is one sequence's keys and values, and the hidden state after its last
// token.
type Cache struct {
	d      *Decoder
	len    int
	pages  []kernels.Buffer // of all layers
	shared int              // of these are in the decoder's tree and never change
	free   []kernels.Buffer // own pages for later
	hidden kernels.Buffer   // [dim]

	at              *node   // where the sequence is in the tree; nil: it has left it
	text, textTypes []int32 // since then
}

// NewCache starts an empty sequence.
func (d *Decoder) NewCache() *Cache {
	return &Cache{d: d, hidden: d.dev.New(d.Dim), at: &d.prefixes.root}
}

// Len is how many tokens the sequence has.
func (c *Cache) Len() int { return c.len }

// Vocab is the number of tokens that there are.
func (c *Cache) Vocab() int { return c.d.Vocab }

// Room is how many tokens more the context has place for.
func (c *Cache) Room() int { return c.d.Context - c.len }

// Reset empties the sequence and takes other weights of the same shape on the
// same device.
func (c *Cache) Reset(d *Decoder) {
	c.free = append(c.free, c.pages[c.shared:]...)
	c.d, c.len, c.pages, c.shared, c.at, c.text, c.textTypes = d, 0, c.pages[:0], 0, &d.prefixes.root, nil, nil
	d.dev.Zero(c.hidden)
}

// Same says whether two sequences have the same weights.
func (c *Cache) Same(o *Cache) bool { return c.d == o.d }

// grow makes room for the tokens that c.len counts.
func (c *Cache) grow() {
	for len(c.pages)*kernels.PageTokens < c.len {
		if n := len(c.free); n > 0 {
			c.pages, c.free = append(c.pages, c.free[n-1]), c.free[:n-1]
		} else {
			c.pages = append(c.pages, room(c.d.dev, c.d.pageLen(), c.d.halves(c.d.dev)))
		}
	}
}

// More is what is appended to one sequence.
type More struct {
	Cache      *Cache
	IDs, Types []int32 // Types may be nil
	Share      bool    // others may take over its pages; what comes after an unshared part is not shared
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
	rf, n     kernels.Buffer // n is nf as an activation: rounded, or itself
	seqs      int            // that there is room for

	ids, types, pos, start, rows []int32
	pages                        []kernels.Pages
	hidden                       []kernels.Buffer // the sequences'
}

// Extend appends tokens to sequences of one decoder, at least one to each.
// Their caches then hold the hidden states after them. After an error all are as
// they were; ErrContext is that of no room.
func (b *Batch) Extend(more ...More) error {
	if len(more) == 0 {
		return nil
	}
	d := more[0].Cache.d
	b.ids, b.types, b.pos, b.start, b.rows, b.pages = b.ids[:0], b.types[:0], b.pos[:0], append(b.start[:0], 0), b.rows[:0], b.pages[:0]
	b.hidden = b.hidden[:0]
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
		c.grow()
		b.pages = append(b.pages, kernels.Pages{List: c.pages, Len: c.len})
		b.hidden = append(b.hidden, c.hidden)
	}
	b.fit(d, len(b.ids), len(more))
	defer b.forget()
	d.dev.AsOne(func(dev kernels.Device) { b.run(d, dev) })
	for _, m := range more {
		switch {
		case !m.Share:
			m.Cache.at = nil
		case m.Cache.at != nil:
			m.Cache.offer(m.IDs, m.Types)
		}
	}
	return nil
}

// run computes the batch and the hidden states after it. A step like the last one
// asks for the same operations on the same buffers.
func (b *Batch) run(d *Decoder, dev kernels.Device) {
	cfg, r, s, x := d.Config, &b.cut, b.cut.states[0], b.cutX
	embed(dev, d.w, x, s.x, b.ids, b.types, cfg.Dim)
	for i := range d.w.layers {
		for j := range b.pages {
			b.pages[j].At = i * dev.PageLen(cfg.shape())
		}
		s.x, x = x, s.x
		block(dev, cfg, d.w, &d.w.layers[i], &s, r, x, b.pos, func(s *state) {
			dev.AttentionPaged(s.att, s.q, s.k, s.v, b.start, b.pages, cfg.shape())
		})
	}
	n := len(b.rows)
	last, nf, act := head(b.last, n*cfg.Dim), head(b.nf, n*cfg.Dim), head(b.n, n*cfg.Dim)
	dev.Embed(last, x, b.rows, cfg.Dim)
	dev.RMSNorm(act, b.rf, last, d.w.norm, cfg.Dim, cfg.Eps)
	if act.Half() { // the trainer's rows are of such a norm
		dev.Copy(nf, act)
	}
	dev.Scatter(b.hidden, nf)
}

// Sample draws the next token of each of several sequences of one decoder, by
// kernels.Device.Sample; allow has a row for each. An empty sequence's tokens
// are all alike.
func (b *Batch) Sample(id []int32, logp []float32, caches []*Cache, allow kernels.Allow, temperature, u []float64) {
	defer b.forget()
	d, n := caches[0].d, len(caches)
	b.fit(d, 0, n)
	h := head(b.nf, n*d.Dim)
	b.hidden = b.hidden[:0]
	for _, c := range caches {
		b.hidden = append(b.hidden, c.hidden)
	}
	d.dev.AsOne(func(dev kernels.Device) {
		dev.Gather(h, b.hidden)
		dev.Sample(id, logp, h, d.w.head, allow, d.Dim, temperature, u)
	})
}

// forget lets go of the sequences, which may end before the batch is used again.
func (b *Batch) forget() {
	clear(b.pages)
	clear(b.hidden)
}

// fit makes room for a batch and cuts the buffers to its size.
func (b *Batch) fit(d *Decoder, tokens, seqs int) {
	dev, c := d.dev, d.Config
	if tokens > b.room.tokens {
		n := max(64, tokens+tokens/2)
		b.room = tokenRoom{tokens: n, states: []state{newState(dev, c, n)}}
		b.room.scratch(dev, c, n, d.rank)
		b.room.states[0].x, b.room.states[0].k = dev.New(n*c.Dim), room(dev, n*c.KVHeads*c.HeadDim(), c.halves(dev))
		b.x, b.cut = dev.New(n*c.Dim), tokenRoom{}
	}
	if seqs > b.seqs {
		b.seqs = seqs + seqs/2
		b.last, b.nf, b.rf = dev.New(b.seqs*c.Dim), dev.New(b.seqs*c.Dim), dev.New(b.seqs)
		if b.n = b.nf; c.halves(dev) {
			b.n = dev.NewHalf(b.seqs * c.Dim)
		}
	}
	if tokens != b.cut.tokens && tokens > 0 {
		b.cut = tokenRoom{tokens: tokens, n: head(b.room.n, tokens*c.Dim), act: head(b.room.act, tokens*c.Hidden), low: b.room.low, states: []state{b.room.states[0].cut(c, tokens)}}
		b.cutX = head(b.x, tokens*c.Dim)
	}
}
