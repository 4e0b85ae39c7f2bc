package boltstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// CheckFile checks every page that a bbolt file uses, and that none is used
// twice, free and used, or lost. It uses no code of bbolt, so that it comes to an
// end on any bytes, and changes nothing. It returns [ErrDamaged], or an error of
// opening the file. What the records say is not its business.
func CheckFile(path string) error { return checkFile(path, nil) }

func checkFile(path string, visit visitor) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := walkPages(file, info.Size(), visit); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return nil
}

// ExamineFile is CheckFile, and then opens the file with bbolt and reads all of
// it. Damage that CheckFile does not know may make bbolt panic, hang or overflow
// the stack: call it in a process of its own that may be killed.
func ExamineFile(path string) error {
	if err := CheckFile(path); err != nil {
		return err
	}
	return guard(func() (err error) {
		o := boltOptions()
		o.ReadOnly = true
		db, err := bolt.Open(path, fileMode, o)
		if err != nil {
			return fmt.Errorf("open %s: %w", filepath.Base(path), err)
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		var sum byte // so that every byte is read
		return db.View(func(tx *bolt.Tx) error {
			return tx.ForEach(func(_ []byte, b *bolt.Bucket) error {
				return b.ForEach(func(k, v []byte) error {
					for _, c := range k {
						sum ^= c
					}
					for _, c := range v {
						sum ^= c
					}
					return nil
				})
			})
		})
	})
}
