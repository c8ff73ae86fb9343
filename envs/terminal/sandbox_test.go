package terminal_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/turngym/turngym/envs/terminal"
	"github.com/turngym/turngym/gym"
)

// real is an environment whose commands run on this machine, where it has a
// sandbox for them.
func real(t testing.TB) gym.Env {
	t.Helper()
	f := terminal.Family{Backend: terminal.Sandbox}
	if err := f.Load(); err != nil {
		t.Skip(err)
	}
	env, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { env.Close() })
	return env
}

// TestOraclesSolveTheTasksInARealShellToo: what is learnt in memory is what a
// real shell does. A sample of the kinds at level 1, and all of all levels where
// GYM_LONG is set.
func TestOraclesSolveTheTasksInARealShellToo(t *testing.T) {
	t.Parallel()
	env, long := real(t), os.Getenv("GYM_LONG") != ""
	for i, s := range (terminal.Family{}).Scenarios() {
		if !long && i%6 != 0 && s.Name != "find-old" {
			continue
		}
		for level := 1; level <= s.Levels && (long || level == 1); level++ {
			for seed := range uint64(3) {
				if !long && seed > 0 {
					continue
				}
				solve(t, env, gym.Task{Scenario: s.Name, Level: level, Seed: seed})
			}
		}
	}
}

func solve(t *testing.T, env gym.Env, task gym.Task) {
	t.Helper()
	o, err := env.Reset(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	var did []string
	for {
		a, err := env.(gym.Oracle).Demonstrate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if a.Verb == "answer" && !strings.Contains(" "+shown(o)+" ", " "+a.Args[0].Text+" ") {
			t.Errorf("%s: %q shows %q, and the answer is %s", task, did, shown(o), a.Args[0].Text)
		}
		out, err := env.Step(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		did = append(did, a.String())
		if o = out.Observation; out.Terminated || out.Truncated {
			if won, _ := out.Signals.Value(gym.SignalOutcome); won != 1 {
				t.Errorf("%s: %s\n%q is %v\n%s", task, o.Goal, did, out.Signals, shown(o))
			}
			return
		}
	}
}

// shown is what the last command printed, and how it ended.
func shown(o gym.Observation) string {
	var words []string
	for _, e := range o.Elements {
		if e.Role == "output" || e.Role == "status" {
			words = append(words, strings.Fields(e.Name)...)
		}
	}
	return strings.Join(words, " ")
}

// begin starts an episode in which anything may be run.
func begin(t testing.TB) func(command string) gym.Observation {
	env := real(t)
	if _, err := env.Reset(t.Context(), gym.Task{Scenario: "ask-lines", Level: 1, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	turns := 0
	return func(command string) gym.Observation {
		t.Helper()
		if turns++; turns == 8 { // an episode has no more
			t.Fatal("too many commands for an episode")
		}
		out, err := env.Step(t.Context(), gym.Action{Verb: "run", Args: []gym.Value{{Kind: gym.Str, Text: command}}})
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		return out.Observation
	}
}

func TestTheShellStaysFromCommandToCommand(t *testing.T) {
	t.Parallel()
	run := begin(t)
	run("mkdir 'a b'; cd 'a b'; x='one\ntwo  three'; export Y=4; list=(p 'q r'); f() { echo \"f $1 $x\"; }; readonly Z=9; umask 077")
	o := run(`f "${list[1]}"; sh -c 'echo $Y'; umask; echo $Z $OLDPWD; pwd`)
	if got := shown(o); got != "f q r one two three 4 0077 9 /home/user /home/user/a b" || o.Text != "~/a b" {
		t.Errorf("%s: %s", o.Text, got)
	}
	run("ln -s /usr ../u; cd ..; cd u")
	if o = run("cd /usr/bin; exit 3"); o.Text != "/usr/bin" || shown(o) != "failed 3" || len(o.Elements) < 20 {
		t.Errorf("%s: %s, %d elements", o.Text, shown(o), len(o.Elements))
	}
	if got := shown(run("f 5; echo $x; pwd")); got != "f 5 one two three one two three /usr/bin" {
		t.Error(got)
	}
	if got := shown(run("if then")); !strings.Contains(got, "line 1: syntax error") || strings.Contains(got, "__") {
		t.Error(got)
	}
}

func TestADeadShellCostsItsCommandAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ command, status string }{
		{"x=2; kill -9 $$", "failed 137"}, {"x=2; exec false", "failed 1"}, {"set -e; false; x=2", "failed 1"}, {"exec 3>&- 60>&-; x=2", "ok"},
		{"while :; do sleep 1; done & exec >/dev/null; exit 4", "failed 4"}, {"builtin() { :; }; x=2", "ok"}, {"x=$(head -c 200000 /dev/zero | tr '\\0' y)", "ok"},
		{"printf '/tmp\\0exit\\0' >&60; exec 60>&-; echo bad", "bad"},
	} {
		run := begin(t)
		run("x=1; echo here > file")
		if got := shown(run(c.command)); !strings.HasSuffix(got, c.status) {
			t.Errorf("%s: %s", c.command, got)
		}
		if c.status == "bad" { // what it kept for the next shell keeps that from starting, once
			run("true")
		}
		if got := shown(run("cat ~/file; echo next")); !strings.Contains(got, "here next") {
			t.Errorf("after %s: %s", c.command, got)
		}
	}
}

func TestACommandWithoutEndCostsItsTimeAndTheEpisodeGoesOn(t *testing.T) {
	t.Parallel()
	run := begin(t)
	if got := shown(run("echo a > x; cd /tmp; sleep 1000")); !strings.Contains(got, "stopped") || !strings.HasSuffix(got, "failed 124") {
		t.Error(got)
	}
	if got := shown(run("cat x; pwd")); got != "a /home/user" {
		t.Error(got)
	}
}

func TestAnEpisodeInARealShellIsSavedAndGoesOn(t *testing.T) {
	t.Parallel()
	env := real(t)
	task := gym.Task{Scenario: "ask-lines", Level: 1, Seed: 1}
	if _, err := env.Reset(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	step := func(command string) gym.Observation {
		out, err := env.Step(t.Context(), gym.Action{Verb: "run", Args: []gym.Value{{Kind: gym.Str, Text: command}}})
		if err != nil {
			t.Fatal(err)
		}
		return out.Observation
	}
	step("x=5; echo kept > new.txt")
	state, err := env.(gym.Forker).Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	step("rm *")
	if _, err := env.(gym.Forker).Restore(t.Context(), state); err != nil {
		t.Fatal(err)
	}
	if got := shown(step("cat new.txt; echo $x")); got != "kept 5" {
		t.Error(got)
	}
}

func TestAnUnknownBackendIsTheCallersError(t *testing.T) {
	if err := (terminal.Family{Backend: "sandbax"}).Load(); err == nil || !strings.Contains(err.Error(), "sandbox") {
		t.Error(err)
	}
}

func TestAnEndedContextEndsACommand(t *testing.T) {
	t.Parallel()
	env := real(t)
	if _, err := env.Reset(t.Context(), gym.Task{Scenario: "ask-lines", Level: 1, Seed: 1}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := env.Step(ctx, gym.Action{Verb: "run", Args: []gym.Value{{Kind: gym.Str, Text: "sleep 100"}}}); err != context.Canceled {
		t.Error(err)
	}
}
