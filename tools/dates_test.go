package tools_test

import (
	"strings"
	"testing"

	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/toolstest"
)

func dates(t testing.TB) []tools.Tool {
	list, err := tools.Dates("2026-03-02")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestDates(t *testing.T) {
	for i, calls := range [][]string{
		{`date_info("today")`, `date_info("3 March 2026")`},
		{`date_add("today", 3, "weeks")`},
		{`date_difference("2026-01-01", "2026-12-31")`},
	} {
		t.Run(dates(t)[i].Verb().Name, func(t *testing.T) {
			toolstest.Run(t, func() tools.Tool { return dates(t)[i] }, calls...)
		})
	}
}

func TestDaysAreReckonedWith(t *testing.T) {
	list := dates(t)
	info, add, difference := list[0], list[1], list[2]
	for _, c := range []struct {
		tool tools.Tool
		args []any
		want string // what the answer begins with
	}{
		{info, []any{"today"}, "2026-03-02 is Monday, 2 March 2026\nday 61 of 365 in the year\nweek 10 of 2026"},
		{info, []any{"March 1, 2024"}, "2024-03-01 is Friday, 1 March 2024\nday 61 of 366"},
		{info, []any{"1.2.2024"}, "2024-02-01 is Thursday"},
		{info, []any{"yesterday"}, "2026-03-01"},
		{info, []any{"3/4/2026"}, `! "3/4/2026" can be read in two ways; write the day as 2025-12-31`},
		{info, []any{"2026-02-30"}, `! "2026-02-30" is no day`},
		{info, []any{"soon"}, `! "soon" is no day; write it as 2025-12-31`},
		{add, []any{"2026-01-31", 1.0, "months"}, "2026-02-28"},
		{add, []any{"2024-02-29", 1.0, "years"}, "2025-02-28"},
		{add, []any{"2026-03-31", -1.0, "months"}, "2026-02-28"},
		{add, []any{"tomorrow", 2.0, "weeks"}, "2026-03-17"},
		{add, []any{"2026-03-06", 1.0, "workdays"}, "2026-03-09 is Monday"},
		{add, []any{"2026-03-09", -1.0, "workdays"}, "2026-03-06 is Friday"},
		{add, []any{"2026-03-02", -400.0, "days"}, "2025-01-26"},
		{add, []any{"2026-03-02", 9000.0, "years"}, "! that leads out of"},
		{add, []any{"2026-03-02", 10001.0, "days"}, "! amount of "},
		{difference, []any{"2026-01-01", "2026-12-31"}, "364 days\n52 weeks and 0 days\n0 years, 11 months and 30 days"},
		{difference, []any{"2026-03-02", "2026-03-01"}, "-1 days\n0 weeks and 1 days\n0 years, 0 months and 1 days"},
		{difference, []any{"2024-01-31", "2024-02-29"}, "29 days\n4 weeks and 1 days\n0 years, 1 months and 0 days"},
		{difference, []any{"0001-01-01", "9999-12-31"}, "3652058 days"},
	} {
		if got := answered(t, c.tool, c.args...); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s%v: got %q, want %q", c.tool.Verb().Name, c.args, got, c.want)
		}
	}
	if _, err := tools.Dates("someday"); err == nil || !strings.Contains(err.Error(), "someday") {
		t.Errorf("today may be someday: %v", err)
	}
}

func FuzzDates(f *testing.F) {
	f.Add("2026-03-02", 3.0, "months", "1 May 2027")
	f.Fuzz(func(t *testing.T, day string, n float64, unit, other string) {
		list := dates(t)
		answered(t, list[0], day)
		answered(t, list[1], day, n, unit)
		answered(t, list[2], day, other)
	})
}
