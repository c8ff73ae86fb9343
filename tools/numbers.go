package tools

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym/catalog"
)

// value is a number of the calculator's: exact while r is there.
type value struct {
	r *big.Rat
	f float64
}

func exact(r *big.Rat) value { return value{r: r} }
func whole(n int64) value    { return exact(new(big.Rat).SetInt64(n)) }

// float is the value in floating point.
func (v value) float() float64 {
	if v.r == nil {
		return v.f
	}
	f, _ := v.r.Float64()
	return f
}

// String is the value as an agent reads it: 12, 0.125, 1/3 = 0.333333333333.
func (v value) String() string {
	if v.r == nil {
		return strconv.FormatFloat(v.f, 'g', 12, 64)
	}
	if v.r.IsInt() {
		return v.r.Num().String()
	}
	const places = 20
	if n, finite := v.r.FloatPrec(); finite && n <= places {
		return v.r.FloatString(n)
	}
	about := strconv.FormatFloat(v.float(), 'g', 12, 64)
	if ratio := v.r.RatString(); len(ratio) <= 2*places {
		return ratio + " = " + about
	}
	return about
}

var (
	errLarge = errors.New("the number gets too large")
	errZero  = errors.New("this divides by zero")
)

// fit refuses numbers that are too long.
func fit(r *big.Rat) (value, error) {
	if r.Num().BitLen() > numberBits || r.Denom().BitLen() > numberBits {
		return value{}, errLarge
	}
	return exact(r), nil
}

// finite refuses what floating point cannot hold.
func finite(f float64) (value, error) {
	switch {
	case math.IsNaN(f):
		return value{}, errors.New("this is not defined in real numbers")
	case math.IsInf(f, 0):
		return value{}, errLarge
	}
	return value{f: f}, nil
}

// apply is an operator.
func apply(sign byte, a, b value) (value, error) {
	if sign == '/' && b.float() == 0 && (b.r == nil || b.r.Sign() == 0) {
		return value{}, errZero
	}
	if sign == '^' {
		return raise(a, b)
	}
	if a.r == nil || b.r == nil {
		x, y := a.float(), b.float()
		switch sign {
		case '+':
			return finite(x + y)
		case '-':
			return finite(x - y)
		case '*':
			return finite(x * y)
		}
		return finite(x / y)
	}
	r := new(big.Rat)
	switch sign {
	case '+':
		r.Add(a.r, b.r)
	case '-':
		r.Sub(a.r, b.r)
	case '*':
		r.Mul(a.r, b.r)
	case '/':
		r.Quo(a.r, b.r)
	}
	return fit(r)
}

// raise is a power: exact where both are and the exponent is whole.
func raise(a, b value) (value, error) {
	if a.r == nil || b.r == nil || !b.r.IsInt() {
		return finite(math.Pow(a.float(), b.float()))
	}
	if a.r.Sign() == 0 && b.r.Sign() < 0 {
		return value{}, errZero
	}
	e := b.r.Num()
	if one := big.NewInt(1); a.r.IsInt() && a.r.Num().CmpAbs(one) <= 0 { // 0, 1 and -1 stay small
		if e.Sign() == 0 || a.r.Num().Cmp(one) == 0 || a.r.Sign() < 0 && e.Bit(0) == 0 {
			return whole(1), nil
		}
		return a, nil
	}
	size := max(a.r.Num().BitLen(), a.r.Denom().BitLen()) - 1
	if !e.IsInt64() || e.Int64() > numberBits || e.Int64() < -numberBits || max(1, size)*int(max(e.Int64(), -e.Int64())) > numberBits {
		return value{}, errLarge
	}
	n := new(big.Int).Abs(e)
	num, den := new(big.Int).Exp(a.r.Num(), n, nil), new(big.Int).Exp(a.r.Denom(), n, nil)
	if e.Sign() < 0 {
		num, den = den, num
	}
	return fit(new(big.Rat).SetFrac(num, den))
}

// function is one that expressions may call with least to most arguments.
type function struct {
	name        string
	least, most int
	do          func(args []value) (value, error)
}

func (f *function) arity(n int) error {
	want := strconv.Itoa(f.least)
	if f.most > 9 {
		want += " or more"
	} else if f.most > f.least {
		want += " to " + strconv.Itoa(f.most)
	}
	return fmt.Errorf("%s takes %s arguments, not %d", f.name, want, n)
}

func constant(name string) (float64, bool) {
	switch name {
	case "pi":
		return math.Pi, true
	case "e":
		return math.E, true
	}
	return 0, false
}

