package sqlbox_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turngym/turngym/tools/sqlbox"
)

const script = `
CREATE TABLE books (book_id INTEGER PRIMARY KEY, title TEXT, price REAL, writer_id INTEGER);
CREATE TABLE writers (writer_id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO writers VALUES (1, 'Ada'), (2, 'Bo');
INSERT INTO books VALUES (1, 'Stone', 12.5, 1), (2, 'River', 8, 2), (3, 'Moon', 8, 1), (4, NULL, 3, NULL);
`

func build(t testing.TB) sqlbox.Image {
	t.Helper()
	image, err := sqlbox.Build(t.Context(), script)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func open(t testing.TB, image sqlbox.Image, write bool) *sqlbox.Box {
	t.Helper()
	b, err := sqlbox.Open(image, write)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

func TestQueriesAreAnswered(t *testing.T) {
	b := open(t, build(t), false)
	for _, c := range []struct{ sql, want string }{
		{"SELECT title, price FROM books WHERE price > 8", "title | price\nStone | 12.5"},
		{"select count(*) from books;", "count(*)\n4"},
		{"select title from books where title is null", "title\nNULL"},
		{"select name from writers join books using ( writer_id ) where title = 'Moon' -- so", "name\nAda"},
		{"with cheap as (select * from books where price < 9) select avg(price) from cheap", "avg(price)\n6.33"},
		{"select name from pragma_table_info('writers')", "name\nwriter_id\nname"},
		{"PRAGMA table_info(writers)", "cid | name | type | notnull | dflt_value | pk\n0 | writer_id | INTEGER | 0 | NULL | 1\n1 | name | TEXT | 0 | NULL | 0"},
		{"with recursive n(x) as (select 1 union all select x + 1 from n where x < 3) select x from n", "x\n1\n2\n3"},
		{"select title, row_number() over (order by price, title) r from books where title < 'S'", "title | r\nMoon | 1\nRiver | 2"},
		{"select x'00ff', 1e20, '', 2.0", "x'00ff' | 1e20 | '' | 2.0\nx'00ff' | 1e+20 |  | 2"},
		{"select date('now')", "date('now')\n2025-01-01"},
	} {
		for range 2 { // the second time it is kept
			got, err := b.Query(t.Context(), c.sql, sqlbox.Limits{})
			if err != nil {
				t.Errorf("%s: %v", c.sql, err)
			} else if got.String() != c.want {
				t.Errorf("%s gives\n%s\nwant\n%s", c.sql, got, c.want)
			}
		}
	}
}

func TestMistakesAreExplained(t *testing.T) {
	b := open(t, build(t), false)
	for _, c := range []struct{ sql, want string }{
		{"select titel from books", "no such column: titel; the nearest name is title"},
		{"select b.titel from books b", "no such column: b.titel; the nearest name is title"},
		{"select title from bocks", "no such table: bocks; the nearest name is books"},
		{"select title from zzzzzzzz", "no such table: zzzzzzzz"},
		{"select title form books", `near "books": syntax error`},
		{"select", "incomplete input"},
		{"selec title from books", "SELEC is not allowed here; the nearest statement is SELECT"},
		{"delete from books", "DELETE is not allowed here"},
		{"", "there is no statement"},
		{" -- nothing", "there is no statement"},
		{"select 1; select 2", "write one statement only"},
		{"select 1; drop table books", "write one statement only"},
		{"select 1\x00; drop table books", "a statement has no zero bytes"},
		{"select sum(title, 1) from books", "wrong number of arguments to function sum()"},
		{"select " + strings.Repeat("-(", 300) + "1" + strings.Repeat(")", 300), ""},
		{"select '" + strings.Repeat("x", 20_000) + "'", ""},
	} {
		_, err := b.Query(t.Context(), c.sql, sqlbox.Limits{})
		var wrong *sqlbox.Error
		if !errors.As(err, &wrong) || c.want != "" && wrong.Text != c.want {
			t.Errorf("%.60s: got the error %v, want %q", c.sql, err, c.want)
		}
	}
	if got, err := b.Query(t.Context(), "select 1", sqlbox.Limits{}); err != nil || got.String() != "1\n1" {
		t.Errorf("after all that: %v, %v", got, err)
	}
}

// escapes are statements that would reach files, code, the settings of the
// connection or the data.
var escapes = []string{
	"ATTACH 'DIR/x.db' AS x", "ATTACH ':memory:' AS x", "ATTACH 'file:DIR/x.db?mode=rwc' AS x", "DETACH main",
	"VACUUM", "VACUUM INTO 'DIR/x.db'", "VACUUM main INTO 'file:DIR/x.db'",
	"SELECT load_extension('DIR/x.so')", "SELECT load_extension('DIR/x.so', 'f')", "SELECT writefile('DIR/x.db', 'y')",
	"SELECT readfile('/etc/passwd')", "SELECT edit('x', 'sh')", "SELECT fts3_tokenizer('x', x'00')",
	"PRAGMA temp_store_directory = 'DIR'", "PRAGMA data_store_directory = 'DIR'", "PRAGMA journal_mode = WAL",
	"PRAGMA writable_schema = 1", "PRAGMA query_only = 0", "PRAGMA temp_store = 1", "PRAGMA user_version = 7",
	"PRAGMA main.user_version(7)", "PRAGMA hard_heap_limit = 1", "PRAGMA mmap_size = 1", "PRAGMA database_list",
	"SELECT * FROM pragma_database_list", "SELECT * FROM pragma_user_version",
	"EXPLAIN ATTACH 'DIR/x.db' AS x", "EXPLAIN QUERY PLAN VACUUM", "/* so */ -- so\n ; VACUUM INTO 'DIR/x.db'", "EXPLAIN VACUUM INTO 'DIR/x.db'",
	"SELECT random()", "SELECT hex(randomblob(4))", "SELECT title FROM books ORDER BY random()", "SELECT current_timestamp",
	"CREATE VIRTUAL TABLE v USING fts5(x)", "CREATE VIRTUAL TABLE v USING dbstat", "SELECT * FROM dbstat", "SELECT * FROM sqlite_dbpage",
	"CREATE TEMP TRIGGER t AFTER INSERT ON books BEGIN SELECT 1; END", "CREATE TEMP TABLE t (x)",
	"ANALYZE", "CREATE VIEW v AS SELECT 1",
}

// changes are statements that those who may not write may not run.
var changes = []string{
	"EXPLAIN DROP TABLE books",
	"INSERT INTO books VALUES (9, 'x', 1, 1)", "UPDATE books SET price = 0", "DELETE FROM books", "DROP TABLE books",
	"CREATE TABLE t (x)", "CREATE TABLE t AS SELECT 1", "CREATE INDEX i ON books (price)",
	"ALTER TABLE books RENAME TO b", "BEGIN", "BEGIN EXCLUSIVE", "COMMIT", "SAVEPOINT s", "REPLACE INTO books VALUES (1, 'x', 1, 1)",
	"WITH x AS (SELECT 1) DELETE FROM books", "DELETE FROM books RETURNING title", "REINDEX", "UPDATE sqlite_schema SET sql = ''",
}

func TestNoStatementGetsOut(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	image := build(t)
	for _, write := range []bool{false, true} {
		b := open(t, image, write)
		list := escapes
		if !write {
			list = append(list[:len(list):len(list)], changes...)
		}
		for _, sql := range list {
			sql = strings.ReplaceAll(sql, "DIR", dir)
			got, err := b.Query(t.Context(), sql, sqlbox.Limits{})
			var wrong *sqlbox.Error
			if !errors.As(err, &wrong) {
				t.Errorf("write %v: %s gives %.200v and the error %v, want that it is refused", write, sql, got, err)
			}
		}
		got, err := b.Query(t.Context(), "select group_concat(title || price) from books", sqlbox.Limits{})
		if err != nil || got.Rows[0][0].Text != "Stone12.5,River8.0,Moon8.0" {
			t.Errorf("write %v: after all that the books are %v, %v", write, got, err)
		}
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) > 0 {
		t.Errorf("there are files: %v, %v", files, err)
	}
	for _, script := range []string{"ATTACH 'x.db' AS x", "VACUUM INTO 'x.db'", "SELECT 1; PRAGMA journal_mode = WAL", "CREATE TABLE t (x); oops"} {
		if _, err := sqlbox.Build(t.Context(), script); err == nil {
			t.Errorf("the script %s was run", script)
		}
	}
}

func TestWhoMayWriteChangesTheirOwnCopy(t *testing.T) {
	image := build(t)
	mine, other := open(t, image, true), open(t, image, true)
	for _, sql := range changes {
		if strings.Contains(sql, "DROP") || strings.HasPrefix(sql, "ALTER") || strings.Contains(sql, "sqlite_schema") {
			continue
		}
		if _, err := mine.Query(t.Context(), sql, sqlbox.Limits{}); err != nil && !strings.Contains(err.Error(), "transaction") && !strings.Contains(err.Error(), "exists") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	for b, want := range map[*sqlbox.Box]string{mine: "0", other: "4"} {
		got, err := b.Query(t.Context(), "select count(*) from books", sqlbox.Limits{})
		if err != nil || got.Rows[0][0].String() != want {
			t.Errorf("there are %v books, %v; want %s", got, err, want)
		}
	}
}

// endless are queries whose work has no end that anybody would wait for.
var endless = []string{
	"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
	"WITH RECURSIVE n(x) AS (SELECT 'a' UNION SELECT x || x FROM n) SELECT max(x) FROM n",
	"SELECT count(*) FROM books a, books b, books c, books d, books e, books f, books g, books h, books i, books j, books k, books l, books m",
	"WITH RECURSIVE n(x) AS (SELECT printf('%.1900c', 'x') UNION ALL SELECT x FROM n) SELECT count(*) FROM (SELECT x FROM n ORDER BY x)",
}

func TestEndlessQueriesStop(t *testing.T) {
	b := open(t, build(t), false)
	for _, sql := range append(endless[:len(endless):len(endless)], "select printf('%1000000000d', 1)", "select zeroblob(2000000000)", "select hex(zeroblob(1999))") {
		var wrong *sqlbox.Error
		if _, err := b.Query(t.Context(), sql, sqlbox.Limits{Steps: 200_000}); !errors.As(err, &wrong) {
			t.Errorf("%s: got the error %v, want that it was stopped", sql, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := b.Query(ctx, endless[0], sqlbox.Limits{Steps: 1 << 40}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got the error %v, want the context's", err)
	}
	for _, quote := range []string{"Q", "'Q'", `"Q"`, "`Q`", "[Q]", "/* ( */ Q -- )\n"} {
		var wrong *sqlbox.Error
		if _, err := b.Query(t.Context(), doubling(quote), sqlbox.Limits{}); !errors.As(err, &wrong) || !strings.Contains(wrong.Text, "copies") {
			t.Errorf("a query that doubles thirty times, with names like %s: got the error %v, want that it was refused", quote, err)
		}
	}
}

// doubling is a query of tables, each of which is twice the one before.
func doubling(quote string) string {
	name := func(i int) string { return strings.ReplaceAll(quote, "Q", fmt.Sprintf("c%d", i)) }
	var q strings.Builder
	q.WriteString("WITH " + name(0) + " (x) AS (SELECT 1)")
	for i := range 30 {
		fmt.Fprintf(&q, ", %s AS NOT MATERIALIZED (SELECT x FROM %s UNION ALL SELECT x FROM %s)", name(i+1), name(i), name(i))
	}
	return q.String() + " SELECT count(*) FROM " + name(30)
}

// TestABoundIsTheSameEachTime: whether a query was kept or has run before makes no
// difference to what it may use.
func TestABoundIsTheSameEachTime(t *testing.T) {
	image := build(t)
	const sql = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 700) SELECT count(*) FROM n"
	stopped := map[bool]int{}
	for steps := 1000; steps < 20_000; steps += 500 {
		b := open(t, image, false)
		_, first := b.Query(t.Context(), sql, sqlbox.Limits{Steps: steps})
		stopped[first != nil]++
		for range 5 {
			if _, err := b.Query(t.Context(), sql, sqlbox.Limits{Steps: steps}); (err == nil) != (first == nil) {
				t.Fatalf("with %d steps: at first the error is %v, later %v", steps, first, err)
			}
		}
	}
	if stopped[true] == 0 || stopped[false] == 0 {
		t.Errorf("the bounds that were tried stop it or not: %v; want both", stopped)
	}
}

func TestResultsHaveLimits(t *testing.T) {
	b := open(t, build(t), false)
	for _, c := range []struct {
		limits sqlbox.Limits
		rows   int
		more   bool
	}{{sqlbox.Limits{}, 4, false}, {sqlbox.Limits{Rows: 4}, 4, false}, {sqlbox.Limits{Rows: 3}, 3, true}, {sqlbox.Limits{Bytes: 6}, 2, true}} {
		got, err := b.Query(t.Context(), "select title from books", c.limits)
		if err != nil || len(got.Rows) != c.rows || got.More != c.more {
			t.Errorf("%+v: got %v, %v; want %d rows, more %v", c.limits, got, err, c.rows, c.more)
		}
	}
}

func TestBoxesShareImages(t *testing.T) {
	image := build(t)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 20 {
				b, err := sqlbox.Open(image, false)
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := b.Query(t.Context(), "select sum(price) from books", sqlbox.Limits{}); err != nil || got.Rows[0][0].String() != "31.5" {
					t.Errorf("got %v, %v", got, err)
				}
				b.Close()
				b.Close()
				if _, err := b.Query(t.Context(), "select 1", sqlbox.Limits{}); err == nil {
					t.Error("a closed box answers")
				}
			}
		})
	}
	wait.Wait()
}

func FuzzQuery(f *testing.F) {
	for _, list := range [][]string{escapes, changes, endless, {"select title from books where price > 8", "select ?, :a, @b", "\xff\xfe\x00", "select '\xff'"}} {
		for _, sql := range list {
			f.Add(sql, true)
			f.Add(sql, false)
		}
	}
	image := build(f)
	dir := f.TempDir()
	f.Chdir(dir)
	f.Fuzz(func(t *testing.T, sql string, write bool) {
		b := open(t, image, write)
		limits := sqlbox.Limits{Rows: 10, Steps: 50_000}
		first, err := b.Query(t.Context(), sql, limits)
		var wrong *sqlbox.Error
		if err != nil && !errors.As(err, &wrong) {
			t.Fatalf("%q: the error is %v", sql, err)
		}
		if !write {
			again, _ := open(t, image, false).Query(t.Context(), sql, limits)
			if (first == nil) != (again == nil) || first != nil && first.String() != again.String() {
				t.Fatalf("%q gives\n%v\nthen\n%v", sql, first, again)
			}
			if got, err := b.Query(t.Context(), "select count(*) from books", sqlbox.Limits{}); err != nil || got.Rows[0][0].Int != 4 {
				t.Fatalf("%q: after it there are %v books, %v", sql, got, err)
			}
		}
		if files, err := os.ReadDir("."); err != nil || len(files) > 0 {
			t.Fatalf("%q: there are files: %v, %v", sql, files, err)
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	image := build(b)
	for b.Loop() {
		box := open(b, image, false)
		if _, err := box.Query(b.Context(), "select 1", sqlbox.Limits{}); err != nil {
			b.Fatal(err)
		}
		box.Close()
	}
}

func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		build(b)
	}
}

func BenchmarkQuery(b *testing.B) {
	box := open(b, build(b), false)
	for _, c := range []struct {
		name string
		keep int
	}{{"Kept", 1}, {"New", 40}} {
		b.Run(c.name, func(b *testing.B) {
			queries := make([]string, c.keep)
			for i := range queries {
				queries[i] = "select title, price from books where price > 8" + strings.Repeat(" ", i)
			}
			i := 0
			for b.Loop() {
				i++
				if _, err := box.Query(b.Context(), queries[i%len(queries)], sqlbox.Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
