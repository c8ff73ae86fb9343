package shellbox

import (
	"io/fs"
	"path"
	"strings"
	"time"
)

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
		if _, err := p.fs().Lstat(p.path(c[0])); err != nil {
			p.fail("cannot stat '%s': %v", c[0], err)
			continue
		}
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
