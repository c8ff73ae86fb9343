package shellbox

import (
	"regexp"
	"slices"
	"strings"
)

const (
	awkUnset awkKind = iota
	awkNumber
	awkText
	awkMaybe // read from outside: a number where it looks like one
)

// awkFault is why a program cannot go on.
type awkFault struct{ error }

// awkRun is a program at work.
type awkRun struct {
	*proc
	vars    map[string]awkValue
	arrays  map[string]*awkArray
	record  string
	fields  []string // from 1; nil until they are asked for
	files   map[string]writer
	regexes map[string]*regexp.Regexp
	random  uint32
	size    int // of what the variables and arrays hold, about
	status  int
}

type writer interface{ Write([]byte) (int, error) }

// awkFlow is how a statement ends.
type awkFlow uint8

const (
	awkOn awkFlow = iota
	awkBreak
	awkContinue
	awkNext
	awkExit
)

type (
	awkExpr func(*awkRun) awkValue
	awkStmt func(*awkRun) awkFlow
)

// awkRule is a pattern with what is done where it holds.
type awkRule struct {
	begin, end bool
	from, to   awkExpr
	inside     bool
	do         awkStmt
}

func awk(p *proc) (status int) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case awkFault:
			status = p.fail("%v", r.error) + 1
		default:
			panic(r)
		}
	}()
	r := &awkRun{proc: p, vars: map[string]awkValue{}, arrays: map[string]*awkArray{}, files: map[string]writer{}, regexes: map[string]*regexp.Regexp{}, random: 1}
	r.vars["FS"], r.vars["OFS"], r.vars["ORS"] = text(" "), text(" "), text("\n")
	r.vars["SUBSEP"], r.vars["OFMT"], r.vars["CONVFMT"] = text("\x1c"), text("%.6g"), text("%.6g")
	var sets []string
	program := ""
	for len(p.args) > 0 && len(p.args[0]) > 1 && p.args[0][0] == '-' {
		flag := p.args[0]
		p.args = p.args[1:]
		if flag == "--" {
			break
		}
		value := flag[2:]
		if value == "" && len(p.args) > 0 {
			value, p.args = p.args[0], p.args[1:]
		}
		switch flag[1] {
		case 'F':
			v, _ := unescape(value)
			r.vars["FS"] = text(v)
		case 'v':
			sets = append(sets, value)
		case 'f':
			file, ok := p.content(value)
			if !ok {
				return 2
			}
			program += file + "\n"
		default:
			return p.usage("%s: this option is not supported", flag)
		}
	}
	if program == "" {
		if len(p.args) == 0 {
			return p.usage("usage: awk [-F sep] [-v name=value] 'program' [file]")
		}
		program, p.args = p.args[0], p.args[1:]
	}
	for _, s := range sets {
		name, value, _ := strings.Cut(s, "=")
		value, _ = unescape(value)
		r.vars[name] = awkValue{s: value, kind: awkMaybe}
	}
	rules := parseAwk(program)
	return r.run(rules)
}

func (r *awkRun) run(rules []awkRule) int {
	flow, reads := awkOn, false
	for i := range rules {
		if rules[i].begin && flow == awkOn {
			flow = rules[i].do(r)
		}
		reads = reads || !rules[i].begin
	}
	if flow != awkExit && reads {
		flow = r.read(rules)
	}
	for i := range rules {
		if rules[i].end && (flow != awkExit || r.status < 0) {
			flow = rules[i].do(r)
		}
	}
	if r.failed && r.status == 0 {
		return 2
	}
	return max(r.status, 0)
}

// read runs the rules on every record.
func (r *awkRun) read(rules []awkRule) awkFlow {
	n := 0
	files := slices.Clone(r.args)
	if len(files) == 0 {
		files = []string{"-"}
	}
	any := false
	for i, f := range files {
		if name, value, ok := strings.Cut(f, "="); ok && named(name) {
			r.vars[name] = awkValue{s: value, kind: awkMaybe}
			if any || i+1 < len(files) {
				continue
			}
			f = "-"
		}
		any = true
		content, ok := r.content(f)
		if !ok {
			continue
		}
		r.vars["FILENAME"] = text(f)
		for k, line := range r.records(content) {
			n++
			r.vars["NR"], r.vars["FNR"] = number(float64(n)), number(float64(k+1))
			r.record, r.fields = line, nil
			if flow := r.each(rules); flow == awkExit {
				return flow
			}
			if !r.on() {
				return awkExit
			}
		}
	}
	return awkOn
}

// records cuts a text at RS.
func (r *awkRun) records(content string) []string {
	switch rs, ok := r.vars["RS"]; {
	case ok && rs.s == "":
		return slices.DeleteFunc(strings.Split(strings.Trim(content, "\n"), "\n\n"), func(s string) bool { return s == "" })
	case ok && rs.s != "\n":
		return strings.Split(strings.TrimSuffix(content, rs.s), rs.s)
	}
	return splitLines(content)
}

