package sqlbox

import (
	"slices"
	"strings"

	"github.com/turngym/turngym/gym/catalog"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// guard decides what a statement may do, while SQLite prepares it. Whatever is
// not on a list is refused.
type guard struct {
	write   bool
	refused string // what the last statement was refused for

	// The functions are here so that they live as long as C may call them.
	authorize func(tls *libc.TLS, arg uintptr, action int32, a, b, db, trigger uintptr) int32
	spend     func(tls *libc.TLS, arg uintptr) int32
}

// What may be done: by anybody, and by those who may write. Views are not made:
// they could be nested without end (see expand.go).
var (
	reads  = []int32{sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE}
	writes = []int32{sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT,
		sqlite3.SQLITE_CREATE_TABLE, sqlite3.SQLITE_CREATE_INDEX, sqlite3.SQLITE_ALTER_TABLE,
		sqlite3.SQLITE_DROP_TABLE, sqlite3.SQLITE_DROP_INDEX, sqlite3.SQLITE_REINDEX}
)

// verbs begin a statement; SQLite does not ask the authorizer about VACUUM.
var (
	readVerbs  = []string{"select", "with", "values", "pragma"}
	writeVerbs = []string{"insert", "replace", "update", "delete", "create", "drop", "alter", "reindex",
		"begin", "commit", "end", "rollback", "savepoint", "release"}
)

// pragmas only tell.
var pragmas = []string{"table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list"}

// schemas are SQLite's own tables that may be read: those of names.
var schemas = []string{"sqlite_schema", "sqlite_master", "sqlite_temp_schema", "sqlite_temp_master", "sqlite_sequence"}

// functions that are refused: they reach outside, or are not the same each time.
var functions = []string{"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "random", "randomblob",
	"current_date", "current_time", "current_timestamp", "sqlite_version", "sqlite_source_id", "sqlite_compileoption_get",
	"sqlite_compileoption_used", "sqlite_log", "sqlite_offset", "changes", "total_changes", "last_insert_rowid"}

// bounds of SQLite's own, by its numbers: what a statement may be.
var bounds = []struct{ limit, most int32 }{
	{sqlite3.SQLITE_LIMIT_LENGTH, valueMax},
	{sqlite3.SQLITE_LIMIT_SQL_LENGTH, 10_000},
	{sqlite3.SQLITE_LIMIT_COLUMN, 200},
	{sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 100},
	{sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 20},
	{sqlite3.SQLITE_LIMIT_VDBE_OP, 50_000},
	{sqlite3.SQLITE_LIMIT_FUNCTION_ARG, 20},
	{sqlite3.SQLITE_LIMIT_ATTACHED, 0},
	{sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100},
	{sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 4},
	{sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0},
}

// valueMax is the most bytes of a value or a row: with the bound on steps it
// bounds the memory that a query can take.
const valueMax = 2000

// restrict puts the guard and the bounds on an open box.
func (b *Box) restrict(write bool) error {
	// Sorting and temporary tables stay in memory.
	text, err := cString("PRAGMA temp_store = MEMORY")
	if err != nil {
		return err
	}
	defer libc.Xfree(b.tls, text)
	ptr, _, err := b.compile(text)
	if err == nil {
		_, err = b.step(ptr)
		sqlite3.Xsqlite3_finalize(b.tls, ptr)
	}
	if err != nil {
		return err
	}
	for _, l := range bounds {
		sqlite3.Xsqlite3_limit(b.tls, b.db, l.limit, l.most)
	}
	b.guard.write, b.guard.authorize, b.guard.spend = write, b.guard.judge, b.spend
	sqlite3.Xsqlite3_progress_handler(b.tls, b.db, stride, callback(&b.guard.spend), 0)
	return b.check(sqlite3.Xsqlite3_set_authorizer(b.tls, b.db, callback(&b.guard.authorize), 0))
}

// begins says whether a statement begins with a verb that is allowed; verb is
// the one that is not.
func (g *guard) begins(sql string) (verb string, ok bool) {
	for {
		sql = bare(sql)
		end := strings.IndexFunc(sql, func(r rune) bool { return r != '_' && (r|0x20 < 'a' || r|0x20 > 'z') })
		if end < 0 {
			end = len(sql)
		}
		switch verb = strings.ToLower(sql[:end]); {
		case verb == "explain", verb == "query", verb == "plan":
			sql = sql[end:]
		case verb == "": // nothing, or what SQLite will not read
			return "", true
		default:
			return verb, slices.Contains(readVerbs, verb) || g.write && slices.Contains(writeVerbs, verb)
		}
	}
}

// refusal says that a statement is not allowed. What is none at all is mostly
// one that was mistyped.
func refusal(verb string) string {
	said := strings.ToUpper(verb) + " is not allowed here"
	if near := catalog.Nearest(verb, readVerbs); near != "" && !slices.Contains(writeVerbs, verb) {
		said += "; the nearest statement is " + strings.ToUpper(near)
	}
	return said
}

// bare is a text without the white space, comments and semicolons before it.
func bare(sql string) string {
	for {
		sql = strings.TrimLeft(sql, " \t\n\f\r;\ufeff")
		end := ""
		switch {
		case strings.HasPrefix(sql, "--"):
			end = "\n"
		case strings.HasPrefix(sql, "/*"):
			end = "*/"
		default:
			return sql
		}
		_, rest, ok := strings.Cut(sql[2:], end)
		if sql = rest; !ok {
			return ""
		}
	}
}

// judge answers SQLite for one thing that a statement would do.
func (g *guard) judge(_ *libc.TLS, _ uintptr, action int32, first, second, _, _ uintptr) int32 {
	ok, what := true, ""
	switch {
	case action == sqlite3.SQLITE_READ:
		table := strings.ToLower(libc.GoString(first))
		what = "reading " + table
		ok = table != "dbstat" && (!strings.HasPrefix(table, "sqlite_") || slices.Contains(schemas, table))
	case slices.Contains(reads, action):
	case action == sqlite3.SQLITE_FUNCTION:
		what = "the function " + strings.ToLower(libc.GoString(second))
		ok = !slices.Contains(functions, strings.ToLower(libc.GoString(second)))
	case action == sqlite3.SQLITE_PRAGMA:
		what = "PRAGMA " + strings.ToLower(libc.GoString(first))
		ok = slices.Contains(pragmas, strings.ToLower(libc.GoString(first)))
	default:
		what = "anything but reading"
		if ok = g.write && slices.Contains(writes, action); g.write {
			what = "this kind of statement"
		}
	}
	if ok {
		return sqlite3.SQLITE_OK
	}
	if g.refused == "" {
		g.refused = what
	}
	return sqlite3.SQLITE_DENY
}
