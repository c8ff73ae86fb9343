package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/turngym/turngym/policy/train"
)

// profile prints where a run's seconds went, stage by stage.
type profile struct {
	stages []string
	spent  map[string]*train.Times
	steps  map[string]int
}

func (p *profile) step(r train.Row) {
	if p.spent == nil {
		p.spent, p.steps = map[string]*train.Times{}, map[string]int{}
	}
	if p.spent[r.Stage] == nil {
		p.stages, p.spent[r.Stage] = append(p.stages, r.Stage), &train.Times{}
	}
	p.spent[r.Stage].Add(r.Times)
	p.steps[r.Stage]++
}

func (p *profile) print(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\nstage\tsteps\tseconds\tplay\tlearn\tpublish\tprobe\tsave\tpolicy ran\t")
	for _, name := range p.stages {
		s := p.spent[name]
		all := s.Play + s.Learn + s.Publish + s.Probe + s.Save
		share := func(x float64) string { return fmt.Sprintf("%.0f%%", 100*x/max(all, 1e-9)) }
		fmt.Fprintf(t, "%s\t%d\t%.1f\t%s\t%s\t%s\t%s\t%s\t%.1f\t\n", name, p.steps[name], all, share(s.Play), share(s.Learn), share(s.Publish), share(s.Probe), share(s.Save), s.Sample)
	}
	t.Flush()
	fmt.Fprintln(w, "policy ran: seconds of all threads that sampled, within play and probe; the rest of those is environments")
}
