package shellbox

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// awkValue is a text, a number, or a text from outside that may be a number.
type awkValue struct {
	s    string
	n    float64
	kind awkKind
}

type awkKind uint8

// awkArray keeps its keys in the order in which they came, so that a walk over
// them is the same every time.
type awkArray struct {
	keys   []string
	values map[string]awkValue
}

func text(s string) awkValue     { return awkValue{s: s, kind: awkText} }
func number(n float64) awkValue  { return awkValue{n: n, kind: awkNumber} }
func awkBool(b bool) awkValue    { return number(float64(1 - yes(b))) }
func awkFail(f string, a ...any) { panic(awkFault{fmt.Errorf(f, a...)}) }
func (v awkValue) plainText() bool {
	return v.kind == awkText || v.kind == awkMaybe && !v.looksNumber()
}

// looksNumber says whether a text is a number as a whole.
func (v awkValue) looksNumber() bool {
	s := strings.TrimSpace(v.s)
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && !strings.ContainsAny(s, "xXnNiI_pP")
}

func (v awkValue) number() float64 {
	switch v.kind {
	case awkNumber:
		return v.n
	case awkUnset:
		return 0
	}
	s := strings.TrimLeft(v.s, " \t\n")
	i, dot, digits := 0, false, false
	for ; i < len(s); i++ {
		c := s[i]
		if c >= '0' && c <= '9' {
			digits = true
		} else if c == '.' && !dot {
			dot = true
		} else if (c == '-' || c == '+') && i == 0 {
			continue
		} else {
			break
		}
	}
	if digits && i+1 < len(s) && s[i]|0x20 == 'e' {
		j := i + 1
		if s[j] == '-' || s[j] == '+' {
			j++
		}
		for k := j; k < len(s) && s[k] >= '0' && s[k] <= '9'; k++ {
			i = k + 1
		}
	}
	n, _ := strconv.ParseFloat(s[:i], 64)
	return n
}

func (v awkValue) text() string {
	if v.kind != awkNumber {
		return v.s
	}
	if v.n == math.Trunc(v.n) && math.Abs(v.n) < 1e16 {
		return strconv.FormatInt(int64(v.n), 10)
	}
	return strconv.FormatFloat(v.n, 'g', 6, 64)
}

func (v awkValue) truth() bool {
	switch {
	case v.kind == awkNumber:
		return v.n != 0
	case v.plainText():
		return v.s != ""
	}
	return v.number() != 0
}

// compareAwk is as awk compares: as numbers where both are.
func compareAwk(a, b awkValue) int {
	if a.plainText() || b.plainText() {
		return strings.Compare(a.text(), b.text())
	}
	switch x, y := a.number(), b.number(); {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}
