package agent_test

import (
	"strings"
	"testing"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/envs/probe"
	"github.com/turngym/turngym/gym"
)

func TestAScriptIsPlayedLineByLine(t *testing.T) {
	env, err := probe.Family{}.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer env.Close()
	task := gym.Task{Scenario: "corridor", Level: 1, Seed: 4}
	whole, err := agent.Play(t.Context(), env, agent.Oracle{}, task)
	if err != nil {
		t.Fatal(err)
	}
	text := "# the way to the goal\n\n  fly(9)\n"
	for _, turn := range whole.Turns {
		text += turn.Move.Action.String() + "\n"
	}
	ep, err := agent.Play(t.Context(), env, agent.Script(text), task)
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := ep.Turns[0].Signals.Value(gym.SignalFormat); v != 1 || ep.Turns[0].Move.Text != "fly(9)" {
		t.Errorf("what cannot be read is %+v", ep.Turns[0])
	}
	if len(ep.Turns) != len(whole.Turns)+1 || ep.Outcome() != 1 {
		t.Errorf("%d turns, outcome %v", len(ep.Turns), ep.Outcome())
	}
	again := ep.Task
	again.Level = 3
	if ep, err = agent.Play(t.Context(), env, agent.Script("click(1)"), again); err != nil || len(ep.Turns) < 2 {
		t.Fatalf("a script that is too short: %v", err)
	}
	if v, _ := ep.Turns[1].Signals.Value(gym.SignalFormat); v != 1 {
		t.Errorf("after its last line it did %+v", ep.Turns[1].Move)
	}
	task.Start = whole.Turns[0].Move.Action.String()
	if ep, err := agent.Play(t.Context(), env, agent.Script(strings.Replace(text, "fly(9)", "", 1)), task); err != nil || ep.Outcome() != 1 {
		t.Errorf("what was done before its first turn is played again: %v", err)
	}
}
