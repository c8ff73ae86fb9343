package gymtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

// A family is compared with itself in another process: the test starts its own
// binary anew, with the test's name to run and the family's name in childEnv.
// There Run only writes a line for each level, with the digest of an episode.
const (
	childEnv  = "GYMTEST_CHILD"
	childLine = "gymtest-digest "
)

func isChild(name string) bool { return os.Getenv(childEnv) == name }

// Main is for a package whose TestMain sets up what the other process does not
// need: called from there it runs the tests, or writes the digests at once.
func Main(m *testing.M, open func() (gym.Family, error)) {
	if os.Getenv(childEnv) == "" {
		os.Exit(m.Run())
	}
	f, err := open()
	if err == nil {
		err = writeDigests(context.Background(), f, f.Scenarios())
		f.Close()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func writeDigests(ctx context.Context, f gym.Family, list []gym.Scenario) error {
	text, err := digests(ctx, f, list)
	fmt.Print("\n" + text)
	return err
}

// digests is a line for each level: its name, and the digest of a random
// agent's episode.
func digests(ctx context.Context, f gym.Family, list []gym.Scenario) (string, error) {
	env, err := f.Open(ctx)
	if err != nil {
		return "", err
	}
	defer env.Close()
	var b strings.Builder
	for _, sc := range list {
		for level := 1; level <= sc.Levels; level++ {
			t := place{sc, level}.task(11, gym.Train)
			t.Hint = 1
			ep, err := play(ctx, env, t, sc.Turns, random(5))
			if err != nil {
				return "", err
			}
			sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", ep.exact, ep.hints))
			fmt.Fprintf(&b, "%s%s-%d %x\n", childLine, sc.Name, level, sum[:8])
		}
	}
	return b.String(), nil
}

// otherProcess compares the digests with those of the named test in a process
// of its own.
func otherProcess(ctx context.Context, family, test string, f gym.Family, list []gym.Scenario) error {
	here, err := digests(ctx, f, list)
	if err != nil {
		return err
	}
	names := strings.Split(test, "/")
	for i, n := range names {
		names[i] = "^" + regexp.QuoteMeta(n) + "$"
	}
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run="+strings.Join(names, "/"), "-test.count=1")
	cmd.Env = append(os.Environ(), childEnv+"="+family)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("the other process: %w\n%s", err, out)
	}
	var there strings.Builder
	for line := range bytes.Lines(out) {
		if bytes.HasPrefix(line, []byte(childLine)) {
			there.Write(line)
		}
	}
	if there.Len() == 0 {
		return fmt.Errorf("the other process ran no suite of %q:\n%s", family, out)
	}
	if there.String() != here {
		return fmt.Errorf("another process plays other episodes. Here\n%sthere\n%s", here, there.String())
	}
	return nil
}
