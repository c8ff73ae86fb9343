package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
)

// report prints tables as their rows come, and keeps them in a file.
type report struct {
	out    io.Writer
	path   string            // "": no file
	Card   map[string]string `json:"card"` // who was measured
	Tables []*table          `json:"tables"`
}

// table is figures with a title.
type table struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Rows    []row  `json:"rows"`
	columns []column
	report  *report
}

// column is a figure's name and how it is printed; "" is three digits, or all before
// the point.
type column struct{ name, format string }

func (c column) text(x float64) string {
	switch {
	case c.format != "":
		return fmt.Sprintf(c.format, x)
	case math.Abs(x) >= 100:
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.3g", x)
}

// row is one thing that was measured.
type row struct {
	Name    string             `json:"name"`
	Figures map[string]float64 `json:"figures"` // those that there are
	Note    string             `json:"note,omitempty"`
}

// table begins one.
func (r *report) table(name, title string, columns ...column) *table {
	t := &table{Name: name, Title: title, columns: columns, report: r}
	r.Tables = append(r.Tables, t)
	fmt.Fprintf(r.out, "\n%s: %s\n%-22s", name, title, "")
	for _, c := range columns {
		fmt.Fprintf(r.out, " %*s", c.width(), c.name)
	}
	fmt.Fprintln(r.out)
	return t
}

func (c column) width() int { return max(8, len(c.name)) }

// row adds one: a figure for each column, of which NaN is none.
func (t *table) row(name, note string, figures ...float64) error {
	r := row{Name: name, Figures: map[string]float64{}, Note: note}
	fmt.Fprintf(t.report.out, "%-22s", name)
	for i, c := range t.columns {
		text := ""
		if x := figures[i]; !math.IsNaN(x) && !math.IsInf(x, 0) {
			r.Figures[c.name], text = x, c.text(x)
		}
		fmt.Fprintf(t.report.out, " %*s", c.width(), text)
	}
	if note != "" {
		note = "  " + note
	}
	fmt.Fprintln(t.report.out, note)
	t.Rows = append(t.Rows, r)
	return t.report.save()
}

// save writes all that there is so far: a run may be ended from outside.
func (r *report) save() error {
	if r.path == "" {
		return nil
	}
	text, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(r.path, append(text, '\n'), 0o644)
}
