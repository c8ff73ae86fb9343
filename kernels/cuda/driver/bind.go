package driver

import (
	"fmt"
	"reflect"
	"strings"
)

// bind fills the struct that calls points to from a library. A field's tag c is
// its C symbol; with ",opt" it may be missing, and the field stays zero. A field
// is a function, or a uintptr for call.
func bind(lib uintptr, calls any) error {
	v := reflect.ValueOf(calls).Elem()
	var missing []string
	for i := range v.NumField() {
		name, opt, _ := strings.Cut(v.Type().Field(i).Tag.Get("c"), ",")
		addr, err := symbol(lib, name)
		switch {
		case err != nil && opt != "opt":
			missing = append(missing, name)
		case err != nil:
		case v.Field(i).Kind() == reflect.Uintptr:
			v.Field(i).SetUint(uint64(addr))
		default:
			register(v.Field(i).Addr().Interface(), addr)
		}
	}
	if len(missing) > 3 {
		missing = append(missing[:2], fmt.Sprintf("%d more", len(missing)-2))
	}
	if missing != nil {
		return fmt.Errorf("it lacks %s: it is another library or too old", strings.Join(missing, ", "))
	}
	return nil
}

// cudaCalls is what is used of libcuda. Results are CUresult, 0 where all went
// well; device memory is a uint64, a handle a uintptr.
type cudaCalls struct {
	Init           func(flags uint32) int32              `c:"cuInit"`
	DriverVersion  func(v *int32) int32                  `c:"cuDriverGetVersion"`
	ErrorName      func(code int32, s **byte) int32      `c:"cuGetErrorName"`
	ErrorString    func(code int32, s **byte) int32      `c:"cuGetErrorString"`
	Count          func(n *int32) int32                  `c:"cuDeviceGetCount"`
	Device         func(dev *int32, i int32) int32       `c:"cuDeviceGet"`
	DeviceName     func(s *byte, n, dev int32) int32     `c:"cuDeviceGetName"`
	DeviceMemory   func(bytes *uint64, dev int32) int32  `c:"cuDeviceTotalMem_v2"`
	Attribute      func(v *int32, what, dev int32) int32 `c:"cuDeviceGetAttribute"`
	ContextRetain  func(ctx *uintptr, dev int32) int32   `c:"cuDevicePrimaryCtxRetain"`
	ContextRelease func(dev int32) int32                 `c:"cuDevicePrimaryCtxRelease_v2"`
	SetCurrent     uintptr                               `c:"cuCtxSetCurrent"`
	Synchronize    func() int32                          `c:"cuCtxSynchronize"`

	MemInfo   func(free, total *uint64) int32                  `c:"cuMemGetInfo_v2"`
	Alloc     func(addr *uint64, bytes uint64) int32           `c:"cuMemAlloc_v2"`
	Free      func(addr uint64) int32                          `c:"cuMemFree_v2"`
	HostAlloc func(p **byte, bytes uint64, flags uint32) int32 `c:"cuMemHostAlloc"`
	HostFree  func(p uintptr) int32                            `c:"cuMemFreeHost"`
	Upload    uintptr                                          `c:"cuMemcpyHtoDAsync_v2"`
	Download  uintptr                                          `c:"cuMemcpyDtoHAsync_v2"`
	Copy      uintptr                                          `c:"cuMemcpyDtoDAsync_v2"`
	Set8      uintptr                                          `c:"cuMemsetD8Async"`
	Set32     uintptr                                          `c:"cuMemsetD32Async"`

	StreamCreate  func(s *uintptr, flags uint32) int32      `c:"cuStreamCreate"`
	StreamDestroy func(s uintptr) int32                     `c:"cuStreamDestroy_v2"`
	StreamSync    uintptr                                   `c:"cuStreamSynchronize"`
	StreamQuery   uintptr                                   `c:"cuStreamQuery"`
	StreamWait    uintptr                                   `c:"cuStreamWaitEvent"`
	EventCreate   func(e *uintptr, flags uint32) int32      `c:"cuEventCreate"`
	EventDestroy  func(e uintptr) int32                     `c:"cuEventDestroy_v2"`
	EventRecord   uintptr                                   `c:"cuEventRecord"`
	EventQuery    uintptr                                   `c:"cuEventQuery"`
	EventSync     uintptr                                   `c:"cuEventSynchronize"`
	EventElapsed  func(ms *float32, from, to uintptr) int32 `c:"cuEventElapsedTime"`

	ModuleLoad   func(m *uintptr, image *byte) int32                           `c:"cuModuleLoadData"`
	ModuleUnload func(m uintptr) int32                                         `c:"cuModuleUnload"`
	Function     func(f *uintptr, m uintptr, name string) int32                `c:"cuModuleGetFunction"`
	FuncSet      func(f uintptr, what, v int32) int32                          `c:"cuFuncSetAttribute"`
	Occupancy    func(n *int32, f uintptr, threads int32, shared uint64) int32 `c:"cuOccupancyMaxActiveBlocksPerMultiprocessor"`
	Launch       uintptr                                                       `c:"cuLaunchKernel"`

	CaptureBegin func(s uintptr, mode int32) int32               `c:"cuStreamBeginCapture_v2"`
	CaptureEnd   func(s uintptr, g *uintptr) int32               `c:"cuStreamEndCapture"`
	Instantiate  func(e *uintptr, g uintptr, flags uint64) int32 `c:"cuGraphInstantiateWithFlags"`
	GraphLaunch  uintptr                                         `c:"cuGraphLaunch"`
	GraphDestroy func(g uintptr) int32                           `c:"cuGraphDestroy"`
	ExecDestroy  func(e uintptr) int32                           `c:"cuGraphExecDestroy"`
}

