package kiosktest

import (
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
)

// codeTests are what signed and rotating codes, withdrawn ones and the caps of the
// policy come to.
func codeTests() map[string]func(*testing.T, Harness) {
	return map[string]func(*testing.T, Harness){
		"voucher: once":                  voucherOnce,
		"voucher: its order arrives":     voucherArrives,
		"voucher: of an order here":      voucherOfOrderHere,
		"voucher: caps":                  voucherCaps,
		"voucher: held and confirmed":    voucherHeld,
		"voucher: held, then it arrives": voucherHeldArrives,
		"voucher: undone":                voucherUndone,
		"voucher: its time and point":    voucherRefused,
		"voucher: keys":                  voucherKeys,
		"rotating: its time":             rotatingTime,
		"rotating: the plain code":       rotatingPlain,
		"rotating: no clock":             rotatingNoClock,
		"rotating: forged":               rotatingForged,
		"withdrawn codes":                withdrawnCodes,
		"stale set: count":               staleCount,
	}
}

// provisional lets a point hand over n orders of at most 100 yuan on HQ's word.
func provisional(h Harness, n int, change ...func(*kiosk.Point)) {
	p := Point()
	p.Policy.ProvisionalValue, p.Policy.ProvisionalCount = 10_000, n
	for _, f := range change {
		f(&p)
	}
	h.SetPoint(p)
}

func voucherOnce(t *testing.T, h Harness) {
	provisional(h, 5)
	code, id := VoucherOf(Order(1)), OrderID(1)
	if ids, err := h.Ledger.Opens(code.Text); err != nil || len(ids) != 1 || ids[0] != id {
		t.Errorf("it opens %v: %v", ids, err)
	}
	want(t, must(h.Ledger.Peek(Scan(code, 0))), kiosk.Provisional)
	head := h.Ledger.Status().Head
	out := want(t, redeem(t, h, code, time.Minute), kiosk.Provisional)
	if out.Event.IsZero() || out.Seq != head+1 || out.Order.ID != id || out.Voucher == nil || out.Voucher.Units != 3 || out.Voucher.Value != 4560 {
		t.Errorf("outcome %+v", out)
	}
	for range 2 {
		again := want(t, redeem(t, h, code, 40*time.Minute), kiosk.AlreadyCollected)
		if len(again.History) != 1 || again.History[0].Event != out.Event || again.History[0].Units() != 3 {
			t.Errorf("history %+v", again.History)
		}
		h.reopened()
	}
	if s := h.Ledger.Status(); s.Head != head+1 {
		t.Errorf("%d events", s.Head-head)
	}
}

func voucherArrives(t *testing.T, h Harness) {
	provisional(h, 5)
	o := Order(1)
	out := want(t, redeem(t, h, VoucherOf(o), 0), kiosk.Provisional)
	h.PutOrder(o)
	again := want(t, redeem(t, h, Code(1), time.Hour), kiosk.AlreadyCollected)
	if len(again.History) != 1 || again.History[0].Event != out.Event {
		t.Fatalf("history %+v", again.History)
	}
	wantLines(t, again.History[0].Lines, kiosk.Handed{Line: "1", Handed: 2}, kiosk.Handed{Line: "2", Handed: 1})
	want(t, redeem(t, h, VoucherOf(o), time.Minute), kiosk.AlreadyCollected)
	// HQ has settled it, and says so in the order.
	o.Version++
	o.Settled = []kiosk.Redemption{{
		Source: kiosk.Source{Event: out.Event, Terminal: again.History[0].Terminal, Seq: out.Seq, At: out.At},
		Lines:  again.History[0].Lines, Method: kiosk.MethodAlone,
	}}
	h.PutOrder(o)
	h.reopened()
	if again := want(t, redeem(t, h, Code(1), time.Hour), kiosk.AlreadyCollected); len(again.History) != 1 {
		t.Errorf("history %+v", again.History)
	}
	// What can be said of lines now can be recorded.
	recorded(t, h, kiosk.AfterSaleRegistered{
		Order: o.ID, Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "1", Units: 2}}, Reason: kiosk.Reasons()[0], By: "L1",
	}, nil)
}

func voucherOfOrderHere(t *testing.T, h Harness) {
	provisional(h, 0)
	o := Order(1)
	h.PutOrder(o)
	want(t, redeem(t, h, VoucherOf(o), 2*time.Hour), kiosk.Expired)
	out := want(t, redeem(t, h, VoucherOf(o), 0), kiosk.Accepted)
	wantLines(t, out.Lines, kiosk.Handed{Line: "1", Handed: 2}, kiosk.Handed{Line: "2", Handed: 1})
	want(t, redeem(t, h, Code(1), time.Hour), kiosk.AlreadyCollected)
}

