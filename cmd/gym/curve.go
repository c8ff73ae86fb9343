package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"image/color"
	"os"
	"path/filepath"

	"github.com/guptarohit/asciigraph"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/turngym/turngym/policy/train"
)

// readRows reads metrics.jsonl; where a step was done twice (before and after
// a crash), the later row counts.
func readRows(dir string) ([]train.Row, error) {
	f, err := os.Open(filepath.Join(dir, "metrics.jsonl"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var rows []train.Row
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var r train.Row
		if json.Unmarshal(sc.Bytes(), &r) != nil {
			continue // a line cut off by a crash
		}
		for len(rows) > 0 && rows[len(rows)-1].Step >= r.Step {
			rows = rows[:len(rows)-1]
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// smooth is a running mean over about a twentieth of the series.
func smooth(ys []float64) []float64 {
	k := max(1, len(ys)/20)
	out, sum := make([]float64, len(ys)), 0.0
	for i, y := range ys {
		if sum += y; i >= k {
			sum -= ys[i-k]
		}
		out[i] = sum / float64(min(i+1, k))
	}
	return out
}

// drawCurve writes curve.png under a title and returns the curve as text.
func drawCurve(dir, title string, width int) (string, error) {
	rows, err := readRows(dir)
	if err != nil || len(rows) == 0 {
		return "", err
	}
	const name = "success"
	var xs, ys []float64
	for _, r := range rows {
		xs, ys = append(xs, float64(r.Step)), append(ys, r.Success)
	}
	mean := smooth(ys)
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, "step", name
	line := func(ys []float64, c color.Color, w vg.Length) error {
		pts := make(plotter.XYs, len(ys))
		for i := range ys {
			pts[i].X, pts[i].Y = xs[i], ys[i]
		}
		l, err := plotter.NewLine(pts)
		if err != nil {
			return err
		}
		l.Color, l.Width = c, w
		p.Add(l)
		return nil
	}
	p.Add(plotter.NewGrid())
	if err := line(ys, color.RGBA{170, 190, 230, 255}, vg.Points(0.7)); err != nil {
		return "", err
	}
	if err := line(mean, color.RGBA{30, 80, 180, 255}, vg.Points(2)); err != nil {
		return "", err
	}
	p.Y.Min, p.Y.Max = 0, 1
	if err := p.Save(18*vg.Centimeter, 9*vg.Centimeter, filepath.Join(dir, "curve.png")); err != nil {
		return "", fmt.Errorf("draw the curve: %w", err)
	}
	return asciigraph.Plot(mean, asciigraph.Height(8), asciigraph.LowerBound(0), asciigraph.UpperBound(1), asciigraph.Width(min(len(mean), max(20, width-12))), asciigraph.Precision(2), asciigraph.Caption(name)), nil
}
