package driver

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// NCCL's numbers and calls, as nccl.h of 2.30 has them; they are the same in all of 2.x.
const (
	ncclFloat32, ncclSum = 7, 0
	ncclInProgress       = 7 // an answer that is no error
)

// ncclPause is how long a sum is left alone between two looks at it: less than one
// of a large model takes.
const ncclPause = 50 * time.Microsecond

type ncclLibrary struct {
	calls   ncclCalls
	version int // 23007 is 2.30.7
}

// ncclSettings are variables of NCCL's that are set where the user sets them to
// nothing else.
var ncclSettings = [][2]string{
	// A switch that sums (NVLink SHARP) adds in the order in which numbers come:
	// another run has other bits (github.com/NVIDIA/nccl/issues/1497).
	{"NCCL_NVLS_ENABLE", "0"},
	// NCCL takes its buffers when devices are joined, not at the first sum, when they
	// are full.
	{"NCCL_RUNTIME_CONNECT", "0"},
}

func openNCCL(major int) (*ncclLibrary, error) {
	for _, v := range ncclSettings {
		if _, set := os.LookupEnv(v[0]); set {
			continue
		}
		if err := os.Setenv(v[0], v[1]); err != nil { // C's too, with cgo and without
			return nil, fmt.Errorf("load NCCL: %w", err)
		}
	}
	lib, path, err := libNCCL.find(major)
	if err != nil {
		return nil, fmt.Errorf("load NCCL, which several GPUs need: %w: pip install nvidia-nccl-cu%d, or set %s to its file", err, max(12, major), libNCCL.env)
	}
	l := &ncclLibrary{}
	if err := bind(lib, &l.calls); err != nil {
		return nil, fmt.Errorf("load NCCL: %s: %w", path, err)
	}
	var v int32
	if err := l.check(l.calls.Version(&v), "ask for its version"); err != nil {
		return nil, err
	}
	l.version = int(v)
	return l, nil
}

func (l *ncclLibrary) check(code int32, act string) error {
	if code == 0 {
		return nil
	}
	words := l.calls.Words(code)
	if l.calls.LastError != nil {
		if more := strings.TrimSpace(l.calls.LastError(0)); more != "" {
			words += ": " + strings.ReplaceAll(more, "\n", "; ")
		}
	}
	return fmt.Errorf("NCCL: %s: %s (%d)", act, words, code)
}

// NCCL is the version that is found: 23007 is 2.30.7.
func (c *CUDA) NCCL() (version int, err error) {
	lib, err := c.nccl()
	if err != nil {
		return 0, err
	}
	return lib.version, nil
}

// Clique is devices that sum together, by NCCL. It is for one goroutine at a
// time.
type Clique struct {
	devs  []*Device
	lib   *ncclLibrary
	comms []uintptr // ncclComm_t, by rank
	dead  error     // why it cannot be used any more
}

// Clique joins devices, each of which is there once.
func (c *CUDA) Clique(devs []*Device) (*Clique, error) {
	lib, err := c.nccl()
	if err != nil {
		return nil, err
	}
	q := &Clique{devs: devs, lib: lib, comms: make([]uintptr, len(devs))}
	var ids []int32
	for _, d := range devs {
		if err := d.within(d.Trim); err != nil { // NCCL asks the driver for its memory
			return nil, err
		}
		ids = append(ids, int32(d.Info.Index))
	}
	err = devs[0].within(func() error {
		return lib.check(lib.calls.InitAll(&q.comms[0], int32(len(ids)), &ids[0]), fmt.Sprintf("join devices %v", ids))
	})
	if err != nil {
		return nil, err
	}
	return q, nil
}

// Version is NCCL's own.
func (q *Clique) Version() int { return q.lib.version }

// Sum has each of the buffers, which are as long float32s, one on each device in
// the clique's order, become their sum, with the same bits on all. It is done in
// the devices' streams after what they were asked before, and Sum returns when it
// is. After an error in it the clique is of no use.
func (q *Clique) Sum(streams []*Stream, bufs []Memory) error {
	if q.dead != nil {
		return q.dead
	}
	// A device that has failed is found here, and not by the others, which would
	// wait for it.
	for i, d := range q.devs {
		if err := d.within(streams[i].Wait); err != nil {
			return err
		}
	}
	if q.dead = q.ask(streams, bufs); q.dead == nil {
		q.dead = q.wait(streams)
	}
	if q.dead != nil {
		for _, comm := range q.comms {
			q.lib.calls.Abort(comm) // frees the devices that wait for each other
		}
		q.comms = nil
	}
	return q.dead
}

// ask puts the sum into the streams. A group of calls is one OS thread's, which
// within keeps.
func (q *Clique) ask(streams []*Stream, bufs []Memory) error {
	return q.devs[0].within(func() error {
		c := &q.lib.calls
		err := q.lib.check(c.GroupStart(), "begin a sum")
		for i, b := range bufs {
			if err == nil {
				code := c.AllReduce(b.Addr, b.Addr, uint64(b.Bytes/4), ncclFloat32, ncclSum, q.comms[i], streams[i].handle)
				err = q.lib.check(code, fmt.Sprintf("sum %d numbers of device %d", b.Bytes/4, q.devs[i].Info.Index))
			}
		}
		return cmp.Or(err, q.lib.check(c.GroupEnd(), fmt.Sprintf("sum over %d devices", len(q.devs))))
	})
}

// wait returns when all devices are done, or one has failed: the others then
// never are.
func (q *Clique) wait(streams []*Stream) error {
	for {
		all := true
		for i, d := range q.devs {
			err := d.within(func() error {
				done, err := streams[i].Done()
				all = all && done
				return err
			})
			if err != nil {
				return err
			}
			var code int32
			if err := q.lib.check(q.lib.calls.AsyncError(q.comms[i], &code), "ask how a sum goes"); err != nil {
				return err
			}
			if code != ncclInProgress {
				if err := q.lib.check(code, fmt.Sprintf("sum on device %d", d.Info.Index)); err != nil {
					return err
				}
			}
		}
		if all {
			return nil
		}
		time.Sleep(ncclPause)
	}
}

// Close parts the devices. Nothing may be running.
func (q *Clique) Close() error {
	end := q.lib.calls.Destroy
	if slices.ContainsFunc(q.devs, (*Device).Lost) {
		end = q.lib.calls.Abort // which does not wait for the lost one
	}
	var errs []error
	for _, comm := range q.comms {
		errs = append(errs, q.lib.check(end(comm), "part devices"))
	}
	q.comms, q.dead = nil, errors.New("NCCL: the devices were parted")
	return errors.Join(errs...)
}
