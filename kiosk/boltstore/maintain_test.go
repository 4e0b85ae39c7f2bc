package boltstore_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/kiosktest"
)

const day = 24 * time.Hour

// customer gives an order data that look like nothing else.
func customer(n int) func(*kiosk.Order) {
	return func(o *kiosk.Order) {
		for i, field := range []*[]byte{&o.SealedDesk, &o.SealedFull, &o.NameIndex} {
			*field = make([]byte, 24)
			if _, err := kiosktest.Random(uint64(n*10 + i)).Read(*field); err != nil {
				panic(err)
			}
		}
	}
}

func known(n int) kiosk.Order { return kiosktest.Order(n, customer(n)) }

// forgotten reports whether nothing of an order's customer is left in the
// store, whose every file is searched.
func forgotten(t *testing.T, dir string, s *boltstore.Store, n int) bool {
	t.Helper()
	o, _, ok := s.Order(kiosktest.OrderID(n))
	gone := o.SealedDesk == nil && o.SealedFull == nil && o.NameIndex == nil
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	was := known(n)
	left := false
	for _, name := range files {
		b, err := os.ReadFile(name)
		for _, data := range [][]byte{was.SealedDesk, was.SealedFull, was.NameIndex} {
			left = left || err == nil && bytes.Contains(b, data)
		}
	}
	if ok && gone == left {
		t.Errorf("order %d: forgotten in the set: %v, still in a file: %v", n, gone, left)
	}
	return !left
}

func maintain(t *testing.T, s *boltstore.Store, after time.Duration) {
	t.Helper()
	if err := s.Maintain(t.Context(), kiosktest.Moment(after)); err != nil {
		t.Fatal(err)
	}
}

// others is a handover at another terminal, as HQ tells of it.
func others(o kiosk.Order, at time.Duration) []kiosk.Redemption {
	return []kiosk.Redemption{{
		Source: kiosk.Source{Event: kiosk.EventID{9}, Terminal: "T9", Seq: 1, At: kiosktest.Start().Add(at)},
		Lines:  kiosk.Remaining(o, kiosk.OrderState{}), Method: kiosk.MethodAlone,
	}}
}

