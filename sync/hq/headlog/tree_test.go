package headlog

import (
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// The tree is that of package tlog, at each size.
func TestTreeIsThatOfTlog(t *testing.T) {
	var all []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (list []tlog.Hash, err error) {
		for _, i := range indexes {
			list = append(list, all[i])
		}
		return list, nil
	})
	var own tree
	for n := range int64(300) {
		record := []byte{byte(n), byte(n >> 8)}
		want, err := tlog.StoredHashes(n, record, reader)
		if err != nil {
			t.Fatal(err)
		}
		if got := own.add(tlog.RecordHash(record)); !slices.Equal(got, want) {
			t.Fatalf("record %d completes %v, want %v", n, got, want)
		}
		all = append(all, want...)
		if root, err := tlog.TreeHash(n+1, reader); err != nil || own.root() != root {
			t.Fatalf("%d records: %v, want %v, %v", n+1, own.root(), root, err)
		}
	}
}
