package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/turngym/turngym/bench/beside"
)

// job is one thing to measure. A program builds it when it is first asked, and
// keeps it until it is asked for another; Part is which of its calls is measured.
type job struct {
	Kind string `json:"kind"`
	Op   string `json:"op,omitempty"` // of kernels
	shape
	M     int  `json:"m,omitempty"` // a product's, or any numbers of an operation
	N     int  `json:"n,omitempty"`
	K     int  `json:"k,omitempty"`
	TA    bool `json:"ta,omitempty"`
	TB    bool `json:"tb,omitempty"`
	Seqs  int  `json:"seqs,omitempty"`
	Len   int  `json:"len,omitempty"` // tokens of a sequence that is trained on, or of a prompt
	Micro int  `json:"micro,omitempty"`
	More  int  `json:"more,omitempty"` // tokens that are sampled

	Part    string  `json:"part,omitempty"`
	Seconds float64 `json:"seconds"`
}

// answer is what a call takes.
type answer struct {
	Seconds float64 `json:"seconds"`
	Peak    int64   `json:"peak"`            // most bytes that were taken from the driver
	Given   int64   `json:"given,omitempty"` // of those, what the job itself needs
	Bytes   float64 `json:"bytes,omitempty"` // that a call must move at least
	Work    float64 `json:"work,omitempty"`  // its multiplications and additions, where tensor cores do them
	Note    string  `json:"note,omitempty"`  // which way was the fastest
	Error   string  `json:"error,omitempty"`
	Full    bool    `json:"full,omitempty"` // the error is one of memory
}

// greeting is the first line of a program.
type greeting struct {
	Name  string `json:"name"`
	Error string `json:"error,omitempty"`
}

//go:embed peer.py
var peer string

// startGym starts this program as ours, on cuda or cpu.
func (b *bench) startGym(device string) (*beside.Program, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return b.start("gym", exec.Command(self, "-serve", device))
}

func (b *bench) startTorch() (*beside.Program, error) {
	return b.start("torch", exec.Command(b.python, "-c", peer, b.device))
}

func (b *bench) start(name string, cmd *exec.Cmd) (*beside.Program, error) {
	cmd.Stderr, cmd.Env = b.progress, append(os.Environ(), b.env...)
	p, err := beside.Start(name, cmd)
	if err == nil {
		p.Limit = b.patience()
	}
	return p, err
}

// grace is how long what has begun may go on after the end.
const grace = time.Minute

// patience is how long an answer may take.
func (b *bench) patience() time.Duration { return min(b.limit, time.Until(b.ends)+grace) }

// packages has kernels/cuda look for NVIDIA's libraries where the peer's interpreter
// has its packages, too.
func (b *bench) packages() error {
	if b.alone() {
		return nil
	}
	text, err := exec.Command(b.python, "-c", "import os, sys; print(os.pathsep.join(filter(None, sys.path)))").Output()
	if err != nil {
		return fmt.Errorf("there is no interpreter %s (%w): make peers-torch, or -python none to measure ours alone", b.python, err)
	}
	b.env = []string{"PYTHONPATH=" + strings.TrimSpace(string(text))}
	return nil
}

// alone says that there is no peer.
func (b *bench) alone() bool { return b.python == "none" }

// side is one of two programs in a row of a table. A side that failed is silent for
// the rest of the row.
type side struct {
	p     *beside.Program
	name  string
	said  greeting
	times []float64
	last  answer
	err   error
}

var errTime = errors.New("there was no time left")

// sides start ours and, but for a run that is alone, torch. Rows go on without one
// that does not start.
func (b *bench) sides() []*side {
	list := []*side{b.sideOf("gym")}
	if !b.alone() {
		list = append(list, b.sideOf("torch"))
	}
	for _, s := range list {
		s.hear()
	}
	return list
}

// sideOf starts a side of that name. It says nothing yet, so that several can start
// at once.
func (b *bench) sideOf(name string) *side {
	if name == "torch" {
		return b.side(name, b.startTorch)
	}
	return b.side(name, func() (*beside.Program, error) { return b.startGym("cuda") })
}

func (b *bench) side(name string, start func() (*beside.Program, error)) *side {
	s := &side{name: name}
	if time.Now().After(b.ends) {
		s.err = errTime
		return s
	}
	s.p, s.err = start()
	return s
}

func (s *side) hear() {
	if s.err == nil {
		s.err = s.p.Hear(&s.said)
	}
	if s.err == nil && s.said.Error != "" {
		s.err = errors.New(s.said.Error)
	}
}

func (s *side) close() {
	if s.p != nil {
		s.p.Close()
	}
}

func closeAll(list []*side) {
	for _, s := range list {
		s.close()
	}
}

// ask is one measurement, of those that are begun in time.
func (b *bench) ask(s *side, j job) {
	if time.Now().After(b.ends) && s.err == nil {
		s.err = errTime
	}
	if s.err != nil {
		return
	}
	var a answer
	s.p.Limit = b.patience()
	if s.err = s.p.Ask(j, &a); s.err != nil {
		return
	}
	if s.last = a; a.Error != "" {
		s.err = errors.New(a.Error)
		return
	}
	s.times = append(s.times, a.Seconds)
}

// again forgets what was measured, and what failed where the program still lives.
func (s *side) again() {
	s.times, s.last = nil, answer{}
	if s.p != nil && !errors.Is(s.err, beside.ErrDied) && s.said.Error == "" {
		s.err = nil
	}
}

// seconds is the median; NaN where there is none.
func (s *side) seconds() float64 {
	if s.err != nil || len(s.times) == 0 {
		return math.NaN()
	}
	return beside.Median(s.times)
}

// measure asks all in turn, round by round.
func (b *bench) measure(list []*side, j job) {
	for _, s := range list {
		s.again()
	}
	j.Seconds = b.seconds
	for range b.rounds {
		for _, s := range list {
			b.ask(s, j)
		}
	}
}

// notes are what the sides say, errors before all.
func notes(list []*side) string {
	var all []string
	for _, s := range list {
		switch {
		case s.err != nil:
			all = append(all, s.name+": "+firstLine(s.err.Error()))
		case s.last.Note != "":
			all = append(all, s.name+": "+s.last.Note)
		}
	}
	return strings.Join(all, "; ")
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// figure is f of a side's last answer and its median; NaN where there is no side.
func figure(list []*side, i int, f func(s *side) float64) float64 {
	if i >= len(list) || list[i].err != nil {
		return math.NaN()
	}
	return f(list[i])
}

// key is what a program that has built a job knows it by.
func (j job) key() string {
	j.Part, j.Seconds = "", 0
	text, err := json.Marshal(j)
	if err != nil {
		panic(err) // there is nothing in it that JSON has not
	}
	return string(text)
}
