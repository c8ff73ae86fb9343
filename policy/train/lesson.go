package train

import (
	"errors"
	"fmt"
	"math"

	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy/algo"
)

// lesson is what a teacher would choose in each of the batch's rows.
type lesson struct {
	start []int32 // [rows+1]
	ids   []int32
	prob  []float32
}

// ask has the teacher name its k most probable choices in each row.
func (l *Learner) ask(b *batch, k int) error {
	if l.Teacher == nil {
		return errors.New("the update asks a teacher, and there is none")
	}
	if l.teacher == nil {
		l.teacher = l.Teacher.NewPass()
		l.teacher.Budget = nothingKept
	}
	k = min(k, l.Teacher.Vocab)
	b.lesson = &lesson{start: []int32{0}}
	for _, xs := range micro(b.examples, 1) {
		if _, err := l.teacher.Forward(input(xs, false, nil)); err != nil {
			return fmt.Errorf("the teacher: %w", err)
		}
		ids, logp := l.teacher.Top(k)
		for i := range sampled(xs) {
			if err := b.lesson.add(ids[i*k:(i+1)*k], logp[i*k:(i+1)*k], l.Model.Vocab); err != nil {
				return err
			}
		}
	}
	return nil
}

// add appends a row of choices, the likeliest first: those below vocab, with
// probabilities that add up to 1.
func (s *lesson) add(ids []int32, logp []float32, vocab int) error {
	if math.IsNaN(float64(logp[0])) {
		return errors.New("the teacher's log-probs are not numbers: its weights have diverged")
	}
	from, sum := len(s.prob), 0.0
	for i, id := range ids {
		if id >= 0 && int(id) < vocab { // padding of the teacher's embedding is nobody's choice
			p := math.Exp(float64(logp[i]))
			s.ids, s.prob = append(s.ids, id), append(s.prob, float32(p))
			sum += p
		}
	}
	for i := range s.prob[from:] {
		s.prob[from+i] /= float32(sum)
	}
	s.start = append(s.start, int32(len(s.ids)))
	return nil
}

// split parts the log-probs of the tokens that were sampled from those of what
// the teacher would have chosen.
func (b *batch) split(xs []example, t kernels.Targets, logp []float32) (now []float32, soft *algo.Soft) {
	n := sampled(xs)
	if b.lesson == nil {
		return logp[:n], nil
	}
	soft = &algo.Soft{}
	for _, x := range xs {
		soft.Prob = append(soft.Prob, b.lesson.prob[b.lesson.start[x.start]:b.lesson.start[x.end]]...)
	}
	for i := range n {
		from, to := t.Row(i)
		now = append(now, logp[from])
		soft.Now = append(soft.Now, logp[from+1:to]...)
	}
	return now, soft
}

// join is the other way round, for the gradients of the rows that g has.
func join(t kernels.Targets, g *algo.Grad) (dlogp []float32) {
	at := 0
	for i, x := range g.Now {
		from, to := t.Row(i)
		dlogp = append(dlogp, x)
		if n := to - from - 1; n > 0 {
			dlogp = append(dlogp, g.Soft[at:at+n]...)
			at += n
		}
	}
	return dlogp
}
