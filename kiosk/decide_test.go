package kiosk_test

import (
	"testing"
	"time"

	"hexiao/kiosk"
)

func TestDecideScan(t *testing.T) {
	const ms = time.Millisecond
	redeemed := func(lines ...kiosk.Handed) kiosk.OrderState {
		tm := terminal{name: "K9", at: noon().Add(-time.Hour)}
		return fold(kiosk.OrderState{}, tm.event(kiosk.Redeemed{Order: "O1", Lines: lines, Method: kiosk.MethodAlone}))
	}
	status := func(s kiosk.Status) func(*kiosk.Order, *kiosk.Context) {
		return func(o *kiosk.Order, _ *kiosk.Context) { o.Status = s }
	}
	validFrom := func(d time.Duration) func(*kiosk.Order, *kiosk.Context) {
		return func(o *kiosk.Order, _ *kiosk.Context) { o.ValidFrom = noon().Add(d) }
	}
	collectBy := func(d time.Duration) func(*kiosk.Order, *kiosk.Context) {
		return func(o *kiosk.Order, c *kiosk.Context) {
			o.CollectBy = noon().Add(d)
			c.Point.Policy.CollectGrace = time.Hour
		}
	}
	suspect := func(d time.Duration) func(*kiosk.Order, *kiosk.Context) {
		return func(o *kiosk.Order, c *kiosk.Context) { o.CollectBy, c.At.Clock = noon().Add(d), kiosk.ClockSuspect }
	}
	mode := func(m kiosk.HandoverMode, below kiosk.Fen) func(*kiosk.Order, *kiosk.Context) {
		return func(_ *kiosk.Order, c *kiosk.Context) {
			c.Point.Policy.Handover, c.Point.Policy.AloneBelow = m, below
		}
	}
	stale := func(age time.Duration, value kiosk.Fen) func(*kiosk.Order, *kiosk.Context) {
		return func(_ *kiosk.Order, c *kiosk.Context) {
			c.Cache.AsOf = noon().Add(-age)
			c.Point.Policy.StaleValue = value
		}
	}
	due := func(o *kiosk.Order, _ *kiosk.Context) { o.Due = 500 }
	for _, c := range []struct {
		name   string
		change func(*kiosk.Order, *kiosk.Context)
		state  kiosk.OrderState
		want   kiosk.Verdict
	}{
		{"plain", func(*kiosk.Order, *kiosk.Context) {}, kiosk.OrderState{}, kiosk.Accepted},
		{"paid", status(kiosk.StatusPaid), kiosk.OrderState{}, kiosk.NotArrived},
		{"shipped", status(kiosk.StatusShipped), kiosk.OrderState{}, kiosk.NotArrived},
		{"cancelled", status(kiosk.StatusCancelled), kiosk.OrderState{}, kiosk.Cancelled},
		{"refunded", status(kiosk.StatusRefunded), kiosk.OrderState{}, kiosk.Cancelled},
		{"refunding", status(kiosk.StatusRefunding), kiosk.OrderState{}, kiosk.RefundInProgress},
		{"collected", status(kiosk.StatusArrived), redeemed(whole(order())...), kiosk.AlreadyCollected},
		{"collected, then refunded", status(kiosk.StatusRefunded), redeemed(whole(order())...), kiosk.AlreadyCollected},
		{"in part", status(kiosk.StatusArrived), redeemed(kiosk.Handed{Line: "1", Handed: 1}), kiosk.PartlyCollected},
		{"in part, rest short", status(kiosk.StatusArrived),
			redeemed(kiosk.Handed{Line: "1", Handed: 1, Short: 1, Damaged: 1}, kiosk.Handed{Line: "2", Short: 1}), kiosk.AlreadyCollected},
		{"another point", func(o *kiosk.Order, _ *kiosk.Context) { o.Point = "P2" }, kiosk.OrderState{}, kiosk.WrongPoint},
		{"valid from now", validFrom(0), kiosk.OrderState{}, kiosk.Accepted},
		{"valid in a moment", validFrom(ms), kiosk.OrderState{}, kiosk.TooEarly},
		{"end of the grace", collectBy(-time.Hour), kiosk.OrderState{}, kiosk.Accepted},
		{"after the grace", collectBy(-time.Hour - ms), kiosk.OrderState{}, kiosk.Expired},
		{"expired by a suspect clock", suspect(-999 * time.Hour), kiosk.OrderState{}, kiosk.NeedsLeader},
		{"in time by a suspect clock", suspect(999 * time.Hour), kiosk.OrderState{}, kiosk.NeedsLeader},
		{"no term, suspect clock", func(_ *kiosk.Order, c *kiosk.Context) { c.At.Clock = kiosk.ClockSuspect },
			kiosk.OrderState{}, kiosk.Accepted},
		{"unchecked clock", func(_ *kiosk.Order, c *kiosk.Context) { c.At.Clock = kiosk.ClockUnchecked },
			kiosk.OrderState{}, kiosk.Accepted},
		{"to pay", due, kiosk.OrderState{}, kiosk.PaymentDue},
		{"to pay, in part", due, redeemed(kiosk.Handed{Line: "1", Handed: 1}), kiosk.PaymentDue},
		{"the leader confirms", mode(kiosk.HandoverLeader, 0), kiosk.OrderState{}, kiosk.Held},
		{"below the amount", mode(kiosk.HandoverBelow, 5_001), kiosk.OrderState{}, kiosk.Accepted},
		{"at the amount", mode(kiosk.HandoverBelow, 5_000), kiosk.OrderState{}, kiosk.Held},
		{"below no amount", mode(kiosk.HandoverBelow, 0), kiosk.OrderState{}, kiosk.Held},
		{"a mode of a later version", mode("with-a-photograph", 0), kiosk.OrderState{}, kiosk.Held},
		{"old cache, cheap", stale(25*time.Hour, 5_001), kiosk.OrderState{}, kiosk.Accepted},
		{"old cache, dear", stale(24*time.Hour+ms, 5_000), kiosk.OrderState{}, kiosk.NeedsLeader},
		{"just fresh, dear", stale(24*time.Hour, 5_000), kiosk.OrderState{}, kiosk.Accepted},
		{"incomplete cache, dear", func(_ *kiosk.Order, c *kiosk.Context) {
			c.Cache.Complete, c.Point.Policy.StaleValue = false, 1
		}, kiosk.OrderState{}, kiosk.NeedsLeader},
		{"own table, never old", func(_ *kiosk.Order, c *kiosk.Context) {
			c.Cache, c.Point.Policy.StaleValue = kiosk.Cache{Local: true}, 1
		}, kiosk.OrderState{}, kiosk.Accepted},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, ctx := order(), scene()
			c.change(&o, &ctx)
			out, body := kiosk.DecideScan(o, c.state, ctx)
			if out.Verdict != c.want {
				t.Fatalf("%s, want %s", out.Verdict, c.want)
			}
			left := kiosk.Remaining(o, c.state)
			switch b := body.(type) {
			case kiosk.Redeemed:
				want := kiosk.Redeemed{Order: "O1", Lines: left, Method: kiosk.MethodAlone, Source: "camera"}
				if ctx.Cache.Stale(ctx.At, ctx.Point.Policy.WithDefaults()) {
					want.AsOf = ctx.Cache.AsOf
				}
				same(t, "redeemed", want, b)
				same(t, "lines shown", left, out.Lines)
			case kiosk.OrderHeld:
				same(t, "held", kiosk.OrderHeld{Order: "O1", Reason: c.want, Source: "camera"}, b)
			case nil:
				if c.want == kiosk.Accepted || c.want.ForLeader() {
					t.Error("nothing to record")
				}
			default:
				t.Errorf("body %T", b)
			}
			same(t, "history", c.state.Standing(), out.History)
			if !out.At.Equal(noon()) || out.Due != kiosk.AmountDue(o, c.state) || out.Order.ID != "O1" {
				t.Errorf("evidence: %+v", out)
			}
		})
	}
}

