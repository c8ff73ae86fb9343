package llm

import (
	"context"
	"sync"
	"time"
)

// Limits hold for all players of an agent together; 0 is no bound.
type Limits struct {
	Requests int // a minute
	Tokens   int // a minute, read and written
	Calls    int // at once, at least 1
}

// limiter lets calls through as the limits allow.
type limiter struct {
	slots chan struct{}

	mu       sync.Mutex
	requests bucket
	tokens   bucket
	paused   time.Time // until then nobody is let through: the endpoint asked for it
}

func newLimiter(l Limits) *limiter {
	return &limiter{slots: make(chan struct{}, max(1, l.Calls)), requests: bucket{perMinute: float64(l.Requests)}, tokens: bucket{perMinute: float64(l.Tokens)}}
}

// enter waits until a call of about so many tokens may be made. Who entered
// leaves.
func (l *limiter) enter(ctx context.Context, tokens int) error {
	l.mu.Lock()
	now := time.Now()
	wait := max(l.requests.take(now, 1), l.tokens.take(now, float64(tokens)), l.paused.Sub(now))
	l.mu.Unlock()
	err := sleep(ctx, wait)
	if err == nil {
		select {
		case l.slots <- struct{}{}:
			return nil
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	l.mu.Lock()
	l.requests.level++
	l.tokens.level += float64(tokens)
	l.mu.Unlock()
	return err
}

// leave ends a call for which so many tokens more were used than was thought.
func (l *limiter) leave(more int) {
	<-l.slots
	l.mu.Lock()
	l.tokens.level -= float64(more)
	l.mu.Unlock()
}

// pause lets nobody through for a while.
func (l *limiter) pause(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := time.Now().Add(d); until.After(l.paused) {
		l.paused = until
	}
}

// burst is the share of a minute's amount that may be taken at once.
const burst = 1.0 / 6

// bucket fills steadily; what is taken above its level is waited for.
type bucket struct {
	perMinute float64 // 0: no bound
	level     float64
	at        time.Time // when level was right; zero: never yet
}

// take takes n and says how long to wait for it.
func (b *bucket) take(now time.Time, n float64) time.Duration {
	if b.perMinute == 0 {
		return 0
	}
	most := max(1, b.perMinute*burst)
	if b.at.IsZero() {
		b.level = most
	} else {
		b.level = min(most, b.level+now.Sub(b.at).Minutes()*b.perMinute)
	}
	b.at = now
	if b.level -= n; b.level >= 0 {
		return 0
	}
	return time.Duration(-b.level / b.perMinute * float64(time.Minute))
}

// sleep waits, or ends with ctx.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
