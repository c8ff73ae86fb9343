package kernels

import (
	"errors"
	"fmt"
)

// Group is several devices that learn together. It is for one goroutine at a
// time.
type Group interface {
	Devices() []Device
	// Sum has each of the buffers of float32, which are as long, one on each device
	// in their order, become the sum of all: with the same bits on all, and the same
	// in every run. What a device cannot do is a panic with a *Failure.
	Sum(b []Buffer)
	Close() error // parts them; the devices stay open
}

// Joiner is a device that has a way of its own to sum with others. Its error is
// errors.ErrUnsupported where it has none with these.
type Joiner interface {
	Join(devs []Device) (Group, error)
}

// Join makes a group of devices, each of which is there once. Those that have no
// way of their own sum in this process's memory.
func Join(devs []Device) (Group, error) {
	if j, ok := devs[0].(Joiner); ok {
		if g, err := j.Join(devs); !errors.Is(err, errors.ErrUnsupported) {
			return g, err
		}
	}
	return byHand{devs}, nil
}

// byHand sums in the order of the devices, a piece at a time.
type byHand struct{ devs []Device }

// pieceLen is how many numbers are on their way at once.
const pieceLen = 1 << 20

func (g byHand) Devices() []Device { return g.devs }
func (g byHand) Close() error      { return nil }

func (g byHand) Sum(b []Buffer) {
	Summable(g, b)
	room := min(b[0].Len(), pieceLen)
	sum, more := make([]float32, room), make([]float32, room)
	for from := 0; from < b[0].Len(); from += pieceLen {
		to := min(from+pieceLen, b[0].Len())
		sum, more := sum[:to-from], more[:to-from]
		g.devs[0].Read(sum, b[0].Slice(from, to))
		for i, dev := range g.devs[1:] {
			dev.Read(more, b[i+1].Slice(from, to))
			for j, x := range more {
				sum[j] += x
			}
		}
		for i, dev := range g.devs {
			dev.Write(b[i].Slice(from, to), sum)
		}
	}
}

// Summable panics where the buffers are not what Sum wants, which would have GPUs
// wait for each other.
func Summable(g Group, b []Buffer) {
	n := len(g.Devices())
	for i := range b {
		if len(b) != n || b[i].Len() != b[0].Len() || b[i].Half() {
			panic(fmt.Sprintf("kernels: %d devices sum %d buffers, of which %d has %d numbers and the first %d, all of float32", n, len(b), i, b[i].Len(), b[0].Len()))
		}
	}
}

// Carry copies src, which is on a device, to the start of dst, which is on
// another.
func Carry(to Device, dst Buffer, from Device, src Buffer) {
	x := make([]float32, min(src.Len(), pieceLen))
	for at := 0; at < src.Len(); at += pieceLen {
		x := x[:min(pieceLen, src.Len()-at)]
		from.Read(x, src.Slice(at, at+len(x)))
		to.Write(dst.Slice(at, at+len(x)), x)
	}
}
