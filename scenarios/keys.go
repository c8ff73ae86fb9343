package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// Key is one entry of a scenario's table.
type Key struct {
	Name  string
	Form  string // how it is written: "goal(s)"
	Doc   string
	Types []lua.LValueType
	Env   string // of one family only; "" of all
	Need  bool
}

const (
	text     = lua.LTString
	num      = lua.LTNumber
	table    = lua.LTTable
	function = lua.LTFunction
)

// Keys are all entries that a scenario's table may have.
func Keys() []Key {
	return []Key{
		{Name: "doc", Form: "doc", Doc: "one line: what the task is", Types: []lua.LValueType{text}, Need: true},
		{Name: "about", Form: "about", Doc: "more for people: rules, source, what it trains", Types: []lua.LValueType{text}},
		{Name: "name", Form: "name", Doc: "the scenario's name; default: the file's", Types: []lua.LValueType{text}},
		{Name: "env", Form: "env", Doc: "the family that plays it: `web` where there are `pages`, else `puzzle`", Types: []lua.LValueType{text}},
		{Name: "set", Form: "set", Doc: "a set of scenarios that is played only where it is asked for (`--set`); default: none", Types: []lua.LValueType{text}},
		{Name: "levels", Form: "levels", Doc: "how many there are, 1 is the easiest; default 1", Types: []lua.LValueType{num}},
		{Name: "turns", Form: "turns", Doc: "an episode is cut off after so many turns; a list: by level; default 10", Types: []lua.LValueType{num, table}},
		{Name: "floor", Form: "floor", Doc: "what agents without a plan reach at most, the mean outcome; default 0.3", Types: []lua.LValueType{num}},
		{Name: "limits", Form: "limits", Doc: "of one call: `instructions`, `memory` (MiB), `seconds`", Types: []lua.LValueType{table}},
		{Name: "setup", Form: "setup(rng, level)", Doc: "makes the task: the state `s`, a table of plain data, drawn from `rng` alone", Types: []lua.LValueType{function}, Need: true},
		{Name: "goal", Form: "goal(s)", Doc: "what the agent is told, once", Types: []lua.LValueType{function, text}, Need: true},
		{Name: "verbs", Form: "verbs", Doc: "what can be done: `name = { doc, \"param:type\", … }`; or a function of `s`", Types: []lua.LValueType{table, function}, Env: "puzzle", Need: true},
		{Name: "step", Form: "step(s, verb, …)", Doc: "does it; returns a text for the agent and whether the episode is over (nothing: when `check` is 1)", Types: []lua.LValueType{function}, Env: "puzzle", Need: true},
		{Name: "observe", Form: "observe(s)", Doc: "what is seen after each turn, a text", Types: []lua.LValueType{function}, Env: "puzzle"},
		{Name: "draw", Form: "draw(s)", Doc: "the same as a picture: a list of rows, a sign for each cell", Types: []lua.LValueType{function}, Env: "puzzle"},
		{Name: "tools", Form: "tools", Doc: "verbs that change nothing: as `verbs`, with `run = function(s, …)` that returns a text", Types: []lua.LValueType{table}, Env: "puzzle"},
		{Name: "pages", Form: "pages(s, req)", Doc: "answers a request with HTML; `nil, path` sends the browser elsewhere; nothing is a 404", Types: []lua.LValueType{function}, Env: "web"},
		{Name: "sites", Form: "sites", Doc: "instead of `pages`: the simulated sites it plays on, `{ \"shop\" }`; `sites.shop` asks and arranges them", Types: []lua.LValueType{table}, Env: "web"},
		{Name: "start", Form: "start(s)", Doc: "where the browser begins: a path of the first site, or an address; default `/`", Types: []lua.LValueType{function, text}, Env: "web"},
		{Name: "actions", Form: "actions", Doc: "what can be done beside click, fill and select_option: `{ \"go_back\", \"send_msg_to_user\" }`", Types: []lua.LValueType{table}, Env: "web"},
		{Name: "script", Form: "script", Doc: "true: its pages need scripts, and so a real browser", Types: []lua.LValueType{lua.LTBool}, Env: "web"},
		{Name: "check", Form: "check(s)", Doc: "the outcome as things stand, 0 to 1", Types: []lua.LValueType{function}, Need: true},
		{Name: "progress", Form: "progress(s)", Doc: "a potential, 0 to 1: how near the goal is; for process rewards", Types: []lua.LValueType{function}},
		{Name: "rubric", Form: "rubric(s)", Doc: "named criteria, `{ tidy = 0.5 }`, each 0 to 1; signals at the episode's end", Types: []lua.LValueType{function}},
		{Name: "oracle", Form: "oracle(s)", Doc: "what an expert does now: a verb and its arguments; needed for demonstrations", Types: []lua.LValueType{function}},
		{Name: "hints", Form: "hints", Doc: "from abstract to concrete: a list of texts and functions of `s`, or a function that returns one", Types: []lua.LValueType{table, function}},
		{Name: "secret", Form: "secret(s)", Doc: "a text, or a list, that nothing shown before the end may contain", Types: []lua.LValueType{function}},
	}
}

