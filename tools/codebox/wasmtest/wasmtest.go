// Package wasmtest makes tiny WASM modules for tests, byte by byte: no compiler
// is needed.
package wasmtest

import "slices"

// Types of functions that the modules use: index and signature (parameters,
// results) of i32 and i64.
var types = [][2][]byte{
	{{}, {}},                           // 0: _start
	{{i32, i32, i32, i32}, {i32}},      // 1: fd_read, fd_write
	{{i32, i32}, {i32}},                // 2: random_get
	{{i32, i64, i32}, {i32}},           // 3: clock_time_get
	{{i32, i32, i32, i32, i32}, {i32}}, // 4: sock_accept and others that are refused
}

const (
	i32 = 0x7f
	i64 = 0x7e
)

// Echo prints its input.
func Echo() []byte {
	return module([]imported{{"fd_read", 1}, {"fd_write", 1}}, nil,
		store(0, 64), store(4, 8192), // where and how much to read
		call(0, 0, 0, 1, 8), drop, // fd_read(0, 0, 1, 8)
		i(0x41, 4), i(0x41, 8), []byte{0x28, 2, 0}, []byte{0x36, 2, 0}, // mem[4] = mem[8]: as much as was read
		call(1, 1, 0, 1, 12), drop)
}

// Loop never ends.
func Loop() []byte { return module(nil, nil, []byte{0x03, 0x40, 0x0c, 0, 0x0b}) }

// Grow asks for memory until it gets no more, and then traps.
func Grow() []byte {
	return module(nil, nil, []byte{0x03, 0x40}, i(0x41, 1), []byte{0x40, 0, 0x41, 0x7f, 0x47, 0x0d, 0, 0x0b, 0x00})
}

// Flood prints without end.
func Flood() []byte {
	return module([]imported{{"fd_write", 1}}, nil, store(0, 0), store(4, 4096),
		[]byte{0x03, 0x40}, call(0, 1, 0, 1, 12), drop, []byte{0x0c, 0, 0x0b})
}

// Chance prints eight bytes of chance and eight of the clock.
func Chance() []byte {
	return module([]imported{{"random_get", 2}, {"clock_time_get", 3}, {"fd_write", 1}}, nil,
		store(0, 64), store(4, 16),
		call(0, 64, 8), drop,
		i(0x41, 0), []byte{0x42, 1}, i(0x41, 72), []byte{0x10, 1}, drop,
		call(2, 1, 0, 1, 12), drop)
}

// Open asks for a file of the machine and prints the error's number as a
// character after "A": "A" would be that it got it.
func Open(path string) []byte {
	n := len(path)
	types := append(slices.Clone(types), [2][]byte{{i32, i32, i32, i32, i32, i64, i64, i32, i32}, {i32}})
	return build(types, []imported{{"path_open", 5}, {"fd_write", 1}}, []byte(path),
		store(0, 64), store(4, 1),
		i(0x41, 64),
		i(0x41, 3), i(0x41, 0), i(0x41, 1024), i(0x41, n), i(0x41, 0), []byte{0x42, 2, 0x42, 0}, i(0x41, 0), i(0x41, 32), []byte{0x10, 0},
		i(0x41, 65), []byte{0x6a, 0x3a, 0, 0},
		call(1, 1, 0, 1, 12), drop)
}

type imported struct {
	name string
	typ  byte
}

var drop = []byte{0x1a}

// i is an instruction with one number.
func i(op byte, n int) []byte { return append([]byte{op}, signed(n)...) }

func store(at, n int) []byte {
	return slices.Concat(i(0x41, at), i(0x41, n), []byte{0x36, 2, 0})
}

func call(f int, args ...int) (code []byte) {
	for _, a := range args {
		code = append(code, i(0x41, a)...)
	}
	return append(code, 0x10, byte(f))
}

// module is one with a memory of a page and a start function.
func module(imports []imported, data []byte, code ...[]byte) []byte {
	return build(types, imports, data, code...)
}

func build(types [][2][]byte, imports []imported, data []byte, code ...[]byte) []byte {
	m := []byte("\x00asm\x01\x00\x00\x00")
	part := func(id byte, items ...[]byte) {
		if len(items) > 0 {
			m = append(append(m, id), sized(append(unsigned(len(items)), slices.Concat(items...)...))...)
		}
	}
	var sigs, funcs [][]byte
	for _, t := range types {
		sigs = append(sigs, slices.Concat([]byte{0x60}, sized(t[0]), sized(t[1])))
	}
	for _, f := range imports {
		funcs = append(funcs, slices.Concat(sized([]byte("wasi_snapshot_preview1")), sized([]byte(f.name)), []byte{0, f.typ}))
	}
	part(1, sigs...)
	part(2, funcs...)
	part(3, []byte{0})
	part(5, []byte{0, 1})
	part(7, append(sized([]byte("_start")), 0, byte(len(imports))), append(sized([]byte("memory")), 2, 0))
	part(10, sized(slices.Concat([]byte{0}, slices.Concat(code...), []byte{0x0b})))
	if data != nil {
		part(11, slices.Concat([]byte{0}, i(0x41, 1024), []byte{0x0b}, sized(data)))
	}
	return m
}

func sized(b []byte) []byte { return append(unsigned(len(b)), b...) }

func unsigned(n int) (b []byte) {
	for ; n > 0x7f; n >>= 7 {
		b = append(b, byte(n&0x7f|0x80))
	}
	return append(b, byte(n))
}

func signed(n int) (b []byte) {
	for {
		low := byte(n & 0x7f)
		if n >>= 7; n == 0 && low&0x40 == 0 || n == -1 && low&0x40 != 0 {
			return append(b, low)
		}
		b = append(b, low|0x80)
	}
}