func TestDecideScanEvidence(t *testing.T) {
	o, ctx := order(), scene()
	o.Point = "P2"
	if out, _ := kiosk.DecideScan(o, kiosk.OrderState{}, ctx); out.RightTo.Name != "Two" {
		t.Errorf("the right point is %+v", out.RightTo)
	}
	o.Point = "P7"
	if out, _ := kiosk.DecideScan(o, kiosk.OrderState{}, ctx); out.RightTo.ID != "P7" || out.RightTo.Name == "" {
		t.Errorf("the right point, not a neighbour, is %+v", out.RightTo)
	}
	o = order()
	o.CollectBy = noon().Add(-48 * time.Hour)
	if out, _ := kiosk.DecideScan(o, kiosk.OrderState{}, ctx); !out.ExpiredAt.Equal(noon().Add(-24 * time.Hour)) {
		t.Errorf("expired at %s", out.ExpiredAt)
	}

	// A second scan of a held order shows the first hold and records nothing.
	ctx.Point.Policy.Handover = kiosk.HandoverLeader
	tm := terminal{name: "K1", at: noon()}
	_, body := kiosk.DecideScan(order(), kiosk.OrderState{}, ctx)
	held := tm.event(body)
	out, body := kiosk.DecideScan(order(), fold(kiosk.OrderState{}, held), ctx)
	if out.Verdict != kiosk.Held || out.Event != held.ID || out.Seq != held.Seq || body != nil {
		t.Errorf("the second scan gives %+v and records %v", out, body)
	}

	// Standing redemptions come by time, whatever the terminals are called.
	late, early := terminal{name: "A", at: noon()}, terminal{name: "B", at: noon().Add(-time.Hour)}
	one := []kiosk.Handed{{Line: "1", Handed: 1}}
	s := fold(kiosk.OrderState{}, late.event(kiosk.Redeemed{Order: "O1", Lines: one}), early.event(kiosk.Redeemed{Order: "O1", Lines: one}))
	out, _ = kiosk.DecideScan(order(), s, scene())
	if len(out.History) != 2 || out.History[0].Terminal != "B" {
		t.Errorf("history: %+v", out.History)
	}
}

