package shellbox

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

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
