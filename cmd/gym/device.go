package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/turngym/turngym/gym/catalog"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// devices are what a policy can be computed on; behind cuda may be the numbers of
// GPUs.
var devices = []string{"cpu", "cuda", "auto"}

// parseDevice reads cpu, cuda, auto, cuda:1 and cuda:0,1. Of cuda there is at least
// one number.
func parseDevice(text string) (kind string, numbers []int, err error) {
	kind, list, numbered := strings.Cut(text, ":")
	if !slices.Contains(devices, kind) {
		return "", nil, catalog.Unknown("device", text, devices)
	}
	if kind != "cuda" && numbered {
		return "", nil, fmt.Errorf("device %q: only GPUs have numbers, as in cuda:0,1", text)
	}
	if !numbered {
		return kind, []int{0}, nil
	}
	for _, word := range strings.Split(list, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 {
			return "", nil, fmt.Errorf("device %q: %q is no number of a GPU; cuda:0,1 are the first two", text, word)
		}
		if slices.Contains(numbers, n) {
			return "", nil, fmt.Errorf("device %q: GPU %d is named twice", text, n)
		}
		numbers = append(numbers, n)
	}
	return kind, numbers, nil
}

// openDevice opens the device that the configuration names, of several the first;
// auto is a GPU where there is one, and says so where that cannot be used.
func openDevice(c *Config, warn io.Writer) (kernels.Device, error) {
	kind, numbers, err := parseDevice(c.Device)
	if err != nil {
		return nil, err
	}
	if kind != "cpu" {
		dev, err := cuda.New(cuda.Options{Index: numbers[0], Exact: c.Exact})
		if err == nil {
			return dev, nil
		}
		if kind == "cuda" {
			return nil, fmt.Errorf("device %s: %w; --device cpu does without", c.Device, err)
		}
		if !errors.Is(err, driver.ErrNone) {
			fmt.Fprintf(warn, "gym: the GPU is not used: %v\n", err)
		}
	}
	return cpu.New(c.CPU, c.Threads)
}

// machine is what a policy is trained on.
type machine struct {
	dev   kernels.Device // the first
	more  []kernels.Device
	group kernels.Group // of all; nil where it is one
}

// openMachine opens all devices that the configuration names, and joins them.
func openMachine(c *Config, warn io.Writer) (_ *machine, err error) {
	m := &machine{}
	if m.dev, err = openDevice(c, warn); err != nil {
		return nil, err
	}
	_, numbers, _ := parseDevice(c.Device)
	for _, n := range numbers[1:] {
		dev, err := cuda.New(cuda.Options{Index: n, Exact: c.Exact})
		if err != nil {
			m.close()
			return nil, fmt.Errorf("device %s: %w; --device cuda:%d does without", c.Device, err, numbers[0])
		}
		m.more = append(m.more, dev)
	}
	if len(m.more) == 0 {
		return m, nil
	}
	if m.group, err = kernels.Join(append([]kernels.Device{m.dev}, m.more...)); err != nil {
		m.close()
		return nil, fmt.Errorf("device %s: %w; --device cuda:%d does without", c.Device, err, numbers[0])
	}
	return m, nil
}

func (m *machine) name() string {
	names := []string{m.dev.Name()}
	for _, dev := range m.more {
		names = append(names, dev.Name())
	}
	return strings.Join(names, "; ")
}

func (m *machine) close() {
	if m.group != nil {
		m.group.Close()
	}
	for _, dev := range m.more {
		dev.Close()
	}
	m.dev.Close()
}

// gpus says which GPUs there are, or why none is used.
func gpus() string {
	c, err := driver.Open()
	if err != nil {
		return err.Error()
	}
	list, err := c.Devices()
	if err != nil {
		return err.Error()
	}
	var names []string
	for _, d := range list {
		names = append(names, d.String())
	}
	text := strings.Join(names, ", ")
	if nvrtc, err := driver.OpenCompiler(c.Version / 1000); err != nil {
		text += "; not used: " + err.Error()
	} else {
		text += fmt.Sprintf("; CUDA %d.%d, NVRTC %d.%d; --device cuda trains on it", c.Version/1000, c.Version%1000/10, nvrtc.Version/1000, nvrtc.Version%1000/10)
	}
	if len(list) > 1 {
		if v, err := c.NCCL(); err != nil {
			text += "; not together: " + err.Error()
		} else {
			text += fmt.Sprintf("; NCCL %d.%d, --device cuda:0,1 on two", v/10000, v%10000/100)
		}
	}
	return text
}
