package tools_test

import (
	"strings"
	"testing"

	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/toolstest"
)

const fruit = "name,price,city\napple,1.5,Rome\npear,12,Oslo\nplum,3,Rome\nfig,,Oslo\n"

func TestTable(t *testing.T) {
	toolstest.Run(t, func() tools.Tool { return tools.Table{} }, `table("a,b\n1,2", "select b")`, `table("a\n2\n1", "sort a | limit 1")`)
	for steps, want := range map[string]string{
		"select name":                                                              "name\napple\npear\nplum\nfig\n",
		"select Price, name | limit 1":                                             "price,name\n1.5,apple\n",
		"where price > 2 and city = Rome":                                          "name,price,city\nplum,3,Rome\n",
		"where price >= 3 | select name":                                           "name\npear\nplum\nfig\n",
		`where name != "plum" | select name`:                                       "name\napple\npear\nfig\n",
		"where name contains P | select name":                                      "name\napple\npear\nplum\n",
		"where price = 12.0 | select name":                                         "name\npear\n",
		"sort price desc | select name":                                            "name\nfig\npear\nplum\napple\n",
		"sort city, price desc | select name":                                      "name\nfig\npear\nplum\napple\n",
		"group city: count, sum(price)":                                            "city,count,sum(price)\nRome,2,4.5\nOslo,2,12\n",
		"group : count, mean(price), max(price)":                                   "count,mean(price),max(price)\n4,5.5,12\n",
		"where price > 99 | group : count, min(price), mean(price) | select count": "count\n1\n",
		"group city: count | sort count desc | limit 1":                            "city,count\nRome,2\n",
		"":                  "! a step is empty; the steps are where, select, sort, group, limit",
		"drop name":         `! there is no step "drop"; the steps are where, select, sort, group, limit`,
		"select nam":        `! there is no column "nam"; did you mean name? the columns are name, price, city`,
		"where price":       `! "price" is no condition; write one as price > 3, with = != < <= > >= or contains`,
		"limit x":           `! limit wants a whole number, not "x"`,
		"group city":        "! write group as: group city: count, sum(price); or of all rows: group : count",
		"group city: avg":   `! "avg" is none of count, sum(x), mean(x), min(x), max(x)`,
		"group : sum(name)": `! sum(name): "apple" is no number`,
	} {
		if got := answered(t, tools.Table{}, fruit, steps); got != want {
			t.Errorf("%s\n got %q\nwant %q", steps, got, want)
		}
	}
	for csv, want := range map[string]string{
		"":                            "! the table is empty; its first line is to name the columns",
		"a,b\n1":                      "! the table cannot be read: line 2: wrong number of fields",
		strings.Repeat("a\n", 200000): "! the table has 400000 bytes; at most 262144 are read",
		strings.Repeat("a,", 60):      "! the table has 0 rows and 61 columns; at most 5000 and 50 are read",
	} {
		if got := answered(t, tools.Table{}, csv, "limit 1"); got != want {
			t.Errorf("%.20q: got %q, want %q", csv, got, want)
		}
	}
}

func FuzzTable(f *testing.F) {
	f.Add(fruit, "where price > 2 | group city: count | sort count")
	f.Add("a,a\n1,2", "select a,a,a | sort a desc, a")
	f.Fuzz(func(t *testing.T, csv, steps string) { answered(t, tools.Table{}, csv, steps) })
}
