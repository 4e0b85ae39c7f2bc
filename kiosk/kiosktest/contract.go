package kiosktest

import (
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// Harness is a ledger under test, with the ways to fill it. Its set is complete
// and was confirmed at Start; its lookups are [Lookup].
type Harness struct {
	Ledger   desk.Ledger
	PutOrder func(kiosk.Order)
	SetPoint func(kiosk.Point)
	// Age makes the set as old as that at Start.
	Age func(time.Duration)
	// State gives what has happened to an order.
	State func(kiosk.OrderID) kiosk.OrderState
	// Reopen gives the ledger after a restart; nil: it cannot be restarted.
	Reopen func() desk.Ledger
}

// TestLedger is the contract that every desk.Ledger passes. open gives a fresh
// ledger with Point() and without orders.
func TestLedger(t *testing.T, open func(*testing.T) Harness) {
	tests := map[string]func(*testing.T, Harness){
		"accepted once":              acceptedOnce,
		"several orders of a code":   severalOrders,
		"several, one not arrived":   severalMixed,
		"hold and confirm":           holdAndConfirm,
		"hold and reject":            holdAndReject,
		"partial handover":           partialHandover,
		"undo":                       undo,
		"undo by the boot clock":     undoByBootClock,
		"suspect clock":              suspectClock,
		"payment due":                paymentDue,
		"refusals by status":         refusalsByStatus,
		"changed while on hold":      changedOnHold,
		"refusals by time":           refusalsByTime,
		"wrong point":                wrongPoint,
		"codes that open nothing":    codesThatOpenNothing,
		"what a code opens":          opens,
		"handed over elsewhere":      handedOverElsewhere,
		"leader's errors":            leadersErrors,
		"events without order":       eventsWithoutOrder,
		"failed attempts":            failedAttempts,
		"two scanners, one code":     twoScanners,
		"many scanners, many orders": manyScanners,
	}
	maps.Copy(tests, counterTests())
	maps.Copy(tests, proxyTests())
	maps.Copy(tests, codeTests())
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func redeem(t *testing.T, h Harness, c kiosk.Code, after time.Duration) desk.Answer {
	t.Helper()
	a, err := h.Ledger.Redeem(Scan(c, after))
	if err != nil {
		t.Fatalf("redeem: %v", err)
	}
	if len(a.Outcomes) == 0 {
		t.Fatal("an answer without outcomes")
	}
	return a
}

func want(t *testing.T, a desk.Answer, v kiosk.Verdict) kiosk.Outcome {
	t.Helper()
	if a.Verdict != v {
		t.Fatalf("verdict %s, want %s", a.Verdict, v)
	}
	return a.Outcomes[0]
}

func wantLines(t *testing.T, got []kiosk.Handed, want ...kiosk.Handed) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines: %s", diff)
	}
}

func acceptedOnce(t *testing.T, h Harness) {
	h.PutOrder(Order(1))
	before := h.Ledger.Status()
	out := want(t, redeem(t, h, Code(1), time.Minute), kiosk.Accepted)
	wantLines(t, out.Lines, kiosk.Handed{Line: "1", Handed: 2}, kiosk.Handed{Line: "2", Handed: 1})
	if out.Event.IsZero() || out.Seq != before.Head+1 || out.Resumed || !out.At.Equal(Start().Add(time.Minute)) {
		t.Errorf("event %s, sequence %d, resumed %v, at %s", out.Event, out.Seq, out.Resumed, out.At)
	}
	for range 2 {
		again := want(t, redeem(t, h, Code(1), time.Hour), kiosk.AlreadyCollected)
		if again.Seq != 0 || len(again.History) != 1 {
			t.Fatalf("sequence %d, history %v", again.Seq, again.History)
		}
		first := again.History[0]
		if first.Event != out.Event || !first.At.Equal(out.At) || first.Seq != out.Seq || first.Terminal == "" {
			t.Errorf("evidence %+v does not tell of the handover %s", first, out.Event)
		}
	}
	if s := h.Ledger.Status(); s.Head != before.Head+1 || s.Unsent != before.Unsent+1 || s.Orders != 1 || s.Disk != nil {
		t.Errorf("status %+v", s)
	}
}

