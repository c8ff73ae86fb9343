package driver

import (
	"os"
	"runtime"
	"testing"
)

// TestNVIDIAsNCCLIsBound needs no GPU: GYM_NCCL_REAL is the file of a real libnccl
// (pip install nvidia-nccl-cu12).
func TestNVIDIAsNCCLIsBound(t *testing.T) {
	path := os.Getenv("GYM_NCCL_REAL")
	if path == "" {
		t.Skip("GYM_NCCL_REAL names no libnccl")
	}
	t.Setenv("GYM_NCCL_LIB", path)
	lib, err := openNCCL(12)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("NCCL", lib.version)
	if lib.version < 20000 {
		t.Errorf("its version is %d", lib.version)
	}
	runtime.LockOSThread() // a group is a thread's
	defer runtime.UnlockOSThread()
	if code := lib.calls.GroupStart(); code != 0 {
		t.Error(lib.check(code, "begin a group"))
	}
	if code := lib.calls.GroupEnd(); code != 0 {
		t.Error(lib.check(code, "end a group"))
	}
	var comm [2]uintptr
	ids := [2]int32{0, 0}
	err = lib.check(lib.calls.InitAll(&comm[0], 2, &ids[0]), "join a device with itself")
	if err == nil {
		t.Fatal("the same device twice is taken")
	}
	t.Log(err)
	if err := lib.check(lib.calls.AllReduce(0, 0, 8, ncclFloat32, ncclSum, 0, 0), "sum over nobody"); err == nil {
		t.Error("a sum over nobody is taken")
	} else {
		t.Log(err)
	}
}
