package tools_test

import (
	"testing"
	"testing/fstest"

	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/codebox/wasmtest"
	"github.com/turngym/turngym/tools/toolstest"
)

func TestLua(t *testing.T) {
	toolstest.Run(t, func() tools.Tool { return tools.NewLua() }, `lua("print(6 * 7)")`, `lua("x = 1")`, `lua("print(x) error(1)")`)
}

func TestJavaScript(t *testing.T) {
	toolstest.Run(t, func() tools.Tool { return tools.NewJavaScript() }, `javascript("console.log(6 * 7)")`, `javascript("print(typeof x); y")`)
}

func programs() fstest.MapFS {
	return fstest.MapFS{"bin/echo.wasm": {Data: wasmtest.Echo()}, "bin/chance.wasm": {Data: wasmtest.Chance()}}
}

func TestWASM(t *testing.T) {
	toolstest.Run(t, func() tools.Tool {
		tool, err := tools.NewWASM(t.Context(), programs(), "bin")
		if err != nil {
			t.Fatal(err)
		}
		return tool
	}, `wasm("echo", "hello")`, `wasm("chance", "")`)
}

func TestAWrongWASMProgramIsNamed(t *testing.T) {
	files := programs()
	files["bin/broken.wasm"] = &fstest.MapFile{Data: []byte("no module")}
	if _, err := tools.NewWASM(t.Context(), files, "bin"); err == nil {
		t.Error("a broken program was taken")
	}
	if _, err := tools.NewWASM(t.Context(), files, "nowhere"); err == nil {
		t.Error("an empty folder was taken")
	}
}
