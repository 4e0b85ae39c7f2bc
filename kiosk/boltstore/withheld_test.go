package boltstore_test

import (
	"slices"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/kiosktest"
)

// What HQ has not seen is listed until its verdict comes, over restarts; the verdict
// replaces nothing else.
func TestWithheldEvents(t *testing.T) {
	o := options(t.TempDir())
	s := open(t, o)
	var orders []kiosk.Order
	for n := range 6 {
		orders = append(orders, kiosktest.Order(n))
	}
	fill(t, s, orders...)
	for n := range 6 {
		redeem(t, s, n, 0)
	}
	all, err := s.Pending(6)
	if err != nil || len(all.Records) != 6 {
		t.Fatal(err)
	}
	withheld := func(seq uint64) kiosk.Receipt {
		return kiosk.Receipt{Seq: seq, Settlement: kiosk.SettledRejected, Withheld: true}
	}
	receipts := []kiosk.Receipt{withheld(1), {Seq: 2, Settlement: kiosk.SettledUnknown}, withheld(4), withheld(5)}
	if err := s.Acknowledge(kiosk.Ack{Head: all.Head(), Receipts: receipts}); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	s = open(t, o)
	seqs := func(most int) (list []uint64) {
		t.Helper()
		left, err := s.Withheld(most)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range left {
			seq := b.Records[0].Seq
			whole := kiosk.Batch{Terminal: "T1", Records: all.Records[:seq]}
			if b.Terminal != "T1" || len(b.Records) != 1 || b.Head() != whole.Head() {
				t.Errorf("event %d as %+v", seq, b)
			}
			list = append(list, seq)
		}
		return list
	}
	if got := seqs(9); !slices.Equal(got, []uint64{1, 4, 5}) {
		t.Errorf("withheld %v", got)
	}
	if got := seqs(2); !slices.Equal(got, []uint64{1, 4}) {
		t.Errorf("the first two of them: %v", got)
	}
	for _, r := range []kiosk.Receipt{
		{Seq: 1, Settlement: kiosk.SettledAccepted},
		{Seq: 2, Settlement: kiosk.SettledAccepted}, // was not withheld
		{Seq: 3, Settlement: kiosk.SettledConflict}, // was accepted
		{Seq: 4, Settlement: kiosk.SettledConflict, Detail: "T2"},
		withheld(5), // still
	} {
		if err := s.Resolve(r); err != nil {
			t.Error(err)
		}
	}
	shut(t, s)
	s = open(t, o) // whose sum must fit
	if got := seqs(9); !slices.Equal(got, []uint64{5}) || s.Status().Conflict != 3 {
		t.Errorf("withheld %v of %d verdicts", got, s.Status().Conflict)
	}
	var kept []kiosk.Settlement
	if err := s.Receipts(func(r kiosk.Receipt) error { kept = append(kept, r.Settlement); return nil }); err != nil ||
		!slices.Equal(kept, []kiosk.Settlement{kiosk.SettledUnknown, kiosk.SettledConflict, kiosk.SettledRejected}) {
		t.Errorf("%v, %v", kept, err)
	}
	shut(t, s)
	if _, otherwise, err := boltstore.Verdicts(o.Dir); err != nil || len(otherwise) != 3 || !otherwise[5].Withheld {
		t.Errorf("read from outside: %v, %v", otherwise, err)
	}
}
