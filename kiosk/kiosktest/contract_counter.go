package kiosktest

import (
	"errors"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// counterTests are what a leader does with orders by hand, and what follows a
// handover.
func counterTests() map[string]func(*testing.T, Harness) {
	return map[string]func(*testing.T, Harness){
		"peek":                     peek,
		"some of a code's orders":  someOrders,
		"by hand":                  byHand,
		"by hand, on hold":         byHandOnHold,
		"by hand, in part":         byHandInPart,
		"by hand, what must not":   byHandRefused,
		"by hand, payment due":     byHandPaymentDue,
		"decided events":           decidedEvents,
		"a delivery is signed for": delivery,
		"after-sales":              afterSales,
		"after-sale before undo":   afterSaleBeforeUndo,
		"reports":                  reports,
		"what customers say":       feedback,
		"sent back":                sentBack,
		"days and settings":        dayAndSettings,
	}
}

// reopened gives the ledger after a restart, where it can be restarted: what was
// recorded is still there.
func (h *Harness) reopened() desk.Ledger {
	if h.Reopen != nil {
		h.Ledger = h.Reopen()
	}
	return h.Ledger
}

func byHandOf(h Harness, after time.Duration, n int, c kiosk.Confirmation) (desk.Answer, error) {
	return h.Ledger.HandOver(Moment(after), OrderID(n), c)
}

// recorded makes sure that a body is recorded, or refused with an error.
func recorded(t *testing.T, h Harness, body kiosk.Body, want error) {
	t.Helper()
	before := h.Ledger.Status().Head
	err := h.Ledger.Record(Moment(time.Hour), body)
	if !errors.Is(err, want) || want == nil && err != nil {
		t.Errorf("%s: %v, want %v", body.Type(), err, want)
	}
	grown := uint64(0)
	if want == nil {
		grown = 1
	}
	if after := h.Ledger.Status().Head; after != before+grown {
		t.Errorf("%s: %d events were recorded, want %d", body.Type(), after-before, grown)
	}
}

// peek: the answer that a scan would have, and no trace.
func peek(t *testing.T, h Harness) {
	h.PutOrder(Order(1, OpenedBy(Code(9))))
	h.PutOrder(Order(2, OpenedBy(Code(9)), Due(500)))
	h.PutOrder(Order(3, Status(kiosk.StatusRefunding)))
	for n, verdict := range map[int]kiosk.Verdict{
		1: kiosk.Accepted, 2: kiosk.PaymentDue, 3: kiosk.RefundInProgress, 4: kiosk.Unknown, 9: kiosk.Accepted,
	} {
		for range 2 {
			a, err := h.Ledger.Peek(Scan(Code(n), 0))
			if err != nil {
				t.Fatal(err)
			}
			if out := want(t, a, verdict); !out.Event.IsZero() || out.Seq != 0 {
				t.Errorf("code %d: event %s was recorded", n, out.Event)
			}
		}
	}
	a, err := h.Ledger.Peek(desk.Scan{Text: "hello", At: Moment(0)})
	if err != nil || a.Verdict != kiosk.Malformed || h.Ledger.Status().Head != 0 {
		t.Errorf("%s, %v, head %d", a.Verdict, err, h.Ledger.Status().Head)
	}
	out := want(t, redeem(t, h, Code(1), 0), kiosk.Accepted)
	if a, err = h.Ledger.Peek(Scan(Code(1), time.Minute)); err != nil {
		t.Fatal(err)
	}
	if again := want(t, a, kiosk.AlreadyCollected); again.History[0].Event != out.Event {
		t.Errorf("history %+v", again.History)
	}
	want(t, redeem(t, h, Code(2), 0), kiosk.PaymentDue)
	if a, err = h.Ledger.Peek(Scan(Code(2), 0)); err != nil || a.Outcomes[0].Event.IsZero() {
		t.Errorf("the hold is not told of: %+v, %v", a.Outcomes, err)
	}
}

func someOrders(t *testing.T, h Harness) {
	for n := range 3 {
		h.PutOrder(Order(n, OpenedBy(Code(9))))
	}
	scan := Scan(Code(9), 0)
	scan.Only = []kiosk.OrderID{OrderID(1)}
	for _, verdict := range []kiosk.Verdict{kiosk.Accepted, kiosk.AlreadyCollected} {
		a, err := h.Ledger.Redeem(scan)
		if err != nil || len(a.Outcomes) != 1 || a.Outcomes[0].Order.ID != OrderID(1) {
			t.Fatalf("%+v, %v", a, err)
		}
		want(t, a, verdict)
	}
	scan.Only = []kiosk.OrderID{OrderID(7)}
	a, err := h.Ledger.Redeem(scan)
	if err != nil || len(a.Outcomes) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	want(t, a, kiosk.Unknown)
	if head := h.Ledger.Status().Head; head != 1 {
		t.Errorf("%d events, want one", head)
	}
	if a := redeem(t, h, Code(9), 0); len(a.Outcomes) != 3 || a.Outcomes[1].Verdict != kiosk.AlreadyCollected {
		t.Errorf("all of them: %+v", a)
	}
}

func byHand(t *testing.T, h Harness) {
	h.PutOrder(Order(1, func(o *kiosk.Order) { o.CollectBy = Start().Add(-100 * time.Hour) }))
	want(t, redeem(t, h, Code(1), 0), kiosk.Expired)
	a, err := byHandOf(h, time.Minute, 1, kiosk.Confirmation{By: Staff()})
	if err != nil {
		t.Fatal(err)
	}
	out := want(t, a, kiosk.Accepted)
	wantLines(t, out.Lines, kiosk.Handed{Line: "1", Handed: 2}, kiosk.Handed{Line: "2", Handed: 1})
	h.reopened()
	again := want(t, redeem(t, h, Code(1), time.Hour), kiosk.AlreadyCollected)
	if r := again.History[0]; r.Event != out.Event || r.Method != kiosk.MethodLeader || r.By != Staff().ID {
		t.Errorf("history %+v", again.History)
	}
	if _, err := byHandOf(h, time.Hour, 1, kiosk.Confirmation{By: Leader()}); !errors.Is(err, kiosk.ErrNothingHanded) {
		t.Errorf("twice: %v", err)
	}
}

// byHandOnHold: the handover closes the hold, so that it cannot be rejected after.
func byHandOnHold(t *testing.T, h Harness) {
	leaderConfirms(h)
	h.PutOrder(Order(1))
	want(t, redeem(t, h, Code(1), 0), kiosk.Held)
	a, err := byHandOf(h, time.Minute, 1, kiosk.Confirmation{By: Leader()})
	if err != nil {
		t.Fatal(err)
	}
	want(t, a, kiosk.Accepted)
	if err := h.Ledger.Reject(Moment(time.Hour), OrderID(1), "L1"); !errors.Is(err, kiosk.ErrNoHold) {
		t.Errorf("the hold is still open: %v", err)
	}
}

func byHandInPart(t *testing.T, h Harness) {
	h.PutOrder(Order(1))
	part := kiosk.Confirmation{By: Leader(), Lines: []kiosk.Handed{
		{Line: "1", Handed: 1, Damaged: 1, Reason: kiosk.ReasonDamaged}, {Line: "2", Short: 1, Reason: kiosk.ReasonShort},
	}}
	if _, err := byHandOf(h, 0, 1, part); err != nil {
		t.Fatal(err)
	}
	h.reopened()
	out := want(t, redeem(t, h, Code(1), time.Hour), kiosk.AlreadyCollected)
	wantLines(t, out.History[0].Lines, part.Lines...)
	if _, err := byHandOf(h, time.Hour, 1, kiosk.Confirmation{By: Leader(), Lines: []kiosk.Handed{{Line: "1", Handed: 1}}}); !errors.Is(err, kiosk.ErrTooMany) {
		t.Errorf("more than was ordered: %v", err)
	}
}

func byHandRefused(t *testing.T, h Harness) {
	h.PutOrder(Order(1, At("P002")))
	h.PutOrder(Order(2, Status(kiosk.StatusShipped)))
	h.PutOrder(Order(3, Status(kiosk.StatusCancelled)))
	h.PutOrder(Order(4, Status(kiosk.StatusRefunding)))
	for n, verdict := range map[int]kiosk.Verdict{1: kiosk.WrongPoint, 2: kiosk.NotArrived, 3: kiosk.Cancelled, 4: kiosk.RefundInProgress} {
		a, err := byHandOf(h, 0, n, kiosk.Confirmation{By: Leader()})
		if err != nil {
			t.Fatal(err)
		}
		want(t, a, verdict)
	}
	h.PutOrder(Order(5))
	if _, err := byHandOf(h, 0, 5, kiosk.Confirmation{}); !errors.Is(err, kiosk.ErrLeaderOnly) {
		t.Errorf("by nobody: %v", err)
	}
	if _, err := byHandOf(h, 0, 6, kiosk.Confirmation{By: Leader()}); !errors.Is(err, kiosk.ErrUnknownOrder) {
		t.Errorf("an order that is not there: %v", err)
	}
	for name, lines := range map[string][]kiosk.Handed{"no such line": {{Line: "9", Handed: 1}}, "nothing": {}, "negative": {{Line: "1", Handed: -1}}} {
		if _, err := byHandOf(h, 0, 5, kiosk.Confirmation{By: Leader(), Lines: lines}); err == nil {
			t.Errorf("%s was handed over", name)
		}
	}
	if head := h.Ledger.Status().Head; head != 0 {
		t.Errorf("refusals recorded %d events", head)
	}
}

func byHandPaymentDue(t *testing.T, h Harness) {
	h.PutOrder(Order(1, Due(1500)))
	if _, err := byHandOf(h, 0, 1, kiosk.Confirmation{By: Staff()}); !errors.Is(err, kiosk.ErrPaymentDue) {
		t.Errorf("unpaid: %v", err)
	}
	a, err := byHandOf(h, 0, 1, kiosk.Confirmation{By: Staff(), Means: "platform-code"})
	if err != nil {
		t.Fatal(err)
	}
	if out := want(t, a, kiosk.Accepted); out.Seq != 2 || h.Ledger.Status().Head != 2 {
		t.Errorf("payment and handover end at %d", out.Seq)
	}
}

// decidedEvents: what only a decision may bring about is not recorded as it comes.
func decidedEvents(t *testing.T, h Harness) {
	h.PutOrder(Order(1, Due(100)))
	id := OrderID(1)
	for _, body := range []kiosk.Body{
		kiosk.Redeemed{Order: id, Lines: []kiosk.Handed{{Line: "1", Handed: 1}}, Method: kiosk.MethodAlone},
		kiosk.OrderHeld{Order: id, Reason: kiosk.Held}, kiosk.HoldRejected{Order: id},
		kiosk.RedemptionUndone{Order: id, By: "L1"}, kiosk.PaymentCollected{Order: id, Amount: 100, Means: "cash", By: "L1"},
	} {
		if err := h.Ledger.Record(Moment(0), body); err == nil {
			t.Errorf("%s was recorded past the rules", body.Type())
		}
	}
	recorded(t, h, kiosk.ReminderAsked{Order: "nobody's", By: "L1"}, kiosk.ErrUnknownOrder)
	if head := h.Ledger.Status().Head; head != 0 {
		t.Errorf("%d events", head)
	}
}

// delivery: a signature makes a consignment's orders arrive, at once and for ever.
func delivery(t *testing.T, h Harness) {
	h.PutOrder(Order(1, Status(kiosk.StatusShipped), OpenedBy(Code(9))))
	h.PutOrder(Order(2, Status(kiosk.StatusPaid)))
	h.PutOrder(Order(3, Status(kiosk.StatusShipped), func(o *kiosk.Order) { o.Consignment = "another" }, OpenedBy(Code(9))))
	h.PutOrder(Order(4, Status(kiosk.StatusRefunded)))
	h.PutOrder(Order(5, Status(kiosk.StatusShipped), func(o *kiosk.Order) { o.Consignment = "" }))
	signature := kiosk.GoodsReceived{
		Consignment: Order(1).Consignment, By: Staff().ID,
		Lines: []kiosk.ReceivedLine{{Product: "光明鲜牛奶", Spec: "950 ml", Supplier: "光明乳业", Expected: 4, Good: 3, Damaged: 1, Reason: kiosk.ReasonDamaged}},
	}
	recorded(t, h, kiosk.GoodsReceived{By: "L1", Lines: signature.Lines}, kiosk.ErrWrongChoice)
	recorded(t, h, kiosk.GoodsReceived{Consignment: "C", By: "L1"}, kiosk.ErrWrongChoice)
	want(t, redeem(t, h, Code(1), 0), kiosk.NotArrived)
	recorded(t, h, signature, nil)
	if a, err := h.Ledger.Peek(Scan(Code(9), 0)); err != nil || a.Outcomes[0].Verdict != kiosk.Accepted || a.Outcomes[1].Verdict != kiosk.NotArrived {
		t.Errorf("%+v, %v", a, err)
	}
	h.reopened()
	want(t, redeem(t, h, Code(1), time.Hour), kiosk.Accepted)
	if a, err := byHandOf(h, time.Hour, 2, kiosk.Confirmation{By: Staff()}); err != nil || a.Verdict != kiosk.Accepted {
		t.Errorf("by hand: %s, %v", a.Verdict, err)
	}
	want(t, redeem(t, h, Code(3), time.Hour), kiosk.NotArrived)
	want(t, redeem(t, h, Code(4), time.Hour), kiosk.Cancelled)
	want(t, redeem(t, h, Code(5), time.Hour), kiosk.NotArrived)
}

// refund is an after-sale of units of a line of order 1.
func refund(kind kiosk.AfterSaleKind, line kiosk.LineID, units int) kiosk.AfterSaleRegistered {
	return kiosk.AfterSaleRegistered{
		Order: OrderID(1), Kind: kind, Lines: []kiosk.Units{{Line: line, Units: units}}, Reason: kiosk.ReasonSpoilt, By: Leader().ID,
	}
}

func afterSales(t *testing.T, h Harness) {
	h.PutOrder(Order(1))
	recorded(t, h, refund(kiosk.AfterSaleRefund, "1", 1), kiosk.ErrTooMany) // nothing was handed over
	if _, err := byHandOf(h, 0, 1, kiosk.Confirmation{By: Leader(), Lines: []kiosk.Handed{{Line: "1", Handed: 1, Short: 1}}}); err != nil {
		t.Fatal(err)
	}
	recorded(t, h, refund("gift", "1", 1), kiosk.ErrWrongChoice)
	recorded(t, h, refund(kiosk.AfterSaleRefund, "9", 1), kiosk.ErrUnknownLine)
	recorded(t, h, refund(kiosk.AfterSaleRefund, "1", 0), kiosk.ErrTooMany)
	nobody := refund(kiosk.AfterSaleRefund, "1", 1)
	nobody.By = ""
	recorded(t, h, nobody, kiosk.ErrLeaderOnly)
	recorded(t, h, refund(kiosk.AfterSaleReturn, "1", 2), kiosk.ErrTooMany) // one of them never came
	recorded(t, h, refund(kiosk.AfterSaleReturn, "1", 1), nil)
	h.reopened()
	recorded(t, h, refund(kiosk.AfterSaleReturn, "1", 1), kiosk.ErrTooMany)
	recorded(t, h, refund(kiosk.AfterSaleRefund, "1", 2), kiosk.ErrTooMany)
	recorded(t, h, refund(kiosk.AfterSaleRefund, "1", 1), nil)
	recorded(t, h, refund(kiosk.AfterSaleRefund, "1", 1), kiosk.ErrTooMany)
}

// afterSaleBeforeUndo: what was paid back cannot be collected again.
func afterSaleBeforeUndo(t *testing.T, h Harness) {
	h.PutOrder(Order(1))
	out := want(t, redeem(t, h, Code(1), 0), kiosk.Accepted)
	recorded(t, h, refund(kiosk.AfterSaleRefund, "1", 1), nil)
	if err := h.Ledger.Undo(Moment(time.Minute), OrderID(1), out.Event, Leader(), "mistake"); !errors.Is(err, kiosk.ErrAfterSold) {
		t.Errorf("undone after an after-sale: %v", err)
	}
	want(t, redeem(t, h, Code(1), time.Hour), kiosk.AlreadyCollected)
}

func reports(t *testing.T, h Harness) {
	h.PutOrder(Order(1))
	id := OrderID(1)
	missing := func(redemption kiosk.EventID, lines ...kiosk.Handed) kiosk.MissingReported {
		return kiosk.MissingReported{Order: id, Redemption: redemption, Lines: lines}
	}
	one := kiosk.Handed{Line: "1", Short: 1}
	recorded(t, h, missing(kiosk.EventID{1}, one), kiosk.ErrUnknownRedemption)
	out := want(t, redeem(t, h, Code(1), 0), kiosk.Accepted)
	recorded(t, h, missing(out.Event), kiosk.ErrNothingHanded)
	recorded(t, h, missing(out.Event, kiosk.Handed{Line: "1", Short: 3}), kiosk.ErrTooMany)
	recorded(t, h, missing(out.Event, kiosk.Handed{Line: "1", Handed: 1}), kiosk.ErrTooMany)
	recorded(t, h, missing(out.Event, kiosk.Handed{Line: "9", Short: 1}), kiosk.ErrUnknownLine)
	recorded(t, h, kiosk.ReportDismissed{Order: id, Report: kiosk.EventID{1}, By: "L1"}, kiosk.ErrNoReport)
	recorded(t, h, missing(out.Event, one), nil)
	recorded(t, h, missing(out.Event, kiosk.Handed{Line: "2", Damaged: 1}), nil)
	h.reopened()
	open := h.State(id).OpenReports()
	if len(open) != 2 {
		t.Fatalf("open reports %+v", open)
	}
	recorded(t, h, kiosk.ReportDismissed{Order: id, Report: open[0].Event, By: "L1"}, nil)
	recorded(t, h, kiosk.ReportDismissed{Order: id, Report: open[0].Event, By: "L1"}, kiosk.ErrNoReport)
	answer := refund(kiosk.AfterSaleRefund, "2", 1)
	answer.Report = open[1].Event
	recorded(t, h, answer, nil)
	if open := h.State(id).OpenReports(); len(open) != 0 {
		t.Errorf("still open: %+v", open)
	}
	want(t, redeem(t, h, Code(1), time.Hour), kiosk.AlreadyCollected) // a report changes no quantity
}

func feedback(t *testing.T, h Harness) {
	h.PutOrder(Order(1))
	id := OrderID(1)
	rated := func(redemption kiosk.EventID, goods int, tags ...kiosk.RatingTag) kiosk.Rated {
		return kiosk.Rated{Order: id, Redemption: redemption, Goods: goods, Tags: tags}
	}
	recorded(t, h, rated(kiosk.EventID{1}, 5), kiosk.ErrUnknownRedemption)
	recorded(t, h, kiosk.InvoiceRequested{Order: id}, kiosk.ErrUnknownRedemption)
	out := want(t, redeem(t, h, Code(1), 0), kiosk.Accepted)
	recorded(t, h, rated(out.Event, 0), kiosk.ErrNothingHanded)
	recorded(t, h, rated(out.Event, 6), kiosk.ErrWrongChoice)
	recorded(t, h, rated(out.Event, 3, "boring"), kiosk.ErrWrongChoice)
	recorded(t, h, rated(out.Event, 3, kiosk.TagLate), nil)
	recorded(t, h, kiosk.InvoiceRequested{Order: id, Company: true}, kiosk.ErrWrongChoice)
	recorded(t, h, kiosk.InvoiceRequested{Order: id}, nil)
	recorded(t, h, kiosk.InvoiceRequested{Order: id, Company: true, Sealed: []byte("sealed")}, nil)
	h.reopened()
	recorded(t, h, rated(out.Event, 5), kiosk.ErrAlreadyRated)
	if s := h.State(id); len(s.Ratings) != 1 || len(s.Invoices) != 2 || !s.Invoices[1].Company {
		t.Errorf("state %+v", s)
	}
}

// sentBack: what went back to the merchant is handed over by nobody.
func sentBack(t *testing.T, h Harness) {
	h.PutOrder(Order(1))
	back := kiosk.SentBack{
		Order: OrderID(1), Lines: []kiosk.Units{{Line: "1", Units: 2}, {Line: "2", Units: 1}}, Reason: kiosk.ReasonOverdue, By: Leader().ID,
	}
	over := back
	over.Lines = []kiosk.Units{{Line: "1", Units: 3}}
	recorded(t, h, over, kiosk.ErrTooMany)
	over.Lines = nil
	recorded(t, h, over, kiosk.ErrNothingHanded)
	nobody := back
	nobody.By = ""
	recorded(t, h, nobody, kiosk.ErrLeaderOnly)
	recorded(t, h, kiosk.ReminderAsked{Order: OrderID(1), By: Leader().ID}, nil)
	recorded(t, h, back, nil)
	h.reopened()
	recorded(t, h, back, kiosk.ErrSentBack)
	out := want(t, redeem(t, h, Code(1), 2*time.Hour), kiosk.Expired)
	if out.SentBackAt.IsZero() {
		t.Error("the customer is not told where the goods are")
	}
	a, err := byHandOf(h, 2*time.Hour, 1, kiosk.Confirmation{By: Leader()})
	if err != nil {
		t.Fatal(err)
	}
	want(t, a, kiosk.Expired)
}

func dayAndSettings(t *testing.T, h Harness) {
	recorded(t, h, kiosk.DayClosed{Day: "2026-03-02", Totals: kiosk.DayTotals{Orders: 1, Value: 4560}, By: "L1"}, nil)
	recorded(t, h, kiosk.SettingsChanged{By: "L1", Settings: []kiosk.Setting{{Name: "language", Value: "en"}}}, nil)
	recorded(t, h, kiosk.ConflictNoted{Event: kiosk.EventID{1}, Note: "both were here", By: "L1"}, nil)
	if head := h.reopened().Status().Head; head != 3 {
		t.Errorf("%d events", head)
	}
}
