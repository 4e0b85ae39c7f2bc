package kiosktest

import (
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

func proxyTests() map[string]func(*testing.T, Harness) {
	return map[string]func(*testing.T, Harness){
		"proxy: once":             proxyOnce,
		"proxy: some lines":       proxySomeLines,
		"proxy: held":             proxyHeld,
		"proxy: in part":          proxyInPart,
		"proxy: held for another": proxyHeldForAnother,
		"proxy: its time":         proxyTime,
		"proxy: no clock":         proxyNoClock,
		"proxy: opens nothing":    proxyOpensNothing,
		"proxy: elsewhere":        proxyElsewhere,
		"proxy: undone":           proxyUndone,
	}
}

func proxyOnce(t *testing.T, h Harness) {
	o := Order(1)
	h.PutOrder(o)
	h.PutOrder(Order(2))
	code := ProxyOf(1, o)
	if ids, err := h.Ledger.Opens(code.Text); err != nil || len(ids) != 1 || ids[0] != o.ID {
		t.Errorf("it opens %v: %v", ids, err)
	}
	if a, err := h.Ledger.Peek(Scan(code, 0)); err != nil || a.Verdict != kiosk.Accepted || h.State(o.ID).Standing() != nil {
		t.Errorf("peek: %s, %v", a.Verdict, err)
	}
	out := want(t, redeem(t, h, code, time.Minute), kiosk.Accepted)
	wantLines(t, out.Lines, kiosk.Handed{Line: "1", Handed: 2}, kiosk.Handed{Line: "2", Handed: 1})
	if out.Proxy == nil || out.Event.IsZero() {
		t.Errorf("outcome %+v", out)
	}
	h.reopened()
	again := want(t, redeem(t, h, Code(1), 40*time.Minute), kiosk.AlreadyCollected)
	if len(again.History) != 1 || again.History[0].Proxy != out.Proxy.Code {
		t.Errorf("history %+v", again.History)
	}
	want(t, redeem(t, h, code, 41*time.Minute), kiosk.AlreadyCollected)
}

func proxySomeLines(t *testing.T, h Harness) {
	o := Order(1)
	h.PutOrder(o)
	out := want(t, redeem(t, h, ProxyOf(1, o, "2"), 0), kiosk.Accepted)
	wantLines(t, out.Lines, kiosk.Handed{Line: "2", Handed: 1})
	want(t, redeem(t, h, ProxyOf(1, o, "2"), time.Minute), kiosk.AlreadyCollected)
	// The customer gets the rest, from the leader, as with every second handover.
	out = want(t, redeem(t, h, Code(1), time.Minute), kiosk.PartlyCollected)
	wantLines(t, out.Lines, kiosk.Handed{Line: "1", Handed: 2})
}

// confirmed is the leader's word for the first order.
func confirmed(h Harness, after time.Duration, lines ...kiosk.Handed) (desk.Answer, error) {
	return h.Ledger.Confirm(Moment(after), OrderID(1), kiosk.Confirmation{By: Leader(), Lines: lines, Means: "cash"})
}

func proxyHeld(t *testing.T, h Harness) {
	o := Order(1, Due(500))
	h.PutOrder(o)
	out := want(t, redeem(t, h, ProxyOf(1, o, "1"), 59*time.Minute), kiosk.PaymentDue)
	wantLines(t, out.Lines, kiosk.Handed{Line: "1", Handed: 2})
	h.reopened()
	if _, err := confirmed(h, 2*time.Hour, kiosk.Handed{Line: "2", Handed: 1}); !errors.Is(err, kiosk.ErrWrongChoice) {
		t.Errorf("a line that the code does not name: %v", err)
	}
	a, err := confirmed(h, 2*time.Hour) // the code was in time when it was shown
	if err != nil {
		t.Fatal(err)
	}
	out = want(t, a, kiosk.Accepted)
	wantLines(t, out.Lines, kiosk.Handed{Line: "1", Handed: 2})
	if r := h.State(o.ID).Redemptions; len(r) != 1 || out.Proxy == nil || r[0].Proxy != out.Proxy.Code {
		t.Errorf("redemptions %+v", r)
	}
}

func proxyInPart(t *testing.T, h Harness) {
	o := Order(1, Due(500))
	h.PutOrder(o)
	want(t, redeem(t, h, ProxyOf(1, o), 0), kiosk.PaymentDue)
	a, err := confirmed(h, time.Minute, kiosk.Handed{Line: "1", Handed: 1})
	if err != nil {
		t.Fatal(err)
	}
	want(t, a, kiosk.Accepted)
	// Goods are left, but the code counts once.
	head := h.Ledger.Status().Head
	out := want(t, redeem(t, h, ProxyOf(1, o), 2*time.Minute), kiosk.Revoked)
	if !out.OfProxy || h.Ledger.Status().Head != head {
		t.Errorf("of the code: %v, %d events more", out.OfProxy, h.Ledger.Status().Head-head)
	}
	want(t, redeem(t, h, ProxyOf(2, o), 2*time.Minute), kiosk.PartlyCollected) // another one is good
}

// proxyHeldForAnother: who stands at the counter now decides what goes out.
func proxyHeldForAnother(t *testing.T, h Harness) {
	o := Order(1, Due(500))
	h.PutOrder(o)
	first := want(t, redeem(t, h, Code(1), 0), kiosk.PaymentDue)
	for range 2 {
		out := want(t, redeem(t, h, ProxyOf(1, o, "2"), time.Minute), kiosk.PaymentDue)
		wantLines(t, out.Lines, kiosk.Handed{Line: "2", Handed: 1})
		if out.Event == first.Event || out.Event.IsZero() {
			t.Errorf("held by %s, after %s", out.Event, first.Event)
		}
	}
	if holds := h.State(o.ID).Holds; len(holds) != 2 || holds[0].Closed != holds[1].Event || !holds[1].Closed.IsZero() {
		t.Errorf("holds %+v", holds)
	}
	a, err := confirmed(h, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	wantLines(t, want(t, a, kiosk.Accepted).Lines, kiosk.Handed{Line: "2", Handed: 1})
}

func proxyTime(t *testing.T, h Harness) {
	o := Order(1)
	h.PutOrder(o)
	head := h.Ledger.Status().Head
	for after, verdict := range map[time.Duration]kiosk.Verdict{-time.Millisecond: kiosk.TooEarly, time.Hour: kiosk.Expired} {
		out := want(t, redeem(t, h, ProxyOf(1, o), after), verdict)
		if !out.OfProxy || !out.Proxy.Until.Equal(Start().Add(time.Hour)) {
			t.Errorf("after %s: %+v", after, out)
		}
	}
	if h.Ledger.Status().Head != head {
		t.Error("a refusal was recorded")
	}
	want(t, redeem(t, h, ProxyOf(1, o), time.Hour-time.Millisecond), kiosk.Accepted)
}

func proxyNoClock(t *testing.T, h Harness) {
	o := Order(1)
	h.PutOrder(o)
	scan := Scan(ProxyOf(1, o), 9*time.Hour)
	scan.At.Clock = kiosk.ClockSuspect
	a, err := h.Ledger.Redeem(scan)
	if err != nil {
		t.Fatal(err)
	}
	want(t, a, kiosk.NeedsLeader)
}

func proxyOpensNothing(t *testing.T, h Harness) {
	o := Order(1)
	h.PutOrder(o)
	head := h.Ledger.Status().Head
	if out := want(t, redeem(t, h, ProxyOf(1, Order(2)), 0), kiosk.Unknown); out.Proxy == nil {
		t.Error("nothing says that it is a proxy code")
	}
	want(t, redeem(t, h, signedBy(HQKey(), 1, o, []byte{4}), 0), kiosk.Unknown) // a third line
	stranger := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	want(t, redeem(t, h, signedBy(stranger, 1, o, nil), 0), kiosk.Unknown) // it may be of a key that came while the terminal was cut off
	forged := []byte(ProxyOf(1, o).Text)
	forged[30] = 'A' + (forged[30]-'A'+1)%26
	want(t, redeem(t, h, kiosk.Code{Text: string(forged)}, 0), kiosk.Malformed)
	if ids, err := h.Ledger.Opens(string(forged)); err != nil || len(ids) > 0 {
		t.Errorf("forged, it opens %v: %v", ids, err)
	}
	if h.Ledger.Status().Head != head {
		t.Error("something was recorded")
	}
}

// proxyElsewhere: another terminal has used the code, and HQ says so.
func proxyElsewhere(t *testing.T, h Harness) {
	o := Order(1)
	o.Settled = []kiosk.Redemption{{
		Source: kiosk.Source{Event: kiosk.EventID{7}, Terminal: "K9", Seq: 3, At: Start()},
		Lines:  []kiosk.Handed{{Line: "1", Handed: 1}}, Method: kiosk.MethodAlone, Proxy: kiosk.ProxyID{0xC0, 1},
	}}
	h.PutOrder(o)
	want(t, redeem(t, h, ProxyOf(1, o), time.Minute), kiosk.Revoked)
}

func proxyUndone(t *testing.T, h Harness) {
	o := Order(1)
	h.PutOrder(o)
	out := want(t, redeem(t, h, ProxyOf(1, o), 0), kiosk.Accepted)
	if err := h.Ledger.Undo(Moment(time.Minute), o.ID, out.Event, Leader(), ""); err != nil {
		t.Fatal(err)
	}
	want(t, redeem(t, h, ProxyOf(1, o), 2*time.Minute), kiosk.Accepted)
}
