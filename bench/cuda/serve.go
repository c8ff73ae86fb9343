package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/turngym/turngym/bench/beside"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// built is a job that is ready to be measured.
type built struct {
	parts map[string]func()
	warm  map[string]bool // those that have been called
	given int64           // bytes of its inputs and results
	bytes float64         // that a call moves at least
	work  float64
}

// builders are by a job's kind.
var builders = map[string]func(d kernels.Device, j job) (*built, error){
	"square": square, "copy": copied, "train": trainStep, "decode": decoding, "kernel": operation, "play": playing,
	"loss": func(d kernels.Device, j job) (*built, error) { return output(d, j), nil },
}

// serve is our side: it answers as peer.py does.
func serve(device string, in io.Reader, out io.Writer) error {
	say := json.NewEncoder(out)
	d, use, err := open(device)
	if err != nil {
		return say.Encode(greeting{Error: err.Error()})
	}
	defer d.Close()
	if err := say.Encode(greeting{Name: d.Name()}); err != nil {
		return err
	}
	mark := d.New(1)
	var have *built
	var key string
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var j job
		if err := json.Unmarshal(lines.Bytes(), &j); err != nil {
			return err
		}
		a := answer{}
		err := guarded(func() (err error) {
			if key != j.key() {
				have, key = nil, ""
				runtime.GC() // of the job before
				if have, err = builders[j.Kind](d, j); err != nil {
					return err
				}
				key, have.warm = j.key(), map[string]bool{}
			}
			a.Given, a.Bytes, a.Work = have.given, have.bytes, have.work
			f := have.parts[j.Part]
			run := func(n int) float64 { return calls(d, mark, f, n) }
			if !have.warm[j.Part] {
				run(1)
				have.warm[j.Part] = true
			}
			a.Seconds = timed(run, j.Seconds)
			return nil
		})
		if a.Peak = use(); err != nil {
			a.Error, a.Full = err.Error(), errors.Is(err, driver.ErrMemory)
			have, key = nil, ""
		}
		if err := say.Encode(a); err != nil {
			return err
		}
	}
	return nil
}

// open takes a device, and says how much memory it has had at most.
func open(device string) (d kernels.Device, use func() int64, err error) {
	if device == "cpu" {
		d, err = cpu.New("", runtime.GOMAXPROCS(0))
		return d, func() int64 { return 0 }, err
	}
	c, err := cuda.New(cuda.Options{})
	if err != nil {
		return nil, nil, err
	}
	return c, func() int64 { return c.Use().Most }, nil
}

// guarded makes an error of whatever f panics with: what one job cannot do, another can.
func guarded(f func() error) (err error) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case error:
			err = x
		default:
			err = fmt.Errorf("%v", x)
		}
	}()
	return f()
}

// callsMost is how many calls are put into the stream before they are waited for:
// what a call costs is then the greater of the GPU's time and the host's.
const callsMost = 500

// calls is what so many calls of f take, until the GPU has done them; mark is a
// number of the device's.
func calls(d kernels.Device, mark kernels.Buffer, f func(), n int) float64 {
	begun := time.Now()
	for range n {
		f()
	}
	d.Read(make([]float32, 1), mark)
	return time.Since(begun).Seconds()
}

// timed is what a call takes, the median, where run does some: as many at once as
// take 20 milliseconds, for so many seconds, but no call twice that takes longer.
func timed(run func(n int) float64, seconds float64) float64 {
	once := run(1)
	n := max(1, min(callsMost, int(min(0.02, seconds)/once)))
	times := []float64{once}
	if n > 1 {
		times = nil
	}
	for left := seconds - once; len(times) == 0 || left > 0; {
		took := run(n)
		left -= took
		times = append(times, took/float64(n))
	}
	return beside.Median(times)
}

// filled is a buffer of numbers that look random: with zeros a GPU is faster.
func filled(d kernels.Device, b kernels.Buffer) kernels.Buffer {
	x := make([]float32, min(b.Len(), 1<<16))
	for i := range x {
		x[i] = float32(uint32(i)*2654435761>>8)/(1<<23) - 1
	}
	d.Write(b, x)
	for n := len(x); n < b.Len(); n *= 2 {
		m := min(n, b.Len()-n)
		d.Copy(b.Slice(n, n+m), b.Slice(0, m))
	}
	return b
}

// activations makes room as a model in bfloat16 does for its own.
func activations(d kernels.Device, n int) kernels.Buffer {
	if h, ok := d.(interface{ Halves() bool }); ok && h.Halves() {
		return d.NewHalf(n)
	}
	return d.New(n)
}
