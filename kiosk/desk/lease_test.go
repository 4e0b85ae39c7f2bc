package desk_test

import (
	"slices"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
)

// leaseShop is a desk under leases whose orders are another kiosk's, online, and
// what it asks HQ.
type leaseShop struct {
	*store
	asked []desk.LeaseAsk
}

func newLeaseShop(orders ...kiosk.Order) *leaseShop {
	for i := range orders {
		orders[i].Home = "K2"
	}
	l := &leaseShop{store: newStore(func(p *kiosk.Policy) { p.Leases = kiosk.LeaseRefuse }, orders...)}
	l.Desk = desk.New(desk.Options{
		Ledger: l.memory, Terminal: kiosktest.TerminalID, Choosing: true,
		Reveal:   func(kiosk.Order) kiosk.Masked { return kiosk.Masked{} },
		CheckPIN: func(hash, pin string) bool { return hash == pin },
		AskLease: func(a desk.LeaseAsk) { l.asked = append(l.asked, a) },
	})
	l.Link(true, false)
	return l
}

// given answers the last ask: HQ made this kiosk the home of these orders.
func (l *leaseShop) given(t *testing.T, orders ...kiosk.Order) (desk.Answer, desk.State) {
	t.Helper()
	for _, o := range orders {
		o.Home = "" // as one whose lease is here
		l.memory.PutOrder(o)
	}
	a, err := l.LeaseAnswered(l.asked[len(l.asked)-1].Number, l.at())
	if err != nil {
		t.Fatal(err)
	}
	return a, l.state()
}

func TestAskingComesBeforeAnyAnswer(t *testing.T) {
	l := newLeaseShop(kiosktest.Order(1))
	s := l.scan(t, kiosktest.Code(1).Text)
	if s.Screen != desk.Asking || s.Result != nil || len(l.asked) != 1 || !slices.Equal(l.asked[0].Orders, []kiosk.OrderID{kiosktest.OrderID(1)}) || l.AsksLease() != 1 {
		t.Fatalf("%s, asked %v", s.Screen, l.asked)
	}
	wantRecorded(t, l.store)
	// The same code meanwhile is nothing new, another one has to wait.
	if s := l.scan(t, kiosktest.Code(1).Text); s.Screen != desk.Asking || len(l.asked) != 1 {
		t.Errorf("%s, asked %v", s.Screen, l.asked)
	}
	a, err := l.Scan(desk.Scan{Text: kiosktest.Code(2).Text, Source: "camera", At: l.at()})
	if err != nil || a.Verdict != kiosk.Busy || l.state().Screen != desk.Asking {
		t.Errorf("another code: %s, %v", a.Verdict, err)
	}
	if a, s := l.given(t, kiosktest.Order(1)); a.Verdict != kiosk.Accepted || s.Screen != desk.Accepted || l.AsksLease() != 0 {
		t.Errorf("%s on %s", a.Verdict, s.Screen)
	}
	if a, err := l.LeaseAnswered(1, l.at()); a.Given() || err != nil {
		t.Errorf("answered once more: %s, %v", a.Verdict, err)
	}
}

func TestRefusedByTheOtherKioskAndTakenOver(t *testing.T) {
	l := newLeaseShop(kiosktest.Order(1), kiosktest.Order(2))
	l.scan(t, kiosktest.Code(1).Text)
	a, s := l.given(t)
	if a.Verdict != kiosk.OtherKiosk || s.Screen != desk.Refused || s.Result.Orders[0].Home != "K2" {
		t.Fatalf("%s on %s", a.Verdict, s.Screen)
	}
	if s = l.tap(desk.TapTakeOver); s.Screen != desk.Refused {
		t.Fatal("a customer takes the goods over")
	}
	l.tap(desk.TapLeader)
	l.keys("2580")
	if s = l.tap(desk.TapEnter); s.Screen != desk.Refused || s.Leader == "" {
		t.Fatalf("signed in on %s", s.Screen)
	}
	if s = l.tap(desk.TapTakeOver); s.Screen != desk.Held || s.Result.Orders[0].Home != "K2" || s.Result.Orders[0].Units != 3 {
		t.Fatalf("taken over on %s", s.Screen)
	}
	if s = l.tap(desk.TapConfirm); s.Screen != desk.Accepted {
		t.Fatalf("confirmed on %s, refused as %q", s.Screen, s.Hand.Refusal)
	}
	events := l.memory.Events()
	if b, ok := events[len(events)-1].Body.(kiosk.Redeemed); !ok || b.Home != "K2" || b.Method != kiosk.MethodLeader {
		t.Errorf("recorded %#v", events[len(events)-1].Body)
	}
}

func TestAskingCanBeLeft(t *testing.T) {
	for _, leave := range []func(*leaseShop) desk.State{
		func(l *leaseShop) desk.State { return l.tap(desk.TapCancel) },
		func(l *leaseShop) desk.State { return l.wait(20 * time.Second) },
	} {
		l := newLeaseShop(kiosktest.Order(1))
		l.scan(t, kiosktest.Code(1).Text)
		if s := leave(l); s.Screen != desk.Welcome || l.AsksLease() != 0 {
			t.Fatalf("still on %s", s.Screen)
		}
		if a, s := l.given(t, kiosktest.Order(1)); a.Given() || s.Screen != desk.Welcome {
			t.Errorf("who has gone is answered %s on %s", a.Verdict, s.Screen)
		}
		wantRecorded(t, l.store)
	}
}

func TestNobodyIsAskedOffline(t *testing.T) {
	l := newLeaseShop(kiosktest.Order(1))
	l.Link(false, false)
	if s := l.scan(t, kiosktest.Code(1).Text); s.Screen != desk.Refused || s.Result.Verdict != kiosk.OtherKiosk || len(l.asked) != 0 {
		t.Errorf("offline: %s, asked %v", s.Screen, l.asked)
	}
}
