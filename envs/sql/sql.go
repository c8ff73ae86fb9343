// Package sql is the family of questions that a query answers. A goal asks
// about a database in memory; the agent looks at its tables, runs queries, and
// hands in the last one that ran. Its result is compared with the right one.
//
// A scenario is a skill (skills.go, several.go): filter, count, join, window, ….
// Level 1 is one short query over one table, or the fewest that the skill
// needs, whose columns are shown. From level 2 on there are more tables, whose
// columns are asked for, two conditions, and columns said in other words; level
// 3 has more rows and the harder form of the skill.
//
// The databases (domains.go, data.go) and the questions (ask.go) are drawn from
// the task. A question is only asked when queries that miss one point of it
// have another result. The nearness of the last query's result is the progress
// (match.go).
package sql

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/world"
)

// Family opens environments of questions. They share databases.
type Family struct {
	once    sync.Once
	domains []domain
	shelf   shelf
}

var _ gym.Family = (*Family)(nil)

// levels of each skill.
const levels = 3

// turnsMax is of all scenarios: the tables are looked at, the query is written
// and handed in, and there is room for three mistakes.
const turnsMax = 8

// Scenarios are the skills.
func (f *Family) Scenarios() []gym.Scenario { return world.Infos(f.list()) }

func (f *Family) list() []world.Scenario {
	f.once.Do(func() { f.domains = domains() })
	var list []world.Scenario
	for i := range skills {
		s := &skills[i]
		list = append(list, world.Scenario{
			Scenario: gym.Scenario{Name: s.name, Doc: s.doc, Levels: levels, Turns: turnsMax, Floor: 0.01, Oracle: true},
			Start: func(ctx context.Context, t gym.Task, rng *rand.Rand) (world.World, error) {
				return f.start(ctx, s, t, rng)
			},
		})
	}
	return list
}

// Open opens an environment that plays any of them.
func (f *Family) Open(ctx context.Context) (gym.Env, error) {
	return world.New("sql", f.list()), ctx.Err()
}

// Close lets go of the databases.
func (f *Family) Close() error { return f.shelf.close() }

// variants is how many databases there are for a domain, shape, level and split.
const variants = 32

// databasesMax is how many databases are tried for a question.
const databasesMax = 20

// start draws a task: a database of the shelf, and a question about it. Some
// small databases have no question of a skill that is worth asking.
func (f *Family) start(ctx context.Context, s *skill, t gym.Task, rng *rand.Rand) (world.World, error) {
	t.Hint, t.Start = 0, ""
	if at, q, ok := f.shelf.asked(t); ok {
		b, err := f.shelf.take(ctx, f.domains, at)
		if err != nil {
			return nil, err
		}
		return newEpisode(f, b, q, t.Level), nil
	}
	for range databasesMax {
		at := place{domain: rng.IntN(len(f.domains)), shape: s.shape, level: t.Level, split: t.Split, variant: rng.IntN(variants)}
		b, err := f.shelf.take(ctx, f.domains, at)
		if err != nil {
			return nil, err
		}
		q, err := ask(ctx, b.box, b.data, t.Level, rng, s.draw)
		if err == nil {
			f.shelf.remember(t, at, q)
			return newEpisode(f, b, q, t.Level), nil
		}
		if err := errors.Join(err, f.shelf.put(b)); !errors.Is(err, errNoQuestion) {
			return nil, err
		}
	}
	return nil, errNoQuestion
}
