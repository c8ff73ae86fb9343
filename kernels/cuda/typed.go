package cuda

import (
	"fmt"
	"strings"

	"github.com/turngym/turngym/kernels"
)

// module compiles a source when it is first wanted. The key is its name and the
// options, as in "rows -DT0=bf16".
func (d *Device) module(key string) string {
	if d.modules[key] == nil {
		words := strings.Fields(key)
		m, err := d.compile(words[0], words[1:]...)
		fail(err)
		d.modules[key] = m
	}
	return key
}

// typed is the module of a key for the types of buffers, which are its source's T0,
// T1 and so on; nil is float32.
func (d *Device) typed(key string, bufs ...kernels.Buffer) string {
	for i, b := range bufs {
		if b != nil && of(b).half {
			key += halfTypes[i]
		}
	}
	return d.module(key)
}

var halfTypes = [4]string{" -DT0=bf16", " -DT1=bf16", " -DT2=bf16", " -DT3=bf16"}

// alike panics where not all buffers of a call are of one type, as they must be.
func alike(call string, bufs ...kernels.Buffer) {
	for i, b := range bufs {
		if of(b).half != of(bufs[0]).half {
			panic(fmt.Sprintf("cuda: %s of buffers of which number %d is halves and another is not", call, i))
		}
	}
}
