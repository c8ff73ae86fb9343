package sqlbox

import (
	"errors"
	"fmt"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// vfs is a file system for SQLite that has no files and whose clock stands
// still. Databases in memory do not ask it for anything; what would ask is
// answered that it cannot be opened.
type vfs struct {
	ptr, name uintptr

	// The functions are here so that they live as long as C may call them.
	open   func(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32
	delete func(tls *libc.TLS, vfs, name uintptr, sync int32) int32
	access func(tls *libc.TLS, vfs, name uintptr, flags int32, out uintptr) int32
	path   func(tls *libc.TLS, vfs, name uintptr, n int32, out uintptr) int32
	load   func(tls *libc.TLS, vfs, name uintptr) uintptr
	now    func(tls *libc.TLS, vfs, out uintptr) int32
}

// noon is the time of the clock, 2025-01-01 12:00:00, in milliseconds of the
// Julian calendar.
const noon = 2460677 * 24 * 3600 * 1000

// real is the machine's file system. It is copied once, before the first of ours
// is registered: that writes to the list of them, which goes through it.
var real struct {
	once sync.Once
	err  error
	vfs  sqlite3.Tsqlite3_vfs
}

func findReal(tls *libc.TLS) error {
	real.once.Do(func() {
		if rc := sqlite3.Xsqlite3_initialize(tls); rc != sqlite3.SQLITE_OK {
			real.err = fmt.Errorf("SQLite does not start: code %d", rc)
		} else if p := sqlite3.Xsqlite3_vfs_find(tls, 0); p == 0 {
			real.err = errors.New("SQLite has no file system to start from")
		} else {
			real.vfs = *at[sqlite3.Tsqlite3_vfs](p)
		}
	})
	return real.err
}

// newVFS registers a file system for one box, under a name of its own.
func newVFS(tls *libc.TLS) (*vfs, error) {
	if err := findReal(tls); err != nil {
		return nil, err
	}
	v := &vfs{ptr: libc.Xcalloc(tls, 1, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))}
	if v.ptr == 0 {
		return nil, errors.New("no memory")
	}
	v.open = func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32 { return sqlite3.SQLITE_CANTOPEN }
	v.delete = func(*libc.TLS, uintptr, uintptr, int32) int32 { return sqlite3.SQLITE_IOERR }
	v.access = func(_ *libc.TLS, _, _ uintptr, _ int32, out uintptr) int32 {
		*at[int32](out) = 0
		return sqlite3.SQLITE_OK
	}
	v.path = func(*libc.TLS, uintptr, uintptr, int32, uintptr) int32 { return sqlite3.SQLITE_CANTOPEN }
	v.load = func(*libc.TLS, uintptr, uintptr) uintptr { return 0 }
	v.now = func(_ *libc.TLS, _, out uintptr) int32 {
		*at[int64](out) = noon
		return sqlite3.SQLITE_OK
	}
	var err error
	if v.name, err = libc.CString(fmt.Sprintf("none-%x", v.ptr)); err != nil {
		return nil, err
	}
	f := at[sqlite3.Tsqlite3_vfs](v.ptr)
	*f = real.vfs
	f.FiVersion, f.FpNext, f.FzName = 2, 0, v.name
	f.FxOpen, f.FxDelete, f.FxAccess = callback(&v.open), callback(&v.delete), callback(&v.access)
	f.FxFullPathname, f.FxDlOpen, f.FxCurrentTimeInt64 = callback(&v.path), callback(&v.load), callback(&v.now)
	if rc := sqlite3.Xsqlite3_vfs_register(tls, v.ptr, 0); rc != sqlite3.SQLITE_OK {
		return nil, fmt.Errorf("a file system is not taken: code %d", rc)
	}
	return v, nil
}

// close takes the file system away, after its connection.
func (v *vfs) close(tls *libc.TLS) {
	sqlite3.Xsqlite3_vfs_unregister(tls, v.ptr)
	libc.Xfree(tls, v.name)
	libc.Xfree(tls, v.ptr)
}
