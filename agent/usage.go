package agent

// Usage is what a player's calls to a model cost.
type Usage struct {
	Calls int     `json:"calls"`      // that were answered
	Tries int     `json:"tries"`      // requests that were sent for them, and in vain
	In    int64   `json:"tokens_in"`  // read
	Out   int64   `json:"tokens_out"` // written
	Cost  float64 `json:"cost"`       // at the prices that were configured
}

// Add adds v to u.
func (u *Usage) Add(v Usage) {
	u.Calls += v.Calls
	u.Tries += v.Tries
	u.In += v.In
	u.Out += v.Out
	u.Cost += v.Cost
}

// Spender is a player that knows what it has cost so far. It may be asked after
// Close.
type Spender interface{ Usage() Usage }

// Spent is what a player has cost; nothing where it is no [Spender].
func Spent(p Player) Usage {
	if s, ok := p.(Spender); ok {
		return s.Usage()
	}
	return Usage{}
}
