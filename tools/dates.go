package tools

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/turngym/turngym/gym"
)

// firstDay is what today is where no other day was configured.
const firstDay = "2025-01-01"

// Dates are the tools that reckon with days: date_info, date_add and
// date_difference. Their today is fixed, 2025-01-01 where it is "": a calendar
// that asked the clock would say something else every day.
func Dates(today string) ([]Tool, error) {
	if today == "" {
		today = firstDay
	}
	day, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return nil, fmt.Errorf("dates: today is %q; want a day as 2025-12-31", today)
	}
	return []Tool{dateInfo{day}, dateAdd{day}, dateDifference{day}}, nil
}

const dateDoc = "a day as 2025-12-31, 31 December 2025, today, tomorrow or yesterday"

// layouts are the ways to write a day that can be read in one way only.
func layouts() []string {
	return []string{time.DateOnly, "2006/1/2", "2 January 2006", "2 Jan 2006", "January 2 2006", "Jan 2 2006", "2.1.2006", "20060102"}
}

// parseDay reads a day.
func parseDay(today time.Time, text string) (time.Time, error) {
	clean := strings.Join(strings.Fields(strings.ReplaceAll(text, ",", " ")), " ")
	switch strings.ToLower(clean) {
	case "today":
		return today, nil
	case "tomorrow":
		return today.AddDate(0, 0, 1), nil
	case "yesterday":
		return today.AddDate(0, 0, -1), nil
	}
	for _, l := range layouts() {
		if d, err := time.Parse(l, clean); err == nil && d.Year() > 0 {
			return d, nil
		}
	}
	if strings.Count(clean, "/") == 2 {
		return time.Time{}, gym.Mistakef("%.40q can be read in two ways; write the day as 2025-12-31", text)
	}
	return time.Time{}, gym.Mistakef("%.40q is no day; write it as 2025-12-31", text)
}

type dateInfo struct{ today time.Time }

// Verb is date_info(date).
func (dateInfo) Verb() gym.Verb {
	return gym.Verb{Name: "date_info", Doc: "Show a day's weekday, its number in the year and its week.", Params: []gym.Param{
		{Name: "date", Doc: dateDoc, Kind: gym.Str}}}
}

// Call tells what there is to tell.
func (d dateInfo) Call(_ context.Context, args []gym.Value) (Result, error) {
	day, err := parseDay(d.today, args[0].Text)
	if err != nil {
		return Result{}, err
	}
	days := time.Date(day.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay()
	year, week := day.ISOWeek()
	return Result{Text: fmt.Sprintf("%s\nday %d of %d in the year\nweek %d of %d",
		shown(day), day.YearDay(), days, week, year)}, nil
}

// shown is a day as answers have it.
func shown(day time.Time) string { return day.Format("2006-01-02 is Monday, 2 January 2006") }

type dateAdd struct{ today time.Time }

// addMax is the largest amount that can be added.
const addMax = 10000

// Verb is date_add(date, amount, unit).
func (dateAdd) Verb() gym.Verb {
	return gym.Verb{Name: "date_add", Doc: "Go so many days, workdays, weeks, months or years on from a day, or back.", Params: []gym.Param{
		{Name: "date", Doc: dateDoc, Kind: gym.Str},
		{Name: "amount", Doc: "how many; negative goes back", Kind: gym.Int, Min: -addMax, Max: addMax},
		{Name: "unit", Doc: "of the amount; workdays are Monday to Friday", Kind: gym.Enum, Enum: []string{"days", "workdays", "weeks", "months", "years"}}}}
}

// Call adds.
func (d dateAdd) Call(_ context.Context, args []gym.Value) (Result, error) {
	day, err := parseDay(d.today, args[0].Text)
	if err != nil {
		return Result{}, err
	}
	n := int(args[1].Num)
	switch args[2].Text {
	case "days":
		day = day.AddDate(0, 0, n)
	case "workdays":
		day = workdays(day, n)
	case "weeks":
		day = day.AddDate(0, 0, 7*n)
	case "months":
		day = months(day, n)
	case "years":
		day = months(day, 12*n)
	}
	if day.Year() < 1 || day.Year() > 9999 {
		return Result{}, gym.Mistakef("that leads out of the years 1 to 9999")
	}
	return Result{Text: shown(day)}, nil
}

// months goes on by months, to the last day of one that is too short: a month
// after 31 January is the end of February.
func months(day time.Time, n int) time.Time {
	first := time.Date(day.Year(), day.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day.Day(), last)-1)
}

func workday(day time.Time) bool {
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
}

func workdays(day time.Time, n int) time.Time {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		if day = day.AddDate(0, 0, step); workday(day) {
			n--
		}
	}
	return day
}

type dateDifference struct{ today time.Time }

// Verb is date_difference(from, to).
func (dateDifference) Verb() gym.Verb {
	return gym.Verb{Name: "date_difference", Doc: "Count the days from one day to another.", Params: []gym.Param{
		{Name: "from", Doc: dateDoc, Kind: gym.Str}, {Name: "to", Doc: dateDoc, Kind: gym.Str}}}
}

// Call counts.
func (d dateDifference) Call(_ context.Context, args []gym.Value) (Result, error) {
	from, err := parseDay(d.today, args[0].Text)
	if err != nil {
		return Result{}, err
	}
	to, err := parseDay(d.today, args[1].Text)
	if err != nil {
		return Result{}, err
	}
	days := int(to.Unix()/86400 - from.Unix()/86400)
	sign := ""
	if days < 0 {
		sign, from, to, days = "-", to, from, -days
	}
	n := (to.Year()-from.Year())*12 + int(to.Month()-from.Month())
	if months(from, n).After(to) {
		n--
	}
	rest := int(to.Unix()/86400 - months(from, n).Unix()/86400)
	return Result{Text: fmt.Sprintf("%s%d days\n%d weeks and %d days\n%d years, %d months and %d days",
		sign, days, days/7, days%7, n/12, n%12, rest)}, nil
}
