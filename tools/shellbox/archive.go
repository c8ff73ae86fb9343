package shellbox

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// compressors are at rest: a new one takes most of a megabyte.
var compressors = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// Gzip is data as the shell's gzip and tar -z compress it, without a name or a
// time.
func Gzip(data []byte) []byte {
	var b bytes.Buffer
	z := compressors.Get().(*gzip.Writer)
	defer compressors.Put(z)
	z.Reset(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

// tarCommand makes, lists and unpacks archives.
func tarCommand(p *proc) int {
	if len(p.args) > 0 && !strings.HasPrefix(p.args[0], "-") { // tar czf
		p.args[0] = "-" + p.args[0]
	}
	if !p.options("cxtzvf:C:kpaX:", "create=c", "extract=x", "list=t", "gzip=z", "verbose=v", "file=f", "directory=C", "exclude=X") {
		return 2
	}
	if !p.has('f') {
		return p.usage("want the archive's name: -f FILE")
	}
	dir := "."
	if p.has('C') {
		dir = p.flags['C']
	}
	switch {
	case p.has('c'):
		return p.pack(p.flags['f'], dir)
	case p.has('x'), p.has('t'):
		return p.unpack(p.flags['f'], dir)
	}
	return p.usage("you must specify one of -c, -t, -x")
}

func (p *proc) pack(name, dir string) int {
	if len(p.args) == 0 {
		return p.usage("cowardly refusing to create an empty archive")
	}
	var b bytes.Buffer
	t := tar.NewWriter(&b)
	archive, _, _ := p.fs().lookup(p.path(name), true)
	for _, f := range p.args {
		root := p.path(join(dir, f))
		if strings.HasPrefix(f, "/") {
			root = f
		}
		err := p.fs().Walk(root, func(at string, i Info) bool {
			shown := strings.TrimLeft(f+strings.TrimPrefix(at, root), "/")
			if real, _ := p.fs().Real(at); real == archive && real != "" {
				return true
			}
			if p.has('X') && (match(p.flags['X'], i.Name()) || match(p.flags['X'], shown)) {
				return true
			}
			h := &tar.Header{Name: shown, Mode: int64(i.Mode().Perm()), ModTime: i.ModTime(), Uname: User, Gname: User, Typeflag: tar.TypeReg, Size: i.Size(), Format: tar.FormatPAX}
			if i.IsDir() {
				h.Typeflag, h.Size, h.Name = tar.TypeDir, 0, strings.TrimSuffix(shown, "/")+"/"
			} else if i.node.link() {
				h.Typeflag, h.Size, h.Linkname = tar.TypeSymlink, 0, i.Target()
			}
			if err := t.WriteHeader(h); err != nil {
				p.fail("%s: it cannot be put into an archive", shown)
				return true
			}
			if h.Typeflag == tar.TypeReg {
				t.Write(i.node.data)
			}
			if p.has('v') {
				p.print(h.Name + "\n")
			}
			return p.shell.box.spend(len(i.node.data)) && p.on()
		})
		if err != nil {
			p.fail("%s: Cannot stat: %v", f, err)
		}
	}
	t.Close()
	data := b.Bytes()
	if p.has('z') || p.has('a') && strings.HasSuffix(name, "gz") {
		data = Gzip(data)
	}
	if !p.write(name, data) || p.failed {
		return 2
	}
	return 0
}

func (p *proc) unpack(name, dir string) int {
	text, ok := p.content(name)
	if !ok {
		return 2
	}
	r := io.Reader(strings.NewReader(text))
	if strings.HasPrefix(text, "\x1f\x8b") {
		z, err := gzip.NewReader(r)
		if err != nil {
			return p.usage("%s: not in gzip format", name)
		}
		r = z
	}
	t := tar.NewReader(io.LimitReader(r, bytesMax))
	wanted := map[string]bool{}
	for _, a := range p.args {
		wanted[strings.TrimSuffix(a, "/")] = true
	}
	for p.on() {
		h, err := t.Next()
		if err == io.EOF {
			return p.missing(wanted)
		}
		if err != nil {
			return p.usage("%s: this does not look like a tar archive", name)
		}
		inside := strings.TrimLeft(path.Clean("/"+h.Name), "/")
		if len(wanted) > 0 && !p.asked(wanted, strings.TrimSuffix(h.Name, "/")) {
			continue
		}
		if p.has('t') {
			p.print(h.Name + "\n")
			continue
		}
		if p.has('v') {
			p.print(h.Name + "\n")
		}
		data, err := io.ReadAll(io.LimitReader(t, fileMax+1))
		if err == nil {
			p.shell.box.spend(len(data))
			err = p.place(join(p.path(dir), inside), h, data)
		}
		if err != nil {
			p.fail("%s: %v", h.Name, err)
		}
	}
	return p.status()
}

// missing says which of the names that were asked for did not come.
func (p *proc) missing(wanted map[string]bool) int {
	for _, a := range p.args {
		if name := strings.TrimSuffix(a, "/"); wanted[name] {
			p.fail("%s: Not found in archive", name)
		}
	}
	return 2 * p.status()
}

// asked says whether a name, or a directory above it, is wanted.
func (p *proc) asked(wanted map[string]bool, name string) bool {
	for name != "" {
		if _, ok := wanted[name]; ok {
			wanted[name] = false
			return true
		}
		i := strings.LastIndexByte(name, '/')
		name = name[:max(i, 0)]
	}
	return false
}

// place puts one thing of an archive where it belongs.
func (p *proc) place(at string, h *tar.Header, data []byte) error {
	if err := p.fs().MkdirAll(path.Dir(at), 0o755); err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return p.fs().MkdirAll(at, fs.FileMode(h.Mode)&0o777)
	case tar.TypeSymlink:
		return p.fs().Symlink(h.Linkname, at)
	case tar.TypeReg:
		if old, err := p.fs().Lstat(at); err == nil && !old.IsDir() {
			p.fs().Remove(at, false)
		}
		if err := p.fs().WriteFile(at, data, fs.FileMode(h.Mode)&0o777); err != nil {
			return err
		}
		return p.fs().Touch(at, h.ModTime)
	}
	return Invalid
}

// gzipCommand is gzip, gunzip and zcat.
func gzipCommand(p *proc) int {
	if !p.options("dckfv123456789", "decompress=d", "stdout=c", "keep=k", "force=f") {
		return 1
	}
	out := p.has('d') || p.name != "gzip"
	show := p.has('c') || p.name == "zcat"
	for _, f := range p.files() {
		text, ok := p.content(f)
		if !ok {
			continue
		}
		data, to := []byte(nil), f+".gz"
		if out {
			z, err := gzip.NewReader(strings.NewReader(text))
			if err == nil {
				data, err = io.ReadAll(io.LimitReader(z, bytesMax))
			}
			if to = strings.TrimSuffix(f, ".gz"); err != nil {
				p.fail("%s: not in gzip format", f)
				continue
			}
			if to == f && !show && f != "-" {
				p.fail("%s: unknown suffix -- ignored", f)
				continue
			}
		} else {
			data = Gzip([]byte(text))
		}
		if p.shell.box.spend(len(data)); show || f == "-" {
			p.print(string(data))
			continue
		}
		info, err := p.fs().Stat(p.path(f))
		if err == nil && p.write(to, data) {
			p.fs().Touch(p.path(to), info.ModTime())
			if !p.has('k') {
				p.fs().Remove(p.path(f), false)
			}
		}
	}
	return p.status()
}
