package gymtest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/check"
)

// A family is compared with itself in another process: the test starts its own
// binary anew, with the test's name to run and the family's name in childEnv.
// There Run only writes a line for each level, with the digest of an episode.
const childEnv = "GYMTEST_CHILD"

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
	text, err := check.Digests(ctx, f, list)
	fmt.Print("\n" + text)
	return err
}

// otherProcess compares the digests with those of the named test in a process
// of its own.
func otherProcess(ctx context.Context, family, test string, f gym.Family, list []gym.Scenario) error {
	here, err := check.Digests(ctx, f, list)
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
		if bytes.HasPrefix(line, []byte(check.DigestLine)) {
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
