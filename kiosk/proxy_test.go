package kiosk_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"hexiao/kiosk"
)

func proxy(lines ...kiosk.LineID) *kiosk.Proxy {
	return &kiosk.Proxy{Code: kiosk.ProxyID{7}, Lines: lines, From: noon().Add(-time.Hour), Until: noon().Add(time.Hour)}
}

// byProxy is the scene with a proxy code in somebody's hand.
func byProxy(lines ...kiosk.LineID) kiosk.Context {
	c := scene()
	c.Proxy = proxy(lines...)
	return c
}

// The code's term is one more: those of the order stand, and come first.
func TestProxyComesAfterTheOrder(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*kiosk.Order, *kiosk.Context)
		want   kiosk.Verdict
		of     bool
	}{
		"good":            {func(*kiosk.Order, *kiosk.Context) {}, kiosk.Accepted, false},
		"cancelled":       {func(o *kiosk.Order, c *kiosk.Context) { o.Status, c.Proxy.Until = kiosk.StatusCancelled, noon() }, kiosk.Cancelled, false},
		"not arrived":     {func(o *kiosk.Order, c *kiosk.Context) { o.Status, c.Proxy.Until = kiosk.StatusPaid, noon() }, kiosk.NotArrived, false},
		"order too early": {func(o *kiosk.Order, c *kiosk.Context) { o.ValidFrom = noon().Add(time.Hour) }, kiosk.TooEarly, false},
		"code too early":  {func(_ *kiosk.Order, c *kiosk.Context) { c.Proxy.From = noon().Add(time.Minute) }, kiosk.TooEarly, true},
		"code over":       {func(_ *kiosk.Order, c *kiosk.Context) { c.Proxy.Until = noon() }, kiosk.Expired, true},
		"leader's":        {func(_ *kiosk.Order, c *kiosk.Context) { c.Point.Policy.Handover = kiosk.HandoverLeader }, kiosk.Held, false},
		"no time":         {func(_ *kiosk.Order, c *kiosk.Context) { c.At.Clock = kiosk.ClockSuspect }, kiosk.NeedsLeader, false},
		"by HQ's time, over": {func(_ *kiosk.Order, c *kiosk.Context) {
			c.At.Clock, c.At.HQ = kiosk.ClockSuspect, kiosk.HQClock{Known: true, Offset: 2 * time.Hour}
		}, kiosk.Expired, true},
		"by HQ's time, good": {func(_ *kiosk.Order, c *kiosk.Context) {
			c.At.Wall, c.At.Clock, c.At.HQ = noon().Add(9*time.Hour), kiosk.ClockSuspect, kiosk.HQClock{Known: true, Offset: -9 * time.Hour}
			c.Cache.Local = true
		}, kiosk.Accepted, false},
	} {
		o, ctx := order(), byProxy("1")
		c.change(&o, &ctx)
		out, _ := kiosk.DecideScan(o, kiosk.OrderState{}, ctx)
		if out.Verdict != c.want || out.OfProxy != c.of || out.Proxy != ctx.Proxy {
			t.Errorf("%s: %s, of the code %v; want %s, %v", name, out.Verdict, out.OfProxy, c.want, c.of)
		}
	}
}

