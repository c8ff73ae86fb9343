// Command cuda measures kernels/cuda on this machine's GPU beside PyTorch on the
// same one: the same work by each in turn, several times. The ratio is what counts,
// ours to theirs; the figures are medians. Some eight minutes.
//
//	make bench-cuda
//	go run ./bench/cuda -only train,loss -json figures.json
//
// make card builds this program, and tests as binaries, in build/card: for a machine
// without Go, but with these files, a python3 that has torch and transformers, and
// NVIDIA's libraries among its packages.
//
//	export PYTHONPATH=$(python3 -c 'import sys; print(":".join(filter(None, sys.path)))')
//	build/card/bench-cuda -python python3 -json figures.json
//	(cd kernels/cuda && GYM_TEST_GPU=1 ../../build/card/cuda.test -test.v)
//	(cd kernels/cuda && GYM_TEST_GPU=1 ../../build/card/cuda.test -test.run '^$' -test.bench .)
//	(cd kernels/cuda/driver && GYM_TEST_GPU=1 ../../../build/card/driver.test -test.v)
//	(cd policy/model && GYM_TEST_GPU=1 ../../build/card/model.test -test.v -test.run 'GPU|Halves')
//	(cd policy/train && GYM_TEST_GPU=1 ../../build/card/train.test -test.v -test.run GPUs) # where there are two
//
// In kernels/cuda, TestAnExactDeviceIsAsTheReference and TestTensorCoresAreNearTheReference
// are the suite of every device, exact and rough. compute-sanitizer sees more where
// freed memory is not kept, and slows all down, so it has a part of that:
//
//	export GYM_CUDA_CACHE=0 GYM_TEST_GPU=1
//	(cd kernels/cuda && compute-sanitizer --tool memcheck ../../build/card/cuda.test -test.run 'TensorCores|Attention')
//	(cd kernels/cuda && compute-sanitizer --tool racecheck ../../build/card/cuda.test -test.run 'TensorCores|Attention')
//	compute-sanitizer --target-processes all build/card/bench-cuda -python none -quick
//
// -quick takes sizes that the emulator of kernels/cuda/emu, and torch on a CPU, do in
// seconds: the tests of this program run all of it so.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bench is one run.
type bench struct {
	python  string
	device  string // of the peer
	rounds  int
	seconds float64
	limit   time.Duration // of one answer
	most    time.Duration
	only    string
	quick   bool
	serving string // "": this is the side that asks
	sizes   sizes

	ends     time.Time // when nothing new is begun
	env      []string  // of both sides, beside ours
	report   report
	progress io.Writer
	matrix   float64 // operations a second of a large bfloat16 product
	copying  float64 // bytes a second that a copy reads and writes
}

// named is one table's making.
type named struct {
	name string
	run  func(*bench) error
}

// tables are what can be measured, in their order; the card itself is always.
var tables = []named{{"train", (*bench).train}, {"decode", (*bench).decode}, {"loss", (*bench).loss}, {"kernels", (*bench).kernels}, {"pays", (*bench).pays}}

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out, progress io.Writer) error {
	b := &bench{progress: progress, report: report{out: out}}
	if err := b.parse(args); err != nil {
		return err
	}
	if b.serving != "" {
		return serve(b.serving, in, out)
	}
	b.ends = time.Now().Add(b.most)
	if err := b.packages(); err != nil {
		return err
	}
	if err := b.card(); err != nil {
		return err
	}
	for _, t := range tables {
		if b.only != "" && !slices.Contains(strings.Split(b.only, ","), t.name) {
			continue
		}
		begun := time.Now()
		if err := t.run(b); err != nil {
			return err
		}
		fmt.Fprintf(progress, "%s took %.0f s\n", t.name, time.Since(begun).Seconds())
	}
	return nil
}

func (b *bench) parse(args []string) error {
	f := flag.NewFlagSet("cuda", flag.ContinueOnError)
	f.StringVar(&b.python, "python", "build/peers-torch/bin/python", "the `interpreter` that has torch and transformers; none measures ours alone")
	f.StringVar(&b.device, "peer-device", "cuda", "of torch; cpu is to try the peer")
	f.IntVar(&b.rounds, "rounds", 3, "times that each is measured, in turn")
	f.Float64Var(&b.seconds, "seconds", 0.3, "of each measurement; what takes longer is done once")
	f.DurationVar(&b.limit, "limit", 3*time.Minute, "of one answer")
	f.DurationVar(&b.most, "most", 8*time.Minute, "of all; nothing new is begun after it")
	f.StringVar(&b.only, "only", "", "`tables` of train, decode, loss, kernels, pays, by commas")
	f.StringVar(&b.report.path, "json", "", "`file` for the figures")
	f.BoolVar(&b.quick, "quick", false, "sizes for an emulator, once")
	f.StringVar(&b.serving, "serve", "", "answer jobs on standard input on cuda or cpu, as the peers do")
	var asked sizes
	asked.flags(f)
	f.SetOutput(io.Discard) // what is wrong is said once
	f.Usage = func() {}
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			f.SetOutput(b.progress)
			fmt.Fprint(b.progress, "The GPU beside PyTorch: go run ./bench/cuda -only train,loss -json figures.json\n\n")
			f.PrintDefaults()
		}
		return err
	}
	if slices.ContainsFunc(asked.numbered(), func(n *int) bool { return *n < 0 }) {
		return errors.New("sizes are numbers above 0")
	}
	b.sizes = asked.or(b.quick)
	if b.quick {
		b.rounds, b.seconds = 1, 0
	}
	if f.NArg() > 0 {
		return fmt.Errorf("%q is no flag; -help lists them", f.Arg(0))
	}
	for name := range strings.SplitSeq(b.only, ",") {
		if b.only != "" && !slices.ContainsFunc(tables, func(t named) bool { return t.name == name }) {
			return fmt.Errorf("there is no table %q; there are train, decode, loss, kernels and pays", name)
		}
	}
	for name := range strings.SplitSeq(b.sizes.names, ",") {
		if b.sizes.names != "" && !slices.ContainsFunc(b.sizes.models, func(m shape) bool { return m.name == name }) {
			return fmt.Errorf("there is no model %q; there are 0.5B and 1.5B", name)
		}
	}
	if s := &b.sizes; s.tokens%min(s.length, s.tokens) != 0 {
		return fmt.Errorf("%d tokens are no number of sequences of %d", s.tokens, s.length)
	}
	if b.rounds < 1 {
		return fmt.Errorf("%d rounds measure nothing", b.rounds)
	}
	return nil
}

// numbers reads "32000,151936".
func numbers(list *[]int) func(string) error {
	return func(text string) error {
		*list = nil
		for part := range strings.SplitSeq(text, ",") {
			n, err := strconv.Atoi(part)
			if err != nil || n < 1 {
				return fmt.Errorf("%q is no number above 0", part)
			}
			*list = append(*list, n)
		}
		return nil
	}
}