func severalOrders(t *testing.T, h Harness) {
	h.PutOrder(Order(1, OpenedBy(Code(9))))
	h.PutOrder(Order(2, OpenedBy(Code(9))))
	h.PutOrder(Order(3))
	a := redeem(t, h, Code(9), 0)
	if a.Verdict != kiosk.Accepted || len(a.Outcomes) != 2 {
		t.Fatalf("%s with %d outcomes", a.Verdict, len(a.Outcomes))
	}
	if a.Outcomes[0].Order.ID != OrderID(1) || a.Outcomes[1].Order.ID != OrderID(2) || a.Outcomes[0].Event == a.Outcomes[1].Event {
		t.Errorf("outcomes %+v", a.Outcomes)
	}
	want(t, redeem(t, h, Code(1), 0), kiosk.AlreadyCollected)
	want(t, redeem(t, h, Code(3), 0), kiosk.Accepted)
}

func severalMixed(t *testing.T, h Harness) {
	h.PutOrder(Order(1, OpenedBy(Code(9)), Status(kiosk.StatusShipped)))
	h.PutOrder(Order(2, OpenedBy(Code(9))))
	a := redeem(t, h, Code(9), 0)
	if a.Verdict != kiosk.Accepted || a.Outcomes[0].Verdict != kiosk.NotArrived || a.Outcomes[1].Verdict != kiosk.Accepted {
		t.Errorf("%s: %s, %s", a.Verdict, a.Outcomes[0].Verdict, a.Outcomes[1].Verdict)
	}
}

func leaderConfirms(h Harness) {
	p := Point()
	p.Policy.Handover = kiosk.HandoverLeader
	h.SetPoint(p)
}

func holdAndConfirm(t *testing.T, h Harness) {
	leaderConfirms(h)
	h.PutOrder(Order(1))
	held := want(t, redeem(t, h, Code(1), 0), kiosk.Held)
	if held.Event.IsZero() || held.Seq == 0 {
		t.Error("the hold is not recorded")
	}
	again := want(t, redeem(t, h, Code(1), time.Second), kiosk.Held)
	if again.Event != held.Event || again.Seq != held.Seq {
		t.Error("a second scan made a second hold")
	}
	a, err := h.Ledger.Confirm(Moment(time.Minute), OrderID(1), kiosk.Confirmation{By: Staff()})
	if err != nil {
		t.Fatal(err)
	}
	out := want(t, a, kiosk.Accepted)
	wantLines(t, out.Lines, kiosk.Handed{Line: "1", Handed: 2}, kiosk.Handed{Line: "2", Handed: 1})
	again = want(t, redeem(t, h, Code(1), time.Hour), kiosk.AlreadyCollected)
	if again.History[0].Event != out.Event || again.History[0].Method != kiosk.MethodLeader || again.History[0].By != Staff().ID {
		t.Errorf("evidence %+v", again.History)
	}
	if _, err := h.Ledger.Confirm(Moment(0), OrderID(1), kiosk.Confirmation{By: Leader()}); !errors.Is(err, kiosk.ErrNoHold) {
		t.Errorf("confirmed twice: %v", err)
	}
}