func voucherCaps(t *testing.T, h Harness) {
	provisional(h, 2)
	dear := Order(9)
	dear.Lines[0].UnitPrice = 10_000
	want(t, redeem(t, h, VoucherOf(dear), 0), kiosk.NeedsLeader)
	for n := range 2 {
		want(t, redeem(t, h, VoucherOf(Order(n)), 0), kiosk.Provisional)
		h.reopened() // a restart does not begin the count anew
	}
	want(t, redeem(t, h, VoucherOf(Order(3)), 0), kiosk.NeedsLeader)
	h.Age(-time.Minute) // HQ was heard again
	want(t, redeem(t, h, VoucherOf(Order(4)), 0), kiosk.Provisional)
	provisional(h, 0)
	want(t, redeem(t, h, VoucherOf(Order(5)), 0), kiosk.NeedsLeader)
	provisional(h, 9, func(p *kiosk.Point) { p.Policy.Handover = kiosk.HandoverLeader })
	want(t, redeem(t, h, VoucherOf(Order(6)), 0), kiosk.Held)
}

func voucherHeld(t *testing.T, h Harness) {
	code, id := VoucherOf(Order(1)), OrderID(1)
	first := want(t, redeem(t, h, code, 0), kiosk.NeedsLeader)
	h.reopened()
	if again := want(t, redeem(t, h, code, time.Minute), kiosk.NeedsLeader); again.Event != first.Event {
		t.Errorf("held by %s and by %s", first.Event, again.Event)
	}
	if err := h.Ledger.Reject(Moment(time.Minute), id, ""); err != nil {
		t.Fatal(err)
	}
	want(t, redeem(t, h, code, time.Minute), kiosk.NeedsLeader)
	if _, err := h.Ledger.Confirm(Moment(time.Minute), id, kiosk.Confirmation{}); !errors.Is(err, kiosk.ErrLeaderOnly) {
		t.Errorf("without a leader: %v", err)
	}
	out := want(t, must(h.Ledger.Confirm(Moment(2*time.Minute), id, kiosk.Confirmation{By: Leader()})), kiosk.Accepted)
	if out.Event.IsZero() {
		t.Error("nothing was recorded")
	}
	want(t, redeem(t, h, code, 3*time.Minute), kiosk.AlreadyCollected)
	if _, err := h.Ledger.Confirm(Moment(2*time.Minute), OrderID(7), kiosk.Confirmation{By: Leader()}); !errors.Is(err, kiosk.ErrUnknownOrder) {
		t.Errorf("an order that nobody vouched for: %v", err)
	}
}

func voucherHeldArrives(t *testing.T, h Harness) {
	o := Order(1)
	want(t, redeem(t, h, VoucherOf(o), 0), kiosk.NeedsLeader)
	h.PutOrder(o)
	out := want(t, must(h.Ledger.Confirm(Moment(2*time.Minute), o.ID, kiosk.Confirmation{By: Leader()})), kiosk.Accepted)
	wantLines(t, out.Lines, kiosk.Handed{Line: "1", Handed: 2}, kiosk.Handed{Line: "2", Handed: 1})
	want(t, redeem(t, h, Code(1), time.Hour), kiosk.AlreadyCollected)
}

func voucherUndone(t *testing.T, h Harness) {
	provisional(h, 5)
	out := want(t, redeem(t, h, VoucherOf(Order(1)), 0), kiosk.Provisional)
	if err := h.Ledger.Undo(Moment(time.Minute), OrderID(1), out.Event, Leader(), ""); err != nil {
		t.Fatal(err)
	}
	want(t, redeem(t, h, VoucherOf(Order(1)), 2*time.Minute), kiosk.Provisional)
}

func voucherRefused(t *testing.T, h Harness) {
	provisional(h, 5)
	code := VoucherOf(Order(1))
	head := h.Ledger.Status().Head
	for after, v := range map[time.Duration]kiosk.Verdict{-time.Millisecond: kiosk.TooEarly, time.Hour: kiosk.Expired} {
		if out := want(t, redeem(t, h, code, after), v); !out.OfCode {
			t.Errorf("after %s: not of the code", after)
		}
	}
	if out := want(t, redeem(t, h, VoucherOf(Order(1, At("P002"))), 0), kiosk.WrongPoint); out.RightTo.ID != "P002" {
		t.Errorf("right to %s", out.RightTo.ID)
	}
	want(t, redeem(t, h, VoucherOf(Order(1, At("P009"))), 0), kiosk.Unknown)
	forged := []byte(code.Text)
	forged[len(forged)-20] = 'A' + (forged[len(forged)-20]-'A'+1)%26
	want(t, redeem(t, h, kiosk.Code{Text: string(forged)}, 0), kiosk.Malformed)
	if h.Ledger.Status().Head != head {
		t.Error("a refusal was recorded")
	}
	scan := Scan(code, 9*time.Hour)
	scan.At.Clock = kiosk.ClockSuspect
	want(t, must(h.Ledger.Redeem(scan)), kiosk.NeedsLeader)
}

