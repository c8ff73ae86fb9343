package cuda

import (
	"fmt"

	"github.com/turngym/turngym/kernels"
)

// module is the key of a source that is compiled with options, when it is first
// wanted.
func (d *Device) module(key, source string, options ...string) string {
	if d.modules[key] == nil {
		m, err := d.compile(source, options...)
		fail(err)
		d.modules[key] = m
	}
	return key
}

// typed is the module of a source for the types of buffers, which are its T0, T1
// and so on; nil is float32.
func (d *Device) typed(source string, bufs ...kernels.Buffer) string {
	var options []string
	key := []byte(source)
	for i, b := range bufs {
		if b != nil && of(b).half {
			options = append(options, halfTypes[i])
			key = append(key, ' ', '0'+byte(i))
		}
	}
	if len(options) == 0 {
		return source
	}
	return d.module(string(key), source, options...)
}

var halfTypes = [4]string{"-DT0=bf16", "-DT1=bf16", "-DT2=bf16", "-DT3=bf16"}

// alike panics where not all buffers of a call are of one type, as they must be.
func alike(call string, bufs ...kernels.Buffer) {
	for i, b := range bufs {
		if of(b).half != of(bufs[0]).half {
			panic(fmt.Sprintf("cuda: %s of buffers of which number %d is halves and another is not", call, i))
		}
	}
}
