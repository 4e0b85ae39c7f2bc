package kiosk_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
)

// counter is one terminal's desk as a random customer and leader use it. It
// records only what the rules let pass, as a ledger does.
type counter struct {
	tm      terminal
	order   kiosk.Order
	ctx     kiosk.Context
	state   kiosk.OrderState
	journal []kiosk.Event
	before  map[kiosk.EventID][]kiosk.Handed // what remained before each redemption
}

func newCounter(t *rapid.T, name kiosk.TerminalID, o kiosk.Order, p kiosk.Policy) *counter {
	ctx := scene()
	ctx.Point.Policy = p
	copy(ctx.At.Boot[:], name)
	return &counter{
		tm: terminal{name: name, at: noon()}, order: o, ctx: ctx, before: map[kiosk.EventID][]kiosk.Handed{},
	}
}

// record puts a body down as a ledger must: Check first, then the fold.
func (c *counter) record(t *rapid.T, b kiosk.Body) bool {
	e := c.tm.event(b)
	e.At = c.ctx.At
	if err := kiosk.Check(c.order, c.state, e); err != nil {
		c.tm.seq--
		return false
	}
	left := kiosk.Remaining(c.order, c.state)
	c.journal = append(c.journal, e)
	c.state = c.state.Apply(e)
	if _, ok := b.(kiosk.Redeemed); ok {
		c.before[e.ID] = left
	}
	if bad := overrun(c.order, c.state); bad != "" {
		t.Fatalf("after %d events, %s %+v: %s", len(c.journal), b.Type(), b, bad)
	}
	return true
}

func (c *counter) scan(t *rapid.T) {
	out, body := kiosk.DecideScan(c.order, c.state, c.ctx)
	if body == nil {
		if out.Verdict == kiosk.Accepted {
			t.Fatal("accepted without an event: green must mean durable")
		}
		return
	}
	if !c.record(t, body) {
		t.Fatalf("the rules decided %s, but Check refuses %+v", out.Verdict, body)
	}
	if _, redeemed := body.(kiosk.Redeemed); redeemed != (out.Verdict == kiosk.Accepted) {
		t.Fatalf("verdict %s with %s", out.Verdict, body.Type())
	}
	if _, held := body.(kiosk.OrderHeld); held != out.Verdict.ForLeader() {
		t.Fatalf("verdict %s with %s", out.Verdict, body.Type())
	}
}

func (c *counter) confirm(t *rapid.T) {
	conf := kiosk.Confirmation{By: rapid.SampledFrom([]kiosk.Leader{leader(), staff(), {}}).Draw(t, "by")}
	conf.Means = rapid.SampledFrom([]string{"", "cash"}).Draw(t, "means")
	if rapid.Bool().Draw(t, "named lines") {
		conf.Lines = drawLines(t, c.order)
	}
	out, bodies, err := kiosk.DecideConfirm(c.order, c.state, c.ctx, conf)
	if err != nil {
		if len(bodies) != 0 || out.Verdict == kiosk.Accepted {
			t.Fatalf("a refused confirmation gives %s and %d events", out.Verdict, len(bodies))
		}
		return
	}
	for _, b := range bodies {
		if !c.record(t, b) {
			t.Fatalf("the confirmation decided %+v, but Check refuses it", b)
		}
	}
	if due := kiosk.AmountDue(c.order, c.state); due != 0 {
		t.Fatalf("handed over with %s yuan unpaid", due)
	}
}

func (c *counter) reject(t *rapid.T) {
	_, held := c.state.OpenHold()
	body, err := kiosk.DecideReject(c.order, c.state, "")
	if held != (err == nil) {
		t.Fatalf("open hold %v, reject: %v", held, err)
	}
	if err == nil && !c.record(t, body) {
		t.Fatal("Check refuses to reject an open hold")
	}
}

