package shellbox

import (
	"io/fs"
	"strings"
	"time"
)

// Mkdir makes a directory.
func (f *FS) Mkdir(path string, mode fs.FileMode) error {
	real, _, err := f.lookup(path, true)
	if err == nil {
		return Exist
	}
	if real == "" || err != NotExist {
		return err
	}
	return f.put(real, &node{mark: f.mark, mode: fs.ModeDir | mode&0o777, mtime: f.now})
}

// MkdirAll makes a directory and those above it, where they are missing.
func (f *FS) MkdirAll(path string, mode fs.FileMode) error {
	for i, c := range path + "/" {
		if c != '/' || i == 0 {
			continue
		}
		if err := f.Mkdir(path[:i], mode); err != nil && err != Exist {
			return err
		}
	}
	if _, n, err := f.lookup(path, true); err != nil || !n.mode.IsDir() {
		return Exist
	}
	return nil
}

// Symlink makes a symbolic link.
func (f *FS) Symlink(target, path string) error {
	if target == "" {
		return NotExist
	}
	if len(target) > pathMax {
		return LongName
	}
	real, _, err := f.lookup(path, false)
	if err == nil {
		return Exist
	}
	if real == "" || err != NotExist {
		return err
	}
	f.bytes += len(target)
	return f.put(real, &node{mark: f.mark, mode: fs.ModeSymlink | 0o777, mtime: f.now, data: []byte(target)})
}

// Remove removes a file, a link or an empty directory; with all, whatever is there.
func (f *FS) Remove(path string, all bool) error {
	real, n, err := f.lookup(path, false)
	if err != nil {
		return err
	}
	if len(n.kids) > 0 && !all {
		return NotEmpty
	}
	if n, err = f.take(real); err == nil {
		f.forget(n)
	}
	return err
}

// Rename moves a file or directory. What is at the new path is replaced, where
// it is no directory with something in it.
func (f *FS) Rename(from, to string) error {
	source, n, err := f.lookup(from, false)
	if err != nil {
		return err
	}
	target, old, err := f.lookup(to, false)
	switch {
	case err != nil && (target == "" || err != NotExist):
		return err
	case source == target:
		return nil
	case strings.HasPrefix(target, source+"/"):
		return Invalid
	case old != nil && old.mode.IsDir() && !n.mode.IsDir():
		return IsDir
	case old != nil && !old.mode.IsDir() && n.mode.IsDir():
		return NotDir
	case old != nil:
		if err := f.Remove(target, false); err != nil {
			return err
		}
	}
	if n, err = f.take(source); err != nil {
		return err
	}
	f.nodes--
	if err := f.put(target, n); err != nil {
		f.put(source, n)
		return err
	}
	return nil
}

// Chmod sets the permissions.
func (f *FS) Chmod(path string, mode fs.FileMode) error {
	real, _, err := f.lookup(path, true)
	if err != nil {
		return err
	}
	n := f.own(real)
	n.mode = n.mode&^0o777 | mode&0o777
	return nil
}

// Touch sets the time of the last change.
func (f *FS) Touch(path string, t time.Time) error {
	real, _, err := f.lookup(path, true)
	if err != nil {
		return err
	}
	f.own(real).mtime = t.Unix()
	return nil
}
