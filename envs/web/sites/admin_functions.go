package sites

import (
	"cmp"
	"fmt"
	"slices"
)

// Functions are what scenarios may call.
func (s *admin) Functions() []Function {
	return []Function{
		{"ids(table)", "the numbers of all rows of customers, invoices, stock or staff", func(a Args) (any, error) { return s.ids(a, func(*adminTable, []string) bool { return true }) }},
		{"where(table, values)", "the numbers of the rows that have these values: { Region = \"North\" }", func(a Args) (any, error) {
			want := a.Table(1)
			return s.ids(a, func(t *adminTable, row []string) bool {
				for j, c := range t.Columns {
					if v, asked := want[c.Name]; asked && v != row[j] {
						return false
					}
				}
				return true
			})
		}},
		{"list(table, query)", "the numbers of the rows as the list shows them: q, sort (\"Amount, descending\") and filters by column", func(a Args) (any, error) {
			t, err := s.named(a)
			if err != nil {
				return nil, err
			}
			q := a.Table(1)
			text := func(name string) string { v, _ := q[name].(string); return v }
			out := []any{}
			for _, i := range s.find(t, text("q"), text, text("sort")) {
				out = append(out, t.first+i)
			}
			return out, nil
		}},
		{"record(table, id)", "a row by its columns, and its id; nil where there is none", func(a Args) (any, error) {
			t, i, err := s.rowOf(a)
			if err != nil || i < 0 {
				return nil, err
			}
			out := map[string]any{"id": t.first + i}
			for j, v := range s.row(t, i) {
				out[t.Columns[j].Name] = v
			}
			return out, nil
		}},
		{"set(table, id, column, value)", "for setup: puts a value into a row", func(a Args) (any, error) {
			t, i, err := s.rowOf(a)
			if err != nil {
				return nil, err
			}
			j := t.column(a.Text(2))
			if i < 0 || j < 0 {
				return nil, fmt.Errorf("%s has no row %d, or no column %q", t.Name, a.Int(1), a.Text(2))
			}
			row := slices.Clone(s.row(t, i))
			row[j] = a.Text(3)
			s.now[rowKey{s.world.place(t), i}] = row
			return nil, nil
		}},
		{"refused(table, id, column, value)", "why a row's value cannot be set; nil where it can", func(a Args) (any, error) {
			t, i, err := s.rowOf(a)
			if err != nil || i < 0 || t.column(a.Text(2)) < 0 {
				return nil, err
			}
			row := slices.Clone(s.row(t, i))
			row[t.column(a.Text(2))] = a.Text(3)
			if why := s.judge(t, i, row); why != nil {
				return why[0], nil
			}
			return nil, nil
		}},
		{"totals(by, status, from, to)", "the report's lines, by Region, Status or Month: group, count, total", func(a Args) (any, error) {
			lines, all := s.totals(a.Text(0), a.Text(1), a.Text(2), a.Text(3))
			out := []any{}
			for _, l := range append(lines, all) {
				out = append(out, map[string]any{"group": l.Group, "count": l.Count, "total": money(l.Cents)})
			}
			return out, nil
		}},
		{"changed()", "what pages have changed, in order of tables and rows: table, id, column, old, new; for a new row the column is new", func(Args) (any, error) { return s.changed(), nil }},
	}
}

func (s *admin) named(a Args) (*adminTable, error) {
	if t := s.world.table(a.Text(0)); t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("there is no table %q", a.Text(0))
}

// rowOf is the row that the first two arguments name; -1 where there is none.
func (s *admin) rowOf(a Args) (t *adminTable, i int, err error) {
	if t, err = s.named(a); err != nil {
		return nil, 0, err
	}
	if i = a.Int(1) - t.first; i < 0 || i >= s.count(t) {
		i = -1
	}
	return t, i, nil
}

func (s *admin) ids(a Args, keep func(*adminTable, []string) bool) (any, error) {
	t, err := s.named(a)
	if err != nil {
		return nil, err
	}
	out := []any{}
	for i := range s.count(t) {
		if keep(t, s.row(t, i)) {
			out = append(out, t.first+i)
		}
	}
	return out, nil
}

func (s *admin) changed() []any {
	var keys []rowKey
	for key := range s.was {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b rowKey) int { return cmp.Or(a.table-b.table, a.row-b.row) })
	out := []any{}
	for _, key := range keys {
		t, was, now := s.world.tables[key.table], s.was[key], s.now[key]
		line := func(column, old, new string) {
			out = append(out, map[string]any{"table": t.Name, "id": t.first + key.row, "column": column, "old": old, "new": new})
		}
		if was == nil {
			line("new", "", now[0])
			continue
		}
		for j, c := range t.Columns {
			if was[j] != now[j] {
				line(c.Name, was[j], now[j])
			}
		}
	}
	return out
}