// nvrtcCalls is what is used of NVRTC. Results are nvrtcResult.
type nvrtcCalls struct {
	Version   func(major, minor *int32) int32                                          `c:"nvrtcVersion"`
	ArchCount func(n *int32) int32                                                     `c:"nvrtcGetNumSupportedArchs"`
	Archs     func(list *int32) int32                                                  `c:"nvrtcGetSupportedArchs"`
	Create    func(p *uintptr, src, name string, n int32, headers, names **byte) int32 `c:"nvrtcCreateProgram"`
	Compile   func(p uintptr, n int32, options **byte) int32                           `c:"nvrtcCompileProgram"`
	LogSize   func(p uintptr, n *uint64) int32                                         `c:"nvrtcGetProgramLogSize"`
	Log       func(p uintptr, to *byte) int32                                          `c:"nvrtcGetProgramLog"`
	CubinSize func(p uintptr, n *uint64) int32                                         `c:"nvrtcGetCUBINSize"`
	Cubin     func(p uintptr, to *byte) int32                                          `c:"nvrtcGetCUBIN"`
	PTXSize   func(p uintptr, n *uint64) int32                                         `c:"nvrtcGetPTXSize"`
	PTX       func(p uintptr, to *byte) int32                                          `c:"nvrtcGetPTX"`
	Destroy   func(p *uintptr) int32                                                   `c:"nvrtcDestroyProgram"`
	Words     func(code int32) string                                                  `c:"nvrtcGetErrorString"`
}

// ltCalls is what is used of cuBLASLt. Results are cublasStatus_t.
type ltCalls struct {
	Create        func(h *uintptr) int32                                                              `c:"cublasLtCreate"`
	Destroy       func(h uintptr) int32                                                               `c:"cublasLtDestroy"`
	Version       func() uint64                                                                       `c:"cublasLtGetVersion"`
	DescCreate    func(d *uintptr, compute, scale int32) int32                                        `c:"cublasLtMatmulDescCreate"`
	DescSet       func(d uintptr, what int32, v *byte, bytes uint64) int32                            `c:"cublasLtMatmulDescSetAttribute"`
	DescDestroy   func(d uintptr) int32                                                               `c:"cublasLtMatmulDescDestroy"`
	LayoutCreate  func(l *uintptr, kind int32, rows, cols uint64, ld int64) int32                     `c:"cublasLtMatrixLayoutCreate"`
	LayoutSet     func(l uintptr, what int32, v *byte, bytes uint64) int32                            `c:"cublasLtMatrixLayoutSetAttribute"`
	LayoutDestroy func(l uintptr) int32                                                               `c:"cublasLtMatrixLayoutDestroy"`
	PrefCreate    func(p *uintptr) int32                                                              `c:"cublasLtMatmulPreferenceCreate"`
	PrefSet       func(p uintptr, what int32, v *byte, bytes uint64) int32                            `c:"cublasLtMatmulPreferenceSetAttribute"`
	PrefDestroy   func(p uintptr) int32                                                               `c:"cublasLtMatmulPreferenceDestroy"`
	Heuristic     func(h, desc, a, b, c, d, pref uintptr, want int32, found *ltFound, n *int32) int32 `c:"cublasLtMatmulAlgoGetHeuristic"`
	Matmul        uintptr                                                                             `c:"cublasLtMatmul"`
}

// ncclCalls is what is used of NCCL. Results are ncclResult_t.
type ncclCalls struct {
	Version    func(v *int32) int32                                                         `c:"ncclGetVersion"`
	Words      func(code int32) string                                                      `c:"ncclGetErrorString"`
	LastError  func(comm uintptr) string                                                    `c:"ncclGetLastError,opt"` // since 2.13
	InitAll    func(comms *uintptr, n int32, devs *int32) int32                             `c:"ncclCommInitAll"`
	Destroy    func(comm uintptr) int32                                                     `c:"ncclCommDestroy"`
	Abort      func(comm uintptr) int32                                                     `c:"ncclCommAbort"`
	AsyncError func(comm uintptr, code *int32) int32                                        `c:"ncclCommGetAsyncError"`
	GroupStart func() int32                                                                 `c:"ncclGroupStart"`
	GroupEnd   func() int32                                                                 `c:"ncclGroupEnd"`
	AllReduce  func(from, to, n uint64, kind, op int32, comm uintptr, stream uintptr) int32 `c:"ncclAllReduce"`
}
