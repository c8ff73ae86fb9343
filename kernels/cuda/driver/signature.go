package driver

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// kind is what an argument's bits mean.
type kind uint8

const (
	kindPointer kind = iota
	kindInt
	kindFloat
	kindAny // an int of Go, which takes the parameter's size
)

// param is one of a kernel's declared parameters.
type param struct {
	name, typ string
	kind      kind
	bytes     int
	unsigned  bool
}

// Arg is an argument of a launch.
type Arg struct {
	bits  uint64
	kind  kind
	bytes int
}

// Ptr is device memory, or null.
func Ptr(m Memory) Arg { return Arg{m.Addr, kindPointer, 8} }

// Int is a whole number for a parameter of any whole type that holds it.
func Int(v int) Arg { return Arg{uint64(v), kindAny, 0} }

// I32 is a number for an int.
func I32(v int32) Arg { return Arg{uint64(uint32(v)), kindInt, 4} }

// U32 is a number for an unsigned int.
func U32(v uint32) Arg { return Arg{uint64(v), kindInt, 4} }

// I64 is a number for a long long.
func I64(v int64) Arg { return Arg{uint64(v), kindInt, 8} }

// U64 is a number for an unsigned long long.
func U64(v uint64) Arg { return Arg{v, kindInt, 8} }

// F32 is a number for a float.
func F32(v float32) Arg { return Arg{uint64(math.Float32bits(v)), kindFloat, 4} }

// F64 is a number for a double.
func F64(v float64) Arg { return Arg{math.Float64bits(v), kindFloat, 8} }

// String is the type in Go's words.
func (a Arg) String() string {
	switch a.kind {
	case kindPointer:
		return "a pointer"
	case kindAny:
		return fmt.Sprintf("the int %d", int64(a.bits))
	case kindInt:
		return fmt.Sprintf("a whole number of %d bytes", a.bytes)
	}
	return fmt.Sprintf("a float of %d bytes", a.bytes)
}

// takes says whether the parameter can be given a.
func (p *param) takes(a Arg) bool {
	if a.kind != kindAny {
		return a.kind == p.kind && a.bytes == p.bytes
	}
	if p.kind != kindInt {
		return false
	}
	v := int64(a.bits)
	switch {
	case p.unsigned && p.bytes < 8:
		return v >= 0 && v < 1<<(8*p.bytes)
	case p.unsigned:
		return v >= 0
	case p.bytes < 8:
		return v >= -1<<(8*p.bytes-1) && v < 1<<(8*p.bytes-1)
	}
	return true
}

// scalars are the types that a kernel's parameter may have, beside pointers.
var scalars = map[string]param{
	"bool": {kind: kindInt, bytes: 1, unsigned: true}, "u8": {kind: kindInt, bytes: 1, unsigned: true}, "i8": {kind: kindInt, bytes: 1},
	"u16": {kind: kindInt, bytes: 2, unsigned: true}, "i16": {kind: kindInt, bytes: 2},
	"int": {kind: kindInt, bytes: 4}, "i32": {kind: kindInt, bytes: 4}, "unsigned": {kind: kindInt, bytes: 4, unsigned: true},
	"unsigned int": {kind: kindInt, bytes: 4, unsigned: true}, "u32": {kind: kindInt, bytes: 4, unsigned: true},
	"i64": {kind: kindInt, bytes: 8}, "long long": {kind: kindInt, bytes: 8}, "u64": {kind: kindInt, bytes: 8, unsigned: true},
	"unsigned long long": {kind: kindInt, bytes: 8, unsigned: true}, "size_t": {kind: kindInt, bytes: 8, unsigned: true},
	"float": {kind: kindFloat, bytes: 4}, "double": {kind: kindFloat, bytes: 8},
}

var (
	comment   = regexp.MustCompile(`(?s)//[^\n]*|/\*.*?\*/`)
	kernelAt  = regexp.MustCompile(`(?m)^[ \t]*KERNEL\s+(?:__launch_bounds__\s*\(\s*(\d*)[^)]*\)\s*)?(\w+)\s*\(([^)]*)\)`)
	qualifier = regexp.MustCompile(`\b(const|__restrict__|volatile)\b`)
)

// signature is what a kernel's declaration says of its launches.
type signature struct {
	params  []param
	threads int // most of a block, by __launch_bounds__; 0 where that is not a plain number
}

// signatures are those of each `KERNEL name(type arg, …)` in a source.
func signatures(src Source) (map[string]signature, error) {
	list := map[string]signature{}
	for _, m := range kernelAt.FindAllStringSubmatch(comment.ReplaceAllString(src.Text, " "), -1) {
		name, params := m[2], []param{}
		for _, one := range strings.Split(m[3], ",") {
			if one = strings.TrimSpace(one); one == "" || one == "void" {
				continue
			}
			p, err := parameter(one)
			if err != nil {
				return nil, fmt.Errorf("%s: kernel %s: %w", src.Name, name, err)
			}
			params = append(params, p)
		}
		if len(params) > argsMost {
			return nil, fmt.Errorf("%s: kernel %s has %d parameters, and %d is the most: put some into device memory", src.Name, name, len(params), argsMost)
		}
		threads, _ := strconv.Atoi(m[1])
		list[name] = signature{params, threads}
	}
	return list, nil
}

// parameter reads "const float *__restrict__ x".
func parameter(text string) (param, error) {
	text = strings.Join(strings.Fields(qualifier.ReplaceAllString(text, " ")), " ")
	at := strings.LastIndexAny(text, " *") + 1
	name, typ := text[at:], strings.TrimSpace(text[:at])
	if strings.HasSuffix(typ, "*") {
		return param{name: name, typ: typ, kind: kindPointer, bytes: 8}, nil
	}
	p, ok := scalars[typ]
	if !ok {
		return p, fmt.Errorf("parameter %q: its type is none of those that a launch can give: a pointer, int, u32, i64, u64, float, double, …", text)
	}
	p.name, p.typ = name, typ
	return p, nil
}
