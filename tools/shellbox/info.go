package shellbox

import (
	"io/fs"
	"time"
)

// Info is what is known of a file without reading it.
type Info struct {
	name string
	node *node
}

var (
	_ fs.FileInfo = Info{}
	_ fs.DirEntry = Info{}
)

// Name is the last name of the path.
func (i Info) Name() string { return i.name }

// Size is in bytes; a directory's is always the same.
func (i Info) Size() int64 {
	if i.node.mode.IsDir() {
		return 4096
	}
	return int64(len(i.node.data))
}

// Mode is the kind and the permissions.
func (i Info) Mode() fs.FileMode { return i.node.mode }

// Type is the kind.
func (i Info) Type() fs.FileMode { return i.node.mode.Type() }

// ModTime is when it was changed last.
func (i Info) ModTime() time.Time { return time.Unix(i.node.mtime, 0).UTC() }

// IsDir says whether it is a directory.
func (i Info) IsDir() bool { return i.node.mode.IsDir() }

// Sys is nothing.
func (i Info) Sys() any { return nil }

// Info is itself.
func (i Info) Info() (fs.FileInfo, error) { return i, nil }

// Target is where a symbolic link leads, "" of anything else.
func (i Info) Target() string {
	if !i.node.link() {
		return ""
	}
	return string(i.node.data)
}

// Stat is about what a path leads to; Lstat does not follow a link at its end.
func (f *FS) Stat(path string) (Info, error) { return f.stat(path, true) }

// Lstat is Stat of a link itself.
func (f *FS) Lstat(path string) (Info, error) { return f.stat(path, false) }

func (f *FS) stat(path string, follow bool) (Info, error) {
	real, n, err := f.lookup(path, follow)
	if err != nil {
		return Info{}, err
	}
	_, name := split(real)
	return Info{name, n}, nil
}

// Real is a path without links and dots.
func (f *FS) Real(path string) (string, error) {
	real, _, err := f.lookup(path, true)
	return real, err
}

// ReadDir is what is in a directory, by name.
func (f *FS) ReadDir(path string) ([]Info, error) {
	_, n, err := f.lookup(path, true)
	switch {
	case err != nil:
		return nil, err
	case !n.mode.IsDir():
		return nil, NotDir
	case n.mode&0o400 == 0:
		return nil, Denied
	}
	list := make([]Info, len(n.kids))
	for i, k := range n.kids {
		list[i] = Info{k.name, k.node}
	}
	return list, nil
}

// Walk visits a path and all under it, by name, a directory before what is in
// it, whatever the permissions. Links are not followed. It ends where visit says no.
func (f *FS) Walk(path string, visit func(path string, i Info) bool) error {
	real, n, err := f.lookup(path, false)
	if err != nil {
		return err
	}
	_, name := split(real)
	walk(path, Info{name, n}, visit)
	return nil
}

func walk(path string, i Info, visit func(path string, i Info) bool) bool {
	if !visit(path, i) {
		return false
	}
	for _, k := range i.node.kids {
		if !walk(join(path, k.name), Info{k.name, k.node}, visit) {
			return false
		}
	}
	return true
}

// join puts a name to a path.
func join(dir, name string) string {
	if dir == "" || dir[len(dir)-1] == '/' {
		return dir + name
	}
	return dir + "/" + name
}

// Changed are the paths of an image's files, links and directories that are
// gone or other ones in f: by content, kind or permissions. What is new in f is
// not among them. What nobody wrote to since costs nothing.
func Changed(before *Image, f *FS) []string { return changed(nil, "/", before.fs.root, f.root) }

func changed(list []string, path string, was, is *node) []string {
	if was == is {
		return list
	}
	if was.mode != is.mode || !was.mode.IsDir() && string(was.data) != string(is.data) {
		list = append(list, path)
	}
	for _, k := range was.kids {
		at := join(path, k.name)
		if i, ok := is.find(k.name); ok {
			list = changed(list, at, k.node, is.kids[i].node)
		} else {
			list = append(list, at)
		}
	}
	return list
}
