package tools

import (
	"context"
	"errors"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools/sqlbox"
)

// SQL asks a database in memory, which a script makes. It reaches no file.
type SQL struct {
	Script string // SQL statements that make the tables and fill them
	Write  bool   // calls may change the data, until the next episode
	Rows   int    // of an answer, at most; 0 is 100

	image sqlbox.Image
	box   *sqlbox.Box
}

var (
	_ Tool     = (*SQL)(nil)
	_ Resetter = (*SQL)(nil)
	_ Closer   = (*SQL)(nil)
)

// Verb is sql(query).
func (s *SQL) Verb() gym.Verb {
	return gym.Verb{Name: "sql", Doc: "Run a statement of SQL (SQLite) and read its result.", Params: []gym.Param{
		{Name: "query", Doc: "one statement", Kind: gym.Str}}}
}

// Call runs the query. What is wrong with it is a [*gym.Mistake].
func (s *SQL) Call(ctx context.Context, args []gym.Value) (Result, error) {
	if err := s.open(ctx); err != nil {
		return Result{}, err
	}
	rows := s.Rows
	if rows == 0 {
		rows = 100
	}
	t, err := s.box.Query(ctx, args[0].Text, sqlbox.Limits{Rows: rows})
	var wrong *sqlbox.Error
	switch {
	case errors.As(err, &wrong):
		return Result{}, gym.Mistakef("%s", wrong.Text)
	case err != nil:
		return Result{}, err
	case len(t.Columns) == 0:
		return Result{Text: "done"}, nil
	}
	return Result{Text: t.String()}, nil
}

// open makes the database, at the first call, and a new copy after Reset.
func (s *SQL) open(ctx context.Context) error {
	if s.box != nil {
		return nil
	}
	var err error
	if s.image == nil {
		if s.image, err = sqlbox.Build(ctx, s.Script); err != nil {
			return err
		}
	}
	s.box, err = sqlbox.Open(s.image, s.Write)
	return err
}

// Reset forgets what was changed.
func (s *SQL) Reset(context.Context) error {
	if !s.Write {
		return nil
	}
	return s.Close()
}

// Close lets go of the database.
func (s *SQL) Close() error {
	if s.box == nil {
		return nil
	}
	err := s.box.Close()
	s.box = nil
	return err
}