func TestCustomersAreForgotten(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	var orders []kiosk.Order
	for n := range 6 {
		orders = append(orders, known(n))
	}
	orders[2].Settled = others(orders[2], 0)
	fill(t, s, orders...)
	mark := watermark(1, kiosktest.Start(), orders...)
	first := want(t, redeem(t, s, 0, 0), kiosk.Accepted)
	want(t, redeem(t, s, 1, 2*day), kiosk.Accepted)
	undone := want(t, redeem(t, s, 3, 0), kiosk.Accepted)
	if err := s.Undo(kiosktest.Moment(time.Hour), kiosktest.OrderID(3), undone.Event, kiosktest.Leader(), ""); err != nil {
		t.Fatal(err)
	}
	want(t, redeem(t, s, 4, 29*day), kiosk.Accepted) // 5 is never collected
	check := func(what string, want ...bool) {
		t.Helper()
		for n := range want {
			if got := forgotten(t, o.Dir, s, n); got != want[n] {
				t.Errorf("%s: order %d forgotten: %v, want %v", what, n, got, want[n])
			}
		}
		if err := s.ConfirmSet(mark); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	maintain(t, s, 30*day)
	check("within the retention", false, false, false, false, false, false)
	suspect := kiosktest.Moment(90 * day)
	suspect.Clock = kiosk.ClockSuspect
	if err := s.Maintain(t.Context(), suspect); err != nil {
		t.Fatal(err)
	}
	check("by a clock that is not to be trusted", false, false, false, false, false, false)
	maintain(t, s, 30*day+time.Hour)
	check("searched a moment ago", false, false, false, false, false, false)
	maintain(t, s, 31*day)
	check("a day after its end", true, false, true, false, false, false)
	shut(t, s)
	s = open(t, o)
	maintain(t, s, 33*day)
	check("two days later", true, true, true, false, false, false)

	// A late scan is answered as before.
	for _, n := range []int{0, 1, 2} {
		a := want(t, redeem(t, s, n, 40*day), kiosk.AlreadyCollected)
		if n == 0 && a.History[0].Event != first.Event {
			t.Error("another event")
		}
	}
	// HQ sends the same orders again: as changes, then as a whole set.
	if err := s.Apply(kiosk.Page{Orders: orders, Cursor: "c2"}); err != nil {
		t.Fatal(err)
	}
	check("sent again", true, true, true, false, false, false)
	if err := errors.Join(s.Stage(kiosk.Page{Orders: orders, Cursor: "c3"}), s.Switch(mark)); err != nil {
		t.Fatal(err)
	}
	maintain(t, s, 33*day+time.Hour)
	check("the set replaced", true, true, true, false, false, false)
	// A newer version brings the customer back, until the next search.
	orders[0].Version++
	if err := s.Apply(kiosk.Page{Orders: orders[:1], Cursor: "c4"}); err != nil {
		t.Fatal(err)
	}
	mark = watermark(1, kiosktest.Start(), orders...)
	check("a newer version", false, true, true, false, false, false)
	maintain(t, s, 34*day+time.Hour)
	check("the day after", true, true, true, false, false, false)
	// An order that HQ withdraws leaves nothing either.
	if err := s.Apply(kiosk.Page{Gone: []kiosk.OrderID{orders[5].ID}, Cursor: "c5"}); err != nil {
		t.Fatal(err)
	}
	mark = watermark(1, kiosktest.Start(), orders[:5]...)
	maintain(t, s, 34*day+2*time.Hour)
	check("withdrawn", true, true, true, false, false, true)
}

func TestRetentionIsThePointsAndNeverShorterThanTheUndo(t *testing.T) {
	for name, c := range map[string]struct {
		policy kiosk.Policy
		kept   time.Duration
	}{
		"a week":      {kiosk.Policy{Retention: 7 * day}, 7 * day},
		"a long undo": {kiosk.Policy{Retention: day, UndoWindow: 3 * day}, 3 * day},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(t.TempDir())
			s := open(t, o)
			fill(t, s, known(1))
			p := kiosktest.Point()
			p.Policy = c.policy
			if err := s.SetPoint(p); err != nil {
				t.Fatal(err)
			}
			want(t, redeem(t, s, 1, 0), kiosk.Accepted)
			if maintain(t, s, c.kept); forgotten(t, o.Dir, s, 1) {
				t.Error("forgotten too early")
			}
			if maintain(t, s, c.kept+day); !forgotten(t, o.Dir, s, 1) {
				t.Error("kept too long")
			}
		})
	}
}

