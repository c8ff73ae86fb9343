// Command kernels measures kernels/cpu beside PyTorch and OpenBLAS: the same
// operation by each in turn, several times, on this machine. The ratio is what
// counts; the figures are medians.
//
//	make bench-kernels
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/turngym/turngym/bench/beside"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
)

var (
	python  = flag.String("python", "build/peers-torch/bin/python", "the `interpreter` that has torch and numpy")
	rounds  = flag.Int("rounds", 5, "times that each is measured, in turn")
	seconds = flag.Float64("seconds", 0.2, "of each measurement")
	only    = flag.String("only", "", "one `table` of matmul, decode, rows, train, generate")
	serve   = flag.Int("serve", 0, "answer jobs on standard input with so many threads, as the peers do")
	path    = flag.String("path", "", "instruction set of ours, such as avx2")
)

// job is one operation.
type job struct {
	Kind    string  `json:"kind"`
	M       int     `json:"m"`
	N       int     `json:"n"`
	K       int     `json:"k"`
	TA      bool    `json:"ta"`
	TB      bool    `json:"tb"`
	Seconds float64 `json:"seconds"`
	packed  bool
	half    bool // weights in bfloat16, on our side

	Dim    int `json:"dim,omitempty"` // of a model; M sequences of N tokens
	Layers int `json:"layers,omitempty"`
	Heads  int `json:"heads,omitempty"`
	Hidden int `json:"hidden,omitempty"`
	Vocab  int `json:"vocab,omitempty"`

	Dir    string `json:"dir,omitempty"` // the model's, that generates: M episodes of Turns that read N tokens and sample K
	Turns  int    `json:"turns,omitempty"`
	Ragged bool   `json:"ragged,omitempty"` // N and K are means: each turn of each episode has its own
}

// answer is what a call took, in seconds, and the process's most memory, now and
// before its first job, in bytes.
type answer struct {
	Seconds     float64
	Peak, Start int64
}

// peer is another's process.
type peer struct{ *beside.Program }

// newPeer starts torch, openblas or gym: this program.
func newPeer(kind string, threads int) (peer, error) {
	n := strconv.Itoa(threads)
	cmd := exec.Command(*python, "bench/kernels/peer.py", kind, n)
	if kind == "gym" {
		cmd = exec.Command(os.Args[0], "-serve", n, "-path", *path)
	}
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS="+n, "OPENBLAS_NUM_THREADS="+n, "OPENBLAS_CORETYPE=SkylakeX")
	cmd.Stderr = os.Stderr
	p, err := beside.Start(kind, cmd)
	if err != nil {
		return peer{}, err
	}
	p.Still = true
	var hello struct{ Version string }
	return peer{p}, p.Hear(&hello)
}

func (p peer) run(j job) (a answer) {
	if err := p.Ask(j, &a); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return a
}

// ours is what a call takes, the median.
func ours(d *cpu.Device, j job) float64 {
	f, begun, few := call(d, j), time.Now(), 3
	f()
	if time.Since(begun).Seconds() > 4*j.Seconds {
		few = 1 // of what takes long the rounds are enough
	}
	var times []float64
	for end := time.Now().Add(time.Duration(j.Seconds * 1e9)); len(times) < few || time.Now().Before(end); {
		begun := time.Now()
		f()
		times = append(times, time.Since(begun).Seconds())
	}
	return beside.Median(times)
}

func call(d *cpu.Device, j job) func() {
	fill := func(n int) kernels.Buffer {
		b, x := d.New(n), make([]float32, n)
		for i := range x {
			x[i] = float32(i*7919%2000)/1000 - 1
		}
		d.Write(b, x)
		return b
	}
	switch j.Kind {
	case "train":
		return trainStep(d, j)
	case "generate":
		return generate(d, j)
	}
	if j.Kind == "matmul" {
		a, b, out := fill(j.M*j.K), fill(j.K*j.N), d.New(j.M*j.N)
		dims := kernels.Dims{M: j.M, N: j.N, K: j.K, TransA: j.TA, TransB: j.TB && !j.packed, Packed: j.packed}
		if j.packed {
			room := d.New
			if j.half {
				room = d.NewHalf
			}
			w, p := room(b.Len()), room(d.PackedLen(j.K, j.N))
			d.Copy(w, b)
			d.Pack(p, w, j.K, j.N)
			b = p
		}
		return func() { d.MatMul(out, a, b, dims) }
	}
	x, y, w, r, out := fill(j.M*j.N), fill(j.M*j.N), fill(j.N), d.New(j.M), d.New(j.M*j.N)
	switch j.Kind {
	case "softmax":
		return func() { d.Softmax(out, x, j.N) }
	case "rmsnorm":
		return func() { d.RMSNorm(out, r, x, w, j.N, 1e-5) }
	case "swiglu":
		return func() { d.SwiGLU(out, x, y) }
	case "gelu":
		return func() { d.GELU(out, x) }
	}
	panic("no kind " + j.Kind)
}

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// table is jobs whose figures have a unit of so many per call.
type table struct {
	name, unit string
	jobs       []job
	per        func(j job) float64
	blas       bool // OpenBLAS can do it, too
}

