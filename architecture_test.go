package turngym_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/turngym/turngym"

// rooms is who may import whom, the more particular line first; x/... is x and
// all under it, anything is everything. A room may import itself, but not the
// rooms under it that have a line of their own.
var rooms = []struct {
	room   string
	may    []string
	reason string
}{
	{"gym", nil, "the contract outlives every implementation"},
	{"gym/catalog", nil, "the contract outlives every implementation"},
	{"gym/...", []string{"gym/..."}, "recording, rewards, serving work for any env"},
	{"kernels/...", nil, "arithmetic knows no model"},
	{"tools/...", []string{"gym/...", "scenarios"}, "a tool works with any env; there is one Lua sandbox"},
	{"scenarios/...", []string{"gym/..."}, "Lua knows no browser"},
	{"envs/...", []string{"gym/...", "tools/...", "scenarios/..."}, "an env knows no agent, policy or trainer"},
	{"policy/algo/...", []string{"gym/catalog"}, "an algorithm is a function of token columns"},
	{"policy/train/...", []string{"gym/...", "policy/...", "kernels/..."}, "it takes episodes from a Source; it never imports agent or envs"},
	{"policy/...", []string{"gym", "gym/catalog", "kernels/..."}, "tokens in, tokens out"},
	{"agent/...", []string{"gym/...", "policy"}, "an agent sees verbs; which of them are tools it cannot tell"},
	{"cmd/...", []string{"..."}, "the wiring"},
	{"bench/...", []string{"..."}, "it measures every room"},
}

// covers says whether a package, by its folder, is of a room.
func covers(room, pkg string) bool {
	under, all := strings.CutSuffix(room, "...")
	return room == pkg || all && (under == "" || pkg+"/" == under || strings.HasPrefix(pkg, under))
}

// roomOf is the index of the first line that covers a package, or -1.
func roomOf(pkg string) int {
	for i, r := range rooms {
		if covers(r.room, pkg) {
			return i
		}
	}
	return -1
}

func mayImport(from, to string) bool {
	room := roomOf(from)
	return room == roomOf(to) || slices.ContainsFunc(rooms[room].may, func(r string) bool { return covers(r, to) })
}

// source is one Go file of the module.
type source struct {
	path string
	file *ast.File
}

// sources are the Go files that are not tests. They are read here, and not by
// go list in a process of its own: the go command notices only changes in
// files that a test itself opens, and would show an old result.
func sources(t *testing.T) []source {
	t.Helper()
	var list []source
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if n := d.Name(); p != "." && (n == "testdata" || n == "node_modules" || strings.HasPrefix(n, ".") || strings.HasPrefix(n, "_")) {
				return fs.SkipDir
			}
			return nil
		case !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), p, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		list = append(list, source{filepath.ToSlash(p), file})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func imports(f *ast.File) []string {
	var list []string
	for _, s := range f.Imports {
		p, _ := strconv.Unquote(s.Path.Value)
		list = append(list, p)
	}
	return list
}

func TestImportsGoDownOnly(t *testing.T) {
	for _, s := range sources(t) {
		from := path.Dir(s.path)
		if roomOf(from) < 0 {
			t.Errorf("%s is in no room; the rooms are the first column of this test's table", s.path)
			continue
		}
		for _, p := range imports(s.file) {
			to, ours := strings.CutPrefix(p, module+"/")
			if !ours || roomOf(to) >= 0 && mayImport(from, to) {
				continue
			}
			r := rooms[roomOf(from)]
			t.Errorf("%s imports %s; of this module %s may import %q and itself: %s", s.path, to, r.room, r.may, r.reason)
		}
	}
}

func TestTheTableReadsAsMeant(t *testing.T) {
	for _, c := range []struct {
		from, to string
		want     bool
	}{
		{"gym", "gym/catalog", false}, {"gym/record", "gym", true}, {"gym/record", "envs/web", false}, {"gym/gymtest", "gym/catalog", true},
		{"kernels/cpu", "kernels", true}, {"kernels", "gym", false}, {"envs/web", "envs/web/browser", true}, {"envs/web", "agent", false},
		{"policy/algo", "gym/catalog", true}, {"policy/algo", "gym", false}, {"policy/algo/algotest", "policy/algo", true},
		{"policy/train", "policy/algo", true}, {"policy/train", "agent", false}, {"policy/model", "kernels", true},
		{"policy", "policy/model", true}, {"policy/model", "policy/train", false}, {"policy", "gym/record", false},
		{"agent/rollout", "policy", true}, {"agent", "policy/model", false}, {"agent", "tools", false}, {"cmd/gym", "envs/web", true},
	} {
		if got := mayImport(c.from, c.to); got != c.want {
			t.Errorf("%s may import %s: %v", c.from, c.to, got)
		}
	}
}

// names are the packages of the module by name, with what each declares at its
// top level, and as Type.Member the methods and fields.
func names(list []source) map[string]map[string]bool {
	all := map[string]map[string]bool{}
	for _, s := range list {
		pkg := all[s.file.Name.Name]
		if pkg == nil {
			pkg = map[string]bool{}
			all[s.file.Name.Name] = pkg
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if name := d.Name.Name; d.Recv == nil {
					pkg[name] = true
				} else if t := receiver(d.Recv.List[0].Type); t != "" {
					pkg[t+"."+name] = true
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					declare(pkg, spec)
				}
			}
		}
	}
	return all
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	}
	return ""
}

func declare(pkg map[string]bool, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, n := range s.Names {
			pkg[n.Name] = true
		}
	case *ast.TypeSpec:
		pkg[s.Name.Name] = true
		var members *ast.FieldList
		switch t := s.Type.(type) {
		case *ast.StructType:
			members = t.Fields
		case *ast.InterfaceType:
			members = t.Methods
		default:
			return
		}
		for _, m := range members.List {
			for _, n := range m.Names {
				pkg[s.Name.Name+"."+n.Name] = true
			}
		}
	}
}

// quoted is a name in backticks: `gym.Env`, `train.Run()`, `gym.Task.Rand`.
var quoted = regexp.MustCompile("`\\*?([a-z][a-z0-9]*)\\.([A-Z]\\w*(?:\\.[A-Z]\\w*)?)(?:\\([^`]*\\))?`")

// version is the end of an import path that is not the package's name.
var version = regexp.MustCompile(`/v[0-9]+$`)

// TestArchitectureNamesWhatExists: a page that names functions rots unless
// something reads it. Names of packages that the module imports from elsewhere
// (`http.Handler`) are taken on trust.
func TestArchitectureNamesWhatExists(t *testing.T) {
	text, err := os.ReadFile("ARCHITECTURE.md")
	if os.IsNotExist(err) {
		t.Skip("there is no ARCHITECTURE.md")
	}
	if err != nil {
		t.Fatal(err)
	}
	list := sources(t)
	ours, foreign := names(list), map[string]bool{}
	for _, s := range list {
		for i, p := range imports(s.file) {
			foreign[path.Base(version.ReplaceAllString(p, ""))] = true
			if alias := s.file.Imports[i].Name; alias != nil {
				foreign[alias.Name] = true
			}
		}
	}
	for _, m := range quoted.FindAllStringSubmatch(string(text), -1) {
		pkg, ok := ours[m[1]]
		switch {
		case ok && !pkg[m[2]]:
			t.Errorf("ARCHITECTURE.md names %s; package %s has no %s", m[0], m[1], m[2])
		case !ok && !foreign[m[1]]:
			t.Errorf("ARCHITECTURE.md names %s; there is no package %s", m[0], m[1])
		}
	}
}
