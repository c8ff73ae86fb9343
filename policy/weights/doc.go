// Package weights reads and writes named tensors as safetensors files:
// eight bytes of header length, a JSON header, then the raw little-endian data
// (https://github.com/huggingface/safetensors, "Format").
//
// It knows no model and no device. Files are written beside their place and
// then renamed, so a path holds what it held before or all of the new file.
// Whatever is read is checked first: a file that is cut, has holes or overlaps,
// or says more than it holds is an error that names it. F32, F16 and BF16 are
// read, other types are refused by name; F32 is written.
//
// Start with [Write], [Open] and [OpenDir].
package weights
