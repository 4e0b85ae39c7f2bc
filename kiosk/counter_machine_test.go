package kiosk_test

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"hexiao/kiosk"
)

// byHand hands over without a code, whatever is drawn.
func (c *counter) byHand(t *rapid.T) {
	conf := kiosk.Confirmation{By: rapid.SampledFrom([]kiosk.Leader{leader(), staff(), {}}).Draw(t, "by"), Means: "cash"}
	if rapid.Bool().Draw(t, "named lines") {
		conf.Lines = drawLines(t, c.order)
	}
	hold, held := c.state.OpenHold()
	out, bodies, err := kiosk.DecideHandOver(c.order, c.state, c.ctx, conf)
	if err != nil {
		if len(bodies) != 0 || out.Verdict == kiosk.Accepted {
			t.Fatalf("a refused handover gives %s and %d events", out.Verdict, len(bodies))
		}
		return
	}
	if len(c.state.Returns) > 0 {
		t.Fatal("what was sent back is handed over")
	}
	for _, b := range bodies {
		if !c.record(t, b) {
			t.Fatalf("the handover decided %+v, but Check refuses it", b)
		}
	}
	if still, open := c.state.OpenHold(); held && open && still.Event == hold.Event {
		t.Fatal("the hold is still open after the handover")
	}
}

// anyEvent is the id of something that happened, or of nothing.
func (c *counter) anyEvent(t *rapid.T) kiosk.EventID {
	if len(c.journal) == 0 {
		return kiosk.EventID{1}
	}
	return rapid.SampledFrom(c.journal).Draw(t, "of").ID
}

func (c *counter) drawUnits(t *rapid.T) (list []kiosk.Units) {
	for range rapid.IntRange(0, 3).Draw(t, "entries") {
		list = append(list, kiosk.Units{
			Line:  kiosk.LineID(fmt.Sprint(rapid.IntRange(1, len(c.order.Lines)+1).Draw(t, "line"))),
			Units: rapid.OneOf(rapid.IntRange(-1, 3), rapid.Just(1<<62)).Draw(t, "units"),
		})
	}
	return list
}

// after tries to record what may follow a handover, or take its place.
func (c *counter) after(t *rapid.T) {
	id, by := c.order.ID, rapid.SampledFrom([]string{"L1", "L1", ""}).Draw(t, "by")
	reason := rapid.SampledFrom(append(kiosk.Reasons(), "a reason of next year")).Draw(t, "reason")
	switch rapid.IntRange(0, 6).Draw(t, "what") {
	case 0:
		c.record(t, kiosk.MissingReported{Order: id, Redemption: c.anyEvent(t), Lines: drawLines(t, c.order)})
	case 1:
		c.record(t, kiosk.ReportDismissed{Order: id, Report: c.anyEvent(t), By: by})
	case 2:
		kind := rapid.SampledFrom([]kiosk.AfterSaleKind{kiosk.AfterSaleRefund, kiosk.AfterSaleReturn, "gift"}).Draw(t, "kind")
		c.record(t, kiosk.AfterSaleRegistered{Order: id, Kind: kind, Lines: c.drawUnits(t), Reason: reason, By: by, Report: c.anyEvent(t)})
	case 3:
		c.record(t, kiosk.Rated{Order: id, Redemption: c.anyEvent(t), Goods: rapid.IntRange(-1, 6).Draw(t, "stars")})
	case 4:
		company := rapid.Bool().Draw(t, "company")
		c.record(t, kiosk.InvoiceRequested{Order: id, Company: company, Sealed: rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "sealed")})
	case 5:
		c.record(t, kiosk.ReminderAsked{Order: id, By: by})
	case 6:
		c.record(t, kiosk.SentBack{Order: id, Lines: c.drawUnits(t), Reason: reason, By: by})
	}
}

// Whatever happens, nobody gets money back for more than was accounted for, brings
// back more than was handed over, or sends back more than there was.
func TestAfterSalesStayWithinTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCounter(t, "K1", drawOrder(t), drawPolicy(t))
		c.steps(t)
		for _, l := range c.order.Lines {
			line := c.state.Line(l.ID)
			all, returned := c.state.AfterSold(l.ID)
			if all > line.Total() || returned > line.Handed || returned > all {
				t.Fatalf("line %s: %d paid back and %d returned of %+v", l.ID, all, returned, line)
			}
		}
		if len(c.state.Returns) > 1 {
			t.Fatal("sent back twice")
		}
		for _, r := range c.state.Returns {
			for _, u := range r.Lines {
				if l, ok := c.order.Line(u.Line); !ok || u.Units < 1 || u.Units > l.Quantity {
					t.Fatalf("sent back %+v", u)
				}
			}
		}
		for _, r := range c.state.OpenReports() {
			if err := kiosk.Check(c.order, c.state, c.tm.event(kiosk.ReportDismissed{Order: c.order.ID, Report: r.Event})); err != nil {
				t.Fatalf("an open report cannot be closed: %v", err)
			}
			c.tm.seq--
		}
		for _, r := range c.state.Standing() {
			_, err := kiosk.DecideUndo(c.order, c.state, c.ctx, r.Event, leader(), "")
			if sold := len(c.state.AfterSales) > 0; sold != errors.Is(err, kiosk.ErrAfterSold) {
				t.Fatalf("undo with %d after-sales: %v", len(c.state.AfterSales), err)
			}
		}
	})
}
