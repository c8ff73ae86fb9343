package driver

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// Module is a source's kernels on a device. It is safe for goroutines.
type Module struct {
	dev    *Device
	name   string
	handle uintptr
	list   map[string]signature

	mu      sync.Mutex
	kernels map[string]*Kernel
}

// Compile makes the source's kernels ready, from the cache where they were
// compiled before. They are unloaded when the device is closed.
func (d *Device) Compile(src Source) (*Module, error) {
	list, err := signatures(src)
	if err != nil {
		return nil, err
	}
	nvrtc, err := d.cuda.compiler()
	if err != nil {
		return nil, err
	}
	image, err := nvrtc.Cubin(src, d.Info.Arch())
	if err != nil {
		return nil, err
	}
	m := &Module{dev: d, name: src.Name, list: list, kernels: map[string]*Kernel{}}
	if code := d.cuda.calls.ModuleLoad(&m.handle, unsafe.SliceData(append(image, 0))); code != 0 {
		return nil, d.fail(code, fmt.Sprintf("load %s, compiled by NVRTC %s, into a driver for CUDA %s", src.Name, version(nvrtc.Version), version(d.cuda.Version)))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.modules = append(d.modules, m)
	return m, nil
}

// Kernel is one of the module's, by name.
func (m *Module) Kernel(name string) (*Kernel, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k := m.kernels[name]; k != nil {
		return k, nil
	}
	sig, ok := m.list[name]
	if !ok {
		return nil, fmt.Errorf("%s has no kernel %q; it has %s", m.name, name, strings.Join(slices.Sorted(maps.Keys(m.list)), ", "))
	}
	k := &Kernel{dev: m.dev, name: name, signature: sig, shared: sharedPlain}
	if code := m.dev.cuda.calls.Function(&k.handle, m.handle, name); code != 0 {
		return nil, m.dev.fail(code, fmt.Sprintf("find kernel %s in %s", name, m.name))
	}
	if err := k.prepare(); err != nil {
		return nil, fmt.Errorf("kernel %s: %w", name, err)
	}
	m.kernels[name] = k
	return k, nil
}

func (m *Module) unload() {
	m.dev.cuda.calls.ModuleUnload(m.handle)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range m.kernels {
		k.mu.Lock()
		k.values = nil
		k.drop()
		k.mu.Unlock()
	}
}
