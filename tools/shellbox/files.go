package shellbox

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
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

func mkdir(p *proc) int {
	if !p.options("pvm:", "parents=p", "mode=m") {
		return 1
	}
	if len(p.args) == 0 {
		return p.fail("missing operand")
	}
	mode := fs.FileMode(0o755)
	if p.has('m') {
		var ok bool
		if mode, ok = changeMode(p.flags['m'], 0o755, true); !ok {
			return p.fail("invalid mode '%s'", p.flags['m'])
		}
	}
	for _, d := range p.args {
		err := error(nil)
		if at := path.Clean(p.path(d)); p.has('p') {
			err = p.fs().MkdirAll(at, mode)
		} else {
			err = p.fs().Mkdir(at, mode)
		}
		if d == "" {
			err = NotExist
		}
		if err != nil {
			p.fail("cannot create directory '%s': %v", d, err)
		}
	}
	return p.status()
}

func rmdir(p *proc) int {
	if !p.options("pv") {
		return 1
	}
	for _, d := range p.args {
		info, err := p.fs().Lstat(p.path(d))
		if err == nil && !info.IsDir() {
			err = NotDir
		}
		if err == nil {
			err = p.fs().Remove(p.path(d), false)
		}
		if err != nil {
			p.fail("failed to remove '%s': %v", d, err)
		}
	}
	return p.status()
}

func rm(p *proc) int {
	if !p.options("rRfdvi", "recursive=r", "force=f", "verbose=v") {
		return 1
	}
	if len(p.args) == 0 && !p.has('f') {
		return p.fail("missing operand")
	}
	deep := p.has('r') || p.has('R')
	for _, f := range p.args {
		info, err := p.fs().Lstat(p.path(f))
		if err == nil && info.IsDir() && !deep && !p.has('d') {
			err = IsDir
		}
		if err == NotExist && p.has('f') {
			continue
		}
		if base := path.Base(f); base == "." || base == ".." || f == "" {
			p.fail("refusing to remove '%s'", f)
			continue
		}
		if err == nil {
			err = p.fs().Remove(p.path(f), deep)
		}
		if err != nil {
			p.fail("cannot remove '%s': %v", f, err)
		} else if p.has('v') {
			p.print("removed '" + f + "'\n")
		}
	}
	return p.status()
}

// targets are what cp, mv and ln make of their arguments: each with its new path.
func (p *proc) targets() (list [][2]string, ok bool) {
	if p.has('t') {
		p.args = append(p.args, p.flags['t'])
	}
	if len(p.args) < 2 {
		p.fail("missing file operand")
		return nil, false
	}
	to := p.args[len(p.args)-1]
	info, err := p.fs().Stat(p.path(to))
	into := err == nil && info.IsDir() && !p.has('T')
	if !into && (len(p.args) > 2 || strings.HasSuffix(to, "/") && err != nil && !p.has('R') && !p.has('r')) {
		p.fail("target '%s': No such file or directory", to)
		return nil, false
	}
	for _, from := range p.args[:len(p.args)-1] {
		at := to
		if into {
			at = join(to, path.Base(from))
		}
		list = append(list, [2]string{from, at})
	}
	return list, true
}

func cp(p *proc) int {
	if !p.options("rRaPpfvnuTLt:", "recursive=r", "archive=a", "force=f", "no-clobber=n", "target-directory=t") {
		return 1
	}
	list, ok := p.targets()
	if !ok {
		return 1
	}
	for _, c := range list {
		info, err := p.fs().Stat(p.path(c[0]))
		switch {
		case err != nil:
			p.fail("cannot stat '%s': %v", c[0], err)
		case info.IsDir() && !p.has('r') && !p.has('R') && !p.has('a'):
			p.fail("-r not specified; omitting directory '%s'", c[0])
		default:
			if p.has('n') {
				if _, err := p.fs().Stat(p.path(c[1])); err == nil {
					continue
				}
			}
			p.copy(c[0], c[1])
		}
	}
	return p.status()
}

