package sites

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

const adminRows = 8

// field is a column with a row's value, or a filter's.
type field struct {
	*column
	Value string
}

// Key is the field's name in forms.
func (c *column) Key() string { return strings.ToLower(c.Name) }

func (s *admin) list(w http.ResponseWriter, r *http.Request) {
	if t := s.which(w, r); t != nil {
		s.showList(w, r, t, "", nil)
	}
}

func (s *admin) showList(w http.ResponseWriter, r *http.Request, t *adminTable, problem string, ticked []int) {
	v := r.URL.Query()
	found := s.find(t, v.Get("q"), func(name string) string { return v.Get(strings.ToLower(name)) }, v.Get("sort"))
	r.URL.Path = "/" + t.Name // of the pager's links, where a bulk action failed
	rows, pages := turn(r, found, adminRows)
	type shown struct {
		ID         int
		Name, Text string
		Ticked     bool
	}
	var out []shown
	for _, i := range rows {
		row := s.row(t, i)
		var texts []string
		for j, c := range t.Columns {
			if j > 0 && c.Listed {
				texts = append(texts, c.text(row[j]))
			}
		}
		out = append(out, shown{t.first + i, row[0], strings.Join(texts, ", "), slices.Contains(ticked, i)})
	}
	var filters []field
	var sorts []string
	for j := range t.Columns {
		c := &t.Columns[j]
		if c.Filter {
			filters = append(filters, field{c, v.Get(c.Key())})
		}
		if c.Sort {
			sorts = append(sorts, c.Name+", ascending", c.Name+", descending")
		}
	}
	s.show(w, capital(t.Name), "list", map[string]any{"Table": t, "Title": capital(t.Name), "Rows": out, "Total": len(found), "Pager": pages, "Query": v.Get("q"),
		"Filters": filters, "Sorts": sorts, "Sort": v.Get("sort"), "Here": r.URL.RawQuery, "Problem": problem})
}

// text is a value as lists show it: numbers are said what they are.
func (c *column) text(value string) string {
	switch c.Kind {
	case "number":
		return strings.ToLower(c.Name) + " " + value
	case "money":
		return value + " EUR"
	}
	return value
}

// bulk sets a column of all ticked rows, or, where one must not, of none.
func (s *admin) bulk(w http.ResponseWriter, r *http.Request) {
	t := s.which(w, r)
	if t == nil {
		return
	}
	r.ParseForm()
	var ticked []int
	for _, id := range r.PostForm["row"] {
		if i := atoi(id) - t.first; i >= 0 && i < s.count(t) && !slices.Contains(ticked, i) {
			ticked = append(ticked, i)
		}
	}
	do := slices.IndexFunc(t.Bulk, func(b bulk) bool { return b.Name == r.PostFormValue("action") })
	switch {
	case do < 0:
		s.showList(w, r, t, "Choose what to do with the selected rows.", ticked)
		return
	case len(ticked) == 0:
		s.showList(w, r, t, "Select at least one row.", nil)
		return
	}
	var next [][]string
	for _, i := range ticked {
		row := slices.Clone(s.row(t, i))
		row[t.column(t.Bulk[do].Column)] = t.Bulk[do].Value
		if why := s.judge(t, i, row); why != nil {
			s.showList(w, r, t, fmt.Sprintf("Nothing was changed. %d: %s", t.first+i, why[0]), ticked)
			return
		}
		next = append(next, row)
	}
	for n, i := range ticked {
		s.put(t, i, next[n])
	}
	s.tell("%s: done for %d of %s.", t.Bulk[do].Name, len(ticked), t.Name)
	goTo(w, r, "/"+t.Name+"?"+r.URL.RawQuery)
}

func (s *admin) detail(w http.ResponseWriter, r *http.Request) {
	t, i, ok := s.whichRow(w, r)
	if !ok {
		return
	}
	row := s.row(t, i)
	var fields []field
	for j := range t.Columns {
		fields = append(fields, field{&t.Columns[j], row[j]})
	}
	customer := 0 // of an invoice
	if t == s.world.tables[adminInvoices] {
		customers := s.world.tables[adminCustomers]
		for c := range s.count(customers) {
			if s.row(customers, c)[0] == row[0] {
				customer = customers.first + c
			}
		}
	}
	s.show(w, fmt.Sprintf("%s %d", capital(t.One), t.first+i), "detail", map[string]any{"Table": t, "ID": t.first + i, "One": capital(t.One), "Name": row[0], "Fields": fields,
		"Customer": customer, "Invoices": t == s.world.tables[adminCustomers]})
}

