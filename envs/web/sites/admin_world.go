package sites

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/turngym/turngym/scenarios"
)

// adminWorld is a company's books: some tables, and what stands in them.
type adminWorld struct {
	tables []*adminTable
}

// adminTable is a table of the back office, and the rules for its rows.
type adminTable struct {
	Name, One string // "customers", "customer"
	Rule      string // said on the pages
	Columns   []column
	Bulk      []bulk
	New       bool // rows can be added
	first     int  // the number of the first row
	rows      [][]string
	words     []string // of each row, in lower case, for the search
	// refuse says why a row must not become another; "" where it may.
	refuse func(s *admin, old, new []string) string
}

// column is one field of a table's rows. Kind is text, choice, money, number,
// date, email or phone.
type column struct {
	Name, Kind                        string
	Choices                           []string
	Fixed, Listed, Filter, Sort, Free bool // Free: it may be empty
}

// bulk sets a column of the rows that are ticked.
type bulk struct{ Name, Column, Value string }

// The tables by their place.
const (
	adminCustomers = iota
	adminInvoices
	adminStock
	adminStaff
)

var (
	regions    = strings.Fields("North South East West")
	warehouses = strings.Fields("Harbour Airport Valley Depot")
	suppliers  = strings.Fields("Arlo Benton Cormac Delphin Everley Fairfax Gorman Hadley")
	stockNouns = strings.Fields("Bolt Hinge Bracket Valve Gasket Filter Switch Sensor Cable Bearing Spring Handle")
)

func adminTables() []*adminTable {
	return []*adminTable{
		{Name: "customers", One: "customer", first: 1001, New: true, Rule: "A customer with open invoices cannot be closed.", refuse: refuseCustomer, Columns: []column{
			{Name: "Name", Kind: "text", Listed: true, Sort: true}, {Name: "Contact", Kind: "text"}, {Name: "Email", Kind: "email"}, {Name: "Phone", Kind: "phone"},
			{Name: "City", Kind: "text", Listed: true}, {Name: "Region", Kind: "choice", Choices: regions, Listed: true, Filter: true},
			{Name: "Status", Kind: "choice", Choices: []string{"active", "on hold", "closed"}, Listed: true, Filter: true},
			{Name: "Credit", Kind: "money", Listed: true, Sort: true}, {Name: "Note", Kind: "text", Free: true}},
			Bulk: []bulk{{"Put on hold", "Status", "on hold"}, {"Activate", "Status", "active"}, {"Close", "Status", "closed"}}},
		{Name: "invoices", One: "invoice", first: 50001, Rule: "Invoices that are paid or void are closed: they cannot be changed.", refuse: refuseInvoice, Columns: []column{
			{Name: "Customer", Kind: "text", Fixed: true, Listed: true}, {Name: "Region", Kind: "choice", Choices: regions, Fixed: true, Filter: true},
			{Name: "Date", Kind: "date", Fixed: true, Listed: true, Sort: true}, {Name: "Due", Kind: "date", Sort: true},
			{Name: "Amount", Kind: "money", Fixed: true, Listed: true, Sort: true},
			{Name: "Status", Kind: "choice", Choices: []string{"open", "paid", "void"}, Listed: true, Filter: true}, {Name: "Note", Kind: "text", Free: true}},
			Bulk: []bulk{{"Mark as paid", "Status", "paid"}, {"Void", "Status", "void"}}},
		{Name: "stock", One: "item", first: 3001, Rule: "An item can be discontinued only when its quantity is 0.", refuse: refuseStock, Columns: []column{
			{Name: "Item", Kind: "text", Listed: true, Sort: true}, {Name: "Supplier", Kind: "choice", Choices: suppliers, Filter: true},
			{Name: "Warehouse", Kind: "choice", Choices: warehouses, Listed: true, Filter: true}, {Name: "Quantity", Kind: "number", Listed: true, Sort: true},
			{Name: "Minimum", Kind: "number", Listed: true}, {Name: "Price", Kind: "money"},
			{Name: "Status", Kind: "choice", Choices: []string{"active", "ordered", "discontinued"}, Listed: true, Filter: true}},
			Bulk: []bulk{{"Order more", "Status", "ordered"}, {"Discontinue", "Status", "discontinued"}}},
		{Name: "staff", One: "employee", first: 101, New: true, Rule: "An owner cannot leave, and stays an owner.", refuse: refuseStaff, Columns: []column{
			{Name: "Name", Kind: "text", Listed: true, Sort: true}, {Name: "Email", Kind: "email"}, {Name: "Phone", Kind: "phone"},
			{Name: "Department", Kind: "choice", Choices: strings.Fields("Sales Finance Logistics Support Purchasing"), Listed: true, Filter: true},
			{Name: "Role", Kind: "choice", Choices: []string{"clerk", "lead", "owner"}, Listed: true, Filter: true}, {Name: "Office", Kind: "text"},
			{Name: "Start", Kind: "date", Listed: true, Sort: true},
			{Name: "Status", Kind: "choice", Choices: []string{"active", "away", "left"}, Listed: true, Filter: true}},
			Bulk: []bulk{{"Set away", "Status", "away"}, {"Set active", "Status", "active"}}},
	}
}

