package llm

import (
	"context"
	"math/rand/v2"
	"strings"

	"github.com/turngym/turngym/agent"
)

// Line is something said in a conversation: by the model, or to it.
type Line struct {
	Own  bool
	Text string
}

// Speak is what the model says next as the person that brief describes: the user
// of another agent. It costs as any call does. The errors are those of a player.
func (a *Agent) Speak(ctx context.Context, brief string, said []Line) (string, error) {
	a.start()
	q := &question{messages: []message{{role: "system", text: brief}}}
	for _, l := range said {
		role := "user"
		if l.Own {
			role = "assistant"
		}
		q.messages = append(q.messages, message{role: role, text: l.Text})
	}
	var u agent.Usage
	r, err := a.ask(ctx, q, rand.New(rand.NewPCG(a.Seed, a.calls.Load())), &u)
	return strings.TrimSpace(r.text), err
}
