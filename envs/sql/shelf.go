package sql

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/tools/sqlbox"
)

// place names a database: nothing else decides what is in it.
type place struct {
	domain  int
	shape   shape
	level   int
	split   gym.Split
	variant int
}

// rand is what the database is drawn from.
func (p place) rand() *rand.Rand {
	n := uint64(p.domain)<<32 | uint64(p.shape)<<24 | uint64(p.level)<<16 | uint64(p.split)<<8
	return rand.New(rand.NewPCG(n, uint64(p.variant)))
}

// borrowed is a database and a live copy of it, which one episode has.
type borrowed struct {
	*data
	at  place
	box *sqlbox.Box
}

// asked is a task's question, and where.
type asked struct {
	at place
	q  question
}

// shelf keeps databases, and live copies that no episode has now: a copy that
// was used knows its tables and its last queries already. It keeps questions, too:
// a task is mostly played several times. The zero value is empty. It is safe for goroutines.
type shelf struct {
	mu     sync.Mutex
	data   map[place]*data
	tasks  map[gym.Task]asked
	free   []borrowed // longest unused first
	closed bool
}

// The most that a shelf keeps: an image is some 20 kB, a live copy some 100 kB.
const (
	dataMax  = 1024
	freeMax  = 256
	tasksMax = 4096
)

// asked is the question of a task that was played before.
func (s *shelf) asked(t gym.Task) (place, question, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.tasks[t]
	return a.at, a.q, ok
}

// remember keeps the question of a task.
func (s *shelf) remember(t gym.Task, at place, q question) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tasks == nil || len(s.tasks) >= tasksMax {
		s.tasks = map[gym.Task]asked{}
	}
	s.tasks[t] = asked{at, q}
}

// take is a live copy of a database, which is drawn where it is not there.
func (s *shelf) take(ctx context.Context, domains []domain, at place) (borrowed, error) {
	s.mu.Lock()
	for i := len(s.free) - 1; i >= 0; i-- {
		if s.free[i].at == at {
			b := s.free[i]
			s.free = slices.Delete(s.free, i, i+1)
			s.mu.Unlock()
			return b, nil
		}
	}
	db := s.data[at]
	s.mu.Unlock()
	var err error
	if db == nil { // two may draw it at once: they draw the same
		if db, err = draw(ctx, &domains[at.domain], at.shape, at.level, at.rand()); err != nil {
			return borrowed{}, err
		}
		s.keep(at, db)
	}
	box, err := sqlbox.Open(db.image, false)
	return borrowed{db, at, box}, err
}

// keep puts a database on the shelf, and makes room for it.
func (s *shelf) keep(at place, db *data) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.data == nil || len(s.data) >= dataMax {
		s.data = map[place]*data{}
	}
	s.data[at] = db
}

// put gives a live copy back.
func (s *shelf) put(b borrowed) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return b.box.Close()
	}
	var err error
	if len(s.free) == freeMax {
		err = s.free[0].box.Close()
		s.free = slices.Delete(s.free, 0, 1)
	}
	s.free = append(s.free, b)
	return err
}

// close lets go of all copies; those that come back later are let go of then.
func (s *shelf) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	var errs []error
	for _, b := range s.free {
		errs = append(errs, b.box.Close())
	}
	s.free = nil
	return errors.Join(errs...)
}