func tables() []table {
	flops := func(j job) float64 { return 2 * float64(j.M) * float64(j.N) * float64(j.K) / 1e9 }
	var square, decode, rows []job
	for _, s := range [][3]int{{256, 256, 256}, {1024, 256, 256}, {1024, 1024, 256}, {2048, 2048, 2048}} {
		for t := range 3 { // NN, NT, TN
			square = append(square, job{Kind: "matmul", M: s[0], N: s[1], K: s[2], TB: t == 1, TA: t == 2})
		}
	}
	for _, m := range []int{1, 2, 4, 8, 16, 32} {
		decode = append(decode, job{Kind: "matmul", M: m, N: 2048, K: 512, TB: true, packed: true})
	}
	decode = append(decode, job{Kind: "matmul", M: 8, N: 512, K: 128, TB: true, packed: true})
	for _, m := range []int{1, 8} {
		for _, half := range []bool{false, true} {
			decode = append(decode, job{Kind: "matmul", M: m, N: 8192, K: 2048, TB: true, packed: true, half: half})
		}
	}
	for _, kind := range []string{"softmax", "rmsnorm", "swiglu", "gelu"} {
		rows = append(rows, job{Kind: kind, M: 1024, N: 1024})
	}
	return []table{{"matmul", "GFLOP/s", square, flops, true}, {"decode", "GFLOP/s", decode, flops, true},
		{"rows", "Gnumbers/s", rows, func(j job) float64 { return float64(j.M) * float64(j.N) / 1e9 }, false}}
}

func run() error {
	if *serve > 0 {
		return answerAll()
	}
	for _, t := range tables() {
		if *only != "" && *only != t.name {
			continue
		}
		for _, threads := range []int{1, 2} {
			if err := measure(t, threads); err != nil {
				return err
			}
		}
	}
	if *only == "" || *only == "train" {
		if err := trainAll(); err != nil {
			return err
		}
	}
	if *only == "" || *only == "generate" {
		return generateAll()
	}
	return nil
}

func measure(t table, threads int) error {
	d, err := cpu.New(*path, threads)
	if err != nil {
		return err
	}
	defer d.Close()
	torch, err := newPeer("torch", threads)
	if err != nil {
		return err
	}
	defer torch.Close()
	blas, err := newPeer("openblas", threads)
	if err != nil {
		return err
	}
	defer blas.Close()
	var peaks []float64
	for range *rounds {
		peaks = append(peaks, d.Peak(100*time.Millisecond))
	}
	peak := beside.Median(peaks) * float64(threads)
	fmt.Printf("\n%s, %s, %s; multiply-adds alone %.0f GFLOP/s\n", t.name, t.unit, d.Name(), peak)
	fmt.Printf("%-24s %8s %8s %8s %8s %8s\n", "", "gym", "torch", "openblas", "ratio", "of peak")
	for _, j := range t.jobs {
		j.Seconds = *seconds
		var a, b, c []float64
		for range *rounds {
			a = append(a, t.per(j)/ours(d, j))
			b = append(b, t.per(j)/torch.run(j).Seconds)
			if t.blas {
				c = append(c, t.per(j)/blas.run(j).Seconds)
			}
		}
		x, y, z := beside.Median(a), beside.Median(b), 0.0
		line := fmt.Sprintf("%-24s %8.2f %8.2f ", name(j), x, y)
		if t.blas {
			z = beside.Median(c)
			line += fmt.Sprintf("%8.2f %8.2f %8.2f", z, x/max(y, z), x/peak)
		} else {
			line += fmt.Sprintf("%8s %8.2f", "", x/y)
		}
		fmt.Println(line)
	}
	return nil
}

func name(j job) string {
	if j.Kind != "matmul" {
		return fmt.Sprintf("%s %dx%d", j.Kind, j.M, j.N)
	}
	layout := []byte("NN")
	if j.TA {
		layout[0] = 'T'
	}
	if j.TB {
		layout[1] = 'T'
	}
	text := fmt.Sprintf("%dx%dx%d %s", j.M, j.N, j.K, layout)
	if j.half {
		text += " bf16"
	}
	return text
}