// voucherKeys: two keys are live while one takes the place of the other.
func voucherKeys(t *testing.T, h Harness) {
	next := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	public := func(k ed25519.PrivateKey) []byte { return k[ed25519.PrivateKeySize-ed25519.PublicKeySize:] }
	of := func(n int, key ed25519.PrivateKey) kiosk.Code {
		o := Order(n)
		return VoucherBy(key, kiosk.Voucher{Order: o.ID, Point: o.Point, Units: 3, From: Start(), Until: Start().Add(time.Hour)})
	}
	provisional(h, 9)
	want(t, redeem(t, h, of(1, next), 0), kiosk.Unknown)
	provisional(h, 9, func(p *kiosk.Point) {
		p.Keys = []kiosk.HQKey{{Key: public(HQKey()), Until: Start().Add(30 * time.Minute)}, {Key: public(next), Proof: hqring.Prove(HQKey(), public(next))}}
	})
	want(t, redeem(t, h, of(1, next), 0), kiosk.Provisional)
	want(t, redeem(t, h, of(2, HQKey()), 0), kiosk.Provisional)
	if out := want(t, redeem(t, h, of(3, HQKey()), 30*time.Minute), kiosk.Revoked); !out.OfCode {
		t.Error("not of the code")
	}
	want(t, redeem(t, h, ProxyOf(1, Order(4)), 30*time.Minute), kiosk.Revoked)
	want(t, redeem(t, h, of(3, next), 30*time.Minute), kiosk.Provisional)
}

// rotates marks an order's code as one that changes.
func rotates(o *kiosk.Order) { o.Rotating = true }

func rotatingTime(t *testing.T, h Harness) {
	h.PutOrder(Order(1, rotates))
	for _, c := range []struct {
		made, scanned time.Duration
		quality       kiosk.ClockQuality
		hq            kiosk.HQClock
		want          kiosk.Verdict
	}{
		{0, 0, kiosk.ClockSynced, kiosk.HQClock{}, kiosk.Accepted},
		{0, 61 * time.Second, kiosk.ClockSynced, kiosk.HQClock{}, kiosk.Accepted},
		{0, 62 * time.Second, kiosk.ClockSynced, kiosk.HQClock{}, kiosk.StaleScreenshot},
		{30 * time.Second, 0, kiosk.ClockSynced, kiosk.HQClock{}, kiosk.Accepted},
		{90 * time.Second, 0, kiosk.ClockSynced, kiosk.HQClock{}, kiosk.NeedsLeader},
		{0, 5 * time.Minute, kiosk.ClockUnchecked, kiosk.HQClock{}, kiosk.Accepted},
		{0, 6 * time.Minute, kiosk.ClockUnchecked, kiosk.HQClock{}, kiosk.StaleScreenshot},
		{0, 3 * time.Hour, kiosk.ClockSuspect, kiosk.HQClock{Known: true, Offset: -3 * time.Hour}, kiosk.NeedsLeader}, // the set's age is not known
		{0, 4 * time.Hour, kiosk.ClockSuspect, kiosk.HQClock{Known: true, Offset: -3 * time.Hour}, kiosk.StaleScreenshot},
		{0, 80 * time.Second, kiosk.ClockSynced, kiosk.HQClock{Known: true, Age: 48 * time.Hour}, kiosk.Accepted}, // it may be minutes off
		{0, 4 * time.Minute, kiosk.ClockSynced, kiosk.HQClock{Known: true, Age: 48 * time.Hour}, kiosk.StaleScreenshot},
	} {
		p := Point()
		p.Policy.StaleValue = 1
		h.SetPoint(p)
		scan := Scan(RotatingAt(1, c.made), c.scanned)
		scan.At.Clock, scan.At.HQ = c.quality, c.hq
		if a := must(h.Ledger.Peek(scan)); a.Verdict != c.want {
			t.Errorf("%+v: %s", c, a.Verdict)
		}
	}
	want(t, redeem(t, h, RotatingAt(1, 0), 10*time.Second), kiosk.Accepted)
	want(t, redeem(t, h, RotatingAt(1, 30*time.Second), 40*time.Second), kiosk.AlreadyCollected)
}

