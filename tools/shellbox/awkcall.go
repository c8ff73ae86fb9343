package shellbox

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// call is a call of one of awk's own functions.
func call(name string, args []awkArg) awkExpr {
	arity, ok := map[string][2]int{"length": {0, 1}, "substr": {2, 3}, "index": {2, 2}, "split": {2, 3}, "sub": {2, 3}, "gsub": {2, 3}, "match": {2, 2}, "sprintf": {1, 100},
		"int": {1, 1}, "sqrt": {1, 1}, "log": {1, 1}, "exp": {1, 1}, "sin": {1, 1}, "cos": {1, 1}, "rand": {0, 0}, "srand": {0, 1}, "tolower": {1, 1}, "toupper": {1, 1}}[name]
	switch {
	case name == "system" || name == "close" || name == "getline" || name == "fflush":
		awkFail("%s is not supported", name)
	case !ok:
		awkFail("there is no function %s", name)
	case len(args) < arity[0] || len(args) > arity[1]:
		awkFail("%s takes %d to %d arguments, not %d", name, arity[0], arity[1], len(args))
	}
	switch name {
	case "length":
		return func(r *awkRun) awkValue {
			switch {
			case len(args) == 0:
				return number(float64(len([]rune(r.record))))
			case args[0].name != "" && r.arrays[args[0].name] != nil:
				return number(float64(len(r.array(args[0].name).keys)))
			}
			return number(float64(len([]rune(args[0].value(r).text()))))
		}
	case "substr":
		return func(r *awkRun) awkValue { return awkSubstr(r, args) }
	case "index":
		return func(r *awkRun) awkValue {
			s := args[0].value(r).text()
			return number(float64(1 + strings.Index(s, args[1].value(r).text())))
		}
	case "split":
		return func(r *awkRun) awkValue { return awkSplit(r, args) }
	case "sub", "gsub":
		if len(args) == 3 && args[2].place.set == nil {
			awkFail("%s wants a variable", name)
		}
		return func(r *awkRun) awkValue { return awkReplace(r, args, name == "gsub") }
	case "match":
		return func(r *awkRun) awkValue {
			at, n := 0, -1
			if m := args[1].rx(r).FindStringIndex(args[0].value(r).text()); m != nil {
				at, n = m[0]+1, m[1]-m[0]
			}
			r.vars["RSTART"], r.vars["RLENGTH"] = number(float64(at)), number(float64(n))
			return number(float64(at))
		}
	case "sprintf":
		list := make([]awkExpr, len(args))
		for i := range args {
			list[i] = args[i].value
		}
		return func(r *awkRun) awkValue { return text(r.format(list)) }
	case "tolower":
		return func(r *awkRun) awkValue { return text(strings.ToLower(args[0].value(r).text())) }
	case "toupper":
		return func(r *awkRun) awkValue { return text(strings.ToUpper(args[0].value(r).text())) }
	case "rand":
		return func(r *awkRun) awkValue {
			r.random = r.random*1103515245 + 12345
			return number(float64(r.random>>8) / (1 << 24))
		}
	case "srand":
		return func(r *awkRun) awkValue {
			if r.random = 1; len(args) > 0 {
				r.random = uint32(int64(args[0].value(r).number()))
			}
			return number(0)
		}
	}
	f := map[string]func(float64) float64{"int": math.Trunc, "sqrt": math.Sqrt, "log": math.Log, "exp": math.Exp, "sin": math.Sin, "cos": math.Cos}[name]
	return func(r *awkRun) awkValue { return number(f(args[0].value(r).number())) }
}

// rx is an argument as a regular expression.
func (a *awkArg) rx(r *awkRun) *regexp.Regexp {
	if a.isRx {
		return r.regex(a.regex)
	}
	return r.regex(a.value(r).text())
}

func awkSubstr(r *awkRun, args []awkArg) awkValue {
	s := []rune(args[0].value(r).text())
	from := math.Round(args[1].value(r).number())
	to := math.Inf(1)
	if len(args) == 3 {
		to = from + math.Round(args[2].value(r).number())
	}
	from, to = max(from, 1), min(to, float64(len(s)+1))
	if !(from < to) {
		return text("")
	}
	return text(string(s[int(from)-1 : int(to)-1]))
}

func awkSplit(r *awkRun, args []awkArg) awkValue {
	s, sep := args[0].value(r).text(), r.vars["FS"].text()
	if args[1].name == "" {
		awkFail("split wants an array")
	}
	if len(args) == 3 {
		if sep = args[2].regex; !args[2].isRx {
			sep = args[2].value(r).text()
		} else if len(sep) == 1 {
			sep = regexp.QuoteMeta(sep)
		}
	}
	delete(r.arrays, args[1].name)
	a := r.array(args[1].name)
	parts := r.cut(s, sep)
	for i, part := range parts {
		r.store(a, strconv.Itoa(i+1), awkValue{s: part, kind: awkMaybe})
	}
	return number(float64(len(parts)))
}

func awkReplace(r *awkRun, args []awkArg, all bool) awkValue {
	target := r.record
	if len(args) == 3 {
		target = args[2].value(r).text()
	}
	with, n, at := args[1].value(r).text(), 0, 0
	var b strings.Builder
	for _, m := range args[0].rx(r).FindAllStringIndex(target, -1) {
		b.WriteString(target[at:m[0]])
		for i := 0; i < len(with); i++ {
			switch {
			case with[i] == '&':
				b.WriteString(target[m[0]:m[1]])
			case with[i] == '\\' && i+1 < len(with) && (with[i+1] == '&' || with[i+1] == '\\'):
				i++
				b.WriteByte(with[i])
			default:
				b.WriteByte(with[i])
			}
		}
		if at = m[1]; b.Len() > wordMax {
			awkFail("a text becomes too long")
		}
		if n++; !all {
			break
		}
	}
	if n == 0 {
		return number(0)
	}
	b.WriteString(target[at:])
	if len(args) == 3 {
		args[2].place.set(r, text(r.long(b.String())))
	} else {
		r.record, r.fields = r.long(b.String()), nil
	}
	return number(float64(n))
}