func holdAndReject(t *testing.T, h Harness) {
	leaderConfirms(h)
	h.PutOrder(Order(1))
	first := want(t, redeem(t, h, Code(1), 0), kiosk.Held)
	if err := h.Ledger.Reject(Moment(time.Second), OrderID(1), ""); err != nil {
		t.Fatal(err)
	}
	if err := h.Ledger.Reject(Moment(time.Second), OrderID(1), ""); !errors.Is(err, kiosk.ErrNoHold) {
		t.Errorf("rejected twice: %v", err)
	}
	second := want(t, redeem(t, h, Code(1), time.Minute), kiosk.Held)
	if second.Event == first.Event {
		t.Error("the rejected hold came back")
	}
	if _, err := h.Ledger.Confirm(Moment(time.Hour), OrderID(1), kiosk.Confirmation{By: Leader()}); err != nil {
		t.Error(err)
	}
}

func partialHandover(t *testing.T, h Harness) {
	leaderConfirms(h)
	h.PutOrder(Order(1))
	redeem(t, h, Code(1), 0)
	part := kiosk.Confirmation{By: Leader(), Lines: []kiosk.Handed{{Line: "1", Handed: 1, Damaged: 1}}}
	if _, err := h.Ledger.Confirm(Moment(0), OrderID(1), part); err != nil {
		t.Fatal(err)
	}
	rest := want(t, redeem(t, h, Code(1), time.Minute), kiosk.PartlyCollected)
	wantLines(t, rest.Lines, kiosk.Handed{Line: "2", Handed: 1})
	over := kiosk.Confirmation{By: Leader(), Lines: []kiosk.Handed{{Line: "1", Handed: 1}}}
	if _, err := h.Ledger.Confirm(Moment(0), OrderID(1), over); !errors.Is(err, kiosk.ErrTooMany) {
		t.Errorf("more than ordered: %v", err)
	}
	if _, err := h.Ledger.Confirm(Moment(time.Hour), OrderID(1), kiosk.Confirmation{By: Leader()}); err != nil {
		t.Fatal(err)
	}
	if all := want(t, redeem(t, h, Code(1), 2*time.Hour), kiosk.AlreadyCollected); len(all.History) != 2 {
		t.Errorf("history %v", all.History)
	}
}

func undo(t *testing.T, h Harness) {
	h.PutOrder(Order(1))
	out := want(t, redeem(t, h, Code(1), 0), kiosk.Accepted)
	if err := h.Ledger.Undo(Moment(time.Minute), OrderID(1), out.Event, Staff(), "wrong bag"); !errors.Is(err, kiosk.ErrLeaderOnly) {
		t.Errorf("by staff: %v", err)
	}
	if err := h.Ledger.Undo(Moment(25*time.Hour), OrderID(1), out.Event, Leader(), ""); !errors.Is(err, kiosk.ErrUndoTooLate) {
		t.Errorf("too late: %v", err)
	}
	if err := h.Ledger.Undo(Moment(0), OrderID(1), kiosk.EventID{1}, Leader(), ""); !errors.Is(err, kiosk.ErrUnknownRedemption) {
		t.Errorf("another event: %v", err)
	}
	if err := h.Ledger.Undo(Moment(time.Minute), OrderID(1), out.Event, Leader(), "wrong bag"); err != nil {
		t.Fatal(err)
	}
	if err := h.Ledger.Undo(Moment(time.Minute), OrderID(1), out.Event, Leader(), ""); !errors.Is(err, kiosk.ErrAlreadyUndone) {
		t.Errorf("twice: %v", err)
	}
	if again := want(t, redeem(t, h, Code(1), time.Hour), kiosk.Accepted); again.Event == out.Event {
		t.Error("the undone handover came back")
	}
}

func paymentDue(t *testing.T, h Harness) {
	h.PutOrder(Order(1, Due(1500)))
	if out := want(t, redeem(t, h, Code(1), 0), kiosk.PaymentDue); out.Due != 1500 {
		t.Errorf("due %s", out.Due)
	}
	if _, err := h.Ledger.Confirm(Moment(0), OrderID(1), kiosk.Confirmation{By: Leader()}); !errors.Is(err, kiosk.ErrPaymentDue) {
		t.Errorf("unpaid: %v", err)
	}
	before := h.Ledger.Status().Head
	a, err := h.Ledger.Confirm(Moment(0), OrderID(1), kiosk.Confirmation{By: Leader(), Means: "cash"})
	if err != nil {
		t.Fatal(err)
	}
	if out := want(t, a, kiosk.Accepted); out.Seq != before+2 || h.Ledger.Status().Head != before+2 {
		t.Errorf("payment and handover end at %d after %d", out.Seq, before)
	}
	want(t, redeem(t, h, Code(1), time.Hour), kiosk.AlreadyCollected)
}

