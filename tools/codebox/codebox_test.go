package codebox_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/turngym/turngym/tools/codebox"
	"github.com/turngym/turngym/tools/codebox/wasmtest"
)

func language(t testing.TB, name string) codebox.Language {
	t.Helper()
	l, err := codebox.Find(codebox.Languages(), name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func run(t testing.TB, lang, source, stdin string) codebox.Output {
	t.Helper()
	out, err := codebox.Run(t.Context(), language(t, lang), source, stdin, codebox.Limits{})
	if err != nil {
		t.Fatalf("%s: %q: %v", lang, source, err)
	}
	return out
}

func TestProgramsReadAndPrint(t *testing.T) {
	for _, c := range []struct{ lang, source, stdin, want string }{
		{"lua", `print("hi", 1, 1.5, nil, true)`, "", "hi\t1\t1.5\tnil\ttrue\n"},
		{"lua", `n = io.read("n") m = io.read("*n") print(n + m)`, "3 4", "7\n"},
		{"lua", `for line in io.lines() do io.write(line:upper(), ";") end`, "a\nb\r\n", "A;B;"},
		{"lua", `print(io.read(), io.read("a"), io.read())`, "a\nb\nc", "a\tb\nc\tnil\n"},
		{"lua", `a, b = 1, 2 a, b = b, a print(a, b)`, "", "2\t1\n"},
		{"javascript", `print("hi", 1, 1.5, null, true)`, "", "hi 1 1.5 null true\n"},
		{"javascript", `console.log(Number(readline()) + Number(readline()), readline())`, "3\n4", "7 null\n"},
		{"javascript", `const s = [3, 1, 2].sort().map(x => x * 2).join("-"); print(s, JSON.stringify({a: [1]}))`, "", "2-4-6 {\"a\":[1]}\n"},
		{"javascript", `print([...new Set([1, 1, 2])], Array.from("abc").length, Math.max(...[1, 5]), [1, [2, [3]]].flat(Infinity))`, "", "1,2 3 5 1,2,3\n"},
		{"javascript", `function* g() { yield 1; yield 2 } print([...g()], [1].concat(2, [3]).length, "a-b".replace("-", "+"), "ab".repeat(2), (x => x).apply(null, [7]))`, "", "1,2 3 a+b abab 7\n"},
		{"wasm", string(wasmtest.Echo()), "what goes in", "what goes in"},
	} {
		if out := run(t, c.lang, c.source, c.stdin); out.Stdout != c.want || out.Exit != 0 || out.Stderr != "" {
			t.Errorf("%s: %s\ngave %+v, want %q", c.lang, c.source, out, c.want)
		}
	}
}

func TestWhatIsWrongIsSaidWithItsPlace(t *testing.T) {
	for _, c := range []struct{ lang, source, stdout, stderr string }{
		{"lua", "print(1)\nprint(nil + 1)", "1\n", "program:2: cannot perform add operation between nil and number"},
		{"lua", "x = = 1", "", "program:1: "},
		{"lua", "print(1)\nprint(2 +\n", "", `program:2: the text ends too early, after "+"`},
		{"lua", "error({})", "", "table"},
		{"lua", "function f() return f() + 1 end f()", "", "without end"},
		{"javascript", "print(1)\nnull.x", "1\n", "TypeError: Cannot read property 'x' of undefined at program:2:6"},
		{"javascript", "let = = 1", "", "SyntaxError: "},
		{"javascript", "function f() { return f() + 1 } f()", "", "without end"},
		{"javascript", "throw 5", "", "5 at program:1:1"},
		{"wasm", "no module", "", "cannot be compiled"},
	} {
		out := run(t, c.lang, c.source, "")
		if out.Stdout != c.stdout || out.Exit == 0 || !strings.Contains(out.Stderr, c.stderr) {
			t.Errorf("%s: %s\ngave %+v, want %q and %q", c.lang, c.source, out, c.stdout, c.stderr)
		}
	}
}

// TestNothingLeadsOutOfTheBox: known ways out of each language end in an error,
// or find nothing.
func TestNothingLeadsOutOfTheBox(t *testing.T) {
	for _, c := range []struct{ lang, source string }{
		{"lua", `os.execute("id")`},
		{"lua", `io.open("/etc/passwd")`},
		{"lua", `io.popen("id")`},
		{"lua", `load("return 1")()`},
		{"lua", `loadstring("return 1")()`},
		{"lua", `require("os")`},
		{"lua", `debug.getinfo(1)`},
		{"lua", `string.dump(print)`},
		{"lua", `setfenv(1, {})`},
		{"lua", `coroutine.create(print)`},
		{"javascript", `require("fs")`},
		{"javascript", `process.exit()`},
		{"javascript", `eval("1")`},
		{"javascript", `(0, eval)("1")`},
		{"javascript", `new Function("return 1")()`},
		{"javascript", `(function () {}).constructor("return 1")()`},
		{"javascript", `(function* () {}).constructor("yield 1")()`},
		{"javascript", `(async function () {}).constructor("return 1")()`},
		{"javascript", `Object.getPrototypeOf(() => 1).constructor("return 1")()`},
		{"javascript", `new Proxy({}, {}) `},
		{"javascript", `Date.now()`},
		{"javascript", `import("fs")`},
		{"javascript", `fetch("http://localhost")`},
		{"javascript", `setTimeout(print, 1)`},
	} {
		if out := run(t, c.lang, c.source, ""); out.Exit == 0 {
			t.Errorf("%s: %s\nran through: %+v", c.lang, c.source, out)
		}
	}
	if out := run(t, "wasm", string(wasmtest.Open("/etc/passwd")), ""); out.Stdout == "A" || out.Stdout == "" {
		t.Errorf("a module opened a file: %+v", out)
	}
	first, second := run(t, "wasm", string(wasmtest.Chance()), ""), run(t, "wasm", string(wasmtest.Chance()), "")
	if first != second || first.Stdout == "" {
		t.Errorf("a module saw the clock or chance of the machine: %q and %q", first.Stdout, second.Stdout)
	}
	if a, b := run(t, "javascript", "print(Math.random())", ""), run(t, "javascript", "print(Math.random())", ""); a != b {
		t.Errorf("chance differs: %q and %q", a.Stdout, b.Stdout)
	}
}

// TestGreedyProgramsEnd: what asks for time, memory or output without end is
// stopped, within its limits and those of the library.
func TestGreedyProgramsEnd(t *testing.T) {
	limits := codebox.Limits{Steps: 200_000, Memory: 32 << 20, Time: 300 * time.Millisecond}
	for _, c := range []struct{ lang, source string }{
		{"lua", `while true do end`},
		{"lua", `s = "x" while true do s = s .. s end`},
		{"lua", `string.rep("x", 1e9)`},
		{"lua", `("a"):rep(30000):find(("a*"):rep(8) .. "b")`},
		{"lua", `t = {} for i = 1, 1e9 do t[i] = i end`},
		{"lua", `while true do pcall(function() while true do end end) end`},
		{"lua", `while true do print("x") end`},
		{"javascript", `while (true) {}`},
		{"javascript", `let s = "x"; while (true) s += s`},
		{"javascript", `"x".repeat(1e9)`},
		{"javascript", `"x".padEnd(1e9)`},
		{"javascript", `const a = []; while (true) a.push(new Array(1000).fill(1))`},
		{"javascript", `new Array(1e9).fill(0)`},
		{"javascript", `new Array(1e9).join("xxxx")`},
		{"javascript", `[...new Array(4e9)]`},
		{"javascript", `Array.from({length: 1e9})`},
		{"javascript", `Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)`},
		{"javascript", `Math.max.apply(null, {length: 1e9})`},
		{"javascript", `let a = []; for (let i = 0; i < 60; i++) a = [a, a]; JSON.stringify(a)`},
		{"javascript", `let a = [1]; for (let i = 0; i < 60; i++) a = [a, a]; String(a)`},
		{"javascript", `let a = [1]; for (let i = 0; i < 60; i++) a = [a, a]; a.flat(Infinity)`},
		{"javascript", `let s = "x".repeat(1e6); s.replaceAll("", s)`},
		{"javascript", `let a = "".split(","); for (let i = 0; i < 60; i++) { const b = "".split(","); b.push(a); b.push(a); a = b } print(a)`},
		{"javascript", `"x".padStart(1e9)`},
		{"javascript", `2n ** 10000000000n`},
		{"javascript", `/^(?=(a+)+$)/.test("a".repeat(40) + "b"); while (true) {}`},
		{"javascript", `try { while (true) {} } catch (e) { while (true) {} } finally { while (true) {} }`},
		{"javascript", `while (true) print("x")`},
		{"javascript", `({ toString() { while (true) {} } }) + ""`},
		{"javascript", `(async () => { while (true) await 1 })()`},
		{"javascript", strings.Repeat("(", 30000)},
		{"javascript", strings.Repeat("-", 30000) + "1"},
		{"javascript", "x = 1" + strings.Repeat("+1", 15000) + "; while (true) {}"},
		{"javascript", strings.Repeat("if(1)", 6000) + "while (true) {}"},
		{"lua", strings.Repeat("(", 30000)},
		{"lua", "x = " + strings.Repeat("-", 1) + strings.Repeat("not ", 7000) + "1 while true do end"},
		{"lua", "x = 1" + strings.Repeat("+1", 15000) + " while true do end"},
		{"lua", strings.Repeat("do ", 7000) + strings.Repeat("end ", 7000) + " while true do end"},
		{"wasm", string(wasmtest.Loop())},
		{"wasm", string(wasmtest.Grow())},
		{"wasm", string(wasmtest.Flood())},
	} {
		out, err := codebox.Run(t.Context(), language(t, c.lang), c.source, "", limits)
		if err != nil || out.Exit == 0 {
			t.Errorf("%s: %.80q\nwas not stopped: %.80q %q %v %v", c.lang, c.source, out.Stdout, out.Stderr, out.TimedOut, err)
		}
	}
}

func TestAnEndedContextEndsARun(t *testing.T) {
	for _, c := range []struct{ lang, source string }{{"lua", `while true do end`}, {"javascript", `while (true) {}`}, {"wasm", string(wasmtest.Loop())}} {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		limits := codebox.Limits{Steps: 1 << 40, Time: time.Minute}
		if _, err := codebox.Run(ctx, language(t, c.lang), c.source, "", limits); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: got the error %v, want that the context ended", c.lang, err)
		}
		cancel()
		if _, err := codebox.Run(ctx, language(t, c.lang), c.source, "", limits); !errors.Is(err, ctx.Err()) {
			t.Errorf("%s: with an ended context the error is %v", c.lang, err)
		}
	}
}

func TestAnUnknownLanguageNamesTheNearest(t *testing.T) {
	if _, err := codebox.Find(codebox.Languages(), "javscript"); err == nil || !strings.Contains(err.Error(), "javascript") {
		t.Errorf("got the error %v, want the nearest name", err)
	}
}

// fuzz: whatever a program is, it ends, and does the same again.
func fuzz(f *testing.F, lang string, seeds ...string) {
	for _, s := range seeds {
		f.Add(s, "3 4\nx")
	}
	limits := codebox.Limits{Steps: 20_000, Memory: 64 << 20, Time: 300 * time.Millisecond, Output: 1 << 10}
	f.Fuzz(func(t *testing.T, source, stdin string) {
		program := codebox.Load(language(t, lang), source, limits)
		first, err := program.Run(t.Context(), stdin)
		if err != nil {
			t.Fatal(err)
		}
		again, err := codebox.Run(t.Context(), language(t, lang), source, stdin, limits)
		if err != nil {
			t.Fatal(err)
		}
		if !first.TimedOut && !again.TimedOut && first != again {
			t.Errorf("a run gave %+v, another %+v", first, again)
		}
	})
}

func FuzzLua(f *testing.F) {
	fuzz(f, "lua", `print(io.read("n"))`, `for k, v in pairs({a = 1, 2}) do print(k, v) end`, `print(pcall(error, {}))`, `s = ("x"):rep(9) print(#s)`)
}

func FuzzJavaScript(f *testing.F) {
	fuzz(f, "javascript", `print(readline())`, `for (const k in {a: 1, b: 2}) print(k)`, `try { null.x } catch (e) { print(e.stack) }`, `class A { #x = 1; y() { return this.#x } } print(new A().y())`)
}

func FuzzWASM(f *testing.F) {
	fuzz(f, "wasm", string(wasmtest.Echo()), string(wasmtest.Chance()), string(wasmtest.Open("x")))
}

func BenchmarkRun(b *testing.B) {
	for _, c := range []struct{ lang, source string }{
		{"lua", "n = io.read(\"n\")\ns = 0\nfor i = 1, n do s = s + i * 2 end\nprint(s)"},
		{"javascript", "n = Number(readline());\ns = 0;\nfor (let i = 1; i <= n; i++) s += i * 2;\nprint(s)"},
		{"wasm", string(wasmtest.Echo())},
	} {
		b.Run(c.lang, func(b *testing.B) {
			l := language(b, c.lang)
			for b.Loop() {
				if _, err := codebox.Run(b.Context(), l, c.source, "20", codebox.Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(c.lang+"-loaded", func(b *testing.B) {
			p := codebox.Load(language(b, c.lang), c.source, codebox.Limits{})
			for b.Loop() {
				if _, err := p.Run(b.Context(), "20"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