// copy copies a file or all under a directory.
func (p *proc) copy(from, to string) {
	source, err := p.fs().Real(p.path(from))
	target, _, _ := p.fs().lookup(p.path(to), true)
	if err != nil || source == target || strings.HasPrefix(target, source+"/") {
		p.fail("cannot copy '%s' to '%s': they are the same, or one is in the other", from, to)
		return
	}
	keep := p.has('p') || p.has('a')
	p.fs().Walk(source, func(at string, i Info) bool {
		name := p.path(to) + strings.TrimPrefix(at, source)
		switch {
		case i.IsDir():
			if err = p.fs().Mkdir(name, i.Mode()); err == Exist {
				if old, _ := p.fs().Stat(name); old.IsDir() {
					err = nil
				}
			}
		case i.node.link():
			err = p.fs().Symlink(i.Target(), name)
		default:
			if i.Mode()&0o400 == 0 {
				err = Denied
			} else {
				p.shell.box.spend(len(i.node.data))
				err = p.fs().WriteFile(name, i.node.data, i.Mode())
			}
		}
		if err != nil {
			p.fail("cannot create '%s': %v", to+strings.TrimPrefix(at, source), err)
		} else if keep && !i.node.link() {
			p.fs().Touch(name, i.ModTime())
		}
		return err == nil && p.on()
	})
}

func mv(p *proc) int {
	if !p.options("fnvuTt:", "force=f", "no-clobber=n", "target-directory=t") {
		return 1
	}
	list, ok := p.targets()
	if !ok {
		return 1
	}
	for _, c := range list {
		if _, err := p.fs().Lstat(p.path(c[1])); err == nil && p.has('n') {
			continue
		}
		if path.Clean(p.path(c[0])) == path.Clean(p.path(c[1])) {
			p.fail("'%s' and '%s' are the same file", c[0], c[1])
			continue
		}
		if err := p.fs().Rename(strings.TrimRight(p.path(c[0]), "/"), strings.TrimRight(p.path(c[1]), "/")); err != nil {
			p.fail("cannot move '%s' to '%s': %v", c[0], c[1], err)
		}
	}
	return p.status()
}

func ln(p *proc) int {
	if !p.options("sfnvrT", "symbolic=s", "force=f", "no-dereference=n") {
		return 1
	}
	if !p.has('s') {
		return p.fail("there are no hard links here; use ln -s")
	}
	if len(p.args) == 1 {
		p.args = append(p.args, ".")
	}
	if p.has('n') && len(p.args) == 2 {
		if l, err := p.fs().Lstat(p.path(p.args[1])); err == nil && l.node.link() {
			p.flags['T'] = ""
		}
	}
	list, ok := p.targets()
	if !ok {
		return 1
	}
	for _, c := range list {
		if info, err := p.fs().Lstat(p.path(c[1])); err == nil && p.has('f') && !info.IsDir() {
			p.fs().Remove(p.path(c[1]), false)
		}
		if err := p.fs().Symlink(c[0], p.path(c[1])); err != nil {
			p.fail("failed to create symbolic link '%s': %v", c[1], err)
		}
	}
	return p.status()
}

func touch(p *proc) int {
	if !p.options("acmd:t:r:", "date=d", "no-create=c", "reference=r") {
		return 1
	}
	if len(p.args) == 0 {
		return p.fail("missing file operand")
	}
	at := p.fs().Now()
	switch {
	case p.has('d'):
		t, ok := readDate(p.flags['d'], at)
		if !ok {
			return p.fail("invalid date format '%s'", p.flags['d'])
		}
		at = t
	case p.has('t'):
		t, err := time.Parse("200601021504.05", p.flags['t'])
		if err != nil {
			if t, err = time.Parse("200601021504", p.flags['t']); err != nil {
				return p.fail("invalid date format '%s'", p.flags['t'])
			}
		}
		at = t
	case p.has('r'):
		info, err := p.fs().Stat(p.path(p.flags['r']))
		if err != nil {
			return p.fail("%s: %v", p.flags['r'], err)
		}
		at = info.ModTime()
	}
	for _, f := range p.args {
		_, err := p.fs().Stat(p.path(f))
		if err == NotExist {
			if p.has('c') {
				continue
			}
			err = p.fs().WriteFile(p.path(f), nil, 0o644)
		}
		if err == nil {
			err = p.fs().Touch(p.path(f), at)
		}
		if err != nil {
			p.fail("cannot touch '%s': %v", f, err)
		}
	}
	return p.status()
}

func chmod(p *proc) int {
	deep := false
	for len(p.args) > 0 && (p.args[0] == "-R" || p.args[0] == "-v" || p.args[0] == "--") {
		deep = deep || p.args[0] == "-R"
		p.args = p.args[1:]
	}
	if len(p.args) < 2 {
		return p.fail("missing operand")
	}
	for _, f := range p.args[1:] {
		err := p.fs().Walk(p.path(f), func(at string, i Info) bool {
			if i.node.link() {
				if at != p.path(f) {
					return true
				}
				if i, _ = p.fs().Stat(at); i.node == nil {
					p.fail("cannot access '%s': %v", f, NotExist)
					return false
				}
			}
			mode, ok := changeMode(p.args[0], i.Mode(), i.IsDir())
			if !ok {
				p.fail("invalid mode: '%s'", p.args[0])
				return false
			}
			p.fs().Chmod(at, mode)
			return deep && p.on()
		})
		if err != nil {
			p.fail("cannot access '%s': %v", f, err)
		}
	}
	return p.status()
}

