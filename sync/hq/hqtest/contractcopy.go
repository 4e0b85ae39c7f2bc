package hqtest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// listed is everything that a copy of a store needs lists of: codes, enrolments and
// the names of collections.
func listed(t *testing.T, open func() hq.Store) {
	s := open()
	first, second := hq.Enrolment{Hash: [32]byte{1, 255}, Point: "P1", Expires: at()}, hq.Enrolment{Hash: [32]byte{2}, Point: "P2", Expires: at(), Terminal: "K1"}
	key := func(collection string, point kiosk.PointID, k string) hq.DocKey {
		return hq.DocKey{Collection: collection, DocPlace: hq.DocPlace{Point: point, Key: k}}
	}
	update(t, s, func(tx hq.Tx) error {
		return errors.Join(
			tx.PutCodeOwner("P1", "100", "A"), tx.PutCodeOwner("P1", "H1:7", "B"), tx.PutCodeOwner("P1", "11", "A"), tx.PutCodeOwner("P10", "1", "C"),
			tx.PutEnrolment(second), tx.PutEnrolment(first),
			tx.PutDoc(key("b", "", "x"), nil), tx.PutDoc(key("a/b", "P1", "y"), []byte{1}), tx.PutDoc(key("a", "P1", ""), []byte{2}),
			tx.PutDoc(key("a/b", "", "z"), []byte{1}), tx.PutDoc(key("gone", "", "z"), []byte{1}), tx.DeleteDoc(key("gone", "", "z")),
		)
	})
	view(t, s, func(tx hq.Tx) error {
		owners, err := tx.CodeOwners("P1", "100", 1)
		if want := []hq.CodeOwner{{Text: "11", Order: "A"}}; !cmp.Equal(want, owners) {
			t.Errorf("codes of P1: %v", owners)
		}
		all, allErr := tx.CodeOwners("P1", "", 10)
		if len(all) != 3 || all[2].Order != "B" {
			t.Errorf("all codes of P1: %v", all)
		}
		enrolments, enrolErr := tx.Enrolments([32]byte{}, 10)
		if want := []hq.Enrolment{first, second}; !cmp.Equal(want, enrolments) {
			t.Errorf("enrolments: %v", enrolments)
		}
		rest, restErr := tx.Enrolments(first.Hash, 10)
		if !cmp.Equal([]hq.Enrolment{second}, rest) {
			t.Errorf("enrolments after the first: %v", rest)
		}
		collections, colErr := tx.Collections()
		if !cmp.Equal([]string{"a", "a/b", "b"}, collections) {
			t.Errorf("collections: %v", collections)
		}
		return errors.Join(err, allErr, enrolErr, restErr, colErr)
	})
}

// copiedNumbers are those of cases and requests that come from another store.
func copiedNumbers(t *testing.T, open func() hq.Store) {
	s := open()
	update(t, s, func(tx hq.Tx) error {
		return errors.Join(tx.PutCase(hq.Case{Number: 7, Kind: hq.CaseForked, At: at()}), tx.PutCase(hq.Case{Number: 3, Kind: hq.CaseForked, At: at()}),
			tx.PutRequest(hq.Request{Number: 9, Type: kiosk.TypeSentBack, Event: kiosk.EventID{1}, At: at()}))
	})
	update(t, s, func(tx hq.Tx) error {
		n, err := tx.AddCase(hq.Case{Kind: hq.CaseForked, At: at()})
		m, reqErr := tx.AddRequest(hq.Request{Type: kiosk.TypeSentBack, Event: kiosk.EventID{2}, At: at()})
		if n != 8 || m != 10 {
			t.Errorf("the next case is %d, the next request %d; want 8 and 10", n, m)
		}
		return errors.Join(err, reqErr)
	})
	view(t, s, func(tx hq.Tx) error {
		list, err := tx.Cases(0, 10)
		requests, reqErr := tx.Requests(0, 10)
		if len(list) != 3 || list[0].Number != 3 || list[2].Number != 8 || len(requests) != 2 || requests[0].Number != 9 {
			t.Errorf("cases %v, requests %v", list, requests)
		}
		return errors.Join(err, reqErr)
	})
}