// inspect reads the table's data and checks every key.
func (s *Script) inspect(t *lua.LTable) error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(s.file+": "+format, args...)) }
	s.env = "puzzle"
	if t.RawGetString("pages") != lua.LNil || t.RawGetString("sites") != lua.LNil {
		s.env = "web"
	}
	if v, ok := t.RawGetString("env").(lua.LString); ok {
		if s.env = string(v); s.env != "web" && s.env != "puzzle" {
			fault("%w", catalog.Unknown("env", s.env, []string{"puzzle", "web"}))
			return errors.Join(errs...)
		}
	}
	var known []string
	given := map[string]lua.LValue{}
	t.ForEach(func(k, v lua.LValue) { given[k.String()] = v })
	for _, k := range Keys() {
		if k.Env != "" && k.Env != s.env {
			if _, there := given[k.Name]; there {
				fault("%s is for %s scenarios, and this is one for %s", k.Name, k.Env, s.env)
				delete(given, k.Name)
			}
			continue
		}
		known = append(known, k.Name)
		v, there := given[k.Name]
		switch {
		case !there && k.Need:
			fault("the key %s is missing: %s", k.Name, strings.ReplaceAll(k.Doc, "`", ""))
		case there && !slices.Contains(k.Types, v.Type()):
			fault("%s must be a %s, not a %s", k.Name, k.Types[0], v.Type())
		}
		delete(given, k.Name)
	}
	if s.env == "web" && (t.RawGetString("pages") == lua.LNil) == (t.RawGetString("sites") == lua.LNil) {
		fault("give either pages, a function that answers requests, or sites, the names of simulated sites")
	}
	slices.Sort(known)
	for name := range given {
		fault("%w", catalog.Unknown("key", name, known))
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	s.read(t, fault)
	return errors.Join(errs...)
}

// ceilings bound what a scenario may ask for.
const (
	levelsMax       = 100
	turnsMax        = 10_000
	instructionsMax = 200_000_000
	memoryMax       = 1024 // MiB
	secondsMax      = 60
)

// read takes over the table's data, whose types are right.
func (s *Script) read(t *lua.LTable, fault func(string, ...any)) {
	number := func(from *lua.LTable, name string, def, low, high float64) float64 {
		v := from.RawGetString(name)
		if v == lua.LNil {
			return def
		}
		if n, ok := v.(lua.LNumber); ok && float64(n) >= low && float64(n) <= high {
			return float64(n)
		}
		fault("%s is %s; want a number from %g to %g", name, v, low, high)
		return def
	}
	s.info.Levels = int(number(t, "levels", 1, 1, levelsMax))
	s.info.Floor = number(t, "floor", s.info.Floor, 0, 1)
	s.turns = []int{10}
	switch v := t.RawGetString("turns").(type) {
	case lua.LNumber:
		s.turns[0] = int(v)
	case *lua.LTable:
		s.turns = s.turns[:0]
		for i := 1; i <= v.Len(); i++ {
			n, _ := v.RawGetInt(i).(lua.LNumber)
			s.turns = append(s.turns, int(n))
		}
		if len(s.turns) != s.info.Levels {
			fault("turns has %d numbers for %d levels", len(s.turns), s.info.Levels)
		}
	}
	if len(s.turns) == 0 || slices.Min(s.turns) < 1 || slices.Max(s.turns) > turnsMax {
		fault("turns must be whole numbers from 1 to %d", turnsMax)
		s.turns = []int{10}
	}
	s.info.Turns = slices.Max(s.turns)
	if limits, ok := t.RawGetString("limits").(*lua.LTable); ok {
		names := []string{"instructions", "memory", "seconds"}
		limits.ForEach(func(k, _ lua.LValue) {
			if !slices.Contains(names, k.String()) {
				fault("%w", catalog.Unknown("limit", k.String(), names))
			}
		})
		s.limit.Instructions = int(number(limits, "instructions", float64(s.limit.Instructions), 1, instructionsMax))
		s.limit.Memory = uint64(number(limits, "memory", float64(s.limit.Memory>>20), 1, memoryMax)) << 20
		s.limit.Time = time.Duration(number(limits, "seconds", s.limit.Time.Seconds(), 1e-3, secondsMax) * float64(time.Second))
	}
	if v, ok := t.RawGetString("name").(lua.LString); ok {
		s.info.Name = string(v)
	}
	if s.info.Name == "" || strings.ContainsAny(s.info.Name, "/\\ \n\t") {
		fault("the name %q is to be one word without slashes", s.info.Name)
	}
	if s.info.Doc = t.RawGetString("doc").String(); s.info.Doc == "" || strings.Contains(s.info.Doc, "\n") {
		fault("doc is to be one line; more goes into about")
	}
	s.info.Script = t.RawGetString("script") == lua.LTrue
	if v, ok := t.RawGetString("set").(lua.LString); ok {
		s.info.Set = string(v)
	}
	s.sites = names(t, "sites", fault)
	s.actions = names(t, "actions", fault)
	s.info.Oracle = t.RawGetString("oracle") != lua.LNil
	var err error
	if v, ok := t.RawGetString("verbs").(*lua.LTable); ok {
		if s.verbs, err = readVerbs(v); err != nil {
			fault("%w", err)
		}
	}
	if v, ok := t.RawGetString("tools").(*lua.LTable); ok {
		if s.tools, err = readVerbs(v); err != nil {
			fault("tools: %w", err)
		}
		for _, tool := range s.tools {
			if t, ok := v.RawGetString(tool.Name).(*lua.LTable); !ok || t.RawGetString("run").Type() != lua.LTFunction {
				fault("tools: %s has no run, a function", tool.Name)
			}
		}
	}
}