func refusalsByStatus(t *testing.T, h Harness) {
	n := 0
	for status, verdict := range map[kiosk.Status]kiosk.Verdict{
		kiosk.StatusPaid: kiosk.NotArrived, kiosk.StatusShipped: kiosk.NotArrived, kiosk.StatusCancelled: kiosk.Cancelled,
		kiosk.StatusRefunding: kiosk.RefundInProgress, kiosk.StatusRefunded: kiosk.Cancelled,
	} {
		n++
		h.PutOrder(Order(n, Status(status)))
		if a := redeem(t, h, Code(n), 0); a.Verdict != verdict {
			t.Errorf("%s: %s, want %s", status, a.Verdict, verdict)
		}
	}
	if s := h.Ledger.Status(); s.Head != 0 {
		t.Errorf("refusals recorded %d events", s.Head)
	}
}

// changedOnHold: what HQ did while the order waited for the leader counts.
func changedOnHold(t *testing.T, h Harness) {
	leaderConfirms(h)
	h.PutOrder(Order(1))
	want(t, redeem(t, h, Code(1), 0), kiosk.Held)
	h.PutOrder(Order(1, Status(kiosk.StatusRefunding), func(o *kiosk.Order) { o.Version++ }))
	before := h.Ledger.Status().Head
	a, err := h.Ledger.Confirm(Moment(time.Minute), OrderID(1), kiosk.Confirmation{By: Leader()})
	if err != nil {
		t.Fatal(err)
	}
	want(t, a, kiosk.RefundInProgress)
	if after := h.Ledger.Status().Head; after != before {
		t.Errorf("the refusal recorded %d events", after-before)
	}
	_, err = h.Ledger.Confirm(Moment(time.Minute), OrderID(9), kiosk.Confirmation{By: Leader()})
	if !errors.Is(err, kiosk.ErrUnknownOrder) {
		t.Errorf("an order that is not there: %v", err)
	}
}

func refusalsByTime(t *testing.T, h Harness) {
	h.PutOrder(Order(1, func(o *kiosk.Order) { o.ValidFrom = Start().Add(time.Hour) }))
	h.PutOrder(Order(2, func(o *kiosk.Order) { o.CollectBy = Start() }))
	want(t, redeem(t, h, Code(1), 0), kiosk.TooEarly)
	want(t, redeem(t, h, Code(1), time.Hour), kiosk.Accepted)
	out := want(t, redeem(t, h, Code(2), 24*time.Hour+time.Second), kiosk.Expired)
	if !out.ExpiredAt.Equal(Start().Add(24 * time.Hour)) {
		t.Errorf("expired at %s", out.ExpiredAt)
	}
	h.Age(24 * time.Hour) // the set is stale, but the order small
	want(t, redeem(t, h, Code(2), 23*time.Hour), kiosk.Accepted)
}

func wrongPoint(t *testing.T, h Harness) {
	h.PutOrder(Order(1, At("P002")))
	if out := want(t, redeem(t, h, Code(1), 0), kiosk.WrongPoint); out.RightTo.Name != "朝阳路自提点" {
		t.Errorf("sent to %+v", out.RightTo)
	}
	if out := want(t, redeem(t, h, CodeOf("P002", 7), 0), kiosk.WrongPoint); out.RightTo.ID != "P002" {
		t.Errorf("a code of the neighbour's is sent to %+v", out.RightTo)
	}
}

