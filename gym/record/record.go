// Package record keeps episodes on disk: shards of framed, compressed msgpack.
//
// A run's episodes lie in files episodes-000001.gym, …: a header (magic and
// version), then frames of magic, length, CRC-32C and payload. A frame is
// written in one call and never changed; a crash loses at most the frame being
// written. A reader skips what is damaged, finds the next frame, and says what
// it dropped.
package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"github.com/turngym/turngym/gym"
)

const (
	fileMagic  = "GYMEPS"
	version    = 1
	headerSize = len(fileMagic) + 2
	frameSize  = 12       // magic, length, checksum
	frameMax   = 64 << 20 // bytes of one episode, packed or not
	shardBytes = 64 << 20 // after which a new shard is begun
)

var (
	frameMagic = []byte{0xF7, 'E', 'P', 0x1A}
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// Writer appends episodes. It is safe for many goroutines.
type Writer struct {
	dir  string
	sync bool

	mu    sync.Mutex
	shard int
	file  *os.File
	size  int64
	enc   *zstd.Encoder
	buf   []byte
}

// Create appends to the episodes in dir, in a new shard. With fsync, an
// episode is on the disk when Append returns; without, a crash of the machine
// (not of the process) may lose the last ones.
func Create(dir string, fsync bool) (*Writer, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	shards, err := list(dir)
	if err != nil {
		return nil, err
	}
	w := &Writer{dir: dir, sync: fsync}
	if len(shards) > 0 {
		fmt.Sscanf(filepath.Base(shards[len(shards)-1]), "episodes-%06d.gym", &w.shard)
	}
	w.enc, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	return w, err
}

func list(dir string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "episodes-*.gym"))
	slices.Sort(paths)
	return paths, err
}

func (w *Writer) open() error {
	w.shard++
	path := filepath.Join(w.dir, fmt.Sprintf("episodes-%06d.gym", w.shard))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	header := binary.LittleEndian.AppendUint16([]byte(fileMagic), version)
	if _, err := f.Write(header); err != nil {
		f.Close()
		os.Remove(path)
		return err
	}
	w.file, w.size = f, int64(len(header))
	return nil
}

// Append writes one episode. After an error (no space left) the shard ends
// with the last whole frame.
func (w *Writer) Append(ep *gym.Episode) error {
	payload, err := encode(ep)
	if err != nil {
		return fmt.Errorf("record episode %s: %w", ep.ID, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		if err := w.open(); err != nil {
			return fmt.Errorf("record episode %s: %w", ep.ID, err)
		}
	}
	w.buf = append(w.buf[:0], frameMagic...)
	w.buf = append(w.buf, 0, 0, 0, 0, 0, 0, 0, 0)
	w.buf = w.enc.EncodeAll(payload, w.buf)
	body := w.buf[frameSize:]
	if len(body) > frameMax || len(payload) > frameMax {
		return fmt.Errorf("record episode %s: it has %d bytes, the most is %d", ep.ID, len(payload), frameMax)
	}
	binary.LittleEndian.PutUint32(w.buf[4:], uint32(len(body)))
	binary.LittleEndian.PutUint32(w.buf[8:], crc32.Checksum(body, castagnoli))
	_, err = w.file.Write(w.buf)
	if err == nil && w.sync {
		err = w.file.Sync()
	}
	if err != nil {
		w.file.Truncate(w.size) // take the part of a frame back
		w.file.Seek(w.size, io.SeekStart)
		return fmt.Errorf("record episode %s in %s: %w", ep.ID, w.file.Name(), err)
	}
	if w.size += int64(len(w.buf)); w.size >= shardBytes {
		return w.end()
	}
	return nil
}

func (w *Writer) end() error {
	if w.file == nil {
		return nil
	}
	err := errors.Join(w.file.Sync(), w.file.Close())
	w.file = nil
	return err
}

// Close ends the shard.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.end()
}

// Dropped is a part of a shard that holds no whole frame.
type Dropped struct {
	File   string
	Offset int64
	Bytes  int64
	Why    string
}

