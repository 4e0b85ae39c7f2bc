package sample

import (
	"fmt"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

func result(s desk.Screen, r desk.Result) desk.State {
	state := desk.State{Screen: s, Result: &r, Left: 8, Total: 12}
	if s == desk.Accepted {
		state.Ways = desk.Ways{Missing: desk.WayOpen, Rate: desk.WayOpen, Invoice: desk.WayOpen}
	}
	if s == desk.Held {
		state.Left, state.Total = 52, 60
	}
	return state
}

func accepted() []Named {
	yes := func(orders ...desk.ResultOrder) desk.State {
		return result(desk.Accepted, desk.Result{Verdict: kiosk.Accepted, Orders: orders})
	}
	many := order(kiosk.Accepted)
	for i := range 14 {
		product := fmt.Sprintf("东北五常大米 第 %d 批", i+1)
		many.Lines = append(many.Lines, desk.ResultLine{Product: product, Spec: "5 kg", Unit: "袋", Quantity: i + 1})
		many.Units += i + 1
	}
	many.Shelf = "冷藏-A3-12"
	bare := order(kiosk.Accepted, groceries()[:1]...)
	bare.Shelf, bare.Customer = "", kiosk.Masked{}
	second := order(kiosk.Accepted, groceries()[2])
	second.PickupNumber, second.Shelf = "91", "C-03"
	late := order(kiosk.NotArrived)
	late.PickupNumber, late.Shelf, late.ExpectedAt = "97", "", Now().AddDate(0, 0, 1)
	resumed := order(kiosk.Accepted, groceries()...)
	resumed.Resumed = true
	repeat := yes(order(kiosk.Accepted, groceries()...))
	repeat.Result.Repeat = true
	several := yes(order(kiosk.Accepted, groceries()...))
	several.Result.Several = true
	leader := yes(order(kiosk.Accepted, groceries()...))
	leader.Leader = "王团长"
	long := order(kiosk.Accepted, desk.ResultLine{
		Product: "云南高原有机无农药残留新鲜采摘阳光玫瑰青提葡萄家庭分享装", Spec: "2.5 kg 礼盒装 · 冷链直达 · 请当天食用", Unit: "箱", Quantity: 1200,
	})
	return []Named{
		{Name: "accepted", State: yes(order(kiosk.Accepted, groceries()...))},
		{Name: "accepted-many-lines", State: yes(many)},
		{Name: "accepted-several", State: yes(order(kiosk.Accepted, groceries()[:2]...), second, late)},
		{Name: "accepted-no-shelf", State: yes(bare)},
		{Name: "accepted-long-words", State: yes(long)},
		{Name: "accepted-resumed", State: yes(resumed)},
		{Name: "accepted-repeat", State: repeat},
		{Name: "accepted-several-codes", State: several},
		{Name: "accepted-leader", State: leader},
		{Name: "accepted-provisional", State: result(desk.Accepted, desk.Result{
			Verdict: kiosk.Provisional, Orders: []desk.ResultOrder{order(kiosk.Provisional, groceries()...)},
		})},
		{Name: "accepted-vouched", State: vouched(desk.Accepted, kiosk.Provisional)},
	}
}

// vouched is a result of an order that is not here, on HQ's word in a code.
func vouched(s desk.Screen, v kiosk.Verdict) desk.State {
	state := result(s, desk.Result{Verdict: v, Orders: []desk.ResultOrder{{
		ID: "231123-20931845", Verdict: v, Status: kiosk.StatusArrived, Vouched: true, Units: 4, Value: 8640,
	}}})
	state.Ways, state.Header = desk.Ways{}, Offline()
	return state
}

// ofVoucher is the refusal of such a code by its time.
func ofVoucher(v kiosk.Verdict) desk.State {
	s := vouched(desk.Refused, v)
	s.Result.OfVoucher = true
	s.Result.Orders[0].ValidFrom, s.Result.Orders[0].CollectBy = Now().Add(14*time.Hour), Now().Add(-2*time.Hour)
	return s
}

func earlier(units int, here bool) *desk.Evidence {
	e := &desk.Evidence{At: Now().Add(-24 * time.Minute), Terminal: "K2", Here: here, Units: units}
	if here {
		e.Terminal = "K1"
	}
	return e
}

func held() []Named {
	wait := func(v kiosk.Verdict, change func(*desk.ResultOrder)) desk.State {
		o := order(v, groceries()...)
		change(&o)
		s := result(desk.Held, desk.Result{Verdict: v, Orders: []desk.ResultOrder{o}})
		s.Header = Offline()
		return s
	}
	unchanged := func(*desk.ResultOrder) {}
	owing := func(o *desk.ResultOrder) { o.Due = 1280 }
	partly := func(o *desk.ResultOrder) { o.First = earlier(2, true) }
	byLeader := func(s desk.State) desk.State { s.Leader = "王团长"; return s }
	return []Named{
		{Name: "held", State: wait(kiosk.Held, unchanged)},
		{Name: "held-payment-due", State: wait(kiosk.PaymentDue, owing)},
		{Name: "held-partly-collected", State: wait(kiosk.PartlyCollected, partly)},
		{Name: "held-needs-leader", State: wait(kiosk.NeedsLeader, unchanged)},
		{Name: "held-leader-other-kiosk", State: byLeader(wait(kiosk.NeedsLeader, func(o *desk.ResultOrder) { o.Home = "K2-MZXW" }))},
		{Name: "held-vouched", State: vouched(desk.Held, kiosk.NeedsLeader)},
		{Name: "held-vouched-leader", State: byLeader(vouched(desk.Held, kiosk.NeedsLeader))},
		{Name: "held-leader", State: byLeader(wait(kiosk.Held, unchanged))},
		{Name: "held-leader-payment-due", State: byLeader(wait(kiosk.PaymentDue, owing))},
	}
}

func refused() []Named {
	no := func(v kiosk.Verdict, change func(*desk.ResultOrder)) desk.State {
		o := order(v)
		change(&o)
		return result(desk.Refused, desk.Result{Verdict: v, Orders: []desk.ResultOrder{o}})
	}
	without := func(r desk.Result) desk.State { return result(desk.Refused, r) }
	unchanged := func(*desk.ResultOrder) {}
	taken := func(e *desk.Evidence) func(*desk.ResultOrder) {
		return func(o *desk.ResultOrder) { o.First = e }
	}
	justNow := earlier(3, true)
	justNow.At, justNow.JustNow = Now().Add(-20*time.Second), true
	undo := no(kiosk.AlreadyCollected, taken(earlier(3, true)))
	undo.Leader = "王团长"
	elsewhere := func(o *desk.ResultOrder) { o.Home = "K2-MZXW" }
	takeOver := no(kiosk.OtherKiosk, elsewhere)
	takeOver.Leader, takeOver.Role = "王团长", kiosk.RoleLeader
	wrong := no(kiosk.WrongPoint, unchanged)
	wrong.Result.RightTo = "阳光花园自提点"
	return []Named{
		{Name: "refused-already-collected", State: no(kiosk.AlreadyCollected, taken(earlier(3, true)))},
		{Name: "refused-already-collected-elsewhere", State: no(kiosk.AlreadyCollected, taken(earlier(3, false)))},
		{Name: "refused-already-collected-just-now", State: no(kiosk.AlreadyCollected, taken(justNow))},
		{Name: "refused-already-collected-leader", State: undo},
		{Name: "refused-not-arrived", State: no(kiosk.NotArrived, func(o *desk.ResultOrder) { o.ExpectedAt = Now().AddDate(0, 0, 1) })},
		{Name: "refused-not-arrived-open", State: no(kiosk.NotArrived, unchanged)},
		{Name: "refused-cancelled", State: no(kiosk.Cancelled, func(o *desk.ResultOrder) { o.Status = kiosk.StatusCancelled })},
		{Name: "refused-refunded", State: no(kiosk.Cancelled, func(o *desk.ResultOrder) { o.Status = kiosk.StatusRefunded })},
		{Name: "refused-refund-in-progress", State: no(kiosk.RefundInProgress, unchanged)},
		{Name: "refused-wrong-point", State: wrong},
		{Name: "refused-other-kiosk", State: no(kiosk.OtherKiosk, elsewhere)},
		{Name: "refused-other-kiosk-leader", State: takeOver},
		{Name: "refused-too-early", State: no(kiosk.TooEarly, func(o *desk.ResultOrder) { o.ValidFrom = Now().AddDate(0, 0, 3) })},
		{Name: "refused-expired", State: no(kiosk.Expired, func(o *desk.ResultOrder) { o.CollectBy = Now().AddDate(-1, 0, 0) })},
		{Name: "refused-revoked", State: no(kiosk.Revoked, unchanged)},
		{Name: "refused-voucher-expired", State: ofVoucher(kiosk.Expired)},
		{Name: "refused-voucher-too-early", State: ofVoucher(kiosk.TooEarly)},
		{Name: "refused-stale-screenshot", State: no(kiosk.StaleScreenshot, unchanged)},
		{Name: "refused-unknown", State: without(desk.Result{Verdict: kiosk.Unknown, AsOf: Now().Add(-3 * time.Minute), Complete: true})},
		{Name: "refused-unknown-stale", State: without(desk.Result{Verdict: kiosk.UnknownStale, AsOf: Now().Add(-30 * time.Hour)})},
		{Name: "refused-unknown-stale-never", State: without(desk.Result{Verdict: kiosk.UnknownStale})},
		{Name: "refused-malformed", State: without(desk.Result{Verdict: kiosk.Malformed})},
		{Name: "refused-busy", State: without(desk.Result{Verdict: kiosk.Busy, Wait: 5})},
		{Name: "refused-several-codes", State: without(desk.Result{Verdict: kiosk.Busy, Several: true})},
		{Name: "refused-out-of-order", State: without(desk.Result{Verdict: kiosk.OutOfOrder})},
	}
}