func rotatingPlain(t *testing.T, h Harness) {
	typed := kiosk.NewTyped(7)
	h.PutOrder(Order(1, rotates, OpenedBy(typed)))
	h.PutOrder(Order(2))
	head := h.Ledger.Status().Head
	want(t, redeem(t, h, Code(1), 0), kiosk.StaleScreenshot)
	if h.Ledger.Status().Head != head {
		t.Error("a refusal was recorded")
	}
	want(t, redeem(t, h, RotatingAt(2, 0), 0), kiosk.Accepted) // HQ has turned it off since
	want(t, redeem(t, h, typed, 0), kiosk.Accepted)
}

// rotatingNoClock: the leader compares the phone number.
func rotatingNoClock(t *testing.T, h Harness) {
	h.PutOrder(Order(1, rotates))
	for _, code := range []kiosk.Code{Code(1), RotatingAt(1, -72*time.Hour)} {
		scan := Scan(code, 0)
		scan.At.Clock = kiosk.ClockSuspect
		want(t, must(h.Ledger.Redeem(scan)), kiosk.NeedsLeader)
	}
}

func rotatingForged(t *testing.T, h Harness) {
	h.PutOrder(Order(1, rotates))
	good := RotatingAt(1, 0).Text
	for i := range len(good) {
		b := []byte(good)
		if b[i]++; b[i] == 'Z'+1 || b[i] == '7'+1 {
			b[i] = 'A'
		}
		if a := redeem(t, h, kiosk.Code{Text: string(b)}, 0); a.Verdict != kiosk.Malformed && a.Verdict != kiosk.Unknown {
			t.Errorf("character %d changed: %s", i, a.Verdict)
		}
	}
	elsewhere := kiosk.NewRotating(CodeOf("P002", 5), []byte("the key of another point"), Start())
	if out := want(t, redeem(t, h, elsewhere, 0), kiosk.WrongPoint); out.RightTo.ID != "P002" {
		t.Errorf("right to %s", out.RightTo.ID)
	}
}

func withdrawnCodes(t *testing.T, h Harness) {
	o := Order(1)
	h.PutOrder(o)
	out := want(t, must(h.Ledger.Peek(Scan(VoucherOf(Order(2)), 0))), kiosk.NeedsLeader)
	old := Lookup(Code(5))
	here := Lookup(Code(1))
	provisional(h, 5, func(p *kiosk.Point) {
		p.Revoked = []kiosk.RevokedCode{
			{Proxy: kiosk.ProxyID{0xC0, 1}, At: Start()}, {Proxy: out.Voucher.Code, At: Start()}, {Lookup: old[:], At: Start()}, {Lookup: here[:], At: Start()},
		}
	})
	head := h.Ledger.Status().Head
	for _, code := range []kiosk.Code{ProxyOf(1, o), VoucherOf(Order(2)), Code(5), Code(1), RotatingAt(5, 0)} {
		want(t, redeem(t, h, code, 0), kiosk.Revoked)
	}
	if h.Ledger.Status().Head != head {
		t.Error("a refusal was recorded")
	}
	want(t, redeem(t, h, VoucherOf(Order(3)), 0), kiosk.Provisional)
	want(t, redeem(t, h, ProxyOf(2, o), 0), kiosk.Accepted)
}

func staleCount(t *testing.T, h Harness) {
	p := Point()
	p.Policy.StaleCount = 2
	h.SetPoint(p)
	for n := range 9 {
		h.PutOrder(Order(n, OpenedBy(Code(100+n/3))))
	}
	want(t, redeem(t, h, Code(8), 0), kiosk.Accepted) // the set is fresh, and this one does not count
	h.Age(48 * time.Hour)
	want(t, redeem(t, h, Code(0), 0), kiosk.Accepted)
	h.reopened()
	// Three orders of one code: one more may go.
	a := redeem(t, h, Code(101), 0)
	for i, v := range []kiosk.Verdict{kiosk.Accepted, kiosk.NeedsLeader, kiosk.NeedsLeader} {
		if a.Outcomes[i].Verdict != v {
			t.Errorf("order %d: %s, not %s", i, a.Outcomes[i].Verdict, v)
		}
	}
	want(t, redeem(t, h, Code(1), 0), kiosk.NeedsLeader)
	h.Age(0)
	want(t, redeem(t, h, Code(2), 0), kiosk.Accepted)
	h.Age(36 * time.Hour) // old again, since another time
	want(t, redeem(t, h, Code(6), 0), kiosk.Accepted)
}

// must gives an answer of a ledger that does not fail.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
