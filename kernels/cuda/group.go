package cuda

import (
	"errors"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// group is GPUs that sum by NCCL.
type group struct {
	devs   []*Device
	clique *driver.Clique
}

// Join has GPUs sum by NCCL.
func (d *Device) Join(devs []kernels.Device) (kernels.Group, error) {
	g := &group{}
	var gpus []*driver.Device
	for _, other := range devs {
		o, ok := other.(*Device)
		if !ok {
			return nil, errors.ErrUnsupported
		}
		g.devs, gpus = append(g.devs, o), append(gpus, o.dev)
	}
	c, err := driver.Open()
	if err != nil {
		return nil, err
	}
	if g.clique, err = c.Clique(gpus); err != nil {
		return nil, err
	}
	return g, nil
}

// Devices are those that were joined.
func (g *group) Devices() (list []kernels.Device) {
	for _, d := range g.devs {
		list = append(list, d)
	}
	return list
}

// Sum has every buffer become the sum of all. All the devices are the caller's
// until it is done.
func (g *group) Sum(b []kernels.Buffer) {
	kernels.Summable(g, b)
	var streams []*driver.Stream
	var bufs []driver.Memory
	for i, d := range g.devs { // in the group's order, which is the only one in which several are held
		defer d.begin()()
		streams, bufs = append(streams, d.stream), append(bufs, of(b[i]).mem)
	}
	fail(g.clique.Sum(streams, bufs))
}

// Close parts the devices.
func (g *group) Close() error { return g.clique.Close() }

var _ kernels.Joiner = (*Device)(nil)
