package scenarios

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/vmihailenco/msgpack/v5"
	lua "github.com/yuin/gopher-lua"
)

// The state s as bytes: tagged values in the order of their keys, so that
// equal states are equal bytes. A table that is met again is a number.
const (
	tagNil = iota
	tagFalse
	tagTrue
	tagNumber
	tagText
	tagTable
	tagAgain
	tagRand
)

// Save is the episode's state, for [Script.Resume]. It fails where the state
// is not plain data: functions, metatables.
func (p *Play) Save() ([]byte, error) {
	var buf bytes.Buffer
	s := saver{Encoder: msgpack.NewEncoder(&buf), p: p, seen: map[*lua.LTable]int{}}
	pcg, err := p.chance.pcg.MarshalBinary()
	if err == nil {
		err = errors.Join(s.EncodeBytes(pcg), s.value(p.state, "s"))
	}
	if err != nil {
		return nil, p.fault("snapshot", wrongResult{err, "runtime.state_contract"})
	}
	return buf.Bytes(), nil
}

type saver struct {
	*msgpack.Encoder
	p    *Play
	seen map[*lua.LTable]int
}

func (s *saver) value(v lua.LValue, where string) error {
	switch v := v.(type) {
	case *lua.LNilType:
		return s.EncodeInt(tagNil)
	case lua.LBool:
		if v {
			return s.EncodeInt(tagTrue)
		}
		return s.EncodeInt(tagFalse)
	case lua.LNumber:
		return errors.Join(s.EncodeInt(tagNumber), s.EncodeFloat64(float64(v)))
	case lua.LString:
		return errors.Join(s.EncodeInt(tagText), s.EncodeString(string(v)))
	case *lua.LUserData:
		if v.Value == s.p.chance {
			return s.EncodeInt(tagRand)
		}
	case *lua.LTable:
		if i, ok := s.seen[v]; ok {
			return errors.Join(s.EncodeInt(tagAgain), s.EncodeInt(int64(i)))
		}
		if v.Metatable != lua.LNil {
			return fmt.Errorf("%s has a metatable; keep plain data in the state", where)
		}
		s.seen[v] = len(s.seen)
		return s.table(v, where)
	}
	return fmt.Errorf("%s is a %s; keep plain data in the state: numbers, texts, booleans, tables and the rng", where, v.Type())
}

func (s *saver) table(t *lua.LTable, where string) error {
	keys, err := plainKeys(t)
	if err != nil {
		return fmt.Errorf("%s: %w", where, err)
	}
	if err := errors.Join(s.EncodeInt(tagTable), s.EncodeInt(int64(len(keys)))); err != nil {
		return err
	}
	for _, k := range keys {
		if err := s.value(k, where); err != nil {
			return err
		}
		if err := s.value(t.RawGet(k), where+"."+k.String()); err != nil {
			return err
		}
	}
	return nil
}

// Resume goes on with an episode of this scenario that was saved.
func (s *Script) Resume(ctx context.Context, saved []byte) (*Play, error) {
	p, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	r := restorer{Decoder: msgpack.NewDecoder(bytes.NewReader(saved)), p: p}
	pcg, err := r.DecodeBytes()
	if err == nil {
		p.chance = newChance(nil)
		err = p.chance.pcg.UnmarshalBinary(pcg)
	}
	if err == nil {
		p.state, err = r.value(0)
	}
	if err == nil && p.state.Type() != lua.LTTable {
		err = errors.New("it holds no state")
	}
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("restore scenario %s: the snapshot cannot be read: %w", s.info.Name, err)
	}
	return p, nil
}

type restorer struct {
	*msgpack.Decoder
	p      *Play
	tables []*lua.LTable
	rng    lua.LValue
}

// depthMax is how deep a state's tables may go.
const depthMax = 200

func (r *restorer) value(depth int) (lua.LValue, error) {
	tag, err := r.DecodeInt()
	if err != nil {
		return nil, err
	}
	switch tag {
	case tagNil:
		return lua.LNil, nil
	case tagFalse, tagTrue:
		return lua.LBool(tag == tagTrue), nil
	case tagNumber:
		n, err := r.DecodeFloat64()
		return lua.LNumber(n), err
	case tagText:
		s, err := r.DecodeString()
		return lua.LString(s), err
	case tagRand:
		if r.rng == nil {
			r.rng = r.p.m.newRng(r.p.chance)
		}
		return r.rng, nil
	case tagAgain:
		i, err := r.DecodeInt()
		if err == nil && (i < 0 || i >= len(r.tables)) {
			err = fmt.Errorf("table %d of %d", i, len(r.tables))
		}
		if err != nil {
			return nil, err
		}
		return r.tables[i], nil
	case tagTable:
		if depth > depthMax {
			return nil, errors.New("it is nested too deeply")
		}
		return r.table(depth)
	}
	return nil, fmt.Errorf("tag %d", tag)
}

func (r *restorer) table(depth int) (lua.LValue, error) {
	n, err := r.DecodeInt()
	if err != nil {
		return nil, err
	}
	t := r.p.l.NewTable()
	r.tables = append(r.tables, t)
	for range n {
		k, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if rank(k) == 0 {
			return nil, fmt.Errorf("a key is a %s", k.Type())
		}
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		t.RawSet(k, v)
	}
	return t, nil
}
