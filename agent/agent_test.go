package agent_test

import (
	"strings"
	"testing"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/envs/probe"
	"github.com/turngym/turngym/gym"
)

// An episode that begins in the middle is the one that began at the beginning,
// from there on.
func TestATaskMayBeginInTheMiddle(t *testing.T) {
	env, err := probe.Family{}.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	task := gym.Task{Scenario: "corridor", Level: 3, Seed: 4}
	whole, err := agent.Play(t.Context(), env, agent.Oracle{}, task)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, turn := range whole.Turns[:2] {
		lines = append(lines, turn.Move.Action.String())
	}
	task.Start = strings.Join(lines, "\n")
	part, err := agent.Play(t.Context(), env, agent.Oracle{}, task)
	if err != nil {
		t.Fatal(err)
	}
	if len(part.Turns) != len(whole.Turns) || part.Outcome() != whole.Outcome() || part.Turns[3].Observation.Text != whole.Turns[3].Observation.Text {
		t.Errorf("%d turns and outcome %v; the whole has %d and %v", len(part.Turns), part.Outcome(), len(whole.Turns), whole.Outcome())
	}
	task.Start = "fly(9)"
	if _, err := agent.Play(t.Context(), env, agent.Random{}, task); err == nil || !strings.Contains(err.Error(), "begins with fly(9), which cannot be done there") {
		t.Error(err)
	}
}
