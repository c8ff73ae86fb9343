package record

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"github.com/klauspost/compress/zstd"

	"github.com/turngym/turngym/gym"
)

// Place is where an episode lies: a shard, and the offset of its frame there.
type Place struct {
	File   string
	Offset int64
}

// Read reads the episode at a place that a [Follower] gave.
func Read(p Place) (*gym.Episode, error) {
	f, err := os.Open(p.File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, frameSize)
	if _, err := f.ReadAt(head, p.Offset); err != nil {
		return nil, fmt.Errorf("read the episode at %d of %s: %w", p.Offset, p.File, err)
	}
	data := head
	if n := int(binary.LittleEndian.Uint32(head[4:])); n <= frameMax {
		data = make([]byte, frameSize+n)
		if _, err := f.ReadAt(data, p.Offset); err != nil {
			return nil, fmt.Errorf("read the episode at %d of %s: %w", p.Offset, p.File, err)
		}
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(frameMax))
	if err != nil {
		return nil, err
	}
	defer dec.Close()
	ep, _, err := frame(data, dec)
	if err != nil {
		err = fmt.Errorf("read the episode at %d of %s: %w", p.Offset, p.File, err)
	}
	return ep, err
}

// Follower reads a folder to which a run may still be writing: each episode
// once, as soon as its frame is whole. One goroutine uses it.
type Follower struct {
	dir    string
	shards []*shard
}

// shard is how far a file was read.
type shard struct {
	path    string
	size    int64 // when it was last looked at
	read    int64 // up to here
	dropped []Dropped
	rest    *Dropped // what lies after read; a frame that is being written is looked at again
}

// Follow makes a follower of dir, which need not be there yet.
func Follow(dir string) *Follower { return &Follower{dir: dir} }

// New gives the episodes that were not given before. A shard that has not
// changed costs one look at its size.
func (f *Follower) New() iter.Seq2[Place, *gym.Episode] {
	return func(yield func(Place, *gym.Episode) bool) {
		paths, _ := list(f.dir) // the error is of a wrong pattern
		for _, path := range paths {
			i, known := slices.BinarySearchFunc(f.shards, path, func(s *shard, p string) int { return cmp.Compare(s.path, p) })
			if !known {
				f.shards = slices.Insert(f.shards, i, &shard{path: path})
			}
			if !f.shards[i].follow(yield) {
				return
			}
		}
	}
}

// Dropped is what could not be read so far. The end of a shard that is being
// written to may be among it for a moment.
func (f *Follower) Dropped() []Dropped {
	var all []Dropped
	for _, s := range f.shards {
		all = append(all, s.dropped...)
		if s.rest != nil {
			all = append(all, *s.rest)
		}
	}
	return all
}

// follow reads what was added to the file; it is false when yield was.
func (s *shard) follow(yield func(Place, *gym.Episode) bool) bool {
	info, err := os.Stat(s.path)
	if err == nil && info.Size() == s.size {
		return true
	}
	var data []byte
	if err == nil {
		data, err = section(s.path, s.read, info.Size())
	}
	base, begin := s.read, 0
	if err == nil && base == 0 {
		begin, err = headerSize, checkHeader(s.path, data)
	}
	if err != nil {
		s.rest = &Dropped{s.path, base, int64(len(data)), err.Error()}
		return true
	}
	s.rest = nil
	for where, ep := range frames(data, begin, func(at, n int, why string) {
		d := Dropped{s.path, base + int64(at), int64(n), why}
		if at+n == len(data) && why == errCutOff.Error() {
			s.rest = &d
			return
		}
		s.dropped, s.read = append(s.dropped, d), base+int64(at+n)
	}) {
		s.read = base + int64(where.end)
		if !yield(Place{s.path, base + int64(where.at)}, ep) {
			return false
		}
	}
	s.size = info.Size()
	return true
}

func section(path string, from, to int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.NewSectionReader(f, from, max(0, to-from)))
}