func (c *counter) undo(t *rapid.T) {
	if len(c.journal) == 0 {
		return
	}
	id := rapid.SampledFrom(c.journal).Draw(t, "undo of").ID
	standing := c.state.Standing()
	by := rapid.SampledFrom([]kiosk.Leader{leader(), staff()}).Draw(t, "by")
	body, err := kiosk.DecideUndo(c.order, c.state, c.ctx, id, by, "wrong bag")
	if err != nil {
		return
	}
	if by.Role != kiosk.RoleLeader {
		t.Fatal("the staff undid a redemption")
	}
	if !c.record(t, body) {
		t.Fatalf("Check refuses the undo that the rules decided")
	}
	// With this the only redemption standing, the undo brings back exactly what was there before.
	if len(standing) == 1 {
		if len(c.before[id]) == 0 {
			t.Fatal("undone was what never was handed over")
		}
		same(t, "remaining after everything was undone", whole(c.order), kiosk.Remaining(c.order, c.state))
	}
	if err := kiosk.Check(c.order, c.state, c.tm.event(body)); !errors.Is(err, kiosk.ErrAlreadyUndone) {
		t.Fatalf("a second undo: %v", err)
	}
	c.tm.seq--
}

// forge tries to record whatever somebody with a hex editor could think of.
func (c *counter) forge(t *rapid.T) {
	switch rapid.IntRange(0, 4).Draw(t, "forgery") {
	case 3: // all of it, once more
		c.record(t, kiosk.Redeemed{Order: c.order.ID, Lines: whole(c.order), Method: kiosk.MethodAlone})
	case 4: // what is left, and one more
		lines := append(kiosk.Remaining(c.order, c.state), kiosk.Handed{Line: "1", Damaged: 1})
		c.record(t, kiosk.Redeemed{Order: c.order.ID, Lines: lines, Method: kiosk.MethodLeader})
	case 0:
		c.record(t, kiosk.Redeemed{Order: c.order.ID, Lines: drawLines(t, c.order), Method: kiosk.MethodLeader})
	case 1:
		c.record(t, kiosk.PaymentCollected{
			Order: c.order.ID, Amount: kiosk.Fen(rapid.Int64().Draw(t, "amount")), Means: "cash",
		})
	case 2:
		c.record(t, kiosk.OrderHeld{Order: c.order.ID, Reason: kiosk.Held})
	}
}

func (c *counter) wait(t *rapid.T) {
	minutes := time.Duration(rapid.IntRange(-60, 36*60).Draw(t, "minutes")) * time.Minute
	c.ctx.At.Wall, c.ctx.At.Mono = c.ctx.At.Wall.Add(minutes), c.ctx.At.Mono+minutes.Abs()
	c.ctx.At.Clock = kiosk.ClockQuality(rapid.IntRange(0, 2).Draw(t, "clock"))
}

// step does one random thing.
func (c *counter) step(t *rapid.T) {
	rapid.SampledFrom([]func(*rapid.T){c.scan, c.scan, c.confirm, c.confirm, c.reject, c.undo, c.forge, c.wait, c.byHand, c.after, c.after}).
		Draw(t, "step")(t)
}

func (c *counter) steps(t *rapid.T) {
	for range rapid.IntRange(1, 25).Draw(t, "steps") {
		c.step(t)
	}
}

func TestNeverMoreThanOrdered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCounter(t, "K1", drawOrder(t), drawPolicy(t))
		c.steps(t)
		if paid := c.state.Paid(); paid < 0 || paid > c.order.Due {
			t.Fatalf("paid %s of %s yuan", paid, c.order.Due)
		}
	})
}

func TestUndoRestoresExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCounter(t, "K1", drawOrder(t), drawPolicy(t))
		c.steps(t)
		if len(c.state.AfterSales) > 0 {
			return // nothing can be undone any more
		}
		before := kiosk.Remaining(c.order, c.state)
		redeemed := kiosk.Redeemed{Order: c.order.ID, Lines: before, Method: kiosk.MethodLeader}
		if before == nil || !c.record(t, redeemed) {
			return // nothing was left
		}
		last := c.journal[len(c.journal)-1].ID
		if left := kiosk.Remaining(c.order, c.state); left != nil {
			t.Fatalf("all was handed over, but %+v remains", left)
		}
		body, err := kiosk.DecideUndo(c.order, c.state, c.ctx, last, leader(), "")
		if err != nil {
			t.Fatalf("undo at once: %v", err)
		}
		c.record(t, body)
		same(t, "remaining after the undo", before, kiosk.Remaining(c.order, c.state))
	})
}
