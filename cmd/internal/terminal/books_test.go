package terminal

import (
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// now is a moment by the machine's clock.
func now() kiosk.Moment { return kiosk.Moment{Wall: time.Now(), Clock: kiosk.ClockSynced} }

// A terminal for a leader counts what happens, and forgets the customers with the
// orders.
func TestBooksFollowTheTerminal(t *testing.T) {
	f, codes := localFolder(t, 3, kiosk.Policy{})
	camera := newScannerFake("camera")
	o := options(f, camera)
	o.Books = true
	r := start(t, o)
	r.until("the books", func(desk.State) bool { return r.books.Tally(now()).Known })
	if tally := r.books.Tally(now()); tally.ToCollect != 3 || tally.Collected != 0 {
		t.Errorf("in the morning %+v", tally)
	}
	want(t, r.scanned(camera, codes[0].Opaque.Text), kiosk.Accepted)
	if tally := r.books.Tally(now()); tally.ToCollect != 2 || tally.Collected != 1 {
		t.Errorf("after a handover %+v", tally)
	}
	file, ok := r.books.File("A1")
	if !ok || len(file.History) != 1 || file.Customer.Name == "" || file.Left != 0 {
		t.Errorf("file %+v", file)
	}
	if found := r.books.Find(desk.Query{Text: file.Customer.Tail, Filter: desk.FilterAll, Limit: 10}, now()); found.Total == 0 {
		t.Error("the customer's phone finds nothing")
	}
	if err := r.store.Wipe(); err != nil {
		t.Fatal(err)
	}
	if _, ok := r.books.File("A1"); ok || r.books.Tally(now()).ToCollect != 0 {
		t.Error("a withdrawn terminal still shows orders")
	}
}

func TestNoBooksWithoutAScreen(t *testing.T) {
	f, _ := localFolder(t, 1, kiosk.Policy{})
	if r := start(t, options(f)); r.books != nil {
		t.Error("an index is kept that nobody reads")
	}
}
