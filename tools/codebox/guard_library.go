package codebox

import (
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// guardArrays holds what goes through arrays to arrays of a size that can be
// gone through.
func (s *script) guardArrays() {
	proto := s.prototype("Array")
	for _, name := range arrayMethods {
		s.wrap(proto, name, s.small)
	}
	if s.names("concat") {
		s.replace(proto, "concat", s.concat)
	}
	if s.names("flat") {
		s.replace(proto, "flat", s.flat)
	}
	s.guardJoin(proto) // an array becomes a text without its being named
	array := s.rt.GlobalObject().Get("Array").ToObject(s.rt)
	s.wrap(array, "from", func(call goja.FunctionCall) {
		if o, ok := call.Argument(0).(*goja.Object); ok && o.GetSymbol(goja.SymIterator) == nil {
			s.refuse("Array.from works on what can be gone through with for (const x of …)")
		}
	})
	if s.plain {
		return
	}
	// Spread goes by the iterator, without end where an array's length is.
	iterator := s.rt.NewArray().GetSymbol(goja.SymIterator)
	if values, ok := goja.AssertFunction(iterator); ok {
		if it, err := values(s.rt.NewArray()); err == nil {
			s.wrap(it.ToObject(s.rt).Prototype(), "next", s.alive)
		}
	}
}

func (s *script) small(call goja.FunctionCall) {
	if n, ok := s.length(call.This); !ok || n > arrayMax {
		s.refuse("this works on arrays that are not too long; make one with [...x]")
	}
	s.alive(call)
}

// alive ends a loop within the library when the program was stopped.
func (s *script) alive(goja.FunctionCall) {
	if s.stop.Load() != nil {
		s.refuse("stopped")
	}
}

// concat is Array.prototype.concat, where only arrays are spread.
func (s *script) concat(call goja.FunctionCall) goja.Value {
	s.small(call)
	var out []any
	for _, v := range append([]goja.Value{call.This}, call.Arguments...) {
		n, ok := s.length(v)
		if !ok {
			out = append(out, v)
			continue
		}
		if len(out)+n > arrayMax {
			s.refuse("concat: the array would be too long")
		}
		for i := range n {
			item := v.(*goja.Object).Get(strconv.Itoa(i))
			if item == nil { // a hole
				item = goja.Undefined()
			}
			out = append(out, item)
		}
	}
	return s.rt.NewArray(out...)
}

// flat is Array.prototype.flat with a bound on what comes out.
func (s *script) flat(call goja.FunctionCall) goja.Value {
	s.small(call)
	depth := 1
	if v := call.Argument(0); !goja.IsUndefined(v) {
		depth = int(min(v.ToInteger(), joinMax))
	}
	var out []any
	var add func(o *goja.Object, n, depth int)
	add = func(o *goja.Object, n, depth int) {
		for i := range n {
			v := o.Get(strconv.Itoa(i))
			if v == nil {
				continue
			}
			if n, ok := s.length(v); ok && depth > 0 && n <= arrayMax {
				add(v.(*goja.Object), n, depth-1)
			} else {
				out = append(out, v)
			}
			if len(out) > arrayMax || s.stop.Load() != nil {
				s.refuse("flat: the array would be too long")
			}
		}
	}
	n, _ := s.length(call.This)
	add(call.This.(*goja.Object), n, depth)
	return s.rt.NewArray(out...)
}

// guardJoin bounds the text of arrays within arrays, where the same one may
// stand many times.
func (s *script) guardJoin(proto *goja.Object) {
	join, _ := goja.AssertFunction(proto.Get("join"))
	s.replace(proto, "join", func(call goja.FunctionCall) goja.Value {
		n, _ := s.length(call.This)
		separator := 1
		if v, ok := call.Argument(0).(goja.String); ok {
			separator = v.Length()
		}
		if s.depth == 0 {
			s.joins = 0
		}
		s.depth++
		defer func() { s.depth-- }()
		if s.joins++; s.depth > joinMax || s.joins > joinsMax || n*separator > stringMax || s.stop.Load() != nil {
			s.refuse("join: the text would be too long")
		}
		v, err := join(call.This, call.Arguments...)
		if err != nil {
			panic(err)
		}
		if text, ok := v.(goja.String); ok && text.Length() > stringMax {
			s.refuse("join: the text would be too long")
		}
		return v
	})
}

// guardTexts bounds what makes long texts.
func (s *script) guardTexts() {
	proto := s.prototype("String")
	long := func(name string, size float64) {
		if size > stringMax {
			s.refuse(name + ": the text would be too long")
		}
	}
	s.wrap(proto, "repeat", func(call goja.FunctionCall) {
		long("repeat", float64(len(call.This.String()))*call.Argument(0).ToFloat())
	})
	for _, name := range []string{"padStart", "padEnd"} {
		s.wrap(proto, name, func(call goja.FunctionCall) { long(name, call.Argument(0).ToFloat()) })
	}
	s.wrap(proto, "concat", func(call goja.FunctionCall) {
		sum := len(call.This.String())
		for _, v := range call.Arguments {
			sum += len(v.String())
			long("concat", float64(sum))
		}
	})
	for _, name := range []string{"replace", "replaceAll"} {
		s.wrap(proto, name, func(call goja.FunctionCall) {
			if _, isFunction := goja.AssertFunction(call.Argument(1)); isFunction {
				return
			}
			// At worst every place is replaced, by "$'" with the rest of the text.
			size, with := float64(len(call.This.String())+1), call.Argument(1).String()
			places := size
			if _, literal := call.Argument(0).(goja.String); literal && name == "replace" {
				places = 1
			}
			long(name, places*(float64(len(with))+float64(strings.Count(with, "$"))*size))
		})
	}
}

// guardRest bounds JSON and functions made of functions.
func (s *script) guardRest() {
	if s.names("JSON") {
		s.guardJSON()
	}
	proto := s.rt.GlobalObject().Get("Object").ToObject(s.rt).Prototype() // of functions
	s.wrap(proto, "bind", func(goja.FunctionCall) {
		if s.binds++; s.binds > bindMax {
			s.refuse("bind: too many bound functions")
		}
	})
	s.wrap(proto, "apply", func(call goja.FunctionCall) {
		v := call.Argument(1)
		if n, ok := s.length(v); n > arrayMax || !ok && !goja.IsUndefined(v) && !goja.IsNull(v) {
			s.refuse("apply takes an array that is not too long")
		}
	})
}

func (s *script) guardJSON() {
	json := s.rt.GlobalObject().Get("JSON").ToObject(s.rt)
	s.wrap(json, "parse", func(call goja.FunctionCall) {
		if text := call.Argument(0).String(); len(text) > stringMax || deep(text) {
			s.refuse("JSON.parse: the text is too long or too deep")
		}
	})
	stringify, _ := goja.AssertFunction(json.Get("stringify"))
	s.replace(json, "stringify", func(call goja.FunctionCall) goja.Value {
		args := []goja.Value{call.Argument(0), s.counting(call.Argument(1)), goja.Undefined()}
		if v := call.Argument(2); !goja.IsUndefined(v) {
			args[2] = s.rt.ToValue(min(v.ToInteger(), 4))
		}
		v, err := stringify(call.This, args...)
		if err != nil {
			panic(err)
		}
		return v
	})
}

// counting is a replacer that ends what is written as JSON when it is too much.
func (s *script) counting(replacer goja.Value) goja.Value {
	f, isFunction := goja.AssertFunction(replacer)
	if !isFunction && !goja.IsUndefined(replacer) && !goja.IsNull(replacer) {
		s.refuse("JSON.stringify takes a function as replacer")
	}
	values, size := 0, 0
	return s.rt.ToValue(func(call goja.FunctionCall) goja.Value {
		v := call.Argument(1)
		if isFunction {
			var err error
			if v, err = f(call.This, call.Arguments...); err != nil {
				panic(err)
			}
		}
		if text, ok := v.(goja.String); ok {
			size += text.Length()
		}
		if values++; values > jsonMax || size > stringMax || s.stop.Load() != nil {
			s.refuse("JSON.stringify: the text would be too long")
		}
		return v
	})
}
