package codebox

import (
	"strings"

	"github.com/dop251/goja"
)

// What one call of a library function may make or go through: none of them can
// be interrupted.
const (
	stringMax = 1 << 20 // bytes of a text
	arrayMax  = 1 << 18 // items of an array
	jsonMax   = 1 << 16 // values that are written as JSON
	joinMax   = 200     // arrays within arrays that are joined, in depth
	joinsMax  = 1 << 14 // and in all
	bindMax   = 1 << 12 // bound functions of a program
)

// missing are the globals that a program does not have: ways to code from
// texts, to the clock, to memory by the gigabyte, and to objects whose length
// changes while it is read.
var missing = []string{"eval", "Function", "Proxy", "Reflect", "Date", "BigInt", "ArrayBuffer", "SharedArrayBuffer", "DataView",
	"Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array",
	"BigInt64Array", "BigUint64Array", "WeakRef", "FinalizationRegistry", "GoError", "WeakMap", "WeakSet", "escape", "unescape"}

// arrayMethods are those that go through an array.
var arrayMethods = []string{"at", "copyWithin", "entries", "every", "fill", "filter", "find", "findIndex", "findLast", "findLastIndex",
	"flatMap", "forEach", "includes", "indexOf", "join", "keys", "lastIndexOf", "map", "pop", "push", "reduce", "reduceRight", "reverse",
	"shift", "slice", "some", "sort", "splice", "toReversed", "toSorted", "toSpliced", "unshift", "values", "with"}

// isPlain says whether a program can reach only what it names: it has no
// brackets, escapes, templates or objects of properties, by which names are put
// together. Such a program is guarded where it names something; to guard all
// takes some ten times as long as to run it.
func isPlain(source string) bool {
	return !strings.ContainsAny(source, "[\\`") && !strings.Contains(source, "Object") && !strings.Contains(source, "...")
}

// names says whether a program may reach something of that name.
func (s *script) names(name string) bool { return !s.plain || strings.Contains(s.source, name) }

// guard makes the runtime's globals those of a program that reads and prints.
func (s *script) guard() error {
	global := s.rt.GlobalObject()
	for _, name := range missing {
		if !s.names(name) {
			continue
		}
		if err := global.Delete(name); err != nil {
			return err
		}
	}
	// The constructors of functions take code as text; a program reaches them by
	// its own functions.
	if s.names("constructor") || s.names("raw") {
		if _, err := s.rt.RunProgram(noCode); err != nil {
			return err
		}
	}
	console := s.rt.NewObject()
	for _, f := range []struct {
		holder *goja.Object
		name   string
		do     func(goja.FunctionCall) goja.Value
	}{{global, "print", s.print}, {global, "readline", s.readline}, {console, "log", s.print}} {
		if err := f.holder.Set(f.name, f.do); err != nil {
			return err
		}
	}
	if err := global.Set("console", console); err != nil {
		return err
	}
	s.guardArrays()
	s.guardTexts()
	s.guardRest()
	return nil
}

// noCode takes the constructors of functions away.
var noCode = goja.MustCompile("guard", `(function () {
	for (const f of [function () {}, function* () {}, async function () {}]) {
		Object.defineProperty(Object.getPrototypeOf(f), "constructor", { value: undefined, writable: false, configurable: false });
	}
	delete String.raw;
})()`, true)

func (s *script) print(call goja.FunctionCall) goja.Value {
	var line strings.Builder
	for i, v := range call.Arguments {
		if i > 0 {
			line.WriteByte(' ')
		}
		line.WriteString(v.String())
	}
	line.WriteByte('\n')
	if s.printed.Len()+line.Len() > s.limit.Output {
		s.end("output")
		return goja.Undefined()
	}
	if s.stop.Load() == nil {
		s.printed.WriteString(line.String())
	}
	return goja.Undefined()
}

// readline gives the next line of the input, or null.
func (s *script) readline(goja.FunctionCall) goja.Value {
	if s.input == "" {
		return goja.Null()
	}
	line, rest, _ := strings.Cut(s.input, "\n")
	s.input = rest
	return s.rt.ToValue(strings.TrimSuffix(line, "\r"))
}

// wrap puts a check before a method. A check throws by a panic.
func (s *script) wrap(holder *goja.Object, name string, check func(goja.FunctionCall)) {
	if !s.names(name) {
		return
	}
	original, ok := goja.AssertFunction(holder.Get(name))
	if !ok {
		return
	}
	s.replace(holder, name, func(call goja.FunctionCall) goja.Value {
		check(call)
		v, err := original(call.This, call.Arguments...)
		if err != nil {
			panic(err)
		}
		return v
	})
}

func (s *script) replace(holder *goja.Object, name string, f func(goja.FunctionCall) goja.Value) {
	if err := holder.DefineDataProperty(name, s.rt.ToValue(f), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE); err != nil {
		panic(err)
	}
}

// refuse throws, so that the program reads why.
func (s *script) refuse(why string) { panic(s.rt.NewTypeError(why)) }

// prototype is that of a global constructor.
func (s *script) prototype(name string) *goja.Object {
	return s.rt.GlobalObject().Get(name).ToObject(s.rt).Get("prototype").ToObject(s.rt)
}

// length is that of an array; anything else has none, since its length may be
// another one when it is read again.
func (s *script) length(v goja.Value) (n int, isArray bool) {
	o, ok := v.(*goja.Object)
	if !ok || o.ClassName() != "Array" {
		return 0, false
	}
	return int(o.Get("length").ToInteger()), true
}
