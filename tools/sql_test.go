package tools_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools"
	"github.com/turngym/turngym/tools/toolstest"
)

const shop = `CREATE TABLE pens (name TEXT, price INTEGER); INSERT INTO pens VALUES ('red', 3), ('blue', 5);`

func TestSQL(t *testing.T) {
	toolstest.Run(t, func() tools.Tool { return &tools.SQL{Script: shop} },
		`sql("SELECT name FROM pens WHERE price > 4")`, `sql("SELECT count(*) FROM pens")`)
	toolstest.Run(t, func() tools.Tool { return &tools.SQL{Script: shop, Write: true} },
		`sql("UPDATE pens SET price = price + 1")`, `sql("SELECT * FROM pens")`, `sql("SELECT count(*) FROM pens, pens, pens")`)
}

func TestAWrongQueryIsTheAgentsMistake(t *testing.T) {
	tool := &tools.SQL{Script: shop}
	defer tool.Close()
	_, err := tools.Use{Tool: tool}.Call(t.Context(), []gym.Value{{Kind: gym.Str, Text: "SELECT nam FROM pens"}})
	if m := (*gym.Mistake)(nil); !errors.As(err, &m) || m.Text != "no such column: nam; the nearest name is name" {
		t.Errorf("got the error %v", err)
	}
}

func TestSQLSaysWhatIsWrongWithItsScript(t *testing.T) {
	tool := &tools.SQL{Script: "CREATE TABEL x (y)"}
	_, err := tools.Use{Tool: tool}.Call(t.Context(), []gym.Value{{Kind: gym.Str, Text: "SELECT 1"}})
	if err == nil || !strings.Contains(err.Error(), "TABEL") {
		t.Errorf("got the error %v, want one with the statement", err)
	}
}
