package shellbox

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"

	"strconv"
	"strings"
)

func stat(p *proc) int {
	if !p.options("c:Lt", "format=c", "printf=c") {
		return 1
	}
	for _, f := range p.args {
		info, err := p.fs().Lstat(p.path(f))
		if err != nil {
			p.fail("cannot statx '%s': %v", f, err)
			continue
		}
		kind := "regular file"
		switch {
		case info.IsDir():
			kind = "directory"
		case info.node.link():
			kind = "symbolic link"
		case info.Size() == 0:
			kind = "regular empty file"
		}
		mode, size := fmt.Sprintf("%o", info.Mode().Perm()), strconv.FormatInt(info.Size(), 10)
		if p.has('c') {
			p.print(strings.NewReplacer("%n", f, "%s", size, "%a", mode, "%A", permissions(info.Mode()), "%U", User, "%G", User, "%F", kind, "%y", info.ModTime().Format("2006-01-02 15:04:05"),
				"%Y", strconv.FormatInt(info.node.mtime, 10), "%%", "%").Replace(p.flags['c']) + "\n")
			continue
		}
		p.printf("  File: %s\n  Size: %s\t%s\nAccess: (%04o/%s)  Uid: (1000/%s)\nModify: %s\n", f, size, kind, info.Mode().Perm(), permissions(info.Mode()), User, info.ModTime().Format("2006-01-02 15:04:05"))
	}
	return p.status()
}

// fileKind is file: a guess from the first bytes.
func fileKind(p *proc) int {
	if !p.options("bi") {
		return 1
	}
	for _, f := range p.args {
		kind := ""
		info, err := p.fs().Lstat(p.path(f))
		data, _ := p.fs().ReadFile(p.path(f))
		text := string(data[:min(len(data), 512)])
		switch {
		case err != nil:
			kind = fmt.Sprintf("cannot open (%v)", err)
		case info.IsDir():
			kind = "directory"
		case info.node.link():
			kind = "symbolic link to " + info.Target()
		case text == "":
			kind = "empty"
		case strings.HasPrefix(text, "\x1f\x8b"):
			kind = "gzip compressed data"
		case strings.HasPrefix(text, "#!"):
			kind = "shell script, ASCII text executable"
		case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "["):
			kind = "JSON text data"
		case len(data) > 262 && string(data[257:262]) == "ustar":
			kind = "POSIX tar archive"
		default:
			kind = "ASCII text"
		}
		if !p.has('b') {
			kind = f + ": " + kind
		}
		p.print(kind + "\n")
	}
	return 0
}

func du(p *proc) int {
	if !p.options("shabckd:m", "summarize=s", "human-readable=h", "all=a", "bytes=b", "max-depth=d", "total=c") {
		return 1
	}
	if len(p.args) == 0 {
		p.args = []string{"."}
	}
	deepest, ok := p.number('d', 1<<20)
	if !ok {
		return 1
	}
	if p.has('s') {
		deepest = 0
	}
	show := func(n int64, name string) {
		text := strconv.FormatInt((n+1023)/1024, 10)
		if p.has('b') {
			text = strconv.FormatInt(n, 10)
		} else if p.has('h') {
			text = human(n)
		}
		p.print(text + "\t" + name + "\n")
	}
	total := int64(0)
	for _, a := range p.args {
		info, err := p.fs().Lstat(p.path(a))
		if err != nil {
			p.fail("cannot access '%s': %v", a, err)
			continue
		}
		var sum func(name string, i Info, depth int) int64
		sum = func(name string, i Info, depth int) int64 {
			n := int64(len(i.node.data))
			for _, k := range i.node.kids {
				n += sum(join(name, k.name), Info{k.name, k.node}, depth+1)
			}
			if depth == 0 || depth <= deepest && (i.IsDir() || p.has('a')) {
				show(n, name)
			}
			return n
		}
		total += sum(a, info, 0)
	}
	if p.has('c') {
		show(total, "total")
	}
	return p.status()
}

// sum is the checksum that a command of that name prints.
func sum(name, text string) string {
	switch name {
	case "md5sum":
		h := md5.Sum([]byte(text))
		return hex.EncodeToString(h[:])
	case "sha1sum":
		h := sha1.Sum([]byte(text))
		return hex.EncodeToString(h[:])
	case "cksum":
		return strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(text))), 10)
	}
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

func checksum(p *proc) int {
	if !p.options("cbtq", "check=c", "quiet=q", "status=q") {
		return 1
	}
	if !p.has('c') {
		for _, f := range p.files() {
			if text, ok := p.content(f); ok {
				p.print(sum(p.name, text) + "  " + f + "\n")
			}
		}
		return p.status()
	}
	wrong := 0
	for _, l := range splitLines(p.all()) {
		want, f, ok := strings.Cut(l, "  ")
		if !ok {
			continue
		}
		text, ok := p.content(f)
		verdict := "OK"
		if !ok || sum(p.name, text) != want {
			verdict, wrong = "FAILED", wrong+1
		}
		if !p.has('q') || verdict != "OK" {
			p.print(f + ": " + verdict + "\n")
		}
	}
	if wrong > 0 {
		plural := "s"
		if wrong == 1 {
			plural = ""
		}
		return p.fail("WARNING: %d computed checksum%s did NOT match", wrong, plural)
	}
	return p.status()
}

func base64Command(p *proc) int {
	if !p.options("dw:i", "decode=d", "wrap=w") {
		return 1
	}
	width, ok := p.number('w', 76)
	if !ok {
		return 1
	}
	text := p.all()
	if p.has('d') {
		data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if p.print(string(data)); err != nil {
			return p.fail("invalid input")
		}
		return p.status()
	}
	code := base64.StdEncoding.EncodeToString([]byte(text))
	for width > 0 && len(code) > width {
		p.print(code[:width] + "\n")
		code = code[width:]
	}
	if p.print(code); width > 0 {
		p.print("\n")
	}
	return p.status()
}

func whoami(p *proc) int {
	p.print(map[string]string{"whoami": User, "hostname": "box", "uname": "Linux", "id": "uid=1000(" + User + ") gid=1000(" + User + ") groups=1000(" + User + ")",
		"nproc": "1", "tty": "not a tty", "arch": "x86_64"}[p.name] + "\n")
	return 0
}
