package hq_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/wire"
)

// leases switches them on or off at P001.
func leases(t testing.TB, s *hqtest.Server, mode kiosk.LeaseMode) {
	t.Helper()
	if err := s.HQ.ChangePoint(ctx(), hq.PointChange{ID: "P001", Leases: &mode, LeaseTerm: time.Hour}); err != nil {
		t.Fatal(err)
	}
}

func homeOf(t testing.TB, s *hqtest.Server, id kiosk.OrderID) kiosk.Order {
	t.Helper()
	var rec hq.OrderRecord
	err := s.Store.View(ctx(), func(tx hq.Tx) (err error) {
		rec, _, err = tx.Order("P001", id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rec.Order
}

// ask asks over HTTP for one order, and gives what the terminal would decide on.
func (d *device) ask(wait time.Duration, id kiosk.OrderID) kiosk.Order {
	d.t.Helper()
	raw, err := wire.EncodeBody(wire.NewLeaseRequest([]kiosk.OrderID{id}, wait))
	if err != nil {
		d.t.Fatal(err)
	}
	req := d.request(http.MethodPost, "/v1/terminals/"+string(d.id)+"/leases", raw)
	req.Header.Set("Content-Encoding", "gzip")
	var answer wire.LeaseAnswer
	if _, refusal := d.do(req, &answer); refusal != nil {
		d.t.Fatal(refusal)
	}
	orders, err := answer.Domain()
	leases, errLeases := wire.DomainLeases(answer.Leases)
	if err != nil || errLeases != nil || len(orders) != 1 || len(leases) != 1 {
		d.t.Fatalf("%v of %v, %v, %v", leases, orders, err, errLeases)
	}
	if l := leases[0]; l.Order != id || l.Home != orders[0].Home || l.Version != orders[0].HomeVersion {
		d.t.Errorf("%+v of an order of %s", l, orders[0].Home)
	}
	return orders[0]
}

func names(n int) (out []entry) {
	for i := range n {
		out = append(out, hqtest.Entry(kiosk.OrderID(fmt.Sprintf("N%03d", i))))
	}
	return out
}

func TestOrdersAreSpreadOverTheTerminals(t *testing.T) {
	s, c := start(t)
	s.Import("P001", names(30)...)
	first := enrol(t, s, c, "P001")
	if o := homeOf(t, s, "N000"); o.Home != "" {
		t.Fatalf("without leases the home is %s", o.Home)
	}
	leases(t, s, kiosk.LeaseRefuse)
	count := func() map[kiosk.TerminalID]int {
		n := map[kiosk.TerminalID]int{}
		for i := range 30 {
			n[homeOf(t, s, kiosk.OrderID(fmt.Sprintf("N%03d", i))).Home]++
		}
		return n
	}
	if n := count(); n[first.id] != 30 {
		t.Fatalf("alone it is the home of %v", n)
	}
	second, third := enrol(t, s, c, "P001"), enrol(t, s, c, "P001")
	elsewhere := enrol(t, s, c, "P002")
	if n := count(); n[first.id] != 30 {
		t.Fatalf("who comes later takes orders away without asking: %v", n)
	}
	var more []entry
	for i := range 60 {
		more = append(more, hqtest.Entry(kiosk.OrderID(fmt.Sprintf("M%03d", i))))
	}
	s.Import("P001", more...)
	n := map[kiosk.TerminalID]int{}
	for _, e := range more {
		n[homeOf(t, s, e.Order.ID).Home]++
	}
	if len(n) != 3 || n[first.id] < 8 || n[second.id] < 8 || n[third.id] < 8 || n[elsewhere.id] > 0 {
		t.Errorf("60 orders over three terminals: %v", n)
	}
	// The same table again changes nothing, and so does its order's change.
	was := homeOf(t, s, "M000")
	if err := s.HQ.SetStatus(ctx(), "M000", kiosk.StatusShipped); err != nil {
		t.Fatal(err)
	}
	s.Import("P001", more...)
	if o := homeOf(t, s, "M000"); o.Home != was.Home || o.HomeVersion != 0 {
		t.Errorf("the home went from %s to %s", was.Home, o.Home)
	}
	// A terminal that was never promised anything gives all up when it is withdrawn.
	if err := s.HQ.Revoke(ctx(), third.id); err != nil {
		t.Fatal(err)
	}
	for _, e := range more {
		if o := homeOf(t, s, e.Order.ID); o.Home == third.id {
			t.Errorf("%s is at home at a terminal that was withdrawn", o.ID)
		}
	}
}

func TestOrdersOfBeforeTheFirstTerminal(t *testing.T) {
	s, c := start(t)
	leases(t, s, kiosk.LeaseProvisional)
	s.Import("P001", hqtest.Entry("A"))
	if o := homeOf(t, s, "A"); o.Home != "" {
		t.Fatalf("without terminals the home is %s", o.Home)
	}
	one := enrol(t, s, c, "P001")
	two := enrol(t, s, c, "P001")
	if o := homeOf(t, s, "A"); o.Home != one.id {
		t.Errorf("the home is %q, not %s", o.Home, one.id)
	}
	set := newModel()
	if err := two.pull(set); err != nil || set.orders["A"].Home != one.id || !set.mark.LeaseUntil.Equal(c.now().Add(time.Hour)) {
		t.Errorf("the second terminal gets %q until %v, %v", set.orders["A"].Home, set.mark.LeaseUntil, err)
	}
}

// HQ keeps at least the term that it gives, durably, before it gives it, and
// writes seldom.
func TestTermIsKeptBeforeItIsGiven(t *testing.T) {
	s, c := start(t)
	leases(t, s, kiosk.LeaseRefuse)
	d := enrol(t, s, c, "P001")
	kept := func() time.Time {
		list, err := s.HQ.Terminals(ctx())
		if err != nil {
			t.Fatal(err)
		}
		return list[0].Promised
	}
	set := newModel()
	writes, last := 0, time.Time{}
	for range 60 {
		if err := d.pull(set); err != nil || !set.mark.LeaseUntil.Equal(c.now().Add(time.Hour)) {
			t.Fatalf("the term ends %v, now it is %v: %v", set.mark.LeaseUntil, c.now(), err)
		}
		if kept().Before(set.mark.LeaseUntil) {
			t.Fatalf("given until %v, kept until %v", set.mark.LeaseUntil, kept())
		}
		if !kept().Equal(last) {
			writes, last = writes+1, kept()
		}
		c.advance(time.Minute)
	}
	if writes > 5 {
		t.Errorf("%d writes in an hour", writes)
	}
	leases(t, s, kiosk.LeaseOff)
	if err := d.pull(set); err != nil || !set.mark.LeaseUntil.IsZero() {
		t.Errorf("without leases a term is given: %v, %v", set.mark.LeaseUntil, err)
	}
}

func TestHomeGivesBack(t *testing.T) {
	s, c := start(t)
	one := enrol(t, s, c, "P001")
	leases(t, s, kiosk.LeaseRefuse)
	s.Import("P001", hqtest.Entry("A"), hqtest.Entry("B"))
	two := enrol(t, s, c, "P001")
	set := newModel()
	if err := one.pull(set); err != nil || len(set.mark.Release) != 0 {
		t.Fatal(err, set.mark.Release)
	}
	if o := two.ask(0, "A"); o.Home != one.id {
		t.Fatalf("it moved to %s while its home has a term", o.Home)
	}
	if err := one.pull(set); err != nil || len(set.mark.Release) != 1 || set.mark.Release[0] != (kiosk.Lease{Order: "A", Home: two.id}) {
		t.Fatalf("the home is not asked: %v, %v", set.mark.Release, err)
	}
	settled(t, one.tell(kiosk.LeaseReleased{Order: "A", To: two.id}), kiosk.SettledAccepted)
	o := two.ask(0, "A")
	if o.Home != two.id || o.HomeVersion != o.Version {
		t.Fatalf("given back, its home is %s in version %d of %d", o.Home, o.HomeVersion, o.Version)
	}
	if err := one.pull(set); err != nil || !set.complete() || set.orders["A"].Home != two.id || len(set.mark.Release) != 0 {
		t.Errorf("the old home hears of %s, and is asked for %v: %v", set.orders["A"].Home, set.mark.Release, err)
	}
	// An old release of a lease that the terminal does not have moves nothing.
	settled(t, one.tell(kiosk.LeaseReleased{Order: "A", To: "K9"}), kiosk.SettledReplay)
	if got := homeOf(t, s, "A"); got.Home != two.id {
		t.Errorf("its home is %s", got.Home)
	}
	// Back again: the lease of then was given back, the one of now is another.
	if o = one.ask(0, "A"); o.Home != two.id {
		t.Fatalf("it moved back to %s at once", o.Home)
	}
	if err := two.pull(newModel()); err != nil { // it has a term now
		t.Fatal(err)
	}
	settled(t, two.tell(kiosk.LeaseReleased{Order: "A", To: "K9", Version: o.HomeVersion}), kiosk.SettledAccepted)
	if got := homeOf(t, s, "A"); got.Home != one.id || got.HomeVersion <= o.HomeVersion {
		t.Errorf("given back for one who is not there its home is %s", got.Home)
	}
	// A release of an earlier lease, which comes late, moves nothing either.
	was := homeOf(t, s, "A")
	settled(t, one.tell(kiosk.LeaseReleased{Order: "A", To: two.id, Version: was.HomeVersion - 1}), kiosk.SettledAccepted)
	if got := homeOf(t, s, "A"); got.Home != one.id || got.HomeVersion != was.HomeVersion {
		t.Errorf("an earlier lease that is given back moves the order to %s", got.Home)
	}
	if cases := s.Cases(); len(cases) != 0 {
		t.Errorf("cases %v", cases)
	}
}

func TestAskingWaitsForTheHome(t *testing.T) {
	s, c := start(t)
	one := enrol(t, s, c, "P001")
	leases(t, s, kiosk.LeaseRefuse)
	s.Import("P001", hqtest.Entry("A"))
	two := enrol(t, s, c, "P001")
	set := newModel()
	if err := one.pull(set); err != nil {
		t.Fatal(err)
	}
	answer := make(chan kiosk.Order, 1)
	go func() { answer <- two.ask(10*time.Second, "A") }()
	for len(set.mark.Release) == 0 { // as a terminal that polls
		if err := one.pull(set); err != nil {
			t.Fatal(err)
		}
	}
	settled(t, one.tell(kiosk.LeaseReleased{Order: "A", To: two.id}), kiosk.SettledAccepted)
	if o := <-answer; o.Home != two.id {
		t.Errorf("who waited hears of %s", o.Home)
	}
}

func TestNobodyWaitsForWhatIsKept(t *testing.T) {
	s, c := start(t)
	one := enrol(t, s, c, "P001")
	leases(t, s, kiosk.LeaseRefuse)
	s.Import("P001", hqtest.Entry("HANDED"), hqtest.Entry("PART"), hqtest.Entry("HELD"), hqtest.Entry("OVER"))
	two := enrol(t, s, c, "P001")
	set := newModel()
	if err := one.pull(set); err != nil {
		t.Fatal(err)
	}
	one.tell(redeem("HANDED"))
	one.tell(kiosk.Redeemed{Order: "PART", Lines: []kiosk.Handed{{Line: "2", Handed: 1}}, Method: kiosk.MethodAlone})
	one.tell(kiosk.OrderHeld{Order: "HELD", Reason: kiosk.Held})
	if err := s.HQ.SetStatus(ctx(), "OVER", kiosk.StatusRefunded); err != nil {
		t.Fatal(err)
	}
	for _, id := range []kiosk.OrderID{"HANDED", "PART", "HELD", "OVER"} {
		o := two.ask(10*time.Hour, id) // it would wait for ten seconds
		if o.Home != one.id {
			t.Errorf("%s moved to %s", id, o.Home)
		}
	}
	// What the asking terminal may not have heard yet comes with the answer.
	if o := two.ask(0, "HANDED"); len(o.Settled) != 1 || o.Settled[0].Terminal != one.id {
		t.Errorf("the answer does not tell of the handover: %v", o.Settled)
	}
	if o := two.ask(0, "OVER"); o.Status != kiosk.StatusRefunded {
		t.Errorf("the answer does not tell of the refund: %s", o.Status)
	}
	if err := one.pull(set); err != nil || len(set.mark.Release) != 0 {
		t.Errorf("the home is asked for %v, %v", set.mark.Release, err)
	}
}

func TestOrdersMoveWhenTheTermIsOver(t *testing.T) {
	s, c := start(t)
	one := enrol(t, s, c, "P001")
	leases(t, s, kiosk.LeaseRefuse)
	s.Import("P001", hqtest.Entry("A"), hqtest.Entry("B"))
	two := enrol(t, s, c, "P001")
	set := newModel()
	if err := one.pull(set); err != nil {
		t.Fatal(err)
	}
	if err := s.HQ.Revoke(ctx(), one.id); err != nil { // it may not have heard
		t.Fatal(err)
	}
	list, err := s.HQ.Terminals(ctx())
	if err != nil {
		t.Fatal(err)
	}
	c.at = list[0].Promised.Add(kiosk.LeaseMargin)
	if list[0].Promised.Before(set.mark.LeaseUntil) {
		t.Fatal("less is kept than was given")
	}
	if o := two.ask(0, "A"); o.Home != one.id {
		t.Errorf("it moved within the margin")
	}
	c.advance(time.Millisecond)
	if o := two.ask(0, "A"); o.Home != two.id || o.HomeBefore != one.id {
		t.Errorf("behind the margin its home is %s, before %q", o.Home, o.HomeBefore)
	}
	if o := homeOf(t, s, "B"); o.Home != one.id {
		t.Errorf("B moved to %s, and nobody asked", o.Home)
	}
	if err := s.HQ.Revoke(ctx(), one.id); err != nil { // once more
		t.Fatal(err)
	}
	if o := homeOf(t, s, "B"); o.Home != two.id {
		t.Errorf("the home of B is still %s", o.Home)
	}
}

func TestAskRefused(t *testing.T) {
	s, c := start(t)
	leases(t, s, kiosk.LeaseRefuse)
	one, elsewhere := enrol(t, s, c, "P001"), enrol(t, s, c, "P002")
	s.Import("P001", hqtest.Entry("A"))
	leasesOf, orders, err := s.HQ.AskLeases(ctx(), elsewhere.id, []kiosk.OrderID{"A", "NONE"}, 0)
	if err != nil || len(orders) != 0 || len(leasesOf) != 2 || leasesOf[0] != (kiosk.Lease{Order: "A"}) {
		t.Errorf("from another point: %v, %v, %v", leasesOf, orders, err)
	}
	for _, ids := range [][]kiosk.OrderID{nil, make([]kiosk.OrderID, wire.MaxLeases+1)} {
		if _, _, err := s.HQ.AskLeases(ctx(), one.id, ids, 0); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%d orders: %v", len(ids), err)
		}
	}
	if _, _, err := s.HQ.AskLeases(ctx(), "K9", []kiosk.OrderID{"A"}, 0); !errors.Is(err, hq.ErrNoTerminal) {
		t.Errorf("an unknown terminal: %v", err)
	}
	raw, err := wire.EncodeBody(wire.NewLeaseRequest([]kiosk.OrderID{"A"}, 0))
	if err != nil {
		t.Fatal(err)
	}
	req := elsewhere.request(http.MethodPost, "/v1/terminals/"+string(one.id)+"/leases", raw)
	if status, _ := elsewhere.do(req, &struct{}{}); status != http.StatusForbidden {
		t.Errorf("for another terminal: %d", status)
	}
	for _, change := range []hq.PointChange{{ID: "P001", LeaseTerm: time.Minute}, {ID: "P001", Leases: new(kiosk.LeaseMode("some"))}} {
		if err := s.HQ.ChangePoint(ctx(), change); !errors.Is(err, hq.ErrInput) {
			t.Errorf("%+v: %v", change, err)
		}
	}
}
