package boltstore_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/kiosktest"
)

// sealedOrder has personal data that a test can find again.
func sealedOrder(n int) kiosk.Order {
	return kiosktest.Order(n, func(o *kiosk.Order) {
		o.SealedDesk = []byte(fmt.Sprintf("sealed for the desk %04d", n))
		o.SealedFull = []byte(fmt.Sprintf("sealed under the code %04d", n))
	})
}

// holding gives the files below a folder that hold any of the texts, and how
// many of them.
func holding(t *testing.T, dir string, texts ...[]byte) map[string]int {
	t.Helper()
	found := map[string]int{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, text := range texts {
			if bytes.Contains(b, text) {
				found[d.Name()]++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// After a wipe no file of the folder holds a sealed byte of any order: neither
// what bbolt freed, nor what was staged, set aside or left half made.
func TestWipeLeavesNothingSealed(t *testing.T) {
	const orders = 120
	dir := t.TempDir()
	s := open(t, options(dir))
	var texts [][]byte
	var all []kiosk.Order
	for n := range orders {
		o := sealedOrder(n)
		all = append(all, o)
		texts = append(texts, o.SealedDesk, o.SealedFull)
	}
	fill(t, s, all[:80]...)
	for n := range 3 {
		want(t, redeem(t, s, n, 0), kiosk.Accepted)
	}
	// Changed and removed orders lie in pages that bbolt has freed.
	gone := kiosk.Page{Cursor: "c2"}
	for n := range 40 {
		gone.Gone = append(gone.Gone, all[n].ID)
	}
	if err := s.Apply(gone); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	// What damage and interruption leave: a file set aside, a half made one, a
	// staged set of an earlier run.
	live := filepath.Join(dir, "orders.db")
	content, err := os.ReadFile(live)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{".damaged-1", ".damaged-27", ".new", ".staged.new", ".staged.damaged-1"} {
		if err := os.WriteFile(live+name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, options(dir))
	if err := s.Stage(kiosk.Page{Orders: all[80:], Cursor: "c3"}); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	s = open(t, options(dir))
	if s.StagedCursor() != "c3" {
		t.Fatal("nothing is staged")
	}
	before := holding(t, dir, texts...)
	for _, name := range []string{"orders.db", "orders.db.staged", "orders.db.damaged-1"} {
		if before[name] < 40 {
			t.Fatalf("the search finds only %v", before)
		}
	}
	if before["orders.db"] <= 80 {
		t.Errorf("nothing is left of removed orders before the wipe, so that this test shows less than it says: %v", before)
	}

	if err := s.Wipe(); err != nil {
		t.Fatal(err)
	}
	if found := holding(t, dir, texts...); len(found) > 0 {
		t.Errorf("after the wipe: %v", found)
	}
	want(t, redeem(t, s, 70, time.Second), kiosk.UnknownStale)
	if st := s.Status(); st.Orders != 0 || st.Head != 3 || st.Unsent != 3 {
		t.Errorf("%+v", st)
	}
	shut(t, s)
	if found := holding(t, dir, texts...); len(found) > 0 {
		t.Errorf("after the end: %v", found)
	}
	if n, err := boltstore.Rebuild(options(dir)); err != nil || n != 3 {
		t.Errorf("the journal has %d events, %v", n, err)
	}
}
