package boltstore_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/kiosktest"
)

func TestOutbox(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	var orders []kiosk.Order
	for n := range 10 {
		orders = append(orders, kiosktest.Order(n))
	}
	fill(t, s, orders...)
	for n := range 10 {
		redeem(t, s, n, 0)
	}
	first, err := s.Pending(4)
	if err != nil || len(first.Records) != 4 || first.Prev != (kiosk.Head{}) || first.Terminal != "T1" {
		t.Fatalf("%+v, %v", first, err)
	}
	receipts := []kiosk.Receipt{
		{Seq: 1, Settlement: kiosk.SettledAccepted},
		{Seq: 2, Settlement: kiosk.SettledConflict, Against: []kiosk.Redemption{{Method: kiosk.MethodAlone}}, Detail: "T2"},
		{Seq: 3, Settlement: kiosk.SettledReplay},
	}
	if err := s.Acknowledge(kiosk.Ack{Head: first.Head(), At: kiosktest.Start(), Receipts: receipts}); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	s = open(t, o)
	if s.AckedHead() != first.Head() {
		t.Errorf("acknowledged %v", s.AckedHead())
	}
	if st := s.Status(); st.Unsent != 6 || st.Conflict != 1 {
		t.Errorf("status %+v", st)
	}
	second, err := s.Pending(100)
	if err != nil || len(second.Records) != 6 || second.Prev != first.Head() || second.Records[0].Seq != 5 {
		t.Fatalf("%+v, %v", second, err)
	}
	// A repeated push is answered with replays: the first verdict stays.
	replay := []kiosk.Receipt{{Seq: 2, Settlement: kiosk.SettledReplay, Against: []kiosk.Redemption{{}}}}
	if err := s.Acknowledge(kiosk.Ack{Head: second.Head(), Receipts: replay}); err != nil {
		t.Fatal(err)
	}
	var got []kiosk.Receipt
	if err := s.Receipts(func(r kiosk.Receipt) error { got = append(got, r); return nil }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(receipts[1:2], got); diff != "" {
		t.Error(diff)
	}
	if none, err := s.Pending(100); err != nil || len(none.Records) != 0 || s.Status().Unsent != 0 {
		t.Errorf("%+v, %v", none, err)
	}
	for name, c := range map[string]struct {
		head kiosk.Head
		want error
	}{
		"another hash": {kiosk.Head{Seq: 3, Hash: kiosk.Hash{1}}, boltstore.ErrForked},
		"beyond":       {kiosk.Head{Seq: 11, Hash: second.Head().Hash}, boltstore.ErrJournalLost},
		"before all":   {kiosk.Head{Hash: kiosk.Hash{1}}, boltstore.ErrForked},
	} {
		if err := s.Acknowledge(kiosk.Ack{Head: c.head}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Acknowledge(kiosk.Ack{Head: first.Head()}); err != nil || s.Status().Unsent != 6 {
		t.Errorf("HQ came back from a backup: %v, %+v", err, s.Status())
	}
	stop := errors.New("stop")
	if err := s.Receipts(func(kiosk.Receipt) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

func TestRebuildKeepsWhatHQSaid(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(1), kiosktest.Order(2))
	out := want(t, redeem(t, s, 1, 0), kiosk.Accepted)
	batch, err := s.Pending(10)
	if err != nil {
		t.Fatal(err)
	}
	ack := kiosk.Ack{Head: batch.Head(), Receipts: []kiosk.Receipt{{Seq: 1, Settlement: kiosk.SettledLateRevoked}}}
	if err := s.Acknowledge(ack); err != nil {
		t.Fatal(err)
	}
	if _, err := boltstore.Rebuild(o); err == nil {
		t.Error("rebuilt under a running terminal")
	}
	before := s.Status()
	shut(t, s)
	if n, err := boltstore.Rebuild(o); err != nil || n != 1 {
		t.Fatalf("%d events, %v", n, err)
	}
	s = open(t, o)
	if after := s.Status(); after != before || after.Conflict != 1 || after.Unsent != 0 {
		t.Errorf("status %+v, before %+v", after, before)
	}
	if h := want(t, redeem(t, s, 1, 0), kiosk.AlreadyCollected).History; h[0].Event != out.Event {
		t.Error("another event")
	}
}

func TestStagingOutlivesARestart(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(500))
	var all []kiosk.Order
	for n := range 30 {
		all = append(all, kiosktest.Order(n))
	}
	for i := range 3 {
		if got := s.StagedCursor(); got != cursor(i) {
			t.Fatalf("page %d begins at %q", i, got)
		}
		if err := s.Stage(kiosk.Page{Orders: all[i*10 : i*10+10], Cursor: cursor(i + 1)}); err != nil {
			t.Fatal(err)
		}
		want(t, redeem(t, s, 0, 0), kiosk.Unknown) // the live set is still the old one
		shut(t, s)
		s = open(t, o)
	}
	w := watermark(7, kiosktest.Start(), all...)
	if err := s.Switch(w); err != nil {
		t.Fatal(err)
	}
	st := s.Status()
	if st.Orders != 30 || st.Expected != 30 || !st.Cache.Complete || st.Cache.Version != 7 || s.Cursor() != cursor(3) {
		t.Errorf("status %+v, cursor %q", st, s.Cursor())
	}
	if s.Point().ID != kiosktest.PointID {
		t.Error("the point's settings are gone")
	}
	for n := range 30 {
		want(t, redeem(t, s, n, 0), kiosk.Accepted)
	}
	want(t, redeem(t, s, 500, 0), kiosk.Unknown)
	if err := s.ConfirmSet(w); err != nil {
		t.Error(err)
	}
	if err := s.Switch(w); !errors.Is(err, boltstore.ErrNoStaging) {
		t.Errorf("nothing staged: %v", err)
	}
}

func cursor(i int) string {
	if i == 0 {
		return ""
	}
	return fmt.Sprintf("cursor-%d", i)
}

func TestStagingOutOfOrder(t *testing.T) {
	s := open(t, options(t.TempDir()))
	fill(t, s)
	newer := kiosktest.Order(5, func(o *kiosk.Order) {
		o.Version = 100
		o.Lookups = []kiosk.Lookup{kiosktest.Lookup(kiosktest.Code(77))}
	})
	pages := []kiosk.Page{
		{Orders: []kiosk.Order{kiosktest.Order(5), kiosktest.Order(8)}},
		{Orders: []kiosk.Order{kiosktest.Order(2), newer, kiosktest.Order(9)}, Gone: []kiosk.OrderID{kiosktest.OrderID(8), "never there"}},
		{Orders: []kiosk.Order{kiosktest.Order(5)}, Cursor: "end"}, // older than what came
	}
	for _, p := range pages {
		if err := s.Stage(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Switch(watermark(1, kiosktest.Start(), kiosktest.Order(2), newer, kiosktest.Order(9))); err != nil {
		t.Fatal(err)
	}
	want(t, redeem(t, s, 5, 0), kiosk.Unknown)
	want(t, redeem(t, s, 8, 0), kiosk.Unknown)
	want(t, redeem(t, s, 77, 0), kiosk.Accepted)
	want(t, redeem(t, s, 2, 0), kiosk.Accepted)
}

func TestSwitchRefusesAnotherSet(t *testing.T) {
	s := open(t, options(t.TempDir()))
	fill(t, s, kiosktest.Order(1))
	one := kiosktest.Order(2)
	for name, w := range map[string]kiosk.Watermark{
		"count":  {Count: 2, Digest: watermark(1, time.Time{}, one).Digest},
		"digest": {Count: 1, Digest: kiosk.SetDigest{1}},
	} {
		if err := s.Stage(kiosk.Page{Orders: []kiosk.Order{one}, Cursor: "x"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Switch(w); !errors.Is(err, kiosk.ErrSetMismatch) {
			t.Errorf("%s: %v", name, err)
		}
		if s.StagedCursor() != "" {
			t.Errorf("%s: the staging is still there", name)
		}
	}
	want(t, redeem(t, s, 1, 0), kiosk.Accepted)
}

func TestApplyAndConfirm(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	fill(t, s, kiosktest.Order(1), kiosktest.Order(2), kiosktest.Order(3))
	changed := kiosktest.Order(1, kiosktest.Status(kiosk.StatusCancelled), func(o *kiosk.Order) { o.Version = 50 })
	moved := kiosktest.Order(2, func(o *kiosk.Order) { o.Version = 51; o.Lookups = []kiosk.Lookup{kiosktest.Lookup(kiosktest.Code(99))} })
	page := kiosk.Page{Orders: []kiosk.Order{changed, moved, kiosktest.Order(4)}, Gone: []kiosk.OrderID{kiosktest.OrderID(3), "x"}, Cursor: "c9"}
	for range 2 { // again changes nothing
		if err := s.Apply(page); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Apply(kiosk.Page{Orders: []kiosk.Order{kiosktest.Order(1)}, Cursor: "c9"}); err != nil { // an old version
		t.Fatal(err)
	}
	w := watermark(52, kiosktest.Start().Add(time.Hour), changed, moved, kiosktest.Order(4))
	if err := s.ConfirmSet(w); err != nil {
		t.Fatal(err)
	}
	want(t, redeem(t, s, 1, time.Hour), kiosk.Cancelled)
	want(t, redeem(t, s, 2, time.Hour), kiosk.Unknown)
	want(t, redeem(t, s, 99, time.Hour), kiosk.Accepted)
	want(t, redeem(t, s, 3, time.Hour), kiosk.Unknown)
	before := s.Status()
	if before.Cache.AsOf != w.At || before.Cache.Version != 52 || s.Cursor() != "c9" {
		t.Errorf("status %+v", before)
	}
	if err := s.ConfirmSet(watermark(53, w.At.Add(10*time.Second), changed)); !errors.Is(err, kiosk.ErrSetMismatch) {
		t.Errorf("got %v", err)
	}
	if st := s.Status(); st.Cache.Complete || st.Expected != 1 || st.Cache.AsOf != w.At {
		t.Errorf("status %+v", st)
	}
	w.At = w.At.Add(20 * time.Second)
	if err := s.ConfirmSet(w); err != nil {
		t.Fatal(err)
	}
	w.At = w.At.Add(time.Second) // not worth a write, but kept by Close
	if err := s.ConfirmSet(w); err != nil {
		t.Fatal(err)
	}
	before = s.Status()
	shut(t, s)
	if after := open(t, o).Status(); after != before || !after.Cache.AsOf.Equal(w.At) {
		t.Errorf("status %+v, before %+v", after, before)
	}
}

func TestBadOrdersAreRefused(t *testing.T) {
	s := open(t, options(t.TempDir()))
	fill(t, s, kiosktest.Order(1))
	for name, bad := range map[string]kiosk.Order{
		"no lines": kiosktest.Order(2, func(o *kiosk.Order) { o.Lines = nil }),
		"no UTF-8": kiosktest.Order(2, func(o *kiosk.Order) { o.Shelf = "\xff" }),
		"settled":  kiosktest.Order(2, func(o *kiosk.Order) { o.Settled = make([]kiosk.Redemption, 1025) }),
	} {
		page := kiosk.Page{Orders: []kiosk.Order{kiosktest.Order(3), bad}, Cursor: "x"}
		for how, err := range map[string]error{"stage": s.Stage(page), "apply": s.Apply(page)} {
			if !errors.Is(err, kiosk.ErrInvalidOrder) {
				t.Errorf("%s, %s: %v", name, how, err)
			}
		}
		if _, err := s.ImportLocal(kiosktest.Point(), slices.Values(page.Orders)); !errors.Is(err, kiosk.ErrInvalidOrder) {
			t.Errorf("%s, import: %v", name, err)
		}
	}
	if s.StagedCursor() != "" || s.Cursor() != "c1" || s.Status().Orders != 1 {
		t.Errorf("cursors %q, %q; %+v", s.StagedCursor(), s.Cursor(), s.Status())
	}
	if s.SetPoint(kiosk.Point{}) == nil {
		t.Error("a point without id was taken")
	}
	if _, err := s.ImportLocal(kiosk.Point{}, slices.Values([]kiosk.Order{})); err == nil {
		t.Error("imported for no point")
	}
}

func TestImportLocal(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	var orders []kiosk.Order
	for n := range 2500 { // more than one transaction
		orders = append(orders, kiosktest.Order(n, func(o *kiosk.Order) { o.Version, o.Point = 0, "" }))
	}
	n, err := s.ImportLocal(kiosktest.Point(), slices.Values(orders))
	if err != nil || n != 2500 {
		t.Fatalf("%d, %v", n, err)
	}
	if n, err := s.ImportLocal(kiosktest.Point(), slices.Values(orders)); err != nil || n != 0 {
		t.Errorf("again: %d, %v", n, err)
	}
	orders[7].Shelf = "Z-9"
	orders[8].Lookups = []kiosk.Lookup{kiosktest.Lookup(kiosktest.Code(9999))}
	if n, err := s.ImportLocal(kiosktest.Point(), slices.Values(orders)); err != nil || n != 2 {
		t.Errorf("two changed: %d, %v", n, err)
	}
	if got, _, ok := s.Order(kiosktest.OrderID(7)); !ok || got.Version != 2 || got.Shelf != "Z-9" || got.Point != kiosktest.PointID {
		t.Errorf("%+v", got)
	}
	st := s.Status()
	if !st.Cache.Local || !st.Cache.Complete || st.Orders != 2500 || st.Expected != 2500 || !st.Cache.AsOf.Equal(kiosktest.Start()) {
		t.Errorf("%+v", st)
	}
	want(t, redeem(t, s, 8, 100*24*time.Hour), kiosk.Unknown) // never stale
	want(t, redeem(t, s, 9999, 0), kiosk.Accepted)
	shut(t, s)
	s = open(t, o)
	seen := 0
	err = s.Orders(func(o kiosk.Order, state kiosk.OrderState) error {
		if o.ID != kiosktest.OrderID(seen) || (len(state.Redemptions) == 1) != (seen == 8) {
			t.Errorf("order %d: %s, %+v", seen, o.ID, state)
		}
		seen++
		return nil
	})
	if err != nil || seen != 2500 {
		t.Errorf("%d orders, %v", seen, err)
	}
	stop := errors.New("stop")
	if err := s.Orders(func(kiosk.Order, kiosk.OrderState) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	if _, _, ok := s.Order("nobody's"); ok {
		t.Error("an order out of nowhere")
	}
}

func TestScansGoOnWhileASetIsStaged(t *testing.T) {
	s := open(t, options(t.TempDir()))
	var all []kiosk.Order
	for n := range 300 {
		all = append(all, kiosktest.Order(n))
	}
	fill(t, s, all...)
	done := make(chan error, 1)
	go func() {
		for round := range 5 {
			for page := range slices.Chunk(all, 50) {
				if err := s.Stage(kiosk.Page{Orders: page, Cursor: "c"}); err != nil {
					done <- err
					return
				}
			}
			if err := s.Switch(watermark(uint64(round), kiosktest.Start(), all...)); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for n := range 300 {
		want(t, redeem(t, s, n, 0), kiosk.Accepted)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for n := range 300 {
		want(t, redeem(t, s, n, 0), kiosk.AlreadyCollected)
	}
}