// names is a list of texts in the scenario's table.
func names(t *lua.LTable, key string, fault func(string, ...any)) []string {
	list, ok := t.RawGetString(key).(*lua.LTable)
	if !ok {
		return nil
	}
	var out []string
	for i := 1; i <= list.Len(); i++ {
		name, ok := list.RawGetInt(i).(lua.LString)
		if !ok {
			fault("%s must be a list of names", key)
			return nil
		}
		out = append(out, string(name))
	}
	if len(out) == 0 {
		fault("%s is empty", key)
	}
	return out
}

// readVerbs reads { guess = { "Name a number.", "n:integer" }, wait = "Do nothing." }
// in the order of the source. The doc may also be the entry doc.
func readVerbs(t *lua.LTable) ([]gym.Verb, error) {
	var verbs []gym.Verb
	for k, v := t.Next(lua.LNil); k != lua.LNil; k, v = t.Next(k) {
		name, ok := k.(lua.LString)
		if !ok {
			return nil, fmt.Errorf("verb %s: write verbs as name = { doc, parameters }", k)
		}
		verb := gym.Verb{Name: string(name)}
		switch v := v.(type) {
		case lua.LString:
			verb.Doc = string(v)
		case *lua.LTable:
			first := 1
			if doc, ok := v.RawGetString("doc").(lua.LString); ok {
				verb.Doc = string(doc)
			} else if doc, ok := v.RawGetInt(1).(lua.LString); ok {
				verb.Doc, first = string(doc), 2
			}
			for i := first; i <= v.Len(); i++ {
				p, err := readParam(v.RawGetInt(i).String())
				if err != nil {
					return nil, fmt.Errorf("verb %s: %w", name, err)
				}
				verb.Params = append(verb.Params, p)
			}
		default:
			return nil, fmt.Errorf("verb %s is a %s; want { doc, parameters }", name, v.Type())
		}
		if verb.Doc == "" || strings.ContainsAny(verb.Name, "()\", ") {
			return nil, fmt.Errorf("verb %q: want a plain name and a line of doc", name)
		}
		verbs = append(verbs, verb)
	}
	if len(verbs) == 0 {
		return nil, errors.New("verbs is empty: nothing can be done")
	}
	return verbs, nil
}

// readParam reads "n:1..9", "n:integer", "x:number", "word:string" or
// "way:left|right".
func readParam(s string) (gym.Param, error) {
	name, typ, ok := strings.Cut(s, ":")
	p := gym.Param{Name: name}
	low, high, isRange := strings.Cut(typ, "..")
	switch {
	case !ok || name == "" || typ == "":
		return p, fmt.Errorf("parameter %q: want name:type, as n:1..9, n:integer, x:number, word:string or way:left|right", s)
	case typ == "string":
		p.Kind = gym.Str
	case typ == "integer":
		p.Kind = gym.Int
	case typ == "number":
		p.Kind = gym.Num
	case isRange && !strings.Contains(typ, "|"):
		a, err1 := strconv.Atoi(low)
		b, err2 := strconv.Atoi(high)
		if err1 != nil || err2 != nil || b < a {
			return p, fmt.Errorf("parameter %q: want a range of whole numbers, as n:1..9", s)
		}
		if a == b { // bounds that are equal are none
			p.Kind, p.Enum = gym.Enum, []string{low}
			return p, nil
		}
		p.Kind, p.Min, p.Max = gym.Int, float64(a), float64(b)
	default:
		p.Kind, p.Enum = gym.Enum, strings.Split(typ, "|")
		if slices.Contains(p.Enum, "") {
			return p, fmt.Errorf("parameter %q has an empty choice", s)
		}
	}
	return p, nil
}
