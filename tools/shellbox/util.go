package shellbox

import (
	"fmt"
	"strconv"
	"strings"
)

// proc is a utility at work.
type proc struct {
	shell  *shell
	name   string
	args   []string // without the name
	flags  map[byte]string
	broken error // why its output can be written no more
	failed bool
}

// utility is a command that is not the shell's own, or nil.
func utility(name string) func(*proc) int {
	switch name {
	case "echo":
		return echo
	case "printf":
		return printf
	case "cat":
		return cat
	case "tac":
		return tac
	case "head":
		return head
	case "tail":
		return tail
	case "wc":
		return wc
	case "grep", "egrep", "fgrep":
		return grep
	case "sort":
		return sortLines
	case "uniq":
		return uniq
	case "cut":
		return cut
	case "tr":
		return translate
	case "sed":
		return sed
	case "awk", "gawk", "mawk":
		return awk
	case "rev":
		return rev
	case "nl":
		return nl
	case "paste":
		return paste
	case "join":
		return joinFiles
	case "comm":
		return comm
	case "fold":
		return fold
	case "column":
		return column
	case "tee":
		return tee
	case "split":
		return splitFile
	case "seq":
		return seq
	case "yes":
		return sayYes
	case "expr":
		return exprCommand
	case "shuf":
		return shuffle
	}
	return fileUtility(name)
}

// fileUtility is one of those that are about files.
func fileUtility(name string) func(*proc) int {
	switch name {
	case "ls", "dir":
		return ls
	case "tree":
		return tree
	case "find":
		return find
	case "mkdir":
		return mkdir
	case "rmdir":
		return rmdir
	case "rm", "unlink":
		return rm
	case "cp":
		return cp
	case "mv":
		return mv
	case "ln":
		return ln
	case "touch":
		return touch
	case "chmod":
		return chmod
	case "truncate":
		return truncate
	case "mktemp":
		return mktemp
	case "stat":
		return stat
	case "file":
		return fileKind
	case "du":
		return du
	case "basename", "dirname":
		return pathPart
	case "realpath", "readlink":
		return realPath
	case "diff":
		return diff
	case "cmp":
		return cmpFiles
	case "sha256sum", "md5sum", "sha1sum", "cksum":
		return checksum
	case "base64":
		return base64Command
	case "tar":
		return tarCommand
	case "gzip", "gunzip", "zcat":
		return gzipCommand
	case "date":
		return date
	case "sleep", "sync", "clear":
		return func(*proc) int { return 0 }
	case "whoami", "hostname", "uname", "id", "nproc", "tty", "arch":
		return whoami
	}
	return nil
}

// print writes to the output. A utility whose output is full is ended by it soon.
func (p *proc) print(s string) {
	if p.broken == nil && p.shell.box.spend(len(s)) {
		_, p.broken = p.shell.out.Write([]byte(s))
	}
}

func (p *proc) printf(format string, args ...any) { p.print(fmt.Sprintf(format, args...)) }

// on says whether there is any sense in going on.
func (p *proc) on() bool { return p.broken == nil && p.shell.box.step() }

// fail prints a message; the status is 1.
func (p *proc) fail(format string, args ...any) int {
	fmt.Fprintf(p.shell.err, p.name+": "+format+"\n", args...)
	p.failed = true
	return 1
}

// usage is fail for wrong use; the status is 2.
func (p *proc) usage(format string, args ...any) int { return p.fail(format, args...) + 1 }

// status is 1 where anything failed.
func (p *proc) status() int { return yes(!p.failed) }

// options reads flags and leaves the rest in args. known are the letters; a
// colon after one says that it has a value. long are GNU's names of letters:
// "number=n". A flag that is not known is printed, and false.
func (p *proc) options(known string, long ...string) bool {
	p.flags = map[byte]string{}
	var rest []string
	for i := 0; i < len(p.args); i++ {
		a := p.args[i]
		if a == "--" {
			rest = append(rest, p.args[i+1:]...)
			break
		}
		if len(a) < 2 || a[0] != '-' {
			rest = append(rest, a)
			continue
		}
		if strings.HasPrefix(a, "--") {
			name, value, given := strings.Cut(a[2:], "=")
			letter := byte(0)
			for _, l := range long {
				if n, c, _ := strings.Cut(l, "="); n == name {
					letter = c[0]
				}
			}
			if letter == 0 {
				p.usage("unrecognized option '%s'", a)
				return false
			}
			if k := strings.IndexByte(known, letter); !given && k >= 0 && strings.HasPrefix(known[k+1:], ":") && i+1 < len(p.args) {
				i++
				value = p.args[i]
			}
			p.flags[letter] += value
			continue
		}
		for j := 1; j < len(a); j++ {
			k := strings.IndexByte(known, a[j])
			if k < 0 || a[j] == ':' {
				p.usage("invalid option -- '%c'", a[j])
				return false
			}
			if k+1 == len(known) || known[k+1] != ':' {
				p.flags[a[j]] = ""
				continue
			}
			value := a[j+1:]
			if value == "" {
				if i++; i >= len(p.args) {
					p.usage("option requires an argument -- '%c'", a[j])
					return false
				}
				value = p.args[i]
			}
			if old, twice := p.flags[a[j]]; twice && (a[j] == 'e' || a[j] == 'k') {
				value = old + "\n" + value
			}
			p.flags[a[j]] = value
			break
		}
	}
	p.args = rest
	return true
}

// has says whether a flag was given.
func (p *proc) has(flag byte) bool {
	_, ok := p.flags[flag]
	return ok
}

// number is a flag's value, or what it is without one.
func (p *proc) number(flag byte, without int) (int, bool) {
	v, ok := p.flags[flag]
	if !ok {
		return without, true
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < -1<<30 || n > 1<<30 {
		p.usage("invalid number: '%s'", v)
		return 0, false
	}
	return n, true
}

// path makes a path absolute.
func (p *proc) path(name string) string { return p.shell.path(name) }

func (p *proc) fs() *FS { return p.shell.box.FS }

// content is a file's, or with - what is read. It prints what went wrong.
func (p *proc) content(name string) (string, bool) {
	if name == "-" {
		d := p.shell.in.rest()
		p.shell.box.spend(len(d))
		return string(d), true
	}
	data, err := p.shell.read(name)
	if err != nil {
		p.fail("%s: %v", name, err)
		return "", false
	}
	return string(data), true
}

// files are the arguments, or what is read where there are none.
func (p *proc) files() []string {
	if len(p.args) == 0 {
		return []string{"-"}
	}
	return p.args
}

// all is the content of all files, one after the other.
func (p *proc) all() string {
	files := p.files()
	if len(files) == 1 {
		text, _ := p.content(files[0])
		return text
	}
	var b strings.Builder
	for _, f := range files {
		text, _ := p.content(f)
		if b.WriteString(text); b.Len() > bytesMax {
			break
		}
	}
	return b.String()
}

// write makes or replaces a file.
func (p *proc) write(name string, data []byte) bool {
	w, err := p.shell.create(name, false)
	if err == nil {
		_, err = w.Write(data)
	}
	if err != nil {
		p.fail("%s: %v", name, err)
	}
	return err == nil
}

// splitLines are a text's lines without their ends.
func splitLines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// lines prints lines, each with its end.
func (p *proc) lines(list []string) {
	var b strings.Builder
	for _, l := range list {
		b.WriteString(l)
		b.WriteByte('\n')
	}
	p.print(b.String())
}
