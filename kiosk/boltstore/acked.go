package boltstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"

	"hexiao/kiosk"
)

// unproven reads the record of the states without its tag.
func unproven(kept []byte) (m stateMeta, err error) {
	if json.Unmarshal(kept, &m) == nil { // format 1 had none
		return m, nil
	}
	if len(kept) < tagBytes {
		return m, ErrDamaged
	}
	if err := json.Unmarshal(kept[tagBytes:], &m); err != nil {
		return m, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return m, nil
}

// AckedHead reads what state.db of a data folder that nobody has open says that
// HQ acknowledged; the zero Head when there is no state.db. It is no proof, for
// nobody signed it. It returns ErrDamaged, and an error while a terminal runs.
func AckedHead(dir string) (kiosk.Head, error) {
	head, _, err := Verdicts(dir)
	return head, err
}

// Verdicts reads, like [AckedHead], also what HQ settled otherwise than accepted,
// by sequence.
func Verdicts(dir string) (acked kiosk.Head, otherwise map[uint64]kiosk.Receipt, err error) {
	otherwise = map[uint64]kiosk.Receipt{}
	path := filepath.Join(dir, stateFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return acked, otherwise, nil
	}
	if err := CheckFile(path); err != nil {
		return acked, nil, err
	}
	err = guard(func() (err error) {
		db, err := bolt.Open(path, fileMode, &bolt.Options{Timeout: 100 * time.Millisecond, ReadOnly: true})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		return db.View(func(tx *bolt.Tx) error {
			if tx.Bucket([]byte(bucketMeta)) == nil || tx.Bucket([]byte(bucketReceipts)) == nil {
				return ErrDamaged
			}
			m, err := unproven(tx.Bucket([]byte(bucketMeta)).Get([]byte(keyState)))
			acked = m.Acked
			return errors.Join(err, tx.Bucket([]byte(bucketReceipts)).ForEach(func(_, kept []byte) error {
				r, err := unprovenReceipt(kept)
				otherwise[r.Seq] = r
				return err
			}))
		})
	})
	if err != nil {
		return kiosk.Head{}, nil, fmt.Errorf("read state.db: %w", err)
	}
	return acked, otherwise, nil
}

// unprovenReceipt reads a verdict without its tag.
func unprovenReceipt(kept []byte) (r kiosk.Receipt, err error) {
	if json.Unmarshal(kept, &r) == nil { // format 1 had none
		return r, nil
	}
	if len(kept) < tagBytes {
		return r, ErrDamaged
	}
	if err := json.Unmarshal(kept[tagBytes:], &r); err != nil {
		return r, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return r, nil
}
