package check

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/turngym/turngym/gym"
)

// DigestLine begins every line of [Digests].
const DigestLine = "gym-digest "

// Digests is a line for each level: its name, and the digest of a random
// agent's episode. Two processes have the same ones, or the environment is not
// deterministic.
func Digests(ctx context.Context, f gym.Family, list []gym.Scenario) (string, error) {
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
			fmt.Fprintf(&b, "%s%s-%d %x\n", DigestLine, sc.Name, level, sum[:8])
		}
	}
	return b.String(), nil
}

// elsewhere: another process plays the same episodes.
func elsewhere(ctx context.Context, r *bench, sc gym.Scenario) error {
	if r.Elsewhere == nil {
		return errSkip
	}
	here, err := Digests(ctx, r.family, []gym.Scenario{sc})
	if err != nil {
		return err
	}
	there, err := r.Elsewhere(ctx)
	if err != nil {
		return fmt.Errorf("the other process: %w", err)
	}
	if here != there {
		return fmt.Errorf("another process plays other episodes. Here\n%sthere\n%s", here, there)
	}
	return nil
}
