package sites

import (
	"strconv"
	"strings"
	"testing"
)

func itoa(n int) string { return strconv.Itoa(n) }

// first is the number of the first row with these values.
func first(v visitor, table string, values map[string]any) int {
	v.t.Helper()
	ids := v.call("where", table, values).([]any)
	if len(ids) == 0 {
		v.t.Fatalf("no row of %s has %v", table, values)
	}
	return ids[0].(int)
}

func changes(v visitor) []any { return v.call("changed").([]any) }

func TestAdminFormsSayWhatIsWrong(t *testing.T) {
	v := open(t, "admin", 1)
	id := first(v, "customers", map[string]any{"Status": "active"})
	at := "/customers/" + itoa(id)
	r := v.call("record", "customers", float64(id)).(map[string]any)
	form := func(changed ...string) []string {
		var out []string
		for _, c := range []string{"Name", "Contact", "Email", "Phone", "City", "Region", "Status", "Credit", "Note"} {
			value := r[c].(string)
			for i := 0; i < len(changed); i += 2 {
				if changed[i] == c {
					value = changed[i+1]
				}
			}
			out = append(out, strings.ToLower(c), value)
		}
		return out
	}
	v.has(v.post(at+"/edit"), "Name must not be empty.", "Region must not be empty.")
	v.has(v.post(at+"/edit", form("Phone", "12 34", "Credit", "much", "Email", "none", "Status", "gone")...),
		"Phone must have", "Credit must be an amount", "Email must be an address", "Status must be one of the list")
	v.has(v.post(at+"/edit", form()...), "was saved")
	if got := changes(v); len(got) != 0 {
		t.Errorf("saving the same changed %v", got)
	}
	v.has(v.post(at+"/edit", form("Credit", "250")...), "250.00")
	if got := changes(v); len(got) != 1 || got[0].(map[string]any)["new"] != "250.00" {
		t.Errorf("changed %v", got)
	}
	v.post(at+"/edit", form()...)
	if got := changes(v); len(got) != 0 {
		t.Errorf("changing it back left %v", got)
	}
	for _, path := range []string{"/customers/1", "/customers/x", "/things", "/things/3", "/customers/new", "/stock/new/edit"} {
		v.has(v.get(path), "Not found")
	}
	v.has(v.get("/customers?page=x"), "Page 1 of")
	v.has(v.get("/customers?page=9999&sort=Credit,+descending&region=North"), "Previous page")
	v.has(v.get("/customers?q=no+such+firm"), "0 customers")
}

func TestAdminAddsRowsOnce(t *testing.T) {
	v := open(t, "admin", 1)
	form := []string{"name", "Nobody Yet", "email", "n@office.example", "phone", "0123456", "department", "Sales", "role", "clerk", "office", "Rome", "start", "2031-06-01", "status", "active"}
	v.has(v.get("/staff/new/edit"), "New employee")
	v.has(v.post("/staff/new/edit", "name", "Nobody Yet"), "Email must not be empty.")
	v.has(v.post("/staff/new/edit", form...), "was saved", "Nobody Yet")
	v.has(v.post("/staff/new/edit", form...), "Nobody Yet is in the list already.")
	v.has(v.get("/staff?q=nobody+yet"), "1 staff")
	if got := changes(v); len(got) != 1 || got[0].(map[string]any)["column"] != "new" {
		t.Errorf("changed %v", got)
	}
}

func TestAdminRulesHold(t *testing.T) {
	v := open(t, "admin", 2)
	paid, open := first(v, "invoices", map[string]any{"Status": "paid"}), first(v, "invoices", map[string]any{"Status": "open"})
	v.has(v.post("/invoices/bulk?q=", "action", "Void"), "Select at least one row.")
	v.has(v.post("/invoices/bulk?q=", "row", itoa(open)), "Choose what to do")
	v.has(v.post("/invoices/bulk", "action", "Void", "row", itoa(open), "row", itoa(paid)), "Nothing was changed.", "cannot be changed")
	if got := changes(v); len(got) != 0 {
		t.Errorf("a bulk action that was refused changed %v", got)
	}
	v.has(v.post("/invoices/bulk?status=open", "action", "Void", "row", itoa(open), "row", itoa(open), "row", "7"), "Void: done for 1 of invoices.")
	if got := changes(v); len(got) != 1 {
		t.Errorf("voiding one changed %v", got)
	}
	owner := first(v, "staff", map[string]any{"Role": "owner"})
	for _, f := range []struct {
		table, column, value string
		id                   int
	}{{"staff", "Status", "left", owner}, {"staff", "Role", "clerk", owner}, {"invoices", "Note", "x", paid}} {
		if v.call("refused", f.table, float64(f.id), f.column, f.value) == nil {
			t.Errorf("%s %d may have the %s %s", f.table, f.id, f.column, f.value)
		}
	}
	due := v.call("record", "invoices", float64(paid)).(map[string]any)["Customer"].(string)
	v.has(v.get("/invoices/"+itoa(paid)), due, "Customer 1")
}

func TestAdminReportAddsUp(t *testing.T) {
	v := open(t, "admin", 3)
	v.has(v.get("/report?from=yesterday"), "must be a date")
	lines := v.call("totals", "Status", "", "2030-09-01", "2031-02-28").([]any)
	all, sum := lines[len(lines)-1].(map[string]any), 0
	for _, l := range lines[:len(lines)-1] {
		sum += l.(map[string]any)["count"].(int)
	}
	if sum != all["count"] || sum == 0 {
		t.Errorf("the groups have %d invoices, all have %v", sum, all["count"])
	}
	v.has(v.get("/report?by=Status&from=2030-09-01&to=2031-02-28"), all["total"].(string)+" EUR")
}
