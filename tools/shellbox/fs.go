package shellbox

import (
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Errno is why an operation on files failed, in the words of the usual utilities.
type Errno string

// What can go wrong with files.
const (
	NotExist Errno = "No such file or directory"
	Exist    Errno = "File exists"
	NotDir   Errno = "Not a directory"
	IsDir    Errno = "Is a directory"
	NotEmpty Errno = "Directory not empty"
	Denied   Errno = "Permission denied"
	Loop     Errno = "Too many levels of symbolic links"
	TooBig   Errno = "File too large"
	Full     Errno = "No space left on device"
	LongName Errno = "File name too long"
	Invalid  Errno = "Invalid argument"
)

func (e Errno) Error() string { return string(e) }

// Is makes the errors known to package fs, and to globbing.
func (e Errno) Is(target error) bool {
	switch e {
	case NotExist:
		return target == fs.ErrNotExist
	case Exist:
		return target == fs.ErrExist
	case Denied:
		return target == fs.ErrPermission
	case NotDir:
		return target == syscall.ENOTDIR
	}
	return false
}

// The limits of a file system.
const (
	fileMax  = 1 << 20 // bytes of a file
	bytesMax = 8 << 20 // of all files
	nodesMax = 4096    // files and directories
	nameMax  = 255
	pathMax  = 4096
	linksMax = 40 // symbolic links on one way
)

// Epoch is the time in a new file system: every one begins at the same moment.
var Epoch = time.Date(2025, 6, 16, 12, 0, 0, 0, time.UTC)

// FS is a file system in memory. One goroutine uses it. Paths are absolute. All
// files belong to one user, and the owner's permissions are kept to.
type FS struct {
	root  *node
	mark  *mark
	now   int64 // seconds
	nodes int
	bytes int
}

// Image is a file system that no longer changes; many goroutines may start from it.
type Image struct{ fs FS }

// mark says whose a node is: a node with another mark is shared, and copied before it is changed.
type mark struct{ _ byte }

type node struct {
	mark  *mark
	mode  fs.FileMode
	mtime int64
	data  []byte // of a file; of a symbolic link where it leads
	kids  []kid  // of a directory, by name
}

type kid struct {
	name string
	*node
}

// NewFS is a file system with an empty root.
func NewFS() *FS {
	m := &mark{}
	now := Epoch.Unix()
	return &FS{root: &node{mark: m, mode: fs.ModeDir | 0o755, mtime: now}, mark: m, now: now, nodes: 1}
}

// Freeze is the file system as it is now. f goes on.
func (f *FS) Freeze() *Image {
	f.mark = &mark{}
	return &Image{*f}
}

// FS is a file system of its own that begins as the image.
func (im *Image) FS() *FS {
	f := im.fs
	f.mark = &mark{}
	return &f
}

// Now is the file system's time, which passes only by [FS.Sleep].
func (f *FS) Now() time.Time { return time.Unix(f.now, 0).UTC() }

// Sleep lets time pass.
func (f *FS) Sleep(d time.Duration) { f.now += int64(d / time.Second) }

// find is a name's place in a directory.
func (n *node) find(name string) (int, bool) {
	return slices.BinarySearchFunc(n.kids, name, func(k kid, name string) int { return strings.Compare(k.name, name) })
}

func (n *node) link() bool { return n.mode&fs.ModeSymlink != 0 }

// lookup finds what a path leads to. real is the path without links and dots;
// where only the last name is missing it is where that would be.
func (f *FS) lookup(path string, follow bool) (real string, n *node, err error) {
	if len(path) > pathMax {
		return "", nil, LongName
	}
	way := make([]*node, 1, 12)
	way[0] = f.root
	names := make([]string, 0, 12)
	links := 0
	for rest := path; rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, "/")
		last := strings.Trim(rest, "/") == ""
		dir := way[len(way)-1]
		if !dir.mode.IsDir() {
			return "", nil, NotDir
		}
		if name == "" || name == "." {
			continue
		}
		if name == ".." {
			if len(names) > 0 {
				way, names = way[:len(way)-1], names[:len(names)-1]
			}
			continue
		}
		if dir.mode&0o100 == 0 {
			return "", nil, Denied
		}
		i, ok := dir.find(name)
		switch {
		case !ok && !last:
			return "", nil, NotExist
		case !ok:
			return "/" + strings.Join(append(names, name), "/"), nil, NotExist
		}
		k := dir.kids[i]
		if k.link() && (follow || !last) {
			if links++; links > linksMax || len(rest) > pathMax {
				return "", nil, Loop
			}
			if k.data[0] == '/' {
				way, names = way[:1], names[:0]
			}
			if rest = string(k.data) + "/" + rest; last {
				rest = strings.TrimRight(rest, "/")
			}
			continue
		}
		if k.node.mode.IsRegular() && rest != "" {
			return "", nil, NotDir
		}
		way, names = append(way, k.node), append(names, name)
	}
	return "/" + strings.Join(names, "/"), way[len(way)-1], nil
}

