package sql

import (
	"slices"
	"testing"
)

// TestColumnsOfADomainHaveNamesOfTheirOwn: queries over several tables need not
// say whose a column is, and questions can say any column.
func TestColumnsOfADomainHaveNamesOfTheirOwn(t *testing.T) {
	for _, d := range domains() {
		seen := map[string]bool{}
		for i := range d.tables {
			f := &d.tables[i]
			for _, c := range append(slices.Clip(f.columns), column{name: f.name}, column{name: f.one}, column{name: f.key()}) {
				if seen[c.name] || slices.Contains(words, c.name) {
					t.Errorf("%s: %s is the name of two things", d.name, c.name)
				}
				seen[c.name] = true
			}
			for level, size := range sizes {
				if n := len(f.columns[0].words); i != events && (f.columns[0].kind != label || n < size[i][1]) {
					t.Errorf("%s: %s has %d labels, and at level %d up to %d rows", d.name, f.name, n, level+1, size[i][1])
				}
			}
			if !slices.ContainsFunc(f.columns, func(c column) bool { return c.kind == word }) && i != people || !slices.ContainsFunc(f.columns, func(c column) bool { return c.kind == number }) {
				t.Errorf("%s: %s has no column of words or none of numbers", d.name, f.name)
			}
		}
	}
}

func TestWrongQueriesMissOnePoint(t *testing.T) {
	for _, c := range []struct {
		sql  string
		want []string
	}{
		{"select a from t", nil},
		{"select a from t where b > 3", []string{"select a from t", "select a from t where b < 3"}},
		{"select a from t where b = 'x' and c < 2 order by c desc limit 3", []string{
			"select a from t order by c desc limit 3", "select a from t where b <> 'x' and c < 2 order by c desc limit 3",
			"select a from t where b = 'x' or c < 2 order by c desc limit 3", "select a from t where b = 'x' order by c desc limit 3",
			"select a from t where b = 'x' and c > 2 order by c desc limit 3", "select a from t where b = 'x' and c < 2 limit 3",
			"select a from t where b = 'x' and c < 2 order by c  limit 3", "select a from t where b = 'x' and c < 2 order by c desc"}},
		{"select a from t where b > ( select avg( b ) from t where c = 1 )", []string{"select a from t",
			"select a from t where b < ( select avg( b ) from t where c = 1 )", "select a from t where b > ( select sum( b ) from t where c = 1 )",
			"select a from t where b > ( select avg( b ) from t )", "select a from t where b > ( select avg( b ) from t where c <> 1 )"}},
	} {
		got := wrong(c.sql)
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got\n%q\nwant\n%q", c.sql, got, c.want)
		}
	}
}

func TestNamesAreSaidOfMany(t *testing.T) {
	for one, want := range map[string]string{"model": "models", "category": "categories", "species": "species", "kind of goods": "kinds of goods",
		"place on the field": "places on the field", "school club": "school clubs"} {
		if got := plural(one); got != want {
			t.Errorf("%s: got %s, want %s", one, got, want)
		}
	}
}
