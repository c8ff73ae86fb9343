package export

import (
	"errors"
	"slices"

	"github.com/turngym/turngym/gym"
)

var errNoTokens = errors.New("it has no tokens, since no policy wrote it; the formats trl, atif and parquet do without")

// part is a turn's tokens: those that were read before the action, and those
// from the first that was sampled.
func part(t *gym.Tokens) (read, written gym.Tokens) {
	at := slices.Index(t.Sampled, true)
	if at < 0 {
		at = len(t.IDs)
	}
	cut := func(from, to int) gym.Tokens {
		return gym.Tokens{IDs: t.IDs[from:to], Sampled: t.Sampled[from:to], LogProb: t.LogProb[from:to], Version: t.Version[from:to]}
	}
	return cut(0, at), cut(at, len(t.IDs))
}

// whole are all tokens of an episode in a row. It fails where a turn has none:
// the row would not be what the policy read.
func whole(ep *gym.Episode) (gym.Tokens, error) {
	var all gym.Tokens
	for i := range ep.Turns {
		t := &ep.Turns[i].Move.Tokens
		if len(t.IDs) == 0 {
			return all, errNoTokens
		}
		all.IDs = append(all.IDs, t.IDs...)
		all.Sampled = append(all.Sampled, t.Sampled...)
		all.LogProb = append(all.LogProb, t.LogProb...)
		all.Version = append(all.Version, t.Version...)
	}
	if !slices.Contains(all.Sampled, true) {
		return all, errors.New("none of its tokens was sampled")
	}
	return all, nil
}

// ids is a list that JSON writes as [] and not as null.
func ids(list []int32) []int32 {
	if list == nil {
		return []int32{}
	}
	return list
}
