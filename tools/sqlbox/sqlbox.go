// Package sqlbox is SQLite that reaches nothing: databases in memory, queries
// with bounds, errors that are texts for an agent.
//
// An [Image] is a database as bytes, which [Build] makes of a script, once. A
// [Box] is one live copy of it; [Open] takes some tens of microseconds. Images
// are shared by goroutines, a box is not.
//
// What keeps a query in: an authorizer with a list of what may be done
// (guard.go), a file system that has no files (vfs.go), and bounds on rows,
// bytes and on the instructions of SQLite's machine, which are the same for the
// same query on any computer. The clock stands still and there is no chance,
// so that equal queries have equal answers.
//
// SQLite is called directly and not over database/sql, which has no
// authorizer and no bound on instructions.
package sqlbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Image is a database as bytes: nobody changes them.
type Image []byte

// Limits are of one query; 0 is the default of [Defaults].
type Limits struct {
	Rows  int // what is more is left out, and [Table.More] is true
	Bytes int // of all texts in a result; as above
	Steps int // instructions of SQLite's machine; a query that needs more is stopped
}

// Defaults are the limits of a query that has none of its own. A million steps
// take some 50 ms.
func Defaults() Limits { return Limits{Rows: 1000, Bytes: 64 << 10, Steps: 1 << 20} }

func (l Limits) withDefaults() Limits {
	d := Defaults()
	l.Rows = cmp.Or(l.Rows, d.Rows)
	l.Bytes = cmp.Or(l.Bytes, d.Bytes)
	l.Steps = cmp.Or(l.Steps, d.Steps)
	return l
}

// Error is what is wrong with a query, for who wrote it. Anything else that
// Query returns is the context's error or a fault.
type Error struct{ Text string }

// Error is the text.
func (e *Error) Error() string { return e.Text }

// Box is one live database. One goroutine uses it at a time; Close lets go of
// memory that Go's collector does not see.
type Box struct {
	tls    *libc.TLS
	db     uintptr
	out    uintptr // room for two pointers that SQLite fills in
	vfs    *vfs
	guard  guard
	budget budget
	kept   []stmt // newest last
}

// stmt is a prepared query.
type stmt struct {
	sql string
	ptr uintptr
}

// keptMax is how many prepared queries a box keeps: agents repeat themselves,
// and preparing is most of the work of a small query.
const keptMax = 16

// Build runs a script of statements on an empty database.
func Build(ctx context.Context, script string) (Image, error) {
	b, err := Open(nil, true)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	if err := b.run(ctx, script); err != nil {
		return nil, err
	}
	return b.image()
}

// Open makes a box with its own copy of an image; nil is an empty database.
// Queries may change it where write is true.
func Open(image Image, write bool) (*Box, error) {
	b := &Box{tls: libc.NewTLS()}
	err := b.open()
	if err == nil && image != nil {
		err = b.load(image)
	}
	if err == nil {
		err = b.restrict(write)
	}
	if err != nil {
		b.Close()
		return nil, fmt.Errorf("open a database: %w", err)
	}
	return b, nil
}

// Close lets go of the database. It may be called twice.
func (b *Box) Close() error {
	if b.tls == nil {
		return nil
	}
	for _, s := range b.kept {
		sqlite3.Xsqlite3_finalize(b.tls, s.ptr)
	}
	b.kept = nil
	b.shut()
	b.tls.Close()
	b.tls = nil
	return nil
}

// Query runs one statement. An [*Error] says what is wrong with it.
func (b *Box) Query(ctx context.Context, sql string, l Limits) (*Table, error) {
	if b.tls == nil {
		return nil, errors.New("the database is closed")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l = l.withDefaults()
	b.budget = budget{left: l.Steps, ctx: ctx}
	defer func() { b.budget = budget{} }()
	s, err := b.prepare(sql)
	if err != nil {
		return nil, b.explain(ctx, err)
	}
	// What a query may use does not depend on whether it was kept, nor on how
	// often it ran.
	b.budget.left = l.Steps
	sqlite3.Xsqlite3_stmt_status(b.tls, s, sqlite3.SQLITE_STMTSTATUS_VM_STEP, 1)
	t, err := b.read(s, l)
	sqlite3.Xsqlite3_reset(b.tls, s)
	if err != nil {
		return nil, b.explain(ctx, err)
	}
	return t, nil
}

// run runs every statement of a script.
func (b *Box) run(ctx context.Context, script string) error {
	b.budget = budget{left: 1 << 40, ctx: ctx}
	text, err := cString(script)
	if err != nil {
		return err
	}
	defer libc.Xfree(b.tls, text)
	for next := text; ; {
		ptr, rest, err := b.compile(next)
		if err == nil && ptr != 0 {
			for more := true; more && err == nil; {
				more, err = b.step(ptr)
			}
			sqlite3.Xsqlite3_finalize(b.tls, ptr)
		}
		if err != nil {
			return fmt.Errorf("a statement that begins %.60q: %w", libc.GoString(next), b.explain(ctx, err))
		}
		if next = rest; ptr == 0 {
			return nil
		}
	}
}

// prepare is the prepared query: a kept one where there is one.
func (b *Box) prepare(sql string) (uintptr, error) {
	if i := slices.IndexFunc(b.kept, func(s stmt) bool { return s.sql == sql }); i >= 0 {
		s := b.kept[i]
		b.kept = append(slices.Delete(b.kept, i, i+1), s)
		return s.ptr, nil
	}
	if verb, ok := b.guard.begins(sql); !ok {
		return 0, &Error{refusal(verb)}
	}
	if !expands(sql) {
		return 0, &Error{"the tables after WITH stand for too many copies of each other"}
	}
	text, err := cString(sql)
	if err != nil {
		return 0, err
	}
	defer libc.Xfree(b.tls, text)
	ptr, rest, err := b.compile(text)
	if err != nil {
		return 0, err
	}
	if ptr == 0 {
		return 0, &Error{"there is no statement"}
	}
	if more, _, err := b.compile(rest); more != 0 || err != nil {
		sqlite3.Xsqlite3_finalize(b.tls, more)
		sqlite3.Xsqlite3_finalize(b.tls, ptr)
		return 0, &Error{"write one statement only"}
	}
	if len(b.kept) == keptMax {
		sqlite3.Xsqlite3_finalize(b.tls, b.kept[0].ptr)
		b.kept = slices.Delete(b.kept, 0, 1)
	}
	b.kept = append(b.kept, stmt{sql, ptr})
	return ptr, nil
}

// read runs a prepared query to its end or to a limit.
func (b *Box) read(s uintptr, l Limits) (*Table, error) {
	t := &Table{Columns: make([]string, sqlite3.Xsqlite3_column_count(b.tls, s))}
	for i := range t.Columns {
		t.Columns[i] = valid(libc.GoString(sqlite3.Xsqlite3_column_name(b.tls, s, int32(i))))
	}
	size := 0
	for {
		more, err := b.step(s)
		if err != nil {
			return nil, err
		}
		if !more {
			return t, nil
		}
		if len(t.Rows) == l.Rows || size > l.Bytes {
			t.More = true
			return t, nil
		}
		row := make([]Value, len(t.Columns))
		for i := range row {
			row[i] = b.value(s, int32(i))
			size += len(row[i].Text)
		}
		t.Rows = append(t.Rows, row)
	}
}
