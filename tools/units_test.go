package tools_test

import (
	"testing"

	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/toolstest"
)

func TestUnits(t *testing.T) {
	toolstest.Run(t, func() tools.Tool { return tools.Units{} }, `convert(5, "km", "mi")`, `convert(-40, "F", "celsius")`)
	for _, c := range []struct {
		value    float64
		from, to string
		want     string
	}{
		{5, "km", "mi", "5 km = 3.10685596119 mi"},
		{0.1, "m", "cm", "0.1 m = 10 cm"},
		{212, "F", "C", "212 F = 100 C"},
		{-40, "fahrenheit", "°C", "-40 F = -40 C"},
		{0, "C", "K", "0 C = 273.15 K"},
		{90, "min", "hours", "90 min = 1.5 h"},
		{36, "km/h", "m/s", "36 km/h = 10 m/s"},
		{1, "acre", "m²", "1 acre = 4046.8564224 m2"},
		{1, "gal", "l", "1 gal = 3.785411784 l"},
		{2, "square feet", "cm^2", "2 ft2 = 1858.0608 cm2"},
		{1, "GiB", "MB", "1 GiB = 1073.741824 MB"},
		{8, "bit", "B", "8 bit = 1 B"},
		{1, "b", "bit", "1 B = 8 bit"},
		{1, "stone", "kg", "1 st = 6.35029318 kg"},
		{1, "km", "kg", "! km is a unit of length and kg one of mass; choose two of one kind"},
		{1, "kilometrs", "m", `! there is no unit "kilometrs"; did you mean kilometre?`},
		{-300, "C", "K", "! -300 C is below absolute zero"},
		{1e300, "TB", "bit", "! the result is too large"},
	} {
		got := answered(t, tools.Units{}, c.value, c.from, c.to)
		if got != c.want {
			t.Errorf("convert(%v, %q, %q)\n got %s\nwant %s", c.value, c.from, c.to, got, c.want)
		}
	}
}

func FuzzUnits(f *testing.F) {
	f.Add(1.5, "km", "mi")
	f.Add(-1e308, "TiB", "bit")
	f.Fuzz(func(t *testing.T, value float64, from, to string) { answered(t, tools.Units{}, value, from, to) })
}
