package archive

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// title is how an archive begins, in the gzip stream.
const title = "hexiao hq archive 1\n"

// maxFrame bounds a frame: documents and orders are far smaller.
const maxFrame = 16 << 20 // bytes

var (
	// ErrNotAnArchive is returned for a stream that is something else, or of a version
	// that this program does not know.
	ErrNotAnArchive = errors.New("not an archive of HQ that this program can read")
	// ErrDamaged is returned for an archive that breaks off or was changed.
	ErrDamaged = errors.New("the archive is damaged")
)

// Summary is what a store or an archive holds.
type Summary struct {
	// At is when the archive was made, by the clock of who made it; zero for a copy.
	At time.Time `json:"at,omitzero"`
	// Counts are how many records there are of each kind.
	Counts map[string]uint64 `json:"counts"`
	// Digest is the SHA-256 of all records in their order.
	Digest []byte `json:"digest"`
}

// Total is the number of records.
func (s Summary) Total() (n uint64) {
	for _, c := range s.Counts {
		n += c
	}
	return n
}

// head is the first frame, tail the last.
type head struct {
	At time.Time `cbor:"1,keyasint"`
}

type tail struct {
	Counts map[string]uint64 `cbor:"1,keyasint"`
	Digest []byte            `cbor:"2,keyasint"`
}

// The bytes that stand for the frames which are not records.
const (
	frameHead = 'h'
	frameTail = 't'
)

// tally counts and digests records.
type tally struct {
	names  map[kind]string
	counts map[string]uint64
	digest hash.Hash
}

func newTally() *tally { return &tally{names(), map[string]uint64{}, sha256.New()} }

func (t *tally) add(k kind, body []byte) {
	t.counts[t.names[k]]++
	prefix := frameStart(byte(k), len(body))
	_, _ = t.digest.Write(prefix[:]) // a hash takes everything
	_, _ = t.digest.Write(body)
}

func (t *tally) summary(at time.Time) Summary {
	return Summary{At: at, Counts: t.counts, Digest: t.digest.Sum(nil)}
}

func frameStart(k byte, n int) (b [5]byte) {
	b[0] = k
	binary.BigEndian.PutUint32(b[1:], uint32(n))
	return b
}

// writer writes frames.
type writer struct {
	zip *gzip.Writer
	buf *bufio.Writer
	enc cbor.EncMode
}

func newWriter(w io.Writer, at time.Time) (*writer, error) {
	enc, err := encoding()
	if err != nil {
		return nil, err
	}
	zip, err := gzip.NewWriterLevel(w, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	out := &writer{zip: zip, buf: bufio.NewWriterSize(zip, 64<<10), enc: enc}
	if _, err := out.buf.WriteString(title); err != nil {
		return nil, err
	}
	return out, out.value(frameHead, head{at})
}

func (w *writer) value(k byte, v any) error {
	body, err := w.enc.Marshal(v)
	if err != nil {
		return err
	}
	return w.frame(k, body)
}

func (w *writer) frame(k byte, body []byte) error {
	if len(body) > maxFrame {
		return fmt.Errorf("a record of %d bytes does not go into an archive", len(body))
	}
	start := frameStart(k, len(body))
	if _, err := w.buf.Write(start[:]); err != nil {
		return err
	}
	_, err := w.buf.Write(body)
	return err
}

func (w *writer) end(s Summary) error {
	if err := w.value(frameTail, tail{s.Counts, s.Digest}); err != nil {
		return err
	}
	if err := w.buf.Flush(); err != nil {
		return err
	}
	return w.zip.Close()
}

// readFrames calls fn for every record of an archive, and checks its end. fn may
// keep the body.
func readFrames(r io.Reader, dec cbor.DecMode, fn func(kind, []byte) error) (Summary, error) {
	zip, err := gzip.NewReader(bufio.NewReaderSize(r, 64<<10))
	if err != nil {
		return Summary{}, fmt.Errorf("%w: %w", ErrNotAnArchive, err)
	}
	in := bufio.NewReaderSize(zip, 64<<10)
	begin := make([]byte, len(title))
	if _, err := io.ReadFull(in, begin); err != nil || string(begin) != title {
		return Summary{}, errors.Join(ErrNotAnArchive, err)
	}
	var h head
	t := newTally()
	for first := true; ; first = false {
		k, body, err := readFrame(in)
		switch {
		case err != nil:
			return Summary{}, damaged(err)
		case first != (k == frameHead):
			return Summary{}, damaged(errors.New("its parts are out of order"))
		case first:
			err = dec.Unmarshal(body, &h)
		case k == frameTail:
			return readTail(in, dec, body, t.summary(h.At))
		default:
			t.add(kind(k), body)
			if err := fn(kind(k), body); err != nil {
				return Summary{}, err
			}
		}
		if err != nil {
			return Summary{}, damaged(err)
		}
	}
}

// readTail compares what an archive says of itself with what was in it.
func readTail(in *bufio.Reader, dec cbor.DecMode, body []byte, s Summary) (Summary, error) {
	var t tail
	if err := dec.Unmarshal(body, &t); err != nil {
		return Summary{}, damaged(err)
	}
	if string(t.Digest) != string(s.Digest) {
		return Summary{}, damaged(errors.New("its digest is another one"))
	}
	// The checksum of gzip stands behind the tail.
	if n, err := io.Copy(io.Discard, in); err != nil || n > 0 {
		return Summary{}, damaged(errors.Join(errors.New("something follows its end"), err))
	}
	return s, nil
}

func readFrame(in *bufio.Reader) (byte, []byte, error) {
	var start [5]byte
	if _, err := io.ReadFull(in, start[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(start[1:])
	if n > maxFrame {
		return 0, nil, fmt.Errorf("a part claims %d bytes", n)
	}
	body := make([]byte, n)
	_, err := io.ReadFull(in, body)
	return start[0], body, err
}

func damaged(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it breaks off", ErrDamaged)
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// encoding is as stores have it, so that a time comes back as it was.
func encoding() (cbor.EncMode, error) {
	options := cbor.CoreDetEncOptions()
	options.Time = cbor.TimeRFC3339NanoUTC
	return options.EncMode()
}

func decoding() (cbor.DecMode, error) { return cbor.DecOptions{}.DecMode() }
