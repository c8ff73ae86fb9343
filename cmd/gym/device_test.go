package main

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turngym/turngym/kernels/cuda/cudatest"
	"github.com/turngym/turngym/kernels/cuda/driver"
	"github.com/turngym/turngym/kernels/cuda/emu"
)

// onGPU trains a policy of few numbers, on the emulator where there is no GPU.
func onGPU(more ...string) []string {
	return lake(append([]string{"--recipe", "ppo", "--rl.steps", "3", "--rl.tasks", "1", "--rl.group", "2",
		"--model.dim", "32", "--model.layers", "1", "--model.hidden", "32", "--save", "2"}, more...)...)
}

// emulated has the driver find the emulator where there is no GPU.
func emulated(t *testing.T) emu.Libs {
	lib := cudatest.Prepare(t)
	if lib.Path != "" {
		lib.Set(t, "races", "off") // the kernels' own tests look for them
	}
	return lib
}

// losses are those of a run's steps.
func losses(t *testing.T, run string) (all []float64) {
	text, err := os.ReadFile(filepath.Join(run, "metrics.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		var row struct{ Loss float64 }
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		all = append(all, row.Loss)
	}
	return all
}

func TestARunOnAGPUGoesAsOnTheCPU(t *testing.T) {
	emulated(t)
	tmp := t.TempDir()
	cpu, gpu := filepath.Join(tmp, "cpu"), filepath.Join(tmp, "gpu")
	if text := must(t, onGPU("--run", cpu, "--profile")...); !strings.Contains(text, "policy ran") {
		t.Error(text)
	}
	if text := must(t, onGPU("--device", "cuda", "--exact", "--run", gpu)...); !strings.Contains(text, "cuda:0 ") {
		t.Error(text)
	}
	a, b := losses(t, cpu), losses(t, gpu)
	for i := range 3 { // later a draw may go another way
		if math.Abs(a[i]-b[i]) > 1e-4 || a[i] == 0 {
			t.Errorf("step %d: the loss is %g on the GPU and %g on the CPU", i+1, b[i], a[i])
		}
	}
	must(t, "eval", "--run", gpu, "--seeds", "1")
	if text := must(t, "doctor"); !strings.Contains(text, "--device cuda trains on it") {
		t.Error(text)
	}
}

func TestAGPUThatIsMissingIsNamedBeforeAnythingIsDone(t *testing.T) {
	lib := cudatest.Prepare(t)
	t.Setenv("GYM_CUDA_LIB", filepath.Join(t.TempDir(), "libcuda.so"))
	run := filepath.Join(t.TempDir(), "run")
	if code, text := runGym(t.Context(), onGPU("--device", "cuda", "--run", run)...); code != 2 || !strings.Contains(text, "device cuda: load libcuda") {
		t.Errorf("exit %d\n%s", code, text)
	}
	if text := must(t, onGPU("--device", "auto", "--run", run)...); !strings.Contains(text, "the GPU is not used: load libcuda") || !strings.Contains(text, "success") {
		t.Error(text)
	}
	if lib.Path == "" {
		return
	}
	t.Setenv("GYM_CUDA_LIB", lib.Path)
	t.Setenv("GYM_NVRTC_LIB", filepath.Join(t.TempDir(), "libnvrtc.so"))
	if code, text := runGym(t.Context(), onGPU("--device", "cuda", "--run", run+"2")...); code != 2 || !strings.Contains(text, "NVRTC") {
		t.Errorf("exit %d\n%s", code, text)
	}
}

// twoGPUs has the driver find two.
func twoGPUs(t *testing.T) {
	if lib := emulated(t); lib.Path != "" {
		lib.Set(t, "devices", "2")
		return
	}
	if c, err := driver.Open(); err != nil {
		t.Fatal(err)
	} else if list, err := c.Devices(); err != nil || len(list) < 2 {
		t.Skipf("two GPUs are wanted, and there are %d: %v", len(list), err)
	}
}

func TestARunOnTwoGPUsGoesAsOnTheCPU(t *testing.T) {
	twoGPUs(t)
	tmp := t.TempDir()
	cpu, two := filepath.Join(tmp, "cpu"), filepath.Join(tmp, "two")
	must(t, onGPU("--rl.steps", "2", "--run", cpu)...)
	if text := must(t, onGPU("--rl.steps", "2", "--device", "cuda:0,1", "--exact", "--run", two)...); !strings.Contains(text, "tokens, cuda:0 ") || !strings.Contains(text, "; cuda:1 ") {
		t.Error(text)
	}
	a, b := losses(t, cpu), losses(t, two)
	for i := range 2 {
		if math.Abs(a[i]-b[i]) > 1e-4 || a[i] == 0 {
			t.Errorf("step %d: the loss is %g on two GPUs and %g on the CPU", i+1, b[i], a[i])
		}
	}
	dev, err := openDevice(&Config{Device: "cuda:1"}, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	defer dev.Close()
	if !strings.HasPrefix(dev.Name(), "cuda:1 ") {
		t.Error(dev.Name())
	}
	if text := must(t, "doctor"); !strings.Contains(text, "--device cuda:0,1 on two") {
		t.Error(text)
	}
}

func TestWrongDevicesAreNamedBeforeAnythingIsDone(t *testing.T) {
	twoGPUs(t)
	nowhere := filepath.Join(t.TempDir(), "libnccl.so.2")
	for device, says := range map[string]string{
		"cuda:0,0":   `device "cuda:0,0": GPU 0 is named twice`,
		"cuda:x":     `device "cuda:x": "x" is no number of a GPU; cuda:0,1 are the first two`,
		"cuda:":      `"" is no number of a GPU`,
		"cuda:-1":    `"-1" is no number of a GPU`,
		"cpu:1":      `device "cpu:1": only GPUs have numbers, as in cuda:0,1`,
		"cudo:0,1":   `unknown device "cudo:0,1"`,
		"cuda:64":    `device cuda:64: open device 64: CUDA_ERROR_INVALID_DEVICE`,
		"cuda:0,64":  `device cuda:0,64: open device 64: CUDA_ERROR_INVALID_DEVICE (101): invalid device ordinal; the first GPU is 0; gym doctor lists them; --device cuda:0 does without`,
		"cuda:1,0":   `device cuda:1,0: load NCCL, which several GPUs need: GYM_NCCL_LIB=` + nowhere,
		"cuda:0,1,0": `GPU 0 is named twice`,
	} {
		t.Setenv("GYM_NCCL_LIB", nowhere)
		run := filepath.Join(t.TempDir(), "run")
		code, text := runGym(t.Context(), onGPU("--device", device, "--run", run)...)
		if code != 2 || !strings.Contains(text, says) || strings.Count(strings.TrimSpace(text), "\n") > 1 {
			t.Errorf("%s: exit %d\n%s", device, code, text)
		}
		if _, err := os.Stat(run); err == nil {
			t.Errorf("%s: a run was begun", device)
		}
	}
}

// A GPU that is lost costs the steps since the last checkpoint; the run goes on
// elsewhere. This test is the last: the emulated one stays lost in this process.
func TestARunThatLosesItsGPUGoesOnOnTheCPU(t *testing.T) {
	lib := emulated(t)
	if lib.Path == "" {
		t.Skip("a GPU is not lost when it is asked to be")
	}
	run := filepath.Join(t.TempDir(), "run")
	lib.Set(t, "lose", "700")
	code, text := runGym(t.Context(), onGPU("--device", "cuda", "--run", run)...)
	if code != 1 || !strings.Contains(text, "nothing on this device can be used any more") || !strings.Contains(text, "what was saved before is whole") {
		t.Fatalf("exit %d\n%s", code, text)
	}
	if text := must(t, "train", "--resume", run, "--device", "cpu"); !strings.Contains(text, "success") {
		t.Error(text)
	}
	if code, text := runGym(t.Context(), "train", "--resume", run, "--seed", "7"); code != 2 || !strings.Contains(text, "--seed: a run goes on as it was configured") {
		t.Errorf("exit %d\n%s", code, text)
	}
}