func refuseCustomer(s *admin, old, new []string) string {
	invoices := s.world.tables[adminInvoices]
	if at(s.world.tables[adminCustomers], new, "Status") != "closed" || at(s.world.tables[adminCustomers], old, "Status") == "closed" {
		return ""
	}
	for i := range s.count(invoices) {
		if row := s.row(invoices, i); row[0] == old[0] && at(invoices, row, "Status") == "open" {
			return old[0] + " has open invoices and cannot be closed."
		}
	}
	return ""
}

func refuseInvoice(s *admin, old, new []string) string {
	t := s.world.tables[adminInvoices]
	switch status := at(t, old, "Status"); {
	case status != "open":
		return "The invoice is " + status + " and cannot be changed."
	case at(t, new, "Due") < at(t, new, "Date"):
		return "Due must not be before the invoice's date."
	}
	return ""
}

func refuseStock(s *admin, _, new []string) string {
	t := s.world.tables[adminStock]
	if n := at(t, new, "Quantity"); at(t, new, "Status") == "discontinued" && n != "0" {
		return fmt.Sprintf("There are %s of %s, so it cannot be discontinued.", n, new[0])
	}
	return ""
}

func refuseStaff(s *admin, old, new []string) string {
	t := s.world.tables[adminStaff]
	if at(t, old, "Role") == "owner" && (at(t, new, "Role") != "owner" || at(t, new, "Status") == "left") {
		return old[0] + " is an owner, and must stay one."
	}
	return ""
}

// column is the place of a column; -1 where there is none.
func (t *adminTable) column(name string) int {
	for i, c := range t.Columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// at is a row's value in a column, which must be there.
func at(t *adminTable, row []string, column string) string { return row[t.column(column)] }

func (t *adminTable) add(row ...string) {
	t.rows = append(t.rows, row)
	t.words = append(t.words, t.wordsOf(len(t.rows)-1, row))
}

// wordsOf is what the search looks at: the number and the texts.
func (t *adminTable) wordsOf(i int, row []string) string {
	words := []string{strconv.Itoa(t.first + i)}
	for j, c := range t.Columns {
		if c.Kind != "choice" && c.Name != "Note" {
			words = append(words, row[j])
		}
	}
	return strings.ToLower(strings.Join(words, " "))
}

// The numbers of rows. Rows of customers, items and staff have names of their
// own.
const (
	adminCustomerRows = 500
	adminInvoiceRows  = 2000
	adminStockRows    = 600
	adminStaffRows    = 160
)

func newAdmin(rng *rand.Rand) World {
	w := &adminWorld{tables: adminTables()}
	taken := map[string]bool{}
	unique := func(draw func() string) string {
		for {
			if name := draw(); !taken[name] {
				taken[name] = true
				return name
			}
		}
	}
	number := func(low, high int) string { return strconv.Itoa(low + rng.IntN(high-low)) }
	mail := func(name, host string) string {
		return strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@" + host + ".example"
	}
	phone := func() string { return "0" + number(100_000_000, 999_999_999) }
	customers, invoices, stock, staff := w.tables[0], w.tables[1], w.tables[2], w.tables[3]
	for range adminCustomerRows {
		name := unique(func() string { return pickOne(rng, scenarios.Words("cities")) + " " + companyName(rng) })
		status := pickOne(rng, strings.Split("active|active|active|on hold|closed", "|"))
		customers.add(name, personName(rng), mail(name, "firm"), phone(), pickOne(rng, scenarios.Words("cities")), pickOne(rng, regions), status, money(1000_00*(1+rng.IntN(60))), "")
	}
	for range adminInvoiceRows {
		c := customers.rows[rng.IntN(len(customers.rows))]
		age, status := rng.IntN(480), "paid"
		if pick := rng.IntN(10); at(customers, c, "Status") != "closed" && pick < 3 {
			age, status = age%90, "open"
		} else if pick == 9 {
			status = "void"
		}
		invoices.add(c[0], at(customers, c, "Region"), daysAgo(age), daysAgo(age-14-7*rng.IntN(4)), money(20_00+rng.IntN(9000_00)), status, "")
	}
	for range adminStockRows {
		name := unique(func() string { return capital(pickOne(rng, scenarios.Words("words"))) + " " + pickOne(rng, stockNouns) })
		stock.add(name, pickOne(rng, suppliers), pickOne(rng, warehouses), strconv.Itoa(max(0, rng.IntN(240)-20)), number(10, 60), money(50+rng.IntN(90_00)), pickOne(rng, strings.Fields("active active active ordered")))
	}
	for i := range adminStaffRows {
		name := unique(func() string { return personName(rng) })
		role := pickOne(rng, strings.Fields("clerk clerk clerk lead"))
		if i%16 == 0 {
			role = "owner"
		}
		staff.add(name, mail(name, "office"), phone(), pickOne(rng, staff.Columns[3].Choices), role, pickOne(rng, scenarios.Words("cities")), daysAgo(30+rng.IntN(5000)), pickOne(rng, strings.Fields("active active active away")))
	}
	return w
}
