package jail

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"
)

// File is a file, folder or symbolic link at home.
type File struct {
	Name    string      // its path from home, without a slash before it
	Mode    fs.FileMode // the kind and the permissions
	ModTime time.Time
	Data    []byte // of a file; of a link where it leads
}

// pack is the files as an archive.
func pack(files []File) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.Name, Mode: int64(f.Mode.Perm()), ModTime: f.ModTime, Typeflag: tar.TypeReg, Size: int64(len(f.Data))}
		switch {
		case f.Mode.IsDir():
			h.Typeflag, h.Name, h.Size = tar.TypeDir, f.Name+"/", 0
		case f.Mode&fs.ModeSymlink != 0:
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, string(f.Data), 0
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, fmt.Errorf("give %s to the sandbox: %w", f.Name, err)
		}
		if h.Size > 0 {
			if _, err := w.Write(f.Data); err != nil {
				return nil, fmt.Errorf("give %s to the sandbox: %w", f.Name, err)
			}
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Bounds are what is read of a room's files.
type Bounds struct {
	File, All int64 // bytes of a file, and of all
	Nodes     int
}

// Files reads what is at home, by name, a folder before what is in it; of what
// breaks the bounds, or is deeper than 64 folders, it reads a part. Links are not followed. What cannot be
// read is there without its content; what is no file, folder or link is left out.
func (r *Room) Files(b Bounds) ([]File, error) {
	root, err := r.root()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	home, err := root.OpenRoot("home/" + path.Base(Home))
	if err != nil {
		return nil, nil // a command removed it
	}
	defer home.Close()
	w := walker{root: home, left: b}
	w.folder(".")
	return w.list, nil
}

// List is what is in any folder of the room, by name, at most so many, without
// their content.
func (r *Room) List(dir string, most int) []File {
	root, err := r.root()
	if err != nil {
		return nil
	}
	defer root.Close()
	w := walker{root: root}
	return w.names(strings.TrimPrefix(path.Clean("/"+dir), "/"), most)
}

// root is the room as this process sees it: a tree that no name leads out of.
func (r *Room) root() (*os.Root, error) {
	if r.keeper == nil {
		return nil, fs.ErrClosed
	}
	root, err := os.OpenRoot(fmt.Sprintf("/proc/%d/root/box", r.keeper.Process.Pid))
	if err != nil {
		return nil, fmt.Errorf("read the files of the sandbox: %w", err)
	}
	return root, nil
}

// depthMax is how deep folders are read: each name costs its whole way.
const depthMax = 64

// walker reads a tree.
type walker struct {
	root *os.Root
	left Bounds
	list []File
}

// names are the entries of a folder.
func (w *walker) names(dir string, most int) []File {
	if dir == "" {
		dir = "."
	}
	d, err := w.root.OpenFile(dir, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	defer d.Close()
	entries, _ := d.ReadDir(max(most, 1))
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	var list []File
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		i, err := w.root.Lstat(name)
		if err == nil && (i.IsDir() || i.Mode().IsRegular() || i.Mode()&fs.ModeSymlink != 0) {
			list = append(list, File{Name: name, Mode: i.Mode(), ModTime: i.ModTime()})
		}
	}
	return list
}

// folder reads all in a folder.
func (w *walker) folder(dir string) {
	for _, f := range w.names(dir, w.left.Nodes) {
		if w.left.Nodes--; w.left.Nodes < 0 {
			return
		}
		switch {
		case f.Mode.IsRegular():
			f.Data = w.content(f.Name)
		case f.Mode&fs.ModeSymlink != 0:
			target, _ := w.root.Readlink(f.Name)
			f.Data = []byte(target)
		}
		w.left.All -= int64(len(f.Data))
		w.list = append(w.list, f)
		if f.Mode.IsDir() && strings.Count(f.Name, "/") < depthMax {
			w.folder(f.Name)
		}
	}
}

// content is a file's, as far as the bounds go. A pipe that took the file's
// place meanwhile holds nobody up.
func (w *walker) content(name string) []byte {
	f, err := w.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil
	}
	defer f.Close()
	if i, err := f.Stat(); err != nil || !i.Mode().IsRegular() {
		return nil
	}
	data, _ := io.ReadAll(io.LimitReader(f, max(0, min(w.left.File, w.left.All))))
	return data
}