// changeMode is a mode after 644, +x, u=rw,go-r.
func changeMode(spec string, mode fs.FileMode, dir bool) (fs.FileMode, bool) {
	if n, err := strconv.ParseUint(spec, 8, 32); err == nil {
		return fs.FileMode(n) & 0o777, n <= 0o7777
	}
	mode &= 0o777
	for clause := range strings.SplitSeq(spec, ",") {
		i := 0
		who := fs.FileMode(0)
		for ; i < len(clause) && strings.IndexByte("ugoa", clause[i]) >= 0; i++ {
			who |= map[byte]fs.FileMode{'u': 0o700, 'g': 0o070, 'o': 0o007, 'a': 0o777}[clause[i]]
		}
		limit := fs.FileMode(0o777)
		if who == 0 {
			who, limit = 0o777, 0o755
		}
		if i == len(clause) {
			return 0, false
		}
		for i < len(clause) {
			op := clause[i]
			if i++; op != '+' && op != '-' && op != '=' {
				return 0, false
			}
			what := fs.FileMode(0)
			for ; i < len(clause) && strings.IndexByte("+-=", clause[i]) < 0; i++ {
				switch clause[i] {
				case 'r':
					what |= 0o444
				case 'w':
					what |= 0o222 & (limit | 0o200)
				case 'x':
					what |= 0o111
				case 'X':
					if dir || mode&0o111 != 0 {
						what |= 0o111
					}
				default:
					return 0, false
				}
			}
			switch op {
			case '+':
				mode |= what & who
			case '-':
				mode &^= what & who
			default:
				mode = mode&^who | what&who
			}
		}
	}
	return mode, true
}

func truncate(p *proc) int {
	if !p.options("s:c", "size=s") {
		return 1
	}
	n, ok := p.number('s', 0)
	if !ok || n < 0 || n > fileMax {
		return p.fail("invalid size")
	}
	for _, f := range p.args {
		data, err := p.fs().ReadFile(p.path(f))
		if err != nil && err != NotExist {
			p.fail("%s: %v", f, err)
			continue
		}
		data = slices.Clone(data[:min(n, len(data))])
		p.write(f, append(data, make([]byte, n-len(data))...))
	}
	return p.status()
}

// mktemp makes a file or directory with the first name that is free.
func mktemp(p *proc) int {
	if !p.options("dp:", "directory=d") {
		return 1
	}
	for i := range nodesMax {
		name := fmt.Sprintf("/tmp/tmp.%04d", i)
		if _, err := p.fs().Lstat(name); err != NotExist {
			continue
		}
		p.fs().MkdirAll("/tmp", 0o755)
		err := error(nil)
		if p.has('d') {
			err = p.fs().Mkdir(name, 0o700)
		} else {
			err = p.fs().WriteFile(name, nil, 0o600)
		}
		if err != nil {
			return p.fail("%v", err)
		}
		p.print(name + "\n")
		return 0
	}
	return p.fail("%v", Full)
}

func pathPart(p *proc) int {
	a, suffix := p.args, ""
	if len(a) > 2 && a[0] == "-s" {
		suffix, a = a[1], a[2:]
	} else if len(a) == 2 && p.name == "basename" {
		suffix, a = a[1], a[:1]
	}
	if len(a) == 0 {
		return p.fail("missing operand")
	}
	for _, f := range a {
		if p.name == "dirname" {
			p.print(path.Dir(strings.TrimRight(f, "/")) + "\n")
			continue
		}
		base := path.Base(f)
		if base != suffix {
			base = strings.TrimSuffix(base, suffix)
		}
		p.print(base + "\n")
	}
	return 0
}

func realPath(p *proc) int {
	if !p.options("femnqs") {
		return 1
	}
	if len(p.args) == 0 {
		return p.fail("missing operand")
	}
	for _, f := range p.args {
		if p.name == "readlink" && len(p.flags) == 0 {
			info, err := p.fs().Lstat(p.path(f))
			if err != nil || !info.node.link() {
				p.failed = true
				continue
			}
			p.print(info.Target() + "\n")
			continue
		}
		real, n, err := p.fs().lookup(p.path(f), true)
		if err != nil && (real == "" || n != nil) {
			p.fail("%s: %v", f, err)
			continue
		}
		p.print(real + "\n")
	}
	return p.status()
}
