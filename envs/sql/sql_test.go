package sql_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/turngym/turngym/envs/sql"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/gymtest"
)

// TestFamily proves every skill. The race detector makes SQLite some ten times
// slower: under it one skill is enough.
func TestFamily(t *testing.T) {
	s := gymtest.Suite{Name: "sql", Open: func(testing.TB) gym.Family { return &sql.Family{} },
		Golden: "../../testdata/playthroughs", Seeds: 20, Episodes: 20, Parallel: true}
	if os.Getenv("GYM_LONG") != "" {
		s.Seeds, s.Episodes = 0, 0
	}
	if race {
		s.Only, s.Seeds, s.Episodes = []string{"filter"}, 5, 10
	}
	s.Run(t)
}

// player is an environment with its oracle.
type player struct {
	*testing.T
	env gym.Env
}

func open(t *testing.T, f *sql.Family) *player {
	t.Helper()
	env, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { env.Close() })
	return &player{t, env}
}

func (p *player) reset(task gym.Task) gym.Observation {
	p.Helper()
	o, err := p.env.Reset(p.Context(), task)
	if err != nil {
		p.Fatal(err)
	}
	return o
}

func (p *player) step(a gym.Action) gym.Outcome {
	p.Helper()
	out, err := p.env.Step(p.Context(), a)
	if err != nil {
		p.Fatalf("%s: %v", a, err)
	}
	return out
}

// query runs a query and gives the progress after it.
func (p *player) query(text string) (progress float64, out gym.Outcome) {
	p.Helper()
	out = p.step(gym.Action{Verb: "query", Args: []gym.Value{{Kind: gym.Str, Text: text}}})
	progress, _ = out.Signals.Value(gym.SignalProgress)
	return progress, out
}

// right is the oracle's query, after it has looked at the tables it needs.
func (p *player) right() string {
	p.Helper()
	oracle, _ := gym.As[gym.Oracle](p.env)
	for {
		a, err := oracle.Demonstrate(p.Context())
		if err != nil {
			p.Fatal(err)
		}
		if a.Verb == "query" {
			return a.Args[0].Text
		}
		p.step(a)
	}
}

// TestTheResultCounts: any query with the right result is right, and others are
// as near as their result is.
func TestTheResultCounts(t *testing.T) {
	p := open(t, &sql.Family{})
	for seed := range uint64(20) {
		p.reset(gym.Task{Scenario: "filter", Level: 1, Seed: seed})
		right := p.right()
		from := right[strings.Index(right, "from"):]
		column := strings.Fields(right)[1]
		where := from[strings.Index(from, "where")+len("where "):]
		table := strings.Fields(from)[1]
		for _, c := range []struct {
			query    string
			min, max float64
		}{
			{"select", 0, 0},
			{"select 7", 0.05, 0.1},
			{"select * from " + table, 0.15, 0.65},
			{"select * " + from, 0.5, 0.8},
			{"select " + column + " from " + table, 0.15, 0.85},
			{"select " + column + " , " + column + " " + from, 0.6, 0.85},
		} {
			if got, _ := p.query(c.query); got < c.min || got > c.max {
				t.Errorf("%s: the progress of %s is %.2f, want %.2f to %.2f", right, c.query, got, c.min, c.max)
			}
		}
		other := fmt.Sprintf("SELECT t.%s AS x FROM %s AS t WHERE NOT (NOT (%s)) ORDER BY x DESC", column, table, where)
		if got, _ := p.query(other); got != 0.9 {
			t.Errorf("%s: the progress of %s is %.2f, want 0.9", right, other, got)
		}
		out := p.step(gym.Action{Verb: "submit"})
		if outcome, _ := out.Signals.Value(gym.SignalOutcome); outcome != 1 || !out.Terminated {
			t.Errorf("%s: the outcome of %s is %v, want 1", right, other, outcome)
		}
	}
}

