// Package kernels is the arithmetic of the policy: a small set of fused
// forward and backward operations on flat buffers of float32 and of bfloat16. It
// knows no model; it grows by layer, not by operation.
//
// Implementations: kernels/cpu (the default), kernels/cuda, kernels/plain (float64,
// slow, the reference of every test). kernels/kerneltest checks a device against
// the reference.
//
// Matrices are row-major. All operations are synchronous for the caller: a
// Read after them sees their results.
//
// Two promises every device keeps:
//   - a row's result has the same bits whatever the number of rows in the call
//     and whatever the number of threads, so that the log-probs of rollout and
//     trainer are equal (a GPU where it is told to be exact);
//   - inputs are not changed, unless the comment says in place.
package kernels

// Buffer is a flat block of float32 on a device, or of bfloat16. Only the device
// that made it may use it. It is not safe for concurrent writes.
type Buffer interface {
	Len() int
	Slice(from, to int) Buffer // the same memory, elements from..to-1
	Half() bool                // bfloat16
}

// Dims says what MatMul multiplies.
type Dims struct {
	M, N, K        int
	TransA, TransB bool   // A is stored [K, M] instead of [M, K]; B is stored [N, K] instead of [K, N]
	Packed         bool   // B is what Pack made of [K, N]
	Plus           Buffer // what the product is added to: [M, N], which may be out, or [N], for every row; nil is 0
}

// Heads is the shape of grouped-query attention: Q query heads share KV key
// and value heads (Q is a multiple of KV), each of Dim numbers.
type Heads struct{ Q, KV, Dim int }

// PageTokens is how many tokens a page of a sequence's keys and values holds.
const PageTokens = 64

// Pages are one sequence's keys and values in one layer. Several sequences may
// share pages that are full.
type Pages struct {
	List []Buffer
	At   int // where the layer's part begins in each
	Len  int // tokens
}

// Allow lists for each of N rows the ids among which a token was chosen:
// row i may have IDs[Start[i]:Start[i+1]], ascending. A row without ids is of the
// whole vocabulary: a token that was not chosen, but read.
type Allow struct {
	Start []int32 // [N+1]
	IDs   []int32
}

// Targets lists for each of N rows the ids whose log-probs are wanted: row i
// those of IDs[Start[i]:Start[i+1]], each of which it must be allowed.
type Targets struct {
	Start []int32 // [N+1]; nil: one for each row
	IDs   []int32
}

// Row is where row i's targets are.
func (t Targets) Row(i int) (from, to int) {
	if t.Start == nil {
		return i, i + 1
	}
	return int(t.Start[i]), int(t.Start[i+1])
}

// AdamW is one step of decoupled weight decay Adam (Loshchilov and Hutter
// 2019, algorithm 2), with the gradient first multiplied by Scale.
type AdamW struct {
	LR, Beta1, Beta2, Eps, WeightDecay float64
	Step                               int     // 1 on the first step
	Scale                              float64 // of the gradient: clipping
}

