package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/turngym/turngym/gym"
)

// packed is gym.Tokens on disk: little-endian columns, six times as fast as
// msgpack arrays.
type packed struct {
	IDs, Type, Sampled, LogProb, Version []byte
	AllowLen, Allow                      []byte // how many ids each token's row has (-1: unconstrained), and all of them
}

type turn struct {
	Observation gym.Observation
	Action      gym.Action
	Text        string
	Tokens      packed
	Signals     gym.Signals
}

type episode struct {
	ID, Env string
	Task    gym.Task
	Turns   []turn
	End     gym.End
}

func encode(ep *gym.Episode) ([]byte, error) {
	e := episode{ID: ep.ID, Env: ep.Env, Task: ep.Task, End: ep.End, Turns: make([]turn, len(ep.Turns))}
	for i, t := range ep.Turns {
		e.Turns[i] = turn{t.Observation, t.Move.Action, t.Move.Text, pack(t.Move.Tokens), t.Signals}
	}
	return msgpack.Marshal(&e)
}

func decode(data []byte) (*gym.Episode, error) {
	var e episode
	if err := msgpack.Unmarshal(data, &e); err != nil {
		return nil, err
	}
	ep := &gym.Episode{ID: e.ID, Env: e.Env, Task: e.Task, End: e.End, Turns: make([]gym.Turn, len(e.Turns))}
	for i, t := range e.Turns {
		tokens, err := t.Tokens.unpack()
		if err != nil {
			return nil, fmt.Errorf("turn %d: %w", i, err)
		}
		ep.Turns[i] = gym.Turn{Observation: t.Observation, Move: gym.Move{Action: t.Action, Text: t.Text, Tokens: tokens}, Signals: t.Signals}
	}
	return ep, nil
}

func pack(t gym.Tokens) packed {
	var p packed
	for i, id := range t.IDs {
		p.IDs = binary.LittleEndian.AppendUint32(p.IDs, uint32(id))
		p.Type = append(p.Type, t.Type[i])
		b := byte(0)
		if t.Sampled[i] {
			b = 1
		}
		p.Sampled = append(p.Sampled, b)
		p.LogProb = binary.LittleEndian.AppendUint32(p.LogProb, math.Float32bits(t.LogProb[i]))
		p.Version = binary.LittleEndian.AppendUint32(p.Version, t.Version[i])
		n := int32(len(t.Allow[i]))
		if t.Allow[i] == nil {
			n = -1
		}
		p.AllowLen = binary.LittleEndian.AppendUint32(p.AllowLen, uint32(n))
		for _, a := range t.Allow[i] {
			p.Allow = binary.LittleEndian.AppendUint32(p.Allow, uint32(a))
		}
	}
	return p
}

var errColumns = errors.New("the token columns do not fit together")

func (p packed) unpack() (gym.Tokens, error) {
	n := len(p.Sampled)
	if len(p.IDs) != 4*n || len(p.Type) != n || len(p.LogProb) != 4*n || len(p.Version) != 4*n || len(p.AllowLen) != 4*n {
		return gym.Tokens{}, errColumns
	}
	if n == 0 {
		return gym.Tokens{}, nil
	}
	t := gym.Tokens{IDs: make([]int32, n), Type: slices.Clone(p.Type), Sampled: make([]bool, n), LogProb: make([]float32, n), Version: make([]uint32, n), Allow: make([][]int32, n)}
	allow := p.Allow
	for i := range n {
		t.IDs[i] = int32(binary.LittleEndian.Uint32(p.IDs[4*i:]))
		t.Sampled[i] = p.Sampled[i] != 0
		t.LogProb[i] = math.Float32frombits(binary.LittleEndian.Uint32(p.LogProb[4*i:]))
		t.Version[i] = binary.LittleEndian.Uint32(p.Version[4*i:])
		k := int32(binary.LittleEndian.Uint32(p.AllowLen[4*i:]))
		if k < 0 {
			continue
		}
		if int(k)*4 > len(allow) {
			return gym.Tokens{}, errColumns
		}
		t.Allow[i] = make([]int32, k)
		for j := range t.Allow[i] {
			t.Allow[i][j] = int32(binary.LittleEndian.Uint32(allow[4*j:]))
		}
		allow = allow[4*k:]
	}
	if len(allow) != 0 {
		return gym.Tokens{}, errColumns
	}
	return t, nil
}
