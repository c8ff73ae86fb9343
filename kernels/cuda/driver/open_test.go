package driver_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/turngym/turngym/kernels/cuda/driver"
	"github.com/turngym/turngym/kernels/cuda/emu"
)

// wants checks that an error says what it must.
func wants(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q is not in: %v", w, err)
		}
	}
	if strings.Count(err.Error(), "\n") > 0 {
		t.Errorf("more than a line: %v", err)
	}
}

func TestAnotherLibraryUnderItsNameIsRefused(t *testing.T) {
	emu.Build(t)
	t.Setenv("GYM_CUDA_LIB", "libc.so.6")
	_, err := driver.Open()
	wants(t, err, "load libcuda: libc.so.6", "lacks cuInit")
}

func TestAFileThatIsNamedAndMissingIsNotLookedForElsewhere(t *testing.T) {
	emu.Build(t)
	t.Setenv("GYM_CUDA_LIB", "/nowhere/libcuda.so.1")
	_, err := driver.Open()
	wants(t, err, "load libcuda: GYM_CUDA_LIB=/nowhere/libcuda.so.1")
	if errors.Is(err, driver.ErrNone) {
		t.Error("a wrong setting is taken for a machine without a GPU")
	}
}

func TestAMachineWithoutADeviceIsErrNone(t *testing.T) {
	emu.Build(t).Set(t, "devices", "0")
	_, err := driver.Open()
	wants(t, err, "cuInit", "CUDA_ERROR_NO_DEVICE (100)", "no CUDA-capable device")
	if !errors.Is(err, driver.ErrNone) {
		t.Error("not ErrNone")
	}
}

func TestADriverThatDoesNotStartSaysWhy(t *testing.T) {
	emu.Build(t).Set(t, "init", "803")
	_, err := driver.Open()
	wants(t, err, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803)", "reboot")
	if errors.Is(err, driver.ErrNone) {
		t.Error("a broken driver is taken for a machine without a GPU")
	}
}

func TestAnOldDriverIsToldTheVersionThatIsWanted(t *testing.T) {
	emu.Build(t).Set(t, "driver", "11040")
	_, err := driver.Open()
	wants(t, err, "CUDA 11.4", "12.0", "525")
}

func TestDevicesAreToldApart(t *testing.T) {
	emu.Build(t).Set(t, "devices", "2")
	c, err := driver.Open()
	if err != nil {
		t.Fatal(err)
	}
	list, err := c.Devices()
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	if d := list[1]; d.Index != 1 || d.Name != "Emulated GPU 1" || d.Arch() != 90 || d.SMs != 4 || d.Memory != 1<<30 || d.Shared != 227<<10 {
		t.Errorf("%+v", d)
	}
	_, err = c.Device(2)
	wants(t, err, "device 2", "CUDA_ERROR_INVALID_DEVICE")
}

func TestWithoutNVRTCTheErrorSaysHowToGetIt(t *testing.T) {
	emu.Build(t)
	t.Setenv("GYM_NVRTC_LIB", "/nowhere/libnvrtc.so.12")
	_, err := driver.OpenCompiler(12)
	wants(t, err, "load NVRTC", "GYM_NVRTC_LIB=/nowhere/libnvrtc.so.12", "pip install nvidia-cuda-nvrtc-cu12")
}

func TestWhoHasNotEnteredIsToldSo(t *testing.T) {
	emu.Build(t)
	c, err := driver.Open()
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Device(0)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	leave, err := d.Enter()
	if err != nil {
		t.Fatal(err)
	}
	leave()
	done := make(chan error)
	go func() { // on a thread of its own, which never entered
		_, err := d.Alloc(16)
		done <- err
	}()
	if err := <-done; err != nil { // or on one that did
		wants(t, err, "CUDA_ERROR_INVALID_CONTEXT", "call Enter")
	}
}