func (r *awkRun) each(rules []awkRule) awkFlow {
	for i := range rules {
		u := &rules[i]
		if u.begin || u.end || !u.holds(r) {
			continue
		}
		if flow := u.do(r); flow == awkNext {
			return awkOn
		} else if flow == awkExit {
			return flow
		}
	}
	return awkOn
}

func (u *awkRule) holds(r *awkRun) bool {
	switch {
	case u.from == nil:
		return true
	case u.to == nil:
		return u.from(r).truth()
	case !u.inside && !u.from(r).truth():
		return false
	}
	u.inside = !u.to(r).truth()
	return true
}

// split cuts the record into fields.
func (r *awkRun) split() {
	if r.fields == nil {
		r.fields = append([]string{}, r.cut(r.record, r.vars["FS"].text())...)
	}
}

// cut cuts a text at a separator as awk knows it.
func (r *awkRun) cut(s, sep string) []string {
	r.shell.box.spend(len(s))
	switch {
	case s == "":
		return nil
	case sep == " ":
		return strings.Fields(s)
	case sep == "":
		return strings.Split(s, "")
	case len(sep) == 1:
		return strings.Split(s, sep)
	}
	return r.regex(sep).Split(s, -1)
}

func (r *awkRun) regex(expr string) *regexp.Regexp {
	rx := r.regexes[expr]
	if rx == nil {
		var err error
		if rx, err = expression(expr, true, false); err != nil {
			awkFail("%s: %v", expr, err)
		}
		if len(r.regexes) < 100 {
			r.regexes[expr] = rx
		}
	}
	return rx
}

// field is $n.
func (r *awkRun) field(n float64) awkValue {
	if n < 0 || n > 1e6 || n != n {
		awkFail("there is no field %v", n)
	}
	if n == 0 {
		return awkValue{s: r.record, kind: awkMaybe}
	}
	if r.split(); int(n) > len(r.fields) {
		return awkValue{kind: awkUnset}
	}
	return awkValue{s: r.fields[int(n)-1], kind: awkMaybe}
}

func (r *awkRun) setField(n float64, v string) {
	if n == 0 {
		r.record, r.fields = v, nil
		return
	}
	if n < 0 || n > 1000 || n != n {
		awkFail("there is no field %v", n)
	}
	r.split()
	for len(r.fields) < int(n) {
		r.fields = append(r.fields, "")
	}
	r.fields[int(n)-1] = v
	r.record = r.long(strings.Join(r.fields, r.vars["OFS"].text()))
}

// long ends the program where a text becomes too long.
func (r *awkRun) long(s string) string {
	if len(s) > wordMax {
		awkFail("a text becomes too long")
	}
	r.shell.box.spend(len(s) / 8)
	return s
}

func (r *awkRun) get(name string) awkValue {
	if name == "NF" {
		r.split()
		return number(float64(len(r.fields)))
	}
	return r.vars[name]
}

func (r *awkRun) set(name string, v awkValue) {
	if name == "NF" {
		n := v.number()
		if n < 0 || n > 1000 {
			awkFail("NF cannot be %v", n)
		}
		r.split()
		for len(r.fields) < int(n) {
			r.fields = append(r.fields, "")
		}
		r.fields = r.fields[:int(n)]
		r.record = strings.Join(r.fields, r.vars["OFS"].text())
		return
	}
	r.grow(len(v.s) - len(r.vars[name].s))
	r.vars[name] = v
}

// grow counts what the variables hold.
func (r *awkRun) grow(n int) {
	if r.size += n; r.size > 4*varsMax {
		awkFail("the variables hold too much")
	}
}

func (r *awkRun) array(name string) *awkArray {
	a := r.arrays[name]
	if a == nil {
		a = &awkArray{values: map[string]awkValue{}}
		r.arrays[name] = a
	}
	return a
}

func (r *awkRun) store(a *awkArray, key string, v awkValue) {
	old, ok := a.values[key]
	if !ok {
		a.keys = append(a.keys, key)
		r.grow(len(key) + 64)
	}
	r.grow(len(v.s) - len(old.s))
	a.values[key] = v
}

func (r *awkRun) remove(a *awkArray, key string) {
	if _, ok := a.values[key]; ok {
		delete(a.values, key)
		i := slices.Index(a.keys, key)
		a.keys = slices.Delete(a.keys, i, i+1)
		r.shell.box.spend(len(a.keys))
	}
}

// output is where print writes: the usual output or a file.
func (r *awkRun) output(name string, add bool, s string) {
	if name == "" {
		r.print(s)
		return
	}
	w := r.files[name]
	if w == nil {
		var err error
		if w, err = r.shell.create(name, add); err != nil {
			awkFail("%s: %v", name, err)
		}
		r.files[name] = w
	}
	if _, err := w.Write([]byte(s)); err != nil {
		awkFail("%s: %v", name, err)
	}
}
