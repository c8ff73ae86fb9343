package shellbox

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// permissions are a mode as ls shows it.
func permissions(m fs.FileMode) string {
	kind := "-"
	if m.IsDir() {
		kind = "d"
	} else if m&fs.ModeSymlink != 0 {
		kind = "l"
	}
	return kind + m.Perm().String()[1:]
}

func ls(p *proc) int {
	if !p.options("1aAlhrtSRdFpsinogCu", "all=a", "almost-all=A", "reverse=r", "recursive=R", "human-readable=h", "directory=d", "color=1") {
		return 2
	}
	if len(p.args) == 0 {
		p.args = []string{"."}
	}
	type entry struct {
		name string
		Info
	}
	var files []entry
	var dirs []string
	for _, a := range p.args {
		info, err := p.fs().Stat(p.path(a))
		if err != nil || p.has('l') && !strings.HasSuffix(a, "/") {
			if l, err := p.fs().Lstat(p.path(a)); err == nil && (info.node == nil || l.node.link()) {
				info = l
			} else if err != nil {
				p.fail("cannot access '%s': %v", a, err)
				continue
			}
		}
		if info.IsDir() && !p.has('d') {
			dirs = append(dirs, a)
		} else {
			files = append(files, entry{a, info})
		}
	}
	show := func(list []entry) {
		slices.SortStableFunc(list, func(a, b entry) int {
			c := strings.Compare(a.name, b.name)
			switch {
			case p.has('t') && a.node.mtime != b.node.mtime:
				c = int(b.node.mtime - a.node.mtime)
			case p.has('S') && a.Size() != b.Size():
				c = int(b.Size() - a.Size())
			}
			if p.has('r') {
				return -c
			}
			return c
		})
		var b strings.Builder
		for _, e := range list {
			b.WriteString(p.listed(e.name, e.Info) + "\n")
		}
		p.print(b.String())
	}
	show(files)
	titled := len(p.args) > 1 || p.has('R')
	for i := 0; i < len(dirs) && p.on(); i++ {
		list, err := p.fs().ReadDir(p.path(dirs[i]))
		if err != nil {
			p.fail("cannot open directory '%s': %v", dirs[i], err)
			continue
		}
		if titled {
			if i > 0 || len(files) > 0 {
				p.print("\n")
			}
			p.print(dirs[i] + ":\n")
		}
		var entries []entry
		if p.has('a') {
			here, _ := p.fs().Stat(p.path(dirs[i]))
			above, _ := p.fs().Stat(p.path(dirs[i]) + "/..")
			entries = append(entries, entry{".", here}, entry{"..", above})
		}
		var under []string
		for _, e := range list {
			if e.name[0] == '.' && !p.has('a') && !p.has('A') {
				continue
			}
			entries = append(entries, entry{e.name, e})
			if p.has('R') && e.IsDir() {
				under = append(under, join(dirs[i], e.name))
			}
		}
		show(entries)
		dirs = slices.Insert(dirs, i+1, under...)
	}
	if p.failed {
		return 2
	}
	return 0
}

// listed is a line of ls.
func (p *proc) listed(name string, i Info) string {
	if p.has('F') || p.has('p') {
		switch {
		case i.IsDir():
			name += "/"
		case p.has('F') && i.node.link():
			name += "@"
		case p.has('F') && i.Mode()&0o100 != 0:
			name += "*"
		}
	}
	if !p.has('l') && !p.has('n') && !p.has('o') && !p.has('g') {
		return name
	}
	size := strconv.FormatInt(i.Size(), 10)
	if p.has('h') {
		size = human(i.Size())
	}
	if t := i.Target(); t != "" {
		name += " -> " + t
	}
	links := 1
	if i.IsDir() {
		links = 2
	}
	return fmt.Sprintf("%s %d %s %s %6s %s %s", permissions(i.Mode()), links, User, User, size, i.ModTime().Format("Jan _2 15:04"), name)
}

// human is a size with K, M or G.
func human(n int64) string {
	if n < 1024 {
		return strconv.FormatInt(n, 10)
	}
	x, unit := float64(n)/1024, 0
	for x >= 1024 && unit < 3 {
		x, unit = x/1024, unit+1
	}
	return fmt.Sprintf("%.1f%c", x, "KMGT"[unit])
}

func tree(p *proc) int {
	if len(p.args) == 0 {
		p.args = []string{"."}
	}
	root := p.path(p.args[0])
	err := p.fs().Walk(root, func(at string, i Info) bool {
		name, depth := p.args[0], 0
		if at != root {
			name, depth = i.Name(), strings.Count(strings.TrimPrefix(at, root), "/")
		}
		p.print(strings.Repeat("    ", depth) + name + "\n")
		return p.on()
	})
	if err != nil {
		return p.fail("%s: %v", p.args[0], err)
	}
	return 0
}