func TestProxyCountsOnce(t *testing.T) {
	tm := terminal{name: "K1", at: noon()}
	out, body := kiosk.DecideScan(order(), kiosk.OrderState{}, byProxy("2"))
	same(t, "recorded", kiosk.Body(kiosk.Redeemed{
		Order: "O1", Lines: []kiosk.Handed{{Line: "2", Handed: 1}}, Method: kiosk.MethodAlone, Source: "camera", Proxy: kiosk.ProxyID{7},
	}), body)
	same(t, "given", []kiosk.Handed{{Line: "2", Handed: 1}}, out.Lines)
	first := tm.event(body)
	s := fold(kiosk.OrderState{}, first)
	again := kiosk.Redeemed{Order: "O1", Lines: []kiosk.Handed{{Line: "1", Handed: 1}}, Method: kiosk.MethodAlone, Proxy: kiosk.ProxyID{7}}
	if err := kiosk.Check(order(), s, tm.event(again)); !errors.Is(err, kiosk.ErrProxyUsed) {
		t.Errorf("the same code for other lines: %v", err)
	}
	settled, after, against := kiosk.Settle(order(), true, s, tm.event(again))
	if settled != kiosk.SettledConflict || len(against) != 1 || against[0].Proxy != (kiosk.ProxyID{7}) {
		t.Errorf("HQ says %s, against %v", settled, against)
	}
	same(t, "what counts at HQ", s.Standing(), after.Standing())
	if got, _, _ := kiosk.Settle(order(), true, s, first); got != kiosk.SettledReplay {
		t.Errorf("the same event again: %s", got)
	}
	undone := fold(s, tm.event(kiosk.RedemptionUndone{Order: "O1", Redemption: first.ID, By: "L1"}))
	if err := kiosk.Check(order(), undone, tm.event(again)); err != nil {
		t.Errorf("after the undo: %v", err)
	}
}

func TestConfirmingForAProxy(t *testing.T) {
	ctx := byProxy("2")
	ctx.Point.Policy.Handover = kiosk.HandoverLeader
	tm := terminal{name: "K1", at: noon()}
	_, body := kiosk.DecideScan(order(), kiosk.OrderState{}, ctx)
	s := fold(kiosk.OrderState{}, tm.event(body))
	later := scene() // the leader has no code in the hand
	for name, c := range map[string]struct {
		lines []kiosk.Handed
		want  error
		given []kiosk.Handed
	}{
		"all":          {nil, nil, []kiosk.Handed{{Line: "2", Handed: 1}}},
		"counted":      {[]kiosk.Handed{{Line: "2", Short: 1}}, nil, []kiosk.Handed{{Line: "2", Short: 1}}},
		"another line": {[]kiosk.Handed{{Line: "2", Handed: 1}, {Line: "1", Handed: 1}}, kiosk.ErrWrongChoice, nil},
	} {
		out, bodies, err := kiosk.DecideConfirm(order(), s, later, kiosk.Confirmation{By: leader(), Lines: c.lines})
		if !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err != nil {
			if bodies != nil {
				t.Errorf("%s: it would record %v", name, bodies)
			}
			continue
		}
		same(t, name, c.given, out.Lines)
		if r, ok := bodies[0].(kiosk.Redeemed); !ok || r.Proxy != (kiosk.ProxyID{7}) || r.Hold.IsZero() || out.Proxy == nil {
			t.Errorf("%s: %+v", name, bodies)
		}
	}
	// By hand, to the customer, all of it goes out, and the code stays good.
	_, bodies, err := kiosk.DecideHandOver(order(), s, later, kiosk.Confirmation{By: leader()})
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := bodies[0].(kiosk.Redeemed); !ok || len(r.Lines) != 2 || !r.Proxy.IsZero() || r.Hold.IsZero() {
		t.Errorf("by hand: %+v", bodies)
	}
}

func TestProxyIDAsText(t *testing.T) {
	b, err := json.Marshal(kiosk.Redemption{Proxy: kiosk.ProxyID{1, 0xab}})
	if err != nil {
		t.Fatal(err)
	}
	var back kiosk.Redemption
	if err := json.Unmarshal(b, &back); err != nil || back.Proxy != (kiosk.ProxyID{1, 0xab}) || back.Proxy.String() != "01ab00000000" {
		t.Errorf("%s: %s, %v", b, back.Proxy, err)
	}
	for _, bad := range []string{"", "01ab0000000", "01ab0000000x"} {
		if err := new(kiosk.ProxyID).UnmarshalText([]byte(bad)); !errors.Is(err, kiosk.ErrMalformedEvent) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
