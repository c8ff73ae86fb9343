package sqlbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// This file is all that speaks SQLite's C: its pointers are numbers here.

// pointerSize is the room of one pointer.
const pointerSize = unsafe.Sizeof(uintptr(0))

// at is the value at an address that C gave. The address is no Go memory, so
// the collector need not know.
func at[T any](address uintptr) *T { return *(**T)(unsafe.Pointer(&address)) }

// callback is a Go function as C calls it. The caller keeps f alive: what is
// pointed to must outlive the connection.
func callback[F any](f *F) uintptr { return *(*uintptr)(unsafe.Pointer(f)) }

// cString is a text for C, to be freed. C's texts end at a zero.
func cString(s string) (uintptr, error) {
	if strings.IndexByte(s, 0) >= 0 {
		return 0, &Error{"a statement has no zero bytes"}
	}
	return libc.CString(s)
}

// valid is a text as agents may read it.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// code is SQLite's number for what went wrong, with its message.
type code struct {
	rc   int32
	text string
}

func (c *code) Error() string { return c.text }

// check is the error of a call, nil where it went well.
func (b *Box) check(rc int32) error {
	if rc == sqlite3.SQLITE_OK {
		return nil
	}
	return &code{rc, valid(libc.GoString(sqlite3.Xsqlite3_errmsg(b.tls, b.db)))}
}

// open opens an empty database in memory, on a file system without files.
func (b *Box) open() error {
	if b.out = libc.Xcalloc(b.tls, 2, libc.Tsize_t(pointerSize)); b.out == 0 {
		return errors.New("no memory")
	}
	var err error
	if b.vfs, err = newVFS(b.tls); err != nil {
		return err
	}
	name, err := libc.CString(":memory:")
	if err != nil {
		return err
	}
	defer libc.Xfree(b.tls, name)
	// One goroutine uses a box: SQLite's own lock of each connection is not needed.
	const flags = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_CREATE | sqlite3.SQLITE_OPEN_MEMORY | sqlite3.SQLITE_OPEN_NOMUTEX
	rc := sqlite3.Xsqlite3_open_v2(b.tls, name, b.out, flags, b.vfs.name)
	b.db = *at[uintptr](b.out)
	return b.check(rc)
}

// shut undoes open.
func (b *Box) shut() {
	if b.db != 0 {
		sqlite3.Xsqlite3_close_v2(b.tls, b.db)
	}
	if b.vfs != nil {
		b.vfs.close(b.tls)
	}
	libc.Xfree(b.tls, b.out)
}

// load makes the database that of an image, copied.
func (b *Box) load(image Image) error {
	data := sqlite3.Xsqlite3_malloc64(b.tls, uint64(len(image)))
	if data == 0 {
		return errors.New("no memory")
	}
	copy(unsafe.Slice(at[byte](data), len(image)), image)
	n := int64(len(image))
	const flags = sqlite3.SQLITE_DESERIALIZE_FREEONCLOSE | sqlite3.SQLITE_DESERIALIZE_RESIZEABLE
	return b.check(sqlite3.Xsqlite3_deserialize(b.tls, b.db, 0, data, n, n, flags))
}

// image is the database as bytes. The guard is gone after it: SQLite asks a
// PRAGMA of its own.
func (b *Box) image() (Image, error) {
	sqlite3.Xsqlite3_set_authorizer(b.tls, b.db, 0, 0)
	data := sqlite3.Xsqlite3_serialize(b.tls, b.db, 0, b.out, 0)
	if data == 0 {
		return nil, errors.New("the database cannot be made an image")
	}
	defer sqlite3.Xsqlite3_free(b.tls, data)
	image := make(Image, *at[int64](b.out))
	copy(image, unsafe.Slice(at[byte](data), len(image)))
	return image, nil
}

// compile prepares the first statement of a text; 0 where there is none. rest
// is what follows it.
func (b *Box) compile(text uintptr) (ptr, rest uintptr, err error) {
	b.guard.refused = ""
	rc := sqlite3.Xsqlite3_prepare_v2(b.tls, b.db, text, -1, b.out, b.out+pointerSize)
	return *at[uintptr](b.out), *at[uintptr](b.out + pointerSize), b.check(rc)
}

// step goes on to the next row; false is the end.
func (b *Box) step(s uintptr) (bool, error) {
	switch rc := sqlite3.Xsqlite3_step(b.tls, s); rc {
	case sqlite3.SQLITE_ROW:
		return true, nil
	case sqlite3.SQLITE_DONE:
		return false, nil
	default:
		return false, b.check(rc)
	}
}

// value is a cell of the row at hand.
func (b *Box) value(s uintptr, i int32) Value {
	switch sqlite3.Xsqlite3_column_type(b.tls, s, i) {
	case sqlite3.SQLITE_INTEGER:
		return Value{Kind: Int, Int: sqlite3.Xsqlite3_column_int64(b.tls, s, i)}
	case sqlite3.SQLITE_FLOAT:
		return Value{Kind: Real, Real: sqlite3.Xsqlite3_column_double(b.tls, s, i)}
	case sqlite3.SQLITE_TEXT:
		p := sqlite3.Xsqlite3_column_text(b.tls, s, i)
		return Value{Kind: Text, Text: valid(b.bytes(p, s, i))}
	case sqlite3.SQLITE_BLOB:
		p := sqlite3.Xsqlite3_column_blob(b.tls, s, i)
		return Value{Kind: Text, Text: fmt.Sprintf("x'%x'", b.bytes(p, s, i))}
	}
	return Value{}
}

func (b *Box) bytes(p, s uintptr, i int32) string {
	n := sqlite3.Xsqlite3_column_bytes(b.tls, s, i)
	if p == 0 || n == 0 {
		return ""
	}
	return string(unsafe.Slice(at[byte](p), n))
}

// budget is what the query at hand may still use.
type budget struct {
	left int
	ctx  context.Context
}

// stride is after how many instructions the budget is looked at.
const stride = 1000

// spend is called while a query is prepared and run; not 0 stops it.
func (b *Box) spend(*libc.TLS, uintptr) int32 {
	if b.budget.left -= stride; b.budget.left < 0 || b.budget.ctx.Err() != nil {
		return 1
	}
	return 0
}