// String says what was lost where.
func (d Dropped) String() string {
	return fmt.Sprintf("%s: %d bytes at %d dropped: %s", filepath.Base(d.File), d.Bytes, d.Offset, d.Why)
}

// Reader reads a folder's episodes in the order in which they were written.
type Reader struct {
	shards  []string
	dropped []Dropped
}

// Open lists the shards in dir; it fails where there are none.
func Open(dir string) (*Reader, error) {
	shards, err := list(dir)
	if err != nil {
		return nil, err
	}
	if len(shards) == 0 {
		return nil, fmt.Errorf("%s has no recorded episodes", dir)
	}
	return &Reader{shards: shards}, nil
}

// Dropped is what All has skipped so far.
func (r *Reader) Dropped() []Dropped { return r.dropped }

// All gives every whole episode. An error is of a file that cannot be read or
// is from another version, and ends the sequence.
func (r *Reader) All() iter.Seq2[*gym.Episode, error] {
	return func(yield func(*gym.Episode, error) bool) {
		r.dropped = nil
		for _, path := range r.shards {
			data, err := os.ReadFile(path)
			if err == nil {
				err = checkHeader(path, data)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, ep := range frames(data, headerSize, func(at, n int, why string) {
				r.dropped = append(r.dropped, Dropped{path, int64(at), int64(n), why})
			}) {
				if !yield(ep, nil) {
					return
				}
			}
		}
	}
}

// Find is the first episode with an id.
func (r *Reader) Find(id string) (*gym.Episode, error) {
	for ep, err := range r.All() {
		if err != nil {
			return nil, err
		}
		if ep.ID == id {
			return ep, nil
		}
	}
	return nil, fmt.Errorf("no episode %q", id)
}

func checkHeader(path string, data []byte) error {
	if len(data) < headerSize || string(data[:len(fileMagic)]) != fileMagic {
		return fmt.Errorf("%s is corrupt: it does not begin as a shard of episodes; move it away to read the others", path)
	}
	if v := binary.LittleEndian.Uint16(data[len(fileMagic):]); v != version {
		return fmt.Errorf("%s has version %d of the format, this program reads %d; use the program that wrote it", path, v, version)
	}
	return nil
}

// span is where a frame lies in a shard's bytes.
type span struct{ at, end int }

// frames gives the episodes of a shard's bytes from at on, and calls drop for
// each stretch that holds none.
func frames(data []byte, at int, drop func(at, n int, why string)) iter.Seq2[span, *gym.Episode] {
	return func(yield func(span, *gym.Episode) bool) {
		dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(frameMax))
		if err != nil {
			return
		}
		defer dec.Close()
		for at := at; at < len(data); {
			ep, n, err := frame(data[at:], dec)
			if err == nil {
				if !yield(span{at, at + n}, ep) {
					return
				}
				at += n
				continue
			}
			next := len(data)
			if i := index(data[at+1:]); i >= 0 {
				next = at + 1 + i
			}
			drop(at, next-at, err.Error())
			at = next
		}
	}
}

// index is where the next frame may begin.
func index(data []byte) int {
	for i := 0; i+len(frameMagic) <= len(data); i++ {
		if slices.Equal(data[i:i+len(frameMagic)], frameMagic) {
			return i
		}
	}
	return -1
}

var errCutOff = errors.New("the frame is cut off")

// frame reads the one frame that begins data, and how long it is.
func frame(data []byte, dec *zstd.Decoder) (*gym.Episode, int, error) {
	if n := min(len(data), len(frameMagic)); !slices.Equal(data[:n], frameMagic[:n]) {
		return nil, 0, errors.New("no frame begins here")
	}
	if len(data) < frameSize {
		return nil, 0, errCutOff
	}
	n := int(binary.LittleEndian.Uint32(data[4:]))
	if n > frameMax || frameSize+n > len(data) {
		return nil, 0, errCutOff
	}
	body := data[frameSize : frameSize+n]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(data[8:]) {
		return nil, 0, errors.New("the checksum is wrong")
	}
	payload, err := dec.DecodeAll(body, nil)
	if err != nil {
		return nil, 0, err
	}
	ep, err := decode(payload)
	return ep, frameSize + n, err
}
