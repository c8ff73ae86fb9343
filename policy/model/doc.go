// Package model is the policy's transformer, written once over
// kernels.Device: decoder only, pre-norm RMSNorm, rotary positions,
// grouped-query attention, SwiGLU, no biases, output tied to the embedding
// (the Llama and Qwen shape), with a value head on the last hidden state.
// Forward and backward are explicit; there is no graph, and no algorithm of
// reinforcement learning: gradients of log-probs, entropies and values come
// from outside.
//
// A [Model] owns parameters, gradients and optimizer state. A [Pass] computes
// one packed batch on one goroutine; several passes run side by side on one
// model and are collected in a fixed order, so that the sum of gradients does
// not depend on the number of threads. A [Decoder] is a frozen copy for
// sampling, safe for many goroutines, each with a [Cache] of its own.
//
// Log-probs and values of a Decoder and of a Pass for the same weights and
// tokens have the same bits.
//
// Start with [New], [Model.NewPass] and [Model.Snapshot].
package model
