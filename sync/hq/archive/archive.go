package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/fxamacker/cbor/v2"

	"hexiao/sync/hq"
)

// How much goes into one transaction of a store that is filled.
const (
	batchRecords = 2000
	batchBytes   = 4 << 20
)

var (
	// ErrNotEmpty is returned for a store that holds something already.
	ErrNotEmpty = errors.New("the store is not empty; give one that does not exist yet")
	// ErrUnfinished is returned for a store that was not filled to its end.
	ErrUnfinished = errors.New("the store was filled from an archive or another store, and that did not come to its end; delete it and do it again")
)

// Viewer is what can be written as an archive: an hq.Store or an hq.HQ.
type Viewer interface {
	View(ctx context.Context, fn func(hq.Tx) error) error
}

// Write writes one state of a store; at is the present time.
func Write(ctx context.Context, from Viewer, to io.Writer, at time.Time) (s Summary, err error) {
	out, err := newWriter(to, at.UTC())
	if err != nil {
		return s, err
	}
	t := newTally()
	err = from.View(ctx, func(tx hq.Tx) error {
		if err := finished(tx); err != nil {
			return err
		}
		return walk(ctx, tx, t, func(k kind, body []byte) error { return out.frame(byte(k), body) })
	})
	if err != nil {
		return s, err
	}
	s = t.summary(at.UTC())
	return s, out.end(s)
}

// Check reads an archive to its end. It returns ErrNotAnArchive or ErrDamaged.
func Check(r io.Reader) (Summary, error) {
	dec, err := decoding()
	if err != nil {
		return Summary{}, err
	}
	known := names()
	return readFrames(r, dec, func(k kind, _ []byte) error {
		if known[k] == "" {
			return fmt.Errorf("%w: it holds %q", ErrNotAnArchive, byte(k))
		}
		return nil
	})
}

// Digest says what a store holds.
func Digest(ctx context.Context, of Viewer) (Summary, error) {
	t := newTally()
	err := of.View(ctx, func(tx hq.Tx) error {
		return walk(ctx, tx, t, func(kind, []byte) error { return nil })
	})
	return t.summary(time.Time{}), err
}

// Read fills an empty store from an archive. It returns ErrNotEmpty, ErrNotAnArchive
// or ErrDamaged; what was put until then stays in the store, which is then to be
// deleted, as [Unfinished] says: see to it with [Check] before.
func Read(ctx context.Context, from io.Reader, to hq.Store) (s Summary, err error) {
	f, err := begin(ctx, to)
	if err != nil {
		return s, err
	}
	if s, err = readFrames(from, f.dec, f.add); err != nil {
		return s, err
	}
	return s, f.end()
}

// Copy fills an empty store with one state of another, and compares the two at the
// end. Errors are as for [Read].
func Copy(ctx context.Context, from Viewer, to hq.Store) (s Summary, err error) {
	f, err := begin(ctx, to)
	if err != nil {
		return s, err
	}
	t := newTally()
	err = from.View(ctx, func(tx hq.Tx) error {
		if err := finished(tx); err != nil {
			return err
		}
		return walk(ctx, tx, t, f.add)
	})
	if err != nil {
		return s, err
	}
	if err := f.end(); err != nil {
		return s, err
	}
	s = t.summary(time.Time{})
	got, err := Digest(ctx, to)
	if err == nil && string(got.Digest) != string(s.Digest) {
		err = fmt.Errorf("the copy differs from the store: %v records, not %v; do not use it", got.Counts, s.Counts)
	}
	return s, err
}

// mark is a document that stands in a store while it is filled.
func mark() hq.DocKey { return hq.DocKey{Collection: "archive/filling"} }

// Unfinished returns ErrUnfinished for a store that was not filled to its end.
func Unfinished(ctx context.Context, of Viewer) error { return of.View(ctx, finished) }

func finished(tx hq.Tx) error {
	_, there, err := tx.Doc(mark())
	if err == nil && there {
		err = ErrUnfinished
	}
	return err
}

// filler puts records into a store, some at a time.
type filler struct {
	ctx   context.Context // of the work
	to    hq.Store
	dec   cbor.DecMode
	some  []record
	bytes int
}

type record struct {
	kind kind
	body []byte
}

func begin(ctx context.Context, to hq.Store) (*filler, error) {
	dec, err := decoding()
	if err != nil {
		return nil, err
	}
	err = to.Update(ctx, func(tx hq.Tx) error {
		if err := finished(tx); err != nil {
			return err
		}
		_, known, err := tx.Identity()
		points, listed := tx.Points("", 1)
		collections, named := tx.Collections()
		if err := errors.Join(err, listed, named); err != nil {
			return err
		}
		if known || len(points) > 0 || len(collections) > 0 {
			return ErrNotEmpty
		}
		return tx.PutDoc(mark(), []byte{})
	})
	return &filler{ctx: ctx, to: to, dec: dec}, err
}

func (f *filler) add(k kind, body []byte) error {
	f.some = append(f.some, record{k, body})
	f.bytes += len(body)
	if len(f.some) < batchRecords && f.bytes < batchBytes {
		return nil
	}
	return f.flush(false)
}

func (f *filler) end() error { return f.flush(true) }

func (f *filler) flush(last bool) error {
	if err := f.ctx.Err(); err != nil {
		return err
	}
	err := f.to.Update(f.ctx, func(tx hq.Tx) error {
		for _, r := range f.some {
			if err := put(tx, f.dec, r.kind, r.body); err != nil {
				return err
			}
		}
		if last {
			return tx.DeleteDoc(mark())
		}
		return nil
	})
	f.some, f.bytes = f.some[:0], 0
	return err
}