// Device is where buffers live and operations run. It is safe for several
// goroutines as long as they do not write the same buffer. What it cannot do is a
// panic with a *Failure.
type Device interface {
	Name() string // for people: "cpu avx512, 2 threads"

	// Alone is the device for calls that come from many goroutines at once, each
	// of which works by itself, and how many are best made at once.
	Alone() (dev Device, callers int)

	// AsOne runs f, whose operations may be put off until it ends and then be done
	// as one, which costs a GPU less than one by one. An operation that reads a result
	// has all before it done first. f has the device for itself: it asks dev alone,
	// from its own goroutine, keeps dev no longer, and changes no Pages.List that it
	// has given to it.
	AsOne(f func(dev Device))

	New(n int) Buffer // zeroed float32
	// NewHalf is a zeroed buffer of bfloat16. Operations compute with the numbers that
	// it holds, in float32; what is left in it is rounded to the nearest, and of two to
	// the even one. On every device Write, Read, Copy, Zero and Pack take halves, and
	// they may be the b of MatMul, the table of Embed and that of the output layer.
	NewHalf(n int) Buffer
	// Halves says whether activations may be halves too: the buffers of which an
	// operation says so. All others are float32.
	Halves() bool
	Write(dst Buffer, src []float32)
	Read(dst []float32, src Buffer)
	Copy(dst, src Buffer)
	Zero(b Buffer)

	// MatMul is out[M,N] = A·B, by Dims. out, a and b may be halves, each for itself;
	// Plus is of out's type, or, where it is [N], float32.
	MatMul(out, a, b Buffer, d Dims)
	// Pack writes w [k, n] to dst, of PackedLen numbers and w's type, in the order
	// in which MatMul is fastest: for weights that many small calls have in common.
	Pack(dst, w Buffer, k, n int)
	PackedLen(k, n int) int
	// Add is out += a, elementwise.
	Add(out, a Buffer)
	// SumRows is dst += the sum of x's rows; dst is [dim], x [T, dim], which may be
	// halves.
	SumRows(dst, x Buffer, dim int)

	// Gather is out[i] = rows[i]: rows of one length, each in memory of its own, one
	// after the other in out. All are of one type.
	Gather(out Buffer, rows []Buffer)
	// Scatter is rows[i] = x[i], Gather the other way; no row is there twice.
	Scatter(rows []Buffer, x Buffer)

	// Embed is out[t] = table[ids[t]]; out is [T, dim], table [V, dim]. Both may be
	// halves, each for itself.
	Embed(out, table Buffer, ids []int32, dim int)
	// EmbedGrad is dtable[ids[t]] += dout[t], in the order of t. dtable may be halves.
	EmbedGrad(dtable, dout Buffer, ids []int32, dim int)

	// RMSNorm is out = x / rms(x) * w by rows of dim, rms(x)² = mean(x²) + eps
	// (Zhang and Sennrich 2019, eq. 4). rstd [T] receives 1/rms. out and x may be
	// halves, each for itself.
	RMSNorm(out, rstd, x, w Buffer, dim int, eps float64)
	// RMSNormGrad adds to dx [T, dim] and dw [dim], which may be nil. dout may be
	// halves, and so may dx and x together.
	RMSNormGrad(dx, dw, dout, x, w, rstd Buffer, dim int)

	// LayerNorm is out = (x - mean) / deviation * w + b by rows of dim, the
	// deviation's square being the variance + eps (Ba, Kiros and Hinton 2016, eq.
	// 4). mean and rstd [T] receive the mean and 1/deviation.
	LayerNorm(out, mean, rstd, x, w, b Buffer, dim int, eps float64)
	// LayerNormGrad adds to dx [T, dim], dw and db [dim], of which dw and db may be
	// nil.
	LayerNormGrad(dx, dw, db, dout, x, w, mean, rstd Buffer, dim int)

	// Rope rotates each head of x [T, heads*dim] in place by its position: the
	// pair (i, i+dim/2) by the angle pos*freq[i] (Su et al. 2021, eq. 34, in the
	// half-split layout of Llama and Qwen). inverse rotates back: the gradient.
	// freq [dim/2] must never change: devices keep what they work out of it. x may be
	// halves.
	Rope(x Buffer, pos []int32, heads, dim int, freq []float64, inverse bool)

	// Attention is causal softmax(q·kᵀ/sqrt(Dim))·v within each of a batch's
	// sequences: s has the rows start[s] to start[s+1]-1 of q and out
	// [T, Q*Dim] and of k and v [T, KV*Dim]. lse [T, Q] receives the log of each
	// row's sum of exponentials, for the gradient. All but lse may be halves, together.
	Attention(out, lse, q, k, v Buffer, start []int32, h Heads)
	// AttentionGrad overwrites dq [T, Q*Dim] and dk and dv [T, KV*Dim]. All but lse may
	// be halves, together.
	AttentionGrad(dq, dk, dv, dout, out, lse, q, k, v Buffer, start []int32, h Heads)

	// AttentionPaged writes the rows of k and v [T, KV*Dim] as the last tokens
	// of their sequences' pages and is the Attention of q over all of those, with
	// the same bits. Those pages must be of no other sequence. All may be halves,
	// together, and the pages with them.
	AttentionPaged(out, q, k, v Buffer, start []int32, pages []Pages, h Heads)
	// PageLen is how many numbers one layer's keys and values of a page are.
	PageLen(h Heads) int

	// SwiGLU is out = silu(gate)*up (Shazeer 2020, eq. 6). All may be halves, together.
	SwiGLU(out, gate, up Buffer)
	// SwiGLUGrad overwrites dgate and dup. All may be halves, together.
	SwiGLUGrad(dgate, dup, dout, gate, up Buffer)

	// GELU is Hendrycks and Gimpel's (2016) approximation by tanh.
	GELU(out, x Buffer)
	// GELUGrad overwrites dx.
	GELUGrad(dx, dout, x Buffer)

	// LogProb is the output layer: logits = h·tableᵀ restricted to the allowed
	// ids, then the log-softmax at the targets and the entropy of that
	// distribution, in nats. h is [N, dim], table [V, dim]; logp has a number for
	// each target, entropy [N].
	LogProb(logp, entropy, h, table Buffer, target Targets, allow Allow, dim int)
	// LogProbGrad adds to dh [N, dim] and dtable [V, dim], which may be nil, the
	// gradient of sum(dlogp*logp) + sum(dentropy*entropy). Targets with a dlogp of
	// -q each are those of a distribution q to learn.
	LogProbGrad(dh, dtable, dlogp, dentropy, h, table Buffer, target Targets, allow Allow, dim int)
	// Top is each row's k most probable of its allowed ids, the most probable first
	// and of equals the one that is listed first, with the bits that LogProb has for
	// them; id and logp are [N, k], and -1 and minus infinity where fewer are
	// allowed.
	Top(id []int32, logp []float32, h, table Buffer, allow Allow, dim, k int)
	// Sample draws from each row's distribution over its allowed ids, sharpened by
	// the row's temperature (0 takes the most probable), at the row's u in [0, 1).
	// logp is the drawn id's log-prob at temperature 1, with the bits that LogProb
	// has for it.
	Sample(id []int32, logp []float32, h, table Buffer, allow Allow, dim int, temperature, u []float64)

	// AdamW updates p, m, v in place from the gradient g.
	AdamW(p, g, m, v Buffer, o AdamW)
	// SumSquares is the sum of squares of b, in a fixed order.
	SumSquares(b Buffer) float64

	Close() error
}