func (s *admin) edit(w http.ResponseWriter, r *http.Request) {
	t, i, ok := s.whichRow(w, r)
	if !ok {
		return
	}
	row := make([]string, len(t.Columns))
	if i < s.count(t) {
		row = s.row(t, i)
	}
	s.showEdit(w, t, i, row, nil)
}

func (s *admin) showEdit(w http.ResponseWriter, t *adminTable, i int, row, problems []string) {
	var fields []field
	for j := range t.Columns {
		if !t.Columns[j].Fixed {
			fields = append(fields, field{&t.Columns[j], row[j]})
		}
	}
	title := "New " + t.One
	if i < s.count(t) {
		title = fmt.Sprintf("Edit %s %d", t.One, t.first+i)
	}
	s.show(w, title, "edit", map[string]any{"Table": t, "ID": t.first + i, "New": i >= s.count(t), "Title": title, "Fields": fields, "Problems": problems})
}

func (s *admin) save(w http.ResponseWriter, r *http.Request) {
	t, i, ok := s.whichRow(w, r)
	if !ok {
		return
	}
	row := make([]string, len(t.Columns))
	if i < s.count(t) {
		copy(row, s.row(t, i))
	}
	for j := range t.Columns {
		if c := &t.Columns[j]; !c.Fixed {
			row[j] = c.tidy(r.PostFormValue(c.Key()))
		}
	}
	if problems := s.judge(t, i, row); problems != nil {
		s.showEdit(w, t, i, row, problems)
		return
	}
	s.put(t, i, row)
	s.tell("The %s was saved.", t.One)
	goTo(w, r, fmt.Sprintf("/%s/%d", t.Name, t.first+i))
}

// reportLine is what a group of invoices comes to.
type reportLine struct {
	Group string
	Count int
	Cents int
}

// totals groups the invoices by a column, or by month; from and to are dates,
// both included, or empty.
func (s *admin) totals(by, status, from, to string) (lines []reportLine, all reportLine) {
	t := s.world.tables[adminInvoices]
	j := t.column(by)
	if by == "Month" {
		j = t.column("Date")
	}
	if j < 0 {
		j = t.column("Region")
	}
	all.Group = "All"
	for i := range s.count(t) {
		row := s.row(t, i)
		if date := at(t, row, "Date"); status != "" && at(t, row, "Status") != status || from != "" && date < from || to != "" && date > to {
			continue
		}
		group := row[j]
		if by == "Month" {
			group = group[:len("2031-05")]
		}
		cents, _ := parseMoney(at(t, row, "Amount"))
		n := slices.IndexFunc(lines, func(l reportLine) bool { return l.Group == group })
		if n < 0 {
			n = len(lines)
			lines = append(lines, reportLine{Group: group})
		}
		lines[n].Count, lines[n].Cents = lines[n].Count+1, lines[n].Cents+cents
		all.Count, all.Cents = all.Count+1, all.Cents+cents
	}
	slices.SortFunc(lines, func(a, b reportLine) int { return strings.Compare(a.Group, b.Group) })
	return lines, all
}

func (s *admin) report(w http.ResponseWriter, r *http.Request) {
	by, status, from, to := r.FormValue("by"), r.FormValue("status"), strings.TrimSpace(r.FormValue("from")), strings.TrimSpace(r.FormValue("to"))
	problem, date := "", column{Name: "A date", Kind: "date", Free: true}
	if date.fault(from) != "" || date.fault(to) != "" {
		problem = date.fault("?")
		from, to = "", ""
	}
	lines, all := s.totals(by, status, from, to)
	t := s.world.tables[adminInvoices]
	s.show(w, "Report", "report", map[string]any{"Lines": lines, "All": all, "By": by, "Status": status, "From": from, "To": to, "Problem": problem,
		"Groups": []string{"Region", "Status", "Month"}, "States": t.Columns[t.column("Status")].Choices})
}
