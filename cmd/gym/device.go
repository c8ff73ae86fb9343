package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/turngym/turngym/gym/catalog"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/kernels/cpu"
	"github.com/turngym/turngym/kernels/cuda"
	"github.com/turngym/turngym/kernels/cuda/driver"
)

// devices are what a policy can be computed on.
var devices = []string{"cpu", "cuda", "auto"}

// openDevice opens the device that the configuration names; auto is a GPU where
// there is one, and says so where that cannot be used.
func openDevice(c *Config, warn io.Writer) (kernels.Device, error) {
	switch c.Device {
	case "cuda", "auto":
		dev, err := cuda.New(cuda.Options{Exact: c.Exact})
		if err == nil {
			return dev, nil
		}
		if c.Device == "cuda" {
			return nil, fmt.Errorf("device cuda: %w; --device cpu does without", err)
		}
		if !errors.Is(err, driver.ErrNone) {
			fmt.Fprintf(warn, "gym: the GPU is not used: %v\n", err)
		}
	case "cpu":
	default:
		return nil, catalog.Unknown("device", c.Device, devices)
	}
	return cpu.New(c.CPU, c.Threads)
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
	return text
}