func codesThatOpenNothing(t *testing.T, h Harness) {
	h.PutOrder(Order(1))
	want(t, redeem(t, h, Code(2), 0), kiosk.Unknown)
	for _, text := range []string{"", "hello", "A\x00B", "https://elsewhere.example/?c=1"} {
		a, err := h.Ledger.Redeem(desk.Scan{Text: text, Source: "camera", At: Moment(0)})
		if err != nil || a.Verdict != kiosk.Malformed {
			t.Errorf("%q: %s, %v", text, a.Verdict, err)
		}
	}
	h.Age(25 * time.Hour)
	want(t, redeem(t, h, Code(2), 0), kiosk.UnknownStale)
	want(t, redeem(t, h, Code(1), 0), kiosk.Accepted)
}

func handedOverElsewhere(t *testing.T, h Harness) {
	whole := kiosk.Redemption{
		Source: kiosk.Source{Event: kiosk.EventID{9}, Terminal: "T-other", Seq: 5, At: Start().Add(-time.Hour)},
		Lines:  []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1}}, Method: kiosk.MethodAlone,
	}
	h.PutOrder(Order(1, func(o *kiosk.Order) { o.Settled = []kiosk.Redemption{whole} }))
	out := want(t, redeem(t, h, Code(1), 0), kiosk.AlreadyCollected)
	if len(out.History) != 1 || out.History[0].Terminal != "T-other" {
		t.Errorf("history %+v", out.History)
	}
}

func leadersErrors(t *testing.T, h Harness) {
	h.PutOrder(Order(1, Due(100)))
	nobody := kiosk.Confirmation{}
	if _, err := h.Ledger.Confirm(Moment(0), OrderID(1), nobody); !errors.Is(err, kiosk.ErrLeaderOnly) {
		t.Errorf("nobody confirms: %v", err)
	}
	if _, err := h.Ledger.Confirm(Moment(0), OrderID(1), kiosk.Confirmation{By: Leader()}); !errors.Is(err, kiosk.ErrNoHold) {
		t.Errorf("without a hold: %v", err)
	}
	redeem(t, h, Code(1), 0)
	for name, lines := range map[string][]kiosk.Handed{
		"unknown line": {{Line: "9", Handed: 1}}, "nothing": {{Line: "1"}}, "negative": {{Line: "1", Handed: -1}}, "empty": {},
	} {
		c := kiosk.Confirmation{By: Leader(), Lines: lines, Means: "cash"}
		if _, err := h.Ledger.Confirm(Moment(0), OrderID(1), c); err == nil {
			t.Errorf("%s: confirmed", name)
		}
	}
	if _, err := h.Ledger.Confirm(Moment(0), "nobody's", kiosk.Confirmation{By: Leader()}); err == nil {
		t.Error("an unknown order was confirmed")
	}
	if h.Ledger.Reject(Moment(0), "nobody's", "") == nil || h.Ledger.Undo(Moment(0), "nobody's", kiosk.EventID{}, Leader(), "") == nil {
		t.Error("an unknown order was rejected or undone")
	}
	if s := h.Ledger.Status(); s.Head != 1 {
		t.Errorf("%d events, want the hold alone", s.Head)
	}
}

func eventsWithoutOrder(t *testing.T, h Harness) {
	if err := h.Ledger.Record(Moment(0), kiosk.SignedIn{By: "L1", Role: kiosk.RoleLeader}); err != nil {
		t.Fatal(err)
	}
	if err := h.Ledger.Record(Moment(0), kiosk.OrderHeld{Order: OrderID(1)}); err == nil {
		t.Error("an order's event was recorded past the rules")
	}
	if s := h.Ledger.Status(); s.Head != 1 {
		t.Errorf("head %d", s.Head)
	}
	if diff := cmp.Diff(Point(), h.Ledger.Point()); diff != "" {
		t.Error(diff)
	}
}
