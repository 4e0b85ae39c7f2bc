package hqtest

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// TestStore is the contract of hq.Store. open opens the store of a name, the
// same one again after it was closed.
func TestStore(t *testing.T, open func(t *testing.T, name string) hq.Store) {
	for name, test := range map[string]func(*testing.T, func() hq.Store){
		"values survive":          valuesSurvive,
		"nothing is there":        nothingIsThere,
		"a failure leaves no bit": failureLeavesNothing,
		"orders by id":            ordersByID,
		"orders by version":       ordersByVersion,
		"cases are numbered":      casesAreNumbered,
		"requests are numbered":   requestsAreNumbered,
		"writers do not overlap":  writersDoNotOverlap,
		"a context that ended":    endedContext,
		"terminals of a point":    terminalsOfAPoint,
		"an order's point":        pointOfAnOrder,
		"events by day":           eventsByDay,
		"documents":               documents,
		"touched points":          touchedPoints,
		"nonces are good once":    noncesOnce,
		"lists for a copy":        listed,
		"copied numbers":          copiedNumbers,
	} {
		t.Run(name, func(t *testing.T) {
			test(t, func() hq.Store { return open(t, name) })
		})
	}
}

func at() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 123e6, time.UTC) }

func update(t *testing.T, s hq.Store, fn func(hq.Tx) error) {
	t.Helper()
	if err := s.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s hq.Store, fn func(hq.Tx) error) {
	t.Helper()
	if err := s.View(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

// same fails unless a getter gives what was put.
func same[T any](t *testing.T, want T) func(got T, ok bool, err error) {
	return func(got T, ok bool, err error) {
		t.Helper()
		if err != nil || !ok {
			t.Errorf("%T: there: %v, %v", want, ok, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%T (-want +got):\n%s", want, diff)
		}
	}
}

func order(point kiosk.PointID, id kiosk.OrderID, version uint64) hq.OrderRecord {
	redeemed := kiosk.Redemption{
		Source: kiosk.Source{Event: kiosk.EventID{1}, Terminal: "K1", Seq: 7, At: at()},
		Lines:  []kiosk.Handed{{Line: "1", Handed: 1}}, Method: kiosk.MethodAlone,
	}
	o := Entry(id).Order
	o.Point, o.Version, o.Lookups, o.SealedDesk = point, version, []kiosk.Lookup{{1, 2}}, []byte{3}
	o.CollectBy, o.Settled = at(), []kiosk.Redemption{redeemed}
	return hq.OrderRecord{
		Order: o, State: kiosk.OrderState{Redemptions: []kiosk.Redemption{redeemed}},
		Codes:  []kiosk.Code{{Kind: kiosk.CodeTyped, Text: "1234567890"}},
		Signed: []hq.SignedCode{{ID: kiosk.ProxyID{3}, Kind: hq.SignedProxy, Lines: []kiosk.LineID{"1"}, From: at(), Until: at().Add(time.Hour), Revoked: at()}},
	}
}

func valuesSurvive(t *testing.T, open func() hq.Store) {
	identity := hq.Identity{Seed: make([]byte, ed25519.SeedSize), Terminals: 3}
	point := hq.PointRecord{
		Point:  kiosk.Point{ID: "P1", Name: "幸福里", Policy: kiosk.DefaultPolicy(), Leaders: []kiosk.Leader{{ID: "l", Role: kiosk.RoleLeader, PINHash: "h"}}},
		Secret: []byte("secret"), SetID: 1 << 63, Version: 9, Count: 4, Digest: kiosk.SetDigest{5},
	}
	terminal := hq.Terminal{
		ID: "K1", Point: "P1", Name: "door", Key: make([]byte, ed25519.PublicKeySize),
		Head: kiosk.Head{Seq: 4, Hash: kiosk.Hash{9}}, Enrolled: at(), Revoked: at().Add(time.Hour),
		Forked: at().Add(time.Minute), Behind: at().Add(time.Second), Doubtful: 1 << 63,
		Condition: kiosk.Condition{Fault: "E-JOURNAL", Event: 5, Clock: kiosk.ClockSuspect, SpaceLow: true, Version: "v1"}, Since: at(),
	}
	enrolment := hq.Enrolment{Hash: [32]byte{1}, Point: "P1", Expires: at(), Terminal: "K1"}
	event := hq.StoredEvent{
		Terminal: "K1", Point: "P1", Day: "2026-11-23", Epoch: 2, Seq: 4, Payload: []byte{1, 2}, Hash: kiosk.Hash{9}, At: at(),
		Receipt: kiosk.Receipt{Seq: 4, Event: kiosk.EventID{2}, Settlement: kiosk.SettledConflict, Detail: "d",
			Against: order("P1", "A", 1).Order.Settled},
	}
	rec := order("P1", "A", 1)
	s := open()
	update(t, s, func(tx hq.Tx) error {
		err := errors.Join(tx.PutIdentity(identity), tx.PutPoint(point), tx.PutTerminal(terminal), tx.PutEnrolment(enrolment),
			tx.PutEvent(event), tx.PutOrder(rec), tx.PutCodeOwner("P1", "1234567890", "A"))
		same(t, rec)(tx.Order("P1", "A")) // a transaction sees what it put
		return err
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	view(t, open(), func(tx hq.Tx) error {
		same(t, identity)(tx.Identity())
		same(t, point)(tx.Point("P1"))
		same(t, terminal)(tx.Terminal("K1"))
		same(t, enrolment)(tx.Enrolment(enrolment.Hash))
		same(t, event)(tx.Event("K1", 4))
		same(t, rec)(tx.Order("P1", "A"))
		same(t, kiosk.OrderID("A"))(tx.CodeOwner("P1", "1234567890"))
		points, err := tx.Points("", 10)
		same(t, []hq.PointRecord{point})(points, true, err)
		terminals, err := tx.Terminals("", 10)
		same(t, []hq.Terminal{terminal})(terminals, true, err)
		return nil
	})
}

func nothingIsThere(t *testing.T, open func() hq.Store) {
	view(t, open(), func(tx hq.Tx) error {
		_, identity, err1 := tx.Identity()
		_, point, err2 := tx.Point("P1")
		_, order, err3 := tx.Order("P1", "A")
		_, terminal, err4 := tx.Terminal("K1")
		_, enrolment, err5 := tx.Enrolment([32]byte{})
		_, event, err6 := tx.Event("K1", 1)
		_, owner, err7 := tx.CodeOwner("P1", "1")
		if identity || point || order || terminal || enrolment || event || owner {
			t.Error("an empty store has something")
		}
		points, err8 := tx.Points("", 10)
		orders, err9 := tx.Orders("P1", "", 10)
		changes, err10 := tx.Changes("P1", 0, 10)
		cases, err11 := tx.Cases(0, 10)
		if len(points)+len(orders)+len(changes)+len(cases) > 0 {
			t.Error("an empty store lists something")
		}
		return errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11)
	})
}

func failureLeavesNothing(t *testing.T, open func() hq.Store) {
	s := open()
	failure := errors.New("no")
	err := s.Update(context.Background(), func(tx hq.Tx) error {
		return errors.Join(tx.PutOrder(order("P1", "A", 1)), addCase(tx, hq.Case{}), failure)
	})
	if !errors.Is(err, failure) {
		t.Errorf("Update: %v, want fn's error", err)
	}
	view(t, s, func(tx hq.Tx) error {
		if _, ok, _ := tx.Order("P1", "A"); ok {
			t.Error("the order of a failed transaction is there")
		}
		if cases, _ := tx.Cases(0, 10); len(cases) > 0 {
			t.Error("the case of a failed transaction is there")
		}
		return nil
	})
	if err := s.View(context.Background(), func(hq.Tx) error { return failure }); !errors.Is(err, failure) {
		t.Errorf("View: %v, want fn's error", err)
	}
}

func ids(list []hq.OrderRecord) (out []string) {
	for _, r := range list {
		out = append(out, fmt.Sprintf("%s@%d", r.Order.ID, r.Order.Version))
	}
	return out
}

func ordersByID(t *testing.T, open func() hq.Store) {
	s := open()
	update(t, s, func(tx hq.Tx) error {
		return errors.Join(tx.PutOrder(order("P1", "B", 1)), tx.PutOrder(order("P1", "A", 2)), tx.PutOrder(order("P1", "AB", 3)),
			tx.PutOrder(order("P10", "A0", 1)), tx.PutOrder(order("P", "C", 1)))
	})
	for _, c := range []struct {
		point kiosk.PointID
		after kiosk.OrderID
		limit int
		want  []string
	}{
		{"P1", "", 10, []string{"A@2", "AB@3", "B@1"}},
		{"P1", "", 2, []string{"A@2", "AB@3"}},
		{"P1", "AB", 10, []string{"B@1"}},
		{"P1", "AA", 1, []string{"AB@3"}},
		{"P1", "B", 10, nil},
		{"P10", "", 10, []string{"A0@1"}},
		{"P", "", 10, []string{"C@1"}},
		{"P2", "", 10, nil},
	} {
		view(t, s, func(tx hq.Tx) error {
			list, err := tx.Orders(c.point, c.after, c.limit)
			if diff := cmp.Diff(c.want, ids(list)); diff != "" {
				t.Errorf("Orders(%s, %q, %d) (-want +got):\n%s", c.point, c.after, c.limit, diff)
			}
			return err
		})
	}
}

func ordersByVersion(t *testing.T, open func() hq.Store) {
	s := open()
	update(t, s, func(tx hq.Tx) error {
		for i, id := range []kiosk.OrderID{"B", "A", "C", "D"} {
			if err := tx.PutOrder(order("P1", id, uint64(i+1))); err != nil {
				return err
			}
		}
		return tx.PutOrder(order("P2", "X", 3))
	})
	update(t, s, func(tx hq.Tx) error {
		gone := order("P1", "B", 300)
		gone.Gone = true
		unchanged := order("P1", "C", 3)
		unchanged.State = kiosk.OrderState{}
		return errors.Join(tx.PutOrder(gone), tx.PutOrder(unchanged))
	})
	for after, want := range map[uint64][]string{0: {"A@2", "C@3", "D@4", "B@300"}, 2: {"C@3", "D@4", "B@300"}, 4: {"B@300"}, 299: {"B@300"}, 300: nil} {
		view(t, s, func(tx hq.Tx) error {
			list, err := tx.Changes("P1", after, 10)
			if diff := cmp.Diff(want, ids(list)); diff != "" {
				t.Errorf("Changes after %d (-want +got):\n%s", after, diff)
			}
			if n := len(list); n > 0 && !list[n-1].Gone {
				t.Error("the withdrawn order is not marked as gone")
			}
			first, err2 := tx.Changes("P1", after, 1)
			if len(first) > 1 || len(want) > 0 && ids(first)[0] != want[0] {
				t.Errorf("one change after %d: %v", after, ids(first))
			}
			return errors.Join(err, err2)
		})
	}
}

func addCase(tx hq.Tx, c hq.Case) error {
	_, err := tx.AddCase(c)
	return err
}

func casesAreNumbered(t *testing.T, open func() hq.Store) {
	s := open()
	for i := range 3 {
		update(t, s, func(tx hq.Tx) error {
			return addCase(tx, hq.Case{Kind: hq.CaseForked, Point: "P1", Terminal: "K1", Seq: uint64(i), At: at()})
		})
	}
	view(t, s, func(tx hq.Tx) error {
		list, err := tx.Cases(1, 1)
		if want := []hq.Case{{Number: 2, Kind: hq.CaseForked, Point: "P1", Terminal: "K1", Seq: 1, At: at()}}; !cmp.Equal(want, list) {
			t.Errorf("the case after the first: %v", list)
		}
		return err
	})
	decided := hq.Case{
		Number: 2, Kind: hq.CaseForked, Point: "P1", At: at(),
		Decisions: []hq.Decision{{Winner: kiosk.EventID{1}, By: "Zhou", Note: "n", At: at()}, {None: true, By: "Wu", Note: "m", At: at()}},
	}
	update(t, s, func(tx hq.Tx) error { return tx.PutCase(decided) })
	view(t, s, func(tx hq.Tx) error {
		same(t, decided)(tx.Case(2))
		_, ok, err := tx.Case(4)
		if ok {
			t.Error("there is a case that nobody added")
		}
		return err
	})
	update(t, s, func(tx hq.Tx) error { return addCase(tx, hq.Case{Kind: hq.CaseForked, At: at()}) })
	view(t, s, func(tx hq.Tx) error {
		same(t, hq.Case{Number: 4, Kind: hq.CaseForked, At: at()})(tx.Case(4))
		return nil
	})
}

func requestsAreNumbered(t *testing.T, open func() hq.Store) {
	s := open()
	want := hq.Request{
		Number: 2, Type: kiosk.TypeInvoiceRequested, Point: "P1", Terminal: "K1", Seq: 8, Event: kiosk.EventID{7}, Order: "A", At: at(),
	}
	for i := range 3 {
		update(t, s, func(tx hq.Tx) error {
			r := want
			r.Number, r.Seq = 0, uint64(7+i)
			n, err := tx.AddRequest(r)
			if n != uint64(i+1) {
				t.Errorf("request %d has number %d", i+1, n)
			}
			return err
		})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	view(t, open(), func(tx hq.Tx) error {
		list, err := tx.Requests(1, 1)
		if !cmp.Equal([]hq.Request{want}, list) {
			t.Errorf("the request after the first: %v", list)
		}
		return err
	})
}

func writersDoNotOverlap(t *testing.T, open func() hq.Store) {
	s := open()
	const writers, rounds = 4, 25
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range rounds {
				err := s.Update(context.Background(), func(tx hq.Tx) error {
					id, _, err := tx.Identity()
					if err != nil {
						return err
					}
					id.Terminals++
					return tx.PutIdentity(id)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	view(t, s, func(tx hq.Tx) error {
		if id, _, _ := tx.Identity(); id.Terminals != writers*rounds {
			t.Errorf("%d of %d additions are there", id.Terminals, writers*rounds)
		}
		return nil
	})
}

func endedContext(t *testing.T, open func() hq.Store) {
	s := open()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	ran := func(hq.Tx) error { t.Error("it ran"); return nil }
	if err := s.Update(ctx, ran); !errors.Is(err, context.Canceled) {
		t.Errorf("Update: %v", err)
	}
	if err := s.View(ctx, ran); !errors.Is(err, context.Canceled) {
		t.Errorf("View: %v", err)
	}
}