// functions are all there are.
func functions() []function {
	list := []function{
		{"sqrt", 1, 1, root},
		{"abs", 1, 1, func(a []value) (value, error) {
			if a[0].r == nil {
				return value{f: math.Abs(a[0].f)}, nil
			}
			return exact(new(big.Rat).Abs(a[0].r)), nil
		}},
		{"min", 1, 100, func(a []value) (value, error) { return extreme(a, -1), nil }},
		{"max", 1, 100, func(a []value) (value, error) { return extreme(a, 1), nil }},
		{"sum", 1, 100, func(a []value) (value, error) { return total(a) }},
		{"mean", 1, 100, func(a []value) (value, error) {
			v, err := total(a)
			if err != nil {
				return v, err
			}
			return apply('/', v, whole(int64(len(a))))
		}},
		{"mod", 2, 2, remainder},
		{"floor", 1, 1, func(a []value) (value, error) { return floor(a[0]) }},
		{"ceil", 1, 1, func(a []value) (value, error) { return ceil(a[0]) }},
		{"round", 1, 2, round},
		{"log", 1, 2, func(a []value) (value, error) {
			if len(a) == 1 {
				return finite(math.Log10(a[0].float()))
			}
			return finite(math.Log(a[0].float()) / math.Log(a[1].float()))
		}},
	}
	for _, f := range []struct {
		name string
		do   func(float64) float64
	}{{"ln", math.Log}, {"exp", math.Exp}, {"sin", math.Sin}, {"cos", math.Cos}, {"tan", math.Tan},
		{"asin", math.Asin}, {"acos", math.Acos}, {"atan", math.Atan}} {
		list = append(list, function{f.name, 1, 1, func(a []value) (value, error) { return finite(f.do(a[0].float())) }})
	}
	return list
}

func find(name string) *function {
	for _, f := range functions() {
		if f.name == name {
			return &f
		}
	}
	return nil
}

func unknown(name string) error {
	names := []string{"pi", "e"}
	for _, f := range functions() {
		names = append(names, f.name)
	}
	text := fmt.Sprintf("there is no function %s", name)
	if near := catalog.Nearest(name, names); near != "" {
		return errors.New(text + "; did you mean " + near + "?")
	}
	return errors.New(text + "; there are " + strings.Join(names, ", "))
}

// root is exact where it can be.
func root(a []value) (value, error) {
	if r := a[0].r; r != nil && r.Sign() >= 0 {
		num, den := new(big.Int).Sqrt(r.Num()), new(big.Int).Sqrt(r.Denom())
		if back := new(big.Rat).SetFrac(new(big.Int).Mul(num, num), new(big.Int).Mul(den, den)); back.Cmp(r) == 0 {
			return exact(new(big.Rat).SetFrac(num, den)), nil
		}
	}
	return finite(math.Sqrt(a[0].float()))
}

// compare is exact where it can be.
func compare(a, b value) int {
	if a.r != nil && b.r != nil {
		return a.r.Cmp(b.r)
	}
	return cmp.Compare(a.float(), b.float())
}

func extreme(a []value, side int) value {
	best := a[0]
	for _, v := range a[1:] {
		if compare(v, best) == side {
			best = v
		}
	}
	return best
}

func total(a []value) (value, error) {
	v, err := a[0], error(nil)
	for _, w := range a[1:] {
		if v, err = apply('+', v, w); err != nil {
			return v, err
		}
	}
	return v, nil
}

func floor(v value) (value, error) {
	if v.r == nil {
		return finite(math.Floor(v.f))
	}
	q := new(big.Int).Div(v.r.Num(), v.r.Denom()) // Euclid's: the denominator is positive, so this rounds down
	return exact(new(big.Rat).SetInt(q)), nil
}

func ceil(v value) (value, error) {
	v, err := apply('-', whole(0), v)
	if err == nil {
		v, err = floor(v)
	}
	if err != nil {
		return v, err
	}
	return apply('-', whole(0), v)
}

// remainder has the sign of the divisor, as that of people's clocks.
func remainder(a []value) (value, error) {
	q, err := apply('/', a[0], a[1])
	if err == nil {
		q, err = floor(q)
	}
	if err == nil {
		q, err = apply('*', q, a[1])
	}
	if err != nil {
		return q, err
	}
	return apply('-', a[0], q)
}

// round is to the nearest, halves away from zero, at so many decimal places.
func round(a []value) (value, error) {
	places := 0.0
	if len(a) == 2 {
		if places = a[1].float(); places != math.Trunc(places) || math.Abs(places) > 50 {
			return value{}, errors.New("the places of round must be a whole number from -50 to 50")
		}
	}
	v, sign := a[0], int64(1)
	if v.float() < 0 {
		sign = -1
	}
	if v.r == nil { // the decimal digits that would be shown are what is rounded
		v.r, _ = new(big.Rat).SetString(strconv.FormatFloat(v.f, 'g', 15, 64))
	}
	scale, err := raise(whole(10), whole(int64(places)))
	if err != nil {
		return v, err
	}
	r := new(big.Rat).Mul(new(big.Rat).Abs(v.r), scale.r)
	if v, err = floor(exact(r.Add(r, big.NewRat(1, 2)))); err != nil {
		return v, err
	}
	return fit(v.r.Quo(v.r, scale.r).Mul(v.r, big.NewRat(sign, 1)))
}