func TestDecideUnknown(t *testing.T) {
	own, two, none := kiosk.NewOpaque([16]byte{1}, "P1"), kiosk.NewOpaque([16]byte{2}, "P2"), kiosk.NewOpaque([16]byte{3}, "P3")
	typed := kiosk.NewTyped(123_456_789)
	fresh, old, partial, never, slack, future := scene(), scene(), scene(), scene(), scene(), scene()
	slack.Cache.AsOf = noon().Add(5 * time.Minute)
	future.Cache.AsOf = noon().Add(5*time.Minute + time.Millisecond)
	old.Cache.AsOf = noon().Add(-24*time.Hour - time.Millisecond)
	partial.Cache.Complete = false
	never.Cache = kiosk.Cache{}
	for _, c := range []struct {
		name  string
		codes []kiosk.Code
		ctx   kiosk.Context
		want  kiosk.Verdict
	}{
		{"own", []kiosk.Code{own}, fresh, kiosk.Unknown},
		{"own, old cache", []kiosk.Code{own}, old, kiosk.UnknownStale},
		{"own, HQ's clock a little ahead", []kiosk.Code{own}, slack, kiosk.Unknown},
		{"own, clock set back", []kiosk.Code{own}, future, kiosk.UnknownStale},
		{"own, incomplete cache", []kiosk.Code{own}, partial, kiosk.UnknownStale},
		{"own, never synced", []kiosk.Code{own}, never, kiosk.UnknownStale},
		{"neighbour's", []kiosk.Code{two}, fresh, kiosk.WrongPoint},
		{"neighbour's, old cache", []kiosk.Code{two}, old, kiosk.WrongPoint},
		{"neighbour's, second", []kiosk.Code{typed, two}, fresh, kiosk.WrongPoint},
		{"nobody's", []kiosk.Code{none}, fresh, kiosk.Unknown},
		{"typed", []kiosk.Code{typed}, fresh, kiosk.Unknown},
		{"typed, old cache", []kiosk.Code{typed}, old, kiosk.UnknownStale},
		{"none", nil, fresh, kiosk.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := kiosk.DecideUnknown(c.codes, c.ctx)
			if out.Verdict != c.want || !out.At.Equal(noon()) {
				t.Errorf("%s at %s, want %s", out.Verdict, out.At, c.want)
			}
			if (out.RightTo.Name == "Two") != (c.want == kiosk.WrongPoint) {
				t.Errorf("sent to %+v", out.RightTo)
			}
		})
	}
}

func TestVerdicts(t *testing.T) {
	seen := map[kiosk.Verdict]bool{}
	leaders := 0
	for _, v := range kiosk.Verdicts() {
		if v == "" || seen[v] {
			t.Errorf("verdict %q stands twice or is empty", v)
		}
		seen[v] = true
		if v.ForLeader() {
			leaders++
		}
	}
	if len(seen) != 21 || leaders != 4 {
		t.Errorf("%d verdicts, %d for the leader", len(seen), leaders)
	}
}
