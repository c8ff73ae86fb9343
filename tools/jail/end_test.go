package jail_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/turngym/turngym/tools/jail"
)

// running says whether this machine has a process that sleeps so long; the
// number is its mark.
func running(mark string) bool {
	list, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, at := range list {
		if line, _ := os.ReadFile(at); string(line) == "sleep\x00"+mark+"\x00" {
			return true
		}
	}
	return false
}

// await looks until it is so; go test's own limit is the end of patience.
func await(mark string, there bool) {
	for running(mark) != there {
		time.Sleep(time.Millisecond)
	}
}

// mark is a number of seconds that nobody else sleeps.
func mark(n int) string { return fmt.Sprintf("%d.%d", 100000+n, os.Getpid()) }

func TestACancelledCommandIsGone(t *testing.T) {
	r, m := room(t, jail.Limits{Time: time.Hour}), mark(1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { // it ends with the command's beginning
		await(m, true)
		cancel()
	}()
	if _, err := r.Run(ctx, jail.Command{Args: []string{"sh", "-c", "(setsid sleep " + m + " &); sleep " + m}}); err != context.Canceled {
		t.Error(err)
	}
	await(m, false)
	if res := do(t, r, "echo on"); res.Output != "on\n" {
		t.Errorf("%+v", res)
	}
}

func TestWhatACommandLeavesRunningEndsWithIt(t *testing.T) {
	r, m := room(t, jail.Limits{}), mark(2)
	do(t, r, "(setsid nohup sleep "+m+" >/dev/null 2>&1 3>&- &); kill -9 $$")
	await(m, false)
}

// TestTheRoomEndsWithItsOpener: this test is its own opener, in another process,
// which is killed while a command runs.
func TestTheRoomEndsWithItsOpener(t *testing.T) {
	if m := os.Getenv("JAIL_TEST_MARK"); m != "" {
		room(t, jail.Limits{Time: time.Hour}).Run(t.Context(), jail.Command{Args: []string{"sleep", m}})
		return
	}
	room(t, jail.Limits{}) // or skip
	m, said := mark(3), &bytes.Buffer{}
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env, cmd.Stdout = append(os.Environ(), "JAIL_TEST_MARK="+m), said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	await(m, true)
	cmd.Process.Kill()
	cmd.Wait()
	await(m, false)
	if strings.Contains(said.String(), "FAIL") {
		t.Error(said)
	}
}
