package sites

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

var adminPages = load("admin")

// admin is an episode's back office: the world and the rows that are not as
// they are there.
type admin struct {
	Base
	world *adminWorld
	now   map[rowKey][]string
	was   map[rowKey][]string // rows that a page has changed, as they were; nil for new ones
	added []int               // rows, by table
}

// rowKey is a row's place: its table's and its own.
type rowKey struct{ table, row int }

var adminMux = muxOf(handlers[*admin]{
	"GET /{$}": func(s *admin, w http.ResponseWriter, _ *http.Request) {
		s.show(w, "Overview", "overview", s.overview())
	},
	"GET /report":             (*admin).report,
	"GET /{table}":            (*admin).list,
	"POST /{table}/bulk":      (*admin).bulk,
	"GET /{table}/{id}":       (*admin).detail,
	"GET /{table}/{id}/edit":  (*admin).edit,
	"POST /{table}/{id}/edit": (*admin).save,
})

// Open makes an episode's copy.
func (w *adminWorld) Open() Site {
	s := &admin{Base: newBase("admin", "Back office", adminPages, Link{"Customers", "/customers"}, Link{"Invoices", "/invoices"},
		Link{"Stock", "/stock"}, Link{"Staff", "/staff"}, Link{"Report", "/report"}), world: w,
		now: map[rowKey][]string{}, was: map[rowKey][]string{}, added: make([]int, len(w.tables))}
	return serve(s, adminMux)
}

// place is a table's place in the list.
func (w *adminWorld) place(t *adminTable) int { return slices.Index(w.tables, t) }

func (w *adminWorld) table(name string) *adminTable {
	for _, t := range w.tables {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// count is how many rows a table has.
func (s *admin) count(t *adminTable) int { return len(t.rows) + s.added[s.world.place(t)] }

// row is one as it stands. It must not be changed.
func (s *admin) row(t *adminTable, i int) []string {
	if len(s.now) > 0 {
		if row, ok := s.now[rowKey{s.world.place(t), i}]; ok {
			return row
		}
	}
	return t.rows[i]
}

// put changes a row, or adds one.
func (s *admin) put(t *adminTable, i int, row []string) {
	key := rowKey{s.world.place(t), i}
	if _, known := s.was[key]; !known {
		s.was[key] = nil
		if i < s.count(t) {
			s.was[key] = s.row(t, i)
		} else {
			s.added[key.table]++
		}
	}
	s.now[key] = row
}

func (s *admin) words(t *adminTable, i int) string {
	if row, changed := s.now[rowKey{s.world.place(t), i}]; changed {
		return t.wordsOf(i, row)
	}
	return t.words[i]
}

type overviewLine struct {
	Name, Rule string
	Count      int
}

func (s *admin) overview() (out []overviewLine) {
	for _, t := range s.world.tables {
		out = append(out, overviewLine{capital(t.Name), t.Rule, s.count(t)})
	}
	return out
}

// which is the table that a path names; it answers where there is none.
func (s *admin) which(w http.ResponseWriter, r *http.Request) *adminTable {
	t := s.world.table(r.PathValue("table"))
	if t == nil {
		s.missing(w)
	}
	return t
}

// whichRow is also the row, which is past the last one for the word new.
func (s *admin) whichRow(w http.ResponseWriter, r *http.Request) (t *adminTable, i int, ok bool) {
	if t = s.which(w, r); t == nil {
		return nil, 0, false
	}
	id := r.PathValue("id")
	if id == "new" && t.New && strings.HasSuffix(r.URL.Path, "/edit") {
		return t, s.count(t), true
	}
	if i = atoi(id) - t.first; i < 0 || i >= s.count(t) {
		s.missing(w)
		return nil, 0, false
	}
	return t, i, true
}

// find gives the rows that all filters leave, in order.
func (s *admin) find(t *adminTable, text string, filter func(column string) string, order string) []int {
	words := strings.Fields(strings.ToLower(text))
	var found []int
next:
	for i := range s.count(t) {
		row := s.row(t, i)
		for j := range t.Columns {
			if c := &t.Columns[j]; c.Filter {
				if want := filter(c.Name); want != "" && want != row[j] {
					continue next
				}
			}
		}
		if len(words) > 0 {
			in := s.words(t, i)
			for _, word := range words {
				if !strings.Contains(in, word) {
					continue next
				}
			}
		}
		found = append(found, i)
	}
	name, down, _ := strings.Cut(order, ", ")
	j := t.column(name)
	if j < 0 {
		return found
	}
	slices.SortStableFunc(found, func(a, b int) int {
		c := t.Columns[j].compare(s.row(t, a)[j], s.row(t, b)[j])
		if down == "descending" {
			return -c
		}
		return c
	})
	return found
}

// compare orders two values of a column.
func (c *column) compare(a, b string) int {
	if c.Kind == "money" || c.Kind == "number" {
		x, _ := parseMoney(a)
		y, _ := parseMoney(b)
		return x - y
	}
	return strings.Compare(a, b)
}

// fault says what is wrong with a value; "" where it can stand.
func (c *column) fault(value string) string {
	_, err := time.Parse(time.DateOnly, value)
	_, isMoney := parseMoney(value)
	switch {
	case value == "" && c.Free:
	case value == "":
		return c.Name + " must not be empty."
	case c.Kind == "choice" && !slices.Contains(c.Choices, value):
		return c.Name + " must be one of the list."
	case c.Kind == "money" && !isMoney:
		return c.Name + " must be an amount like 250.00."
	case c.Kind == "number" && !digits(value, 1, 6):
		return c.Name + " must be a whole number."
	case c.Kind == "date" && err != nil:
		return c.Name + " must be a date like 2031-05-12."
	case c.Kind == "email" && !isEmail(value):
		return c.Name + " must be an address like ada@office.example."
	case c.Kind == "phone" && !digits(value, 6, 12):
		return c.Name + " must have 6 to 12 digits and nothing else."
	}
	return ""
}

// tidy writes a value as the table does.
func (c *column) tidy(value string) string {
	value = strings.TrimSpace(value)
	if cents, ok := parseMoney(value); ok && c.Kind == "money" {
		return money(cents)
	}
	if n, err := strconv.Atoi(value); err == nil && c.Kind == "number" && n >= 0 {
		return strconv.Itoa(n)
	}
	return value
}

// judge says what is against a row taking the place of another, nil for none.
func (s *admin) judge(t *adminTable, i int, row []string) []string {
	var out []string
	for j := range t.Columns {
		if fault := t.Columns[j].fault(row[j]); fault != "" {
			out = append(out, fault)
		}
		if j == 0 && i >= s.count(t) && slices.ContainsFunc(s.find(t, row[0], func(string) string { return "" }, ""), func(o int) bool { return s.row(t, o)[0] == row[0] }) {
			out = append(out, row[0]+" is in the list already.")
		}
	}
	if len(out) == 0 && i < s.count(t) && t.refuse != nil && !slices.Equal(s.row(t, i), row) {
		if why := t.refuse(s, s.row(t, i), row); why != "" {
			out = append(out, why)
		}
	}
	return out
}
