package gym

// Episode is one task played from reset to end: the trajectory that is
// recorded, rewarded, trained on and looked at.
type Episode struct {
	ID    string
	Env   string // the family's name
	Task  Task
	Turns []Turn
	End   End
}

// Turn is what the agent saw, what it did, and what that gave.
type Turn struct {
	Observation Observation
	Move        Move
	Signals     Signals
}

// End says how an episode ended.
type End struct {
	Reason      string // "terminated", "truncated"
	Observation Observation
}

// The reasons for which an episode ends.
const (
	Terminated = "terminated"
	Truncated  = "truncated"
)

// Outcome is the episode's outcome signal, 0 when it never came.
func (e *Episode) Outcome() float64 {
	for i := len(e.Turns) - 1; i >= 0; i-- {
		if v, ok := e.Turns[i].Signals.Value(SignalOutcome); ok {
			return v
		}
	}
	return 0
}

// Move is what a player answered: the action, its text as written, and the
// tokens where a policy wrote it.
type Move struct {
	Action Action
	Text   string
	Tokens Tokens
}

// Tokens are equal-length columns: what a turn appended to the policy's
// context, read (the observation) and sampled (the action) alike. They are
// what the trainer trains on; text is never tokenized a second time.
type Tokens struct {
	IDs     []int32
	Type    []uint8   // what kind of token it is in its place (Devlin et al. 2019); 0 is plain
	Sampled []bool    // the loss is over these
	LogProb []float32 // when sampled, under the softmax over Allow; 0 where not sampled
	Version []uint32  // of the weights that sampled it
	Allow   [][]int32 // the ids that the constraint allowed, ascending; nil where not sampled or unconstrained
}

// Append adds b's columns to t's.
func (t *Tokens) Append(b Tokens) {
	t.IDs = append(t.IDs, b.IDs...)
	t.Type = append(t.Type, b.Type...)
	t.Sampled = append(t.Sampled, b.Sampled...)
	t.LogProb = append(t.LogProb, b.LogProb...)
	t.Version = append(t.Version, b.Version...)
	t.Allow = append(t.Allow, b.Allow...)
}

// Read adds ids with their types that were read, not sampled.
func (t *Tokens) Read(ids []int32, types []uint8) {
	t.Type = append(t.Type, types...)
	for _, id := range ids {
		t.IDs = append(t.IDs, id)
		t.Sampled = append(t.Sampled, false)
		t.LogProb = append(t.LogProb, 0)
		t.Version = append(t.Version, 0)
		t.Allow = append(t.Allow, nil)
	}
}