func TestOrderCountsWhereItIsAskedFor(t *testing.T) {
	p := open(t, &sql.Family{})
	turned := 0
	for seed := range uint64(20) {
		p.reset(gym.Task{Scenario: "top", Level: 1, Seed: seed})
		right := p.right()
		if strings.HasSuffix(right, "limit 1") {
			continue
		}
		turned++
		if got, _ := p.query("select * from ( select row_number() over () n , * from ( " + right + " ) ) order by n desc"); got >= 0.9 {
			t.Errorf("%s: with a column more the progress is %.2f", right, got)
		}
		column := strings.Fields(right)[1]
		if got, _ := p.query("select " + column + " from ( select row_number() over () n , * from ( " + right + " ) ) order by n desc"); got < 0.8 || got >= 0.9 {
			t.Errorf("%s: the other way round the progress is %.2f, want 0.8 to 0.9", right, got)
		}
		if got, _ := p.query(right); got != 0.9 {
			t.Errorf("%s: the progress is %.2f, want 0.9", right, got)
		}
	}
	if turned == 0 {
		t.Error("no question asks for an order")
	}
}

// TestAWrongQueryIsReadAndNotPunished: what is wrong with a query is in the
// observation, with the nearest name.
func TestAWrongQueryIsReadAndNotPunished(t *testing.T) {
	p := open(t, &sql.Family{})
	o := p.reset(gym.Task{Scenario: "filter", Level: 1, Seed: 1})
	if hasVerb(o, "submit") {
		t.Error("something can be handed in before any query ran")
	}
	right := p.right()
	column := strings.Fields(right)[1]
	_, out := p.query(strings.Replace(right, column, column+"x", 1))
	want := "error: no such column: " + column + "x; the nearest name is " + column
	if !strings.Contains(out.Observation.String(), want) || hasVerb(out.Observation, "submit") {
		t.Errorf("got\n%s\nwant a line %q and nothing to hand in", &out.Observation, want)
	}
	if format, ok := out.Signals.Value(gym.SignalFormat); ok {
		t.Errorf("the signal format is %v, want none", format)
	}
	before, _ := p.query(right)
	after, out := p.query("drop table x")
	if before != after || !hasVerb(out.Observation, "submit") || !strings.Contains(out.Observation.String(), "DROP is not allowed here") {
		t.Errorf("after a refused statement the progress is %.2f, it was %.2f:\n%s", after, before, &out.Observation)
	}
	if out = p.step(gym.Action{Verb: "submit"}); out.Signals[len(out.Signals)-1].Value != 1 {
		t.Errorf("the last query that ran is not what was handed in: %v", out.Signals)
	}
}

func hasVerb(o gym.Observation, name string) bool {
	for _, v := range o.Verbs {
		if v.Name == name {
			return true
		}
	}
	return false
}

// TestQueriesOfAnEpisodeLeaveNothing: a database serves one episode after
// another, and many at once.
func TestQueriesOfAnEpisodeLeaveNothing(t *testing.T) {
	f := &sql.Family{}
	var wait sync.WaitGroup
	seen := make([]string, 4)
	for i := range seen {
		p := open(t, f)
		wait.Go(func() {
			for seed := range uint64(3) {
				task := gym.Task{Scenario: "join", Level: 2, Seed: seed}
				o, err := p.env.Reset(t.Context(), task)
				if err != nil {
					t.Error(err)
					return
				}
				seen[i] += o.Goal + o.String()
				for _, text := range []string{"select 1", "delete from x", "with recursive n ( x ) as ( select 1 union all select x + 1 from n ) select count(*) from n"} {
					out, err := p.env.Step(t.Context(), gym.Action{Verb: "query", Args: []gym.Value{{Kind: gym.Str, Text: text}}})
					if err != nil {
						t.Error(err)
						return
					}
					seen[i] += out.Observation.String()
				}
			}
		})
	}
	wait.Wait()
	for i := range seen {
		if seen[i] != seen[0] {
			t.Fatalf("one environment shows\n%s\nanother\n%s", seen[0], seen[i])
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestFirstLevelsAreSmall: a small policy reads and writes them.
func TestFirstLevelsAreSmall(t *testing.T) {
	f := &sql.Family{}
	defer f.Close()
	p := open(t, f)
	for _, sc := range f.Scenarios() {
		var shown, written, n int
		for seed := range uint64(10) {
			o := p.reset(gym.Task{Scenario: sc.Name, Level: 1, Seed: seed})
			shown += len(strings.Fields(o.Goal))
			for _, e := range o.Elements {
				shown += 1 + len(strings.Fields(e.Value))
			}
			written += len(strings.Fields(p.right()))
			n++
		}
		t.Logf("%s: %d words shown, %d written", sc.Name, shown/n, written/n)
		if shown/n > 60 {
			t.Errorf("%s shows %d words at level 1, want at most 60", sc.Name, shown/n)
		}
	}
}
