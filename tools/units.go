package tools

import (
	"context"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/catalog"
)

// Units converts between units of measurement, exactly where their definitions are.
type Units struct{}

// unit is one that others are compared with by a factor, and by what is added
// after it: kelvin = celsius * 1 + 273.15.
type unit struct {
	kind   string
	names  []string // the first is its symbol
	factor string   // a decimal number or a fraction
	plus   string
}

// measures are the units of each kind, a line each: names, an equals sign, what
// it is in the first unit of its kind.
func measures() [][2]string {
	return [][2]string{
		{"length", `m metre metres meter meters = 1
			km kilometre kilometres kilometer kilometers = 1000
			cm centimetre centimetres centimeter centimeters = 1/100
			mm millimetre millimetres millimeter millimeters = 1/1000
			in inch inches = 0.0254
			ft foot feet = 0.3048
			yd yard yards = 0.9144
			mi mile miles = 1609.344
			nmi nautical_mile nautical_miles = 1852`},
		{"mass", `kg kilogram kilograms = 1
			g gram grams = 1/1000
			mg milligram milligrams = 1/1000000
			t tonne tonnes = 1000
			oz ounce ounces = 0.028349523125
			lb pound pounds = 0.45359237
			st stone stones = 6.35029318`},
		{"temperature", `K kelvin = 1
			C celsius degC °C = 1 + 273.15
			F fahrenheit degF °F = 5/9 + 45967/180`},
		{"time", `s second seconds sec = 1
			ms millisecond milliseconds = 1/1000
			min minute minutes = 60
			h hour hours hr = 3600
			d day days = 86400
			week weeks = 604800`},
		{"area", `m2 square_metre square_metres square_meter square_meters = 1
			cm2 square_centimetre square_centimetres square_centimeters = 1/10000
			km2 square_kilometre square_kilometres square_kilometers = 1000000
			ha hectare hectares = 10000
			ft2 square_foot square_feet = 0.09290304
			acre acres = 4046.8564224
			mi2 square_mile square_miles = 2589988.110336`},
		{"volume", `l litre litres liter liters = 1
			ml millilitre millilitres milliliter milliliters = 1/1000
			m3 cubic_metre cubic_metres cubic_meter cubic_meters = 1000
			tsp teaspoon teaspoons = 0.00492892159375
			tbsp tablespoon tablespoons = 0.01478676478125
			floz fluid_ounce fluid_ounces = 0.0295735295625
			cup cups = 0.2365882365
			pt pint pints = 0.473176473
			qt quart quarts = 0.946352946
			gal gallon gallons = 3.785411784`},
		{"speed", `m/s mps = 1
			km/h kmh kph = 5/18
			mph = 0.44704
			kn knot knots = 463/900
			ft/s fps = 0.3048`},
		{"data", `B byte bytes = 1
			bit bits = 1/8
			kB kilobyte kilobytes = 1000
			MB megabyte megabytes = 1000000
			GB gigabyte gigabytes = 1000000000
			TB terabyte terabytes = 1000000000000
			KiB kibibyte kibibytes = 1024
			MiB mebibyte mebibytes = 1048576
			GiB gibibyte gibibytes = 1073741824
			TiB tebibyte tebibytes = 1099511627776`},
	}
}

func units() []unit {
	var list []unit
	for _, m := range measures() {
		for line := range strings.Lines(m[1]) {
			names, size, _ := strings.Cut(line, " = ")
			factor, plus, _ := strings.Cut(strings.TrimSpace(size), " + ")
			list = append(list, unit{m[0], strings.Fields(names), factor, plus})
		}
	}
	return list
}

// Verb is convert(value, from, to).
func (Units) Verb() gym.Verb {
	var symbols []string
	for _, u := range units() {
		symbols = append(symbols, u.names[0])
	}
	return gym.Verb{Name: "convert", Doc: "Convert a value between units of length, mass, temperature, time, area, volume, speed or data.", Params: []gym.Param{
		{Name: "value", Doc: "the number", Kind: gym.Num},
		{Name: "from", Doc: "its unit, as km, lb, F", Kind: gym.Str, Enum: symbols},
		{Name: "to", Doc: "the unit that is asked for", Kind: gym.Str, Enum: symbols}}}
}

// Call converts.
func (Units) Call(_ context.Context, args []gym.Value) (Result, error) {
	list := units()
	from, err := named(list, args[1].Text)
	if err != nil {
		return Result{}, err
	}
	to, err := named(list, args[2].Text)
	if err != nil {
		return Result{}, err
	}
	if from.kind != to.kind {
		return Result{}, gym.Mistakef("%s is a unit of %s and %s one of %s; choose two of one kind", from.names[0], from.kind, to.names[0], to.kind)
	}
	given := strconv.FormatFloat(args[0].Num, 'g', -1, 64)
	v := rational(given) // as it was written: 0.1 is a tenth
	v.Mul(v, rational(from.factor)).Add(v, rational(from.plus))
	if from.kind == "temperature" && v.Sign() < 0 {
		return Result{}, gym.Mistakef("%s %s is below absolute zero", given, from.names[0])
	}
	v.Sub(v, rational(to.plus)).Quo(v, rational(to.factor))
	if f, _ := v.Float64(); math.IsInf(f, 0) {
		return Result{}, gym.Mistakef("the result is too large")
	}
	return Result{Text: given + " " + from.names[0] + " = " + decimal(v) + " " + to.names[0]}, nil
}

// named finds a unit: by its very symbol, since mg is not Mg, or else whatever the case.
func named(list []unit, name string) (unit, error) {
	name = strings.ReplaceAll(strings.NewReplacer("²", "2", "³", "3", "^", "").Replace(strings.TrimSpace(name)), " ", "_")
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		for _, u := range list {
			if slices.ContainsFunc(u.names, func(n string) bool { return same(n, name) }) {
				return u, nil
			}
		}
	}
	var all, symbols []string
	for _, u := range list {
		all, symbols = append(all, u.names...), append(symbols, u.names[0])
	}
	if near := catalog.Nearest(name, all); near != "" && len(name) > 2 {
		return unit{}, gym.Mistakef("there is no unit %.40q; did you mean %s?", name, near)
	}
	return unit{}, gym.Mistakef("there is no unit %.40q; there are %s", name, strings.Join(symbols, ", "))
}

// rational reads one of the table's numbers; "" is 0.
func rational(s string) *big.Rat {
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return new(big.Rat)
	}
	return r
}

// decimal is a number in at most 12 digits, or all of a whole one that is not long.
func decimal(r *big.Rat) string {
	if n, ends := r.FloatPrec(); ends && n <= 10 && r.Num().BitLen() < 64 {
		return r.FloatString(n)
	}
	f, _ := r.Float64()
	return strconv.FormatFloat(f, 'g', 12, 64)
}
