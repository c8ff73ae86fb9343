package tools_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/toolstest"
)

// answered is what a tool says to texts and numbers: its result, or its mistake
// after an exclamation mark.
func answered(t testing.TB, tool tools.Tool, args ...any) string {
	t.Helper()
	var values []gym.Value
	for i, p := range tool.Verb().Params[:len(args)] {
		v := gym.Value{Kind: p.Kind}
		switch a := args[i].(type) {
		case string:
			v.Text = a
		case float64:
			v.Num = a
		}
		values = append(values, v)
	}
	r, err := tools.Use{Tool: tool}.Call(context.Background(), values)
	var mistake *gym.Mistake
	switch {
	case errors.As(err, &mistake):
		return "! " + mistake.Text
	case err != nil:
		t.Fatalf("%v: %v", args, err)
	}
	return r.Text
}

func TestCalculator(t *testing.T) {
	toolstest.Run(t, func() tools.Tool { return tools.Calculator{} }, `calculate("1 + 2")`, `calculate("sqrt(2)")`)
	for expression, want := range map[string]string{
		"1 + 2 * 3":              "7",
		"(1+2)*3":                "9",
		"0.1 + 0.2":              "0.3",
		"1 / 3":                  "1/3 = 0.333333333333",
		"10 / 4":                 "2.5",
		"2^10":                   "1024",
		"2^-2":                   "0.25",
		"2^3^2":                  "512",
		"-2^2":                   "-4",
		"2 ** 3":                 "8",
		"--3":                    "3",
		"15% * 80":               "12",
		"50%%":                   "0.005",
		"sqrt(16) + sqrt 9":      "7",
		"sqrt(2)":                "1.41421356237",
		"sqrt(1/4)":              "0.5",
		"2 ^ 0.5":                "1.41421356237",
		"round(2.5)":             "3",
		"round(-2.5)":            "-3",
		"round(3.14159, 2)":      "3.14",
		"round(1234, -2)":        "1200",
		"round(pi, 3)":           "3.142",
		"floor(-1.5)":            "-2",
		"ceil(1.2)":              "2",
		"mod(-7, 3)":             "2",
		"max(1, 2.5, 2)":         "2.5",
		"min(3, 1/3)":            "1/3 = 0.333333333333",
		"mean(1, 2, 4)":          "7/3 = 2.33333333333",
		"sum(1, 2, 4)":           "7",
		"abs(-3/4)":              "0.75",
		"ln(e)":                  "1",
		"log(1000)":              "3",
		"log(8, 2)":              "3",
		"sin(0)":                 "0",
		"1e3 + 1_000":            "2000",
		"6 × 7 − 2":              "40",
		"1^99999999999999999999": "1",
		"2^100":                  "1267650600228229401496703205376",
		"":                       "! the expression is empty; write one as (3 + 4) * 2.5",
		"1 +":                    "! the expression ends too early: a number, a function or ( is to stand here",
		"1 2":                    `! at character 3, "2": an operator is missing before it`,
		"(1":                     "! the expression ends too early: a ) is missing",
		"1 / (2 - 2)":            `! at character 3, "/ (2 - 2)": this divides by zero`,
		"0^-1":                   `! at character 2, "^-1": this divides by zero`,
		"sqroot(2)":              `! at character 1, "sqroot(2)": there is no function sqroot; did you mean sqrt?`,
		"max()":                  `! at character 1, "max()": max takes 1 or more arguments, not 0`,
		"ln(-1)":                 `! at character 1, "ln(-1)": this is not defined in real numbers`,
		"10^10^10":               `! at character 3, "^10^10": the number gets too large`,
		"9^9^9^9":                `! at character 4, "^9^9": the number gets too large`,
		"1e999999999":            `! at character 1, "1e999999999": the number is too large or too small`,
		"7 % 3":                  `! at character 5, "3": an operator is missing before it`,
		"$5":                     `! at character 1, "$5": a number, a function or ( is to stand here`,
	} {
		if got := answered(t, tools.Calculator{}, expression); got != want && !strings.HasPrefix(want, got+"…") {
			t.Errorf("%s\n got %s\nwant %s", expression, got, want)
		}
	}
	if got := answered(t, tools.Calculator{}, strings.Repeat("(", 500)); !strings.Contains(got, "nested too deeply") {
		t.Errorf("500 parentheses: %s", got)
	}
	if got := answered(t, tools.Calculator{}, strings.Repeat("2^", 400)+"1"); !strings.HasPrefix(got, "! ") {
		t.Errorf("400 powers: %s", got)
	}
}

// whatever fuzzes one text argument of a tool: any text is an answer or a mistake.
func whatever(f *testing.F, tool tools.Tool, seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { answered(t, tool, text) })
}

func FuzzCalculator(f *testing.F) {
	whatever(f, tools.Calculator{}, "1 + 2", "sqrt(2)^3", "-(1/3)%", "round(1e300, -50)", "max(1,2", "((((", "9^9^9", "mod(1,0)", "1e-1000^4", "mean(1,,2)")
}
