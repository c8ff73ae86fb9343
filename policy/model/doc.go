// Package model is the policy's transformer, written once over
// kernels.Device: decoder only, pre-norm RMSNorm, rotary positions,
// grouped-query attention, SwiGLU (the shape of Llama, Qwen2 and Qwen3), with a
// value head on the last hidden state.
// Forward and backward are explicit; there is no graph, and no algorithm of
// reinforcement learning: gradients of log-probs, entropies and values come
// from outside.
//
// A [Model] owns parameters, gradients and optimizer state, and adapters where it
// has them ([LoRA]). A [Pass] computes one packed batch after the other and adds
// to the model's gradient; one at a time. A [Decoder] is a frozen copy for
// sampling, safe for many goroutines: each extends sequences, a [Cache] each,
// with a [Batch] of its own.
//
// Log-probs of a Decoder and of a Pass for the same weights and
// tokens have the same bits.
//
// Start with [New], [Model.NewPass] and [Model.Snapshot].
package model