// own is the node at a real path, made f's own with all above it.
func (f *FS) own(real string) *node {
	f.root = f.mine(f.root)
	n := f.root
	for name := range strings.SplitSeq(strings.Trim(real, "/"), "/") {
		if name == "" {
			break
		}
		i, _ := n.find(name)
		k := f.mine(n.kids[i].node)
		n.kids[i].node, n = k, k
	}
	return n
}

func (f *FS) mine(n *node) *node {
	if n.mark == f.mark {
		return n
	}
	c := *n
	c.mark, c.data, c.kids = f.mark, slices.Clip(n.data), slices.Clone(n.kids)
	return &c
}

// split is a real path's directory and last name.
func split(real string) (dir, name string) {
	i := strings.LastIndexByte(real, '/')
	return real[:i+1], real[i+1:]
}

// put makes a node at a real path where there is none.
func (f *FS) put(real string, n *node) error {
	dir, name := split(real)
	switch {
	case name == "":
		return Exist
	case len(name) > nameMax || len(real) > pathMax || strings.Contains(name, "\x00"):
		return LongName
	case f.nodes >= nodesMax:
		return Full
	}
	d := f.own(dir)
	if d.mode&0o300 != 0o300 {
		return Denied
	}
	i, _ := d.find(name)
	d.kids = slices.Insert(d.kids, i, kid{name, n})
	d.mtime = f.now
	f.nodes++
	return nil
}

// take takes the node at a real path out of its directory.
func (f *FS) take(real string) (*node, error) {
	dir, name := split(real)
	if name == "" {
		return nil, Denied
	}
	d := f.own(dir)
	if d.mode&0o300 != 0o300 {
		return nil, Denied
	}
	i, _ := d.find(name)
	n := d.kids[i].node
	d.kids = slices.Delete(d.kids, i, i+1)
	d.mtime = f.now
	return n, nil
}

// forget counts a node and all under it as gone.
func (f *FS) forget(n *node) {
	f.nodes--
	f.bytes -= len(n.data)
	for _, k := range n.kids {
		f.forget(k.node)
	}
}

// ReadFile is a file's content, which the caller must not change.
func (f *FS) ReadFile(path string) ([]byte, error) {
	_, n, err := f.lookup(path, true)
	switch {
	case err != nil:
		return nil, err
	case n.mode.IsDir():
		return nil, IsDir
	case n.mode&0o400 == 0:
		return nil, Denied
	}
	return n.data[:len(n.data):len(n.data)], nil
}

// open is a file to be written, made where there is none.
func (f *FS) open(path string, mode fs.FileMode, truncate bool) (*node, error) {
	real, n, err := f.lookup(path, true)
	if err != nil {
		if real == "" || err != NotExist || strings.HasSuffix(path, "/") {
			return nil, err
		}
		n = &node{mark: f.mark, mode: mode & 0o777, mtime: f.now}
		return n, f.put(real, n)
	}
	switch {
	case n.mode.IsDir():
		return nil, IsDir
	case n.mode&0o200 == 0:
		return nil, Denied
	}
	n = f.own(real)
	n.mtime = f.now
	if truncate {
		f.bytes -= len(n.data)
		n.data = nil
	}
	return n, nil
}

// write appends to an open file. What was read before stays as it was.
func (f *FS) write(n *node, data []byte) error {
	if len(n.data)+len(data) > fileMax {
		return TooBig
	}
	if f.bytes+len(data) > bytesMax {
		return Full
	}
	n.data = append(n.data, data...)
	f.bytes += len(data)
	n.mtime = f.now
	return nil
}

// WriteFile makes or replaces a file's content; the mode is that of a new file.
func (f *FS) WriteFile(path string, data []byte, mode fs.FileMode) error {
	n, err := f.open(path, mode, true)
	if err != nil {
		return err
	}
	return f.write(n, data)
}
