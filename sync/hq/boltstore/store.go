package boltstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// format is the version of the layout in the package comment.
const format = 1

// lockWait is how long Open waits for another process to let go of the file.
const lockWait = 300 * time.Millisecond

const (
	bucketMeta       = "meta"
	bucketPoints     = "points"
	bucketOrders     = "orders"
	bucketPlaces     = "places"
	bucketChanges    = "changes"
	bucketCodes      = "codes"
	bucketTerminals  = "terminals"
	bucketEnrolments = "enrolments"
	bucketEvents     = "events"
	bucketCases      = "cases"
	bucketRequests   = "requests"
	bucketDays       = "days"
	bucketDocs       = "docs"
)

const (
	keyFormat   = "format"
	keyIdentity = "identity"
)

// laterBuckets are those that stores from before do not have.
func laterBuckets() []string { return []string{bucketRequests, bucketDays, bucketDocs} }

func buckets() []string {
	return []string{
		bucketMeta, bucketPoints, bucketOrders, bucketPlaces, bucketChanges, bucketCodes,
		bucketTerminals, bucketEnrolments, bucketEvents, bucketCases, bucketRequests, bucketDays, bucketDocs,
	}
}

// Store is an hq.Store in a file.
type Store struct {
	db     *bbolt.DB
	enc    cbor.EncMode
	dec    cbor.DecMode
	nonces *nonces
	touch  *touches
}

// Open opens the store, and makes it where there is no file. It returns
// hq.ErrHeld or hq.ErrNotAStore; an existing file is never replaced.
func Open(path string) (*Store, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if err := create(path); err != nil {
			return nil, fmt.Errorf("make the store: %w", err)
		}
	case err != nil:
		return nil, fmt.Errorf("open the store: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %w: it is no file", path, hq.ErrNotAStore)
	case info.Size() == 0:
		// bbolt would make a new database of it, and what was lost would go unseen.
		return nil, fmt.Errorf("%s: %w: the file is empty; restore it from a backup, or delete it to begin anew", path, hq.ErrNotAStore)
	}
	db, err := openFile(path)
	if err != nil {
		return nil, err
	}
	s, err := newStore(db)
	if err == nil {
		err = s.check()
	}
	if err == nil {
		err = s.complete()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), db.Close())
	}
	return s, nil
}

func newStore(db *bbolt.DB) (*Store, error) {
	options := cbor.CoreDetEncOptions()
	options.Time = cbor.TimeRFC3339NanoUTC
	enc, err := options.EncMode()
	if err != nil {
		return nil, fmt.Errorf("cbor: %w", err)
	}
	dec, err := cbor.DecOptions{}.DecMode()
	if err != nil {
		return nil, fmt.Errorf("cbor: %w", err)
	}
	return &Store{db: db, enc: enc, dec: dec, nonces: newNonces(), touch: newTouches()}, nil
}

// openFile keeps bbolt's panic over a damaged file from ending the process.
func openFile(path string) (db *bbolt.DB, err error) {
	defer func() {
		if p := recover(); p != nil {
			db, err = nil, fmt.Errorf("%s: %w: the file is damaged; restore it from a backup", path, hq.ErrNotAStore)
		}
	}()
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockWait, FreelistType: bbolt.FreelistMapType})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%s: %w", path, hq.ErrHeld)
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum), errors.Is(err, bolterrors.ErrVersionMismatch):
		return nil, fmt.Errorf("%s: %w: it is something else, or damaged", path, hq.ErrNotAStore)
	case err != nil:
		return nil, fmt.Errorf("open the store: %w", err)
	}
	return db, nil
}

// create makes the file complete under another name first, so that a crash
// leaves either no store or a whole one. Whoever links it first wins.
func create(path string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	temp := f.Name()
	defer func() { _ = os.Remove(temp) }() // the name only: the file lives on under its own
	if err := f.Close(); err != nil {
		return err
	}
	db, err := bbolt.Open(temp, 0o600, &bbolt.Options{Timeout: lockWait})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for _, name := range buckets() {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte(bucketMeta)).Put([]byte(keyFormat), number(format))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := os.Link(temp, path); err != nil && !errors.Is(err, os.ErrExist) {
		// Some file systems have no links; there a second process that begins in the
		// same moment could lose what it did so far.
		if err := os.Rename(temp, path); err != nil {
			return err
		}
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// check refuses a file of another program or version.
func (s *Store) check() error {
	return s.db.View(func(tx *bbolt.Tx) error {
		for _, name := range buckets() {
			if tx.Bucket([]byte(name)) == nil && !slices.Contains(laterBuckets(), name) {
				return fmt.Errorf("%w: it has no bucket %q", hq.ErrNotAStore, name)
			}
		}
		if v := tx.Bucket([]byte(bucketMeta)).Get([]byte(keyFormat)); len(v) != 8 || binary.BigEndian.Uint64(v) != format {
			return fmt.Errorf("%w of version %d; use the program that made it", hq.ErrNotAStore, format)
		}
		return nil
	})
}

// complete adds what stores from before did not have.
func (s *Store) complete() error {
	var missing []string
	err := s.db.View(func(tx *bbolt.Tx) error {
		for _, name := range laterBuckets() {
			if tx.Bucket([]byte(name)) == nil {
				missing = append(missing, name)
			}
		}
		return nil
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	return s.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range missing {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		if slices.Contains(missing, bucketDays) {
			return transaction{tx: tx, store: s}.listDays()
		}
		return nil
	})
}

// UseNonce remembers nonces in memory, as no other process can have the file.
func (s *Store) UseNonce(_ context.Context, terminal kiosk.TerminalID, nonce string, now, _ time.Time) (bool, error) {
	return s.nonces.use(now, terminal, nonce)
}

// Touched gives the points that Updates touched since a cursor.
func (s *Store) Touched(ctx context.Context, since string) ([]kiosk.PointID, string, error) {
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	points, next := s.touch.since(since)
	return points, next, nil
}

// View runs fn on one consistent state.
func (s *Store) View(ctx context.Context, fn func(hq.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.db.View(func(tx *bbolt.Tx) error { return fn(transaction{tx: tx, store: s}) })
}

// Update runs fn and syncs what it put.
func (s *Store) Update(ctx context.Context, fn func(hq.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	touched := map[kiosk.PointID]bool{}
	err := s.db.Update(func(tx *bbolt.Tx) error { return fn(transaction{tx, s, touched}) })
	if err == nil {
		s.touch.add(touched)
	}
	return err
}

// Close waits for transactions under way.
func (s *Store) Close() error { return s.db.Close() }