// A local table that is read again brings no customer back who has collected;
// it brings one to an order that had none.
func TestImportBringsNobodyBack(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	imported := func(orders ...kiosk.Order) int {
		t.Helper()
		n, err := s.ImportLocal(kiosktest.Point(), func(yield func(kiosk.Order) bool) {
			for _, o := range orders {
				if !yield(o) {
					return
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	imported(known(1), kiosktest.Order(2))
	want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	maintain(t, s, 31*day)
	if n := imported(known(1), known(2)); n != 1 {
		t.Errorf("%d orders changed", n)
	}
	if !forgotten(t, o.Dir, s, 1) || forgotten(t, o.Dir, s, 2) {
		t.Error("the wrong customer is known")
	}
}

func TestStatesArePruned(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	var orders []kiosk.Order
	for n := range 6 {
		orders = append(orders, known(n))
	}
	orders[4].Due = 500
	fill(t, s, orders...)
	for n := range 4 {
		want(t, redeem(t, s, n, 0), kiosk.Accepted)
	}
	want(t, redeem(t, s, 4, 0), kiosk.PaymentDue) // an open hold
	want(t, redeem(t, s, 5, 29*day), kiosk.Accepted)
	ids := func(from, to int) (ids []kiosk.OrderID) {
		for ; from < to; from++ {
			ids = append(ids, kiosktest.OrderID(from))
		}
		return ids
	}
	if err := s.Apply(kiosk.Page{Gone: ids(1, 6), Cursor: "c2"}); err != nil {
		t.Fatal(err)
	}
	shut(t, s) // a checkpoint
	s = open(t, o)
	kept := func(what string, want ...bool) {
		t.Helper()
		// An order that comes back shows what is known of it.
		for n := range want {
			if _, ok := s.StateOf(kiosktest.OrderID(n)); ok != want[n] {
				t.Errorf("%s: the state of order %d is kept: %v, want %v", what, n, ok, want[n])
			}
		}
	}
	maintain(t, s, 31*day)
	kept("not at HQ yet", true, true, true, true, true, true)
	batch, err := s.Pending(100)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Acknowledge(kiosk.Ack{Head: batch.Head(), Receipts: []kiosk.Receipt{{Seq: 2, Settlement: kiosk.SettledLateRevoked}}}); err != nil {
		t.Fatal(err)
	}
	maintain(t, s, 31*day)
	kept("at HQ", true, true, false, false, true, true) // 0: in the set; 1: refused by HQ; 4: held; 5: young
	// What was handed over comes back with the order, from HQ.
	orders[2].Settled = others(orders[2], 0)
	if err := s.Apply(kiosk.Page{Orders: orders[1:3], Cursor: "c3"}); err != nil {
		t.Fatal(err)
	}
	want(t, redeem(t, s, 1, 32*day), kiosk.AlreadyCollected)
	want(t, redeem(t, s, 2, 32*day), kiosk.AlreadyCollected)
	// And the journal still has all of it.
	shut(t, s)
	if n, err := boltstore.Rebuild(o); err != nil || n != 6 {
		t.Errorf("%d events, %v", n, err)
	}
	s = open(t, o)
	kept("built again", true, true, true, true, true, true)
}

// content is all that a store answers with.
func content(t *testing.T, s *boltstore.Store) (all []any) {
	t.Helper()
	err := s.Orders(func(o kiosk.Order, st kiosk.OrderState) error {
		all = append(all, o, st)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return append(all, s.Point(), s.Status(), s.Cursor())
}

func size(t *testing.T, o boltstore.Options, name string) int64 {
	t.Helper()
	info, err := os.Stat(filepath.Join(o.Dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

func TestCompactionChangesNothing(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	var orders []kiosk.Order
	for n := range 3000 {
		orders = append(orders, known(n))
	}
	fill(t, s, orders...)
	for n := range 20 {
		redeem(t, s, n, 0)
	}
	before := content(t, s)
	if err := s.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, content(t, s)); diff != "" {
		t.Error(diff)
	}
	want(t, redeem(t, s, 3, 0), kiosk.AlreadyCollected)
	want(t, redeem(t, s, 2999, 0), kiosk.Accepted)
	before = content(t, s)
	shut(t, s)
	s = open(t, o)
	if diff := cmp.Diff(before, content(t, s)); diff != "" {
		t.Errorf("after a start: %s", diff)
	}
}

// A set that HQ has made much smaller gives its room back.
func TestWastefulFileIsMadeSmaller(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 60,000 orders")
	}
	o := options(t.TempDir())
	s := open(t, o)
	var orders []kiosk.Order
	var ids []kiosk.OrderID
	for n := range 60_000 {
		orders = append(orders, kiosktest.Order(n))
		ids = append(ids, orders[n].ID)
	}
	fill(t, s, orders...)
	full := size(t, o, "orders.db")
	if err := s.Apply(kiosk.Page{Gone: ids[100:], Cursor: "c2", Purge: true}); err != nil {
		t.Fatal(err)
	}
	before := content(t, s)
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Maintain(stopped, kiosktest.Moment(0)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := os.Stat(filepath.Join(o.Dir, "orders.db.new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a cancelled copy is left: %v", err)
	}
	if diff := cmp.Diff(before, content(t, s)); diff != "" {
		t.Error(diff)
	}
	maintain(t, s, 0)
	if now := size(t, o, "orders.db"); full < 30<<20 || now > 17<<20 { // bbolt grows by 16 MB
		t.Errorf("%d bytes, before %d", now, full)
	}
	if diff := cmp.Diff(before, content(t, s)); diff != "" {
		t.Error(diff)
	}
	shut(t, s)
	if err := s.Maintain(t.Context(), kiosktest.Moment(0)); !errors.Is(err, boltstore.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// A copy that a killed process left is deleted, and does not count.
func TestInterruptedCopyIsDeleted(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, known(1))
	before := content(t, s)
	shut(t, s)
	for _, name := range []string{"orders.db.new", "state.db.new"} {
		garbage(t, o.Dir, name, 0, 1<<16)
	}
	s = open(t, o)
	if diff := cmp.Diff(before, content(t, s)); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"orders.db.new", "state.db.new"} {
		if _, err := os.Stat(filepath.Join(o.Dir, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What rotted is not copied on as if it were sound.
func TestCopyFindsDamage(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(1), kiosktest.Order(2))
	shut(t, s)
	rot(t, o.Dir, "orders.db", "HX00000002")
	var w warnings
	o.Warn = w.add
	s = open(t, o)
	if err := s.Compact(t.Context()); !errors.Is(err, boltstore.ErrDamaged) {
		t.Errorf("got %v", err)
	}
	if got := s.Status(); got.Orders != 0 || got.Cache.Complete {
		t.Errorf("%+v", got)
	}
	if size(t, o, "orders.db.damaged-1") == 0 {
		t.Error("the damaged file is gone")
	}
}

// A process that is killed between two parts of a checkpoint has lost nothing,
// and doubled nothing: the head comes last.
func TestHalfACheckpoint(t *testing.T) {
	const orders = 300
	killed := errors.New("killed")
	for parts := range 5 {
		o := options(t.TempDir())
		s := open(t, o)
		var all []kiosk.Order
		for n := range orders {
			all = append(all, kiosktest.Order(n))
		}
		all[0].Due = 500
		fill(t, s, all...)
		want(t, redeem(t, s, 0, 0), kiosk.PaymentDue)
		if _, err := s.Confirm(kiosktest.Moment(0), kiosktest.OrderID(0), kiosk.Confirmation{By: kiosktest.Leader(), Means: "cash"}); err != nil {
			t.Fatal(err)
		}
		for n := 1; n < orders-1; n++ {
			want(t, redeem(t, s, n, 0), kiosk.Accepted)
		}
		before := content(t, s)
		done := 0
		err := s.Checkpoint(func() error {
			if done++; done > parts {
				return killed
			}
			return nil
		})
		if (err != nil) != (done > parts) || done == 0 {
			t.Fatalf("%d rests, %v", done, err)
		}
		crash(t, s)
		s = open(t, o)
		if diff := cmp.Diff(before, content(t, s)); diff != "" {
			t.Errorf("after %d parts: %s", parts+1, diff)
		}
		want(t, redeem(t, s, 5, time.Hour), kiosk.AlreadyCollected)
		want(t, redeem(t, s, orders-1, time.Hour), kiosk.Accepted)
	}
}

// What bbolt has freed of a large file is not written over soon: the file is
// copied.
func TestNothingIsLeftInFreePages(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	var orders []kiosk.Order
	for n := range 2000 {
		orders = append(orders, known(n))
	}
	fill(t, s, orders...)
	done := []int{600, 1200, 1999}
	for n := range 100 { // pages beside each other, freed at once
		done = append(done, n)
	}
	for _, n := range done {
		want(t, redeem(t, s, n, 0), kiosk.Accepted)
	}
	maintain(t, s, 31*day)
	for _, n := range done {
		if !forgotten(t, o.Dir, s, n) {
			t.Errorf("order %d is not forgotten", n)
		}
	}
	if forgotten(t, o.Dir, s, 602) {
		t.Error("somebody who has not collected is forgotten")
	}
}
