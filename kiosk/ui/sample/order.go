package sample

import (
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// file is an order that waits to be collected.
func file(change ...func(*desk.OrderState)) desk.State {
	s := led(desk.OrderFile)
	s.Order = desk.OrderState{
		Order: "O1001", Entry: entries()[0], Can: []desk.Action{desk.TapHandOver, desk.TapByLine, desk.TapHistory},
		Lines: []desk.OrderLine{
			{Product: "阳光玫瑰葡萄", Spec: "1 串 · 约 500 g", Ordered: 2, Left: 2, UnitPrice: 1990},
			{Product: "鲜牛奶", Spec: "950 ml", Unit: "瓶", Ordered: 1, Left: 1, UnitPrice: 1280},
			{Product: "鸡蛋", Spec: "30 枚 · 易碎", Unit: "板", Ordered: 1, Left: 1, UnitPrice: 2680},
		},
		History: []desk.OrderEvent{
			{At: Now().Add(-time.Hour), Terminal: "K1", Here: true, By: "王团长", Body: kiosk.ReminderAsked{By: "L1"}},
		},
	}
	for _, f := range change {
		f(&s.Order)
	}
	return s
}

// collected lets an order be handed over this morning, short of a bottle.
func collected(o *desk.OrderState) {
	o.Entry.Left, o.Entry.Collected = 0, Now().Add(-8*time.Hour)
	o.Can = []desk.Action{desk.TapUndo, desk.TapAfterSale, desk.TapPrint, desk.TapHistory}
	for i := range o.Lines {
		o.Lines[i].Handed, o.Lines[i].Left = o.Lines[i].Ordered, 0
	}
	o.Lines[1].Handed, o.Lines[1].Short = 0, 1
	o.Handovers = []desk.Handover{{At: Now().Add(-8 * time.Hour), Terminal: "K1", Here: true, By: "王团长", Units: 3}}
	o.Undoing = o.Handovers[0]
	o.History = history()
}

func history() []desk.OrderEvent {
	event := func(ago time.Duration, by string, settled kiosk.Settlement, b kiosk.Body) desk.OrderEvent {
		return desk.OrderEvent{At: Now().Add(-ago), Terminal: "K1", Here: true, By: by, Body: b, Settled: settled}
	}
	elsewhere := event(40*time.Hour, "", kiosk.SettledConflict, kiosk.Redeemed{Lines: []kiosk.Handed{{Line: "1", Handed: 1}}})
	elsewhere.Terminal, elsewhere.Here = "K2", false
	return []desk.OrderEvent{
		event(time.Hour, "王团长", "", kiosk.AfterSaleRegistered{Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "2", Units: 1}}, Reason: kiosk.ReasonShort}),
		event(2*time.Hour, "", "", kiosk.MissingReported{Lines: []kiosk.Handed{{Line: "3", Damaged: 1}}}),
		event(8*time.Hour, "王团长", kiosk.SettledAccepted, kiosk.Redeemed{Lines: []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Short: 1}, {Line: "3", Handed: 1}}}),
		event(8*time.Hour, "王团长", kiosk.SettledAccepted, kiosk.PaymentCollected{Amount: 1280, Means: "cash"}),
		event(8*time.Hour, "", kiosk.SettledAccepted, kiosk.OrderHeld{Reason: kiosk.PaymentDue}),
		event(20*time.Hour, "小周", kiosk.SettledAccepted, kiosk.RedemptionUndone{Reason: string(kiosk.ReasonMistake)}),
		event(30*time.Hour, "王团长", kiosk.SettledRejected, kiosk.ReminderAsked{}),
		elsewhere,
		event(50*time.Hour, "", kiosk.SettledAccepted, kiosk.UnknownBody{Code: 99}),
	}
}

func orders() []Named {
	reported := func(o *desk.OrderState) {
		collected(o)
		o.Entry.Reports, o.Reports = 1, 1
		o.Can = append([]desk.Action{desk.TapReports, desk.TapDismiss}, o.Can...)
		o.Report = &desk.OrderMissing{At: Now().Add(-2 * time.Hour), Lines: []desk.OrderLine{
			{Product: "鲜牛奶", Spec: "950 ml", Short: 1}, {Product: "鸡蛋", Spec: "30 枚 · 易碎", Damaged: 1},
		}}
	}
	held := func(o *desk.OrderState) {
		o.Entry.Held = true
		o.Can = []desk.Action{desk.TapHandOver, desk.TapByLine, desk.TapReject, desk.TapHistory}
	}
	overdue := func(o *desk.OrderState) { o.Entry.CollectBy = Now().AddDate(0, 0, -2) }
	owing := func(o *desk.OrderState) { o.Entry.Due = 1280 }
	away := func(o *desk.OrderState) { o.Entry.Arrived, o.Can = false, nil }
	cancelled := func(o *desk.OrderState) {
		o.Entry.Status, o.Can = kiosk.StatusCancelled, []desk.Action{desk.TapHistory}
	}
	back := func(o *desk.OrderState) { o.Entry.SentBack, o.Can = true, []desk.Action{desk.TapHistory} }
	partly := func(o *desk.OrderState) { o.Entry.Left, o.Lines[0].Handed, o.Lines[0].Left = 3, 1, 1 }
	refusal := func(r desk.Refusal) func(*desk.OrderState) { return func(o *desk.OrderState) { o.Refusal = r } }
	done := func(d desk.OrderDone) func(*desk.OrderState) {
		return func(o *desk.OrderState) { o.Done, o.DoneAmount = d, 1280 }
	}
	step := func(s desk.OrderStep, more func(*desk.OrderState)) func(*desk.OrderState) {
		return func(o *desk.OrderState) {
			o.Step = s
			more(o)
		}
	}
	none := func(*desk.OrderState) {}
	twice := func(o *desk.OrderState) {
		o.Handovers = append(o.Handovers, desk.Handover{At: Now().AddDate(0, 0, -1), Terminal: "K2", Units: 1})
	}
	why := func(o *desk.OrderState) {
		o.Reasons, o.Reason = []kiosk.Reason{kiosk.ReasonMistake, kiosk.ReasonWrong, kiosk.ReasonUnwanted, kiosk.ReasonOther}, kiosk.ReasonMistake
	}
	noWhy := func(o *desk.OrderState) {
		o.Reasons = []kiosk.Reason{kiosk.ReasonShort, kiosk.ReasonDamaged, kiosk.ReasonSpoilt, kiosk.ReasonWrong, kiosk.ReasonUnwanted, kiosk.ReasonOther}
	}
	sold := func(o *desk.OrderState) {
		o.SaleKind, o.Reason, o.Amount = kiosk.AfterSaleRefund, kiosk.ReasonDamaged, 3270
		o.Sale = []desk.SaleLine{
			{Product: "阳光玫瑰葡萄", Spec: "1 串 · 约 500 g", Most: 2, Units: 1, UnitPrice: 1990},
			{Product: "鲜牛奶", Spec: "950 ml", Most: 1, Units: 1, UnitPrice: 1280},
			{Product: "鸡蛋", Spec: "30 枚 · 易碎", Most: 1, UnitPrice: 2680},
		}
	}
	forgot := file()
	forgot.Order = desk.OrderState{Order: "O1001", Gone: true}
	return []Named{
		{Name: "order", State: file()},
		{Name: "order-held", State: file(held)},
		{Name: "order-due", State: file(owing)},
		{Name: "order-overdue", State: file(overdue)},
		{Name: "order-partly", State: file(partly)},
		{Name: "order-collected", State: file(collected)},
		{Name: "order-reported", State: file(reported)},
		{Name: "order-not-arrived", State: file(away)},
		{Name: "order-cancelled", State: file(cancelled)},
		{Name: "order-sent-back", State: file(back)},
		{Name: "order-gone", State: forgot},
		{Name: "order-refusal", State: file(collected, refusal(desk.RefusedUndoLate))},
		{Name: "order-done", State: file(collected, done(desk.DoneRefund))},
		{Name: "order-undone", State: file(done(desk.DoneUndo))},
		{Name: "order-history", State: file(collected, step(desk.OrderHistory, none))},
		{Name: "order-report", State: file(reported, step(desk.OrderReport, none))},
		{Name: "order-undo-which", State: file(collected, step(desk.OrderUndoWhich, twice))},
		{Name: "order-undo", State: file(collected, step(desk.OrderUndo, why))},
		{Name: "order-sale-kind", State: file(collected, step(desk.OrderSaleKind, none))},
		{Name: "order-sale-lines", State: file(collected, step(desk.OrderSaleLines, sold))},
		{Name: "order-sale-units", State: file(collected, step(desk.OrderSaleUnits, sold))},
		{Name: "order-sale-reason", State: file(collected, step(desk.OrderSaleReason, noWhy), refusal(desk.RefusedNoReason))},
		{Name: "order-sale-sure", State: file(collected, step(desk.OrderSaleSure, sold))},
	}
}

// hands are handovers that a leader puts together, on Order and on Held.
func hands() []Named {
	draft := func(step desk.HandStep, change func(*desk.HandState)) desk.HandState {
		h := desk.HandState{Step: step, Units: 3, Due: 1280, PaymentCode: "https://pay.example/p/P001?m=static", Lines: []desk.HandLine{
			{Order: "O1001", Line: "1", Product: "阳光玫瑰葡萄", Spec: "1 串 · 约 500 g", Left: 2, Handed: 2},
			{Order: "O1001", Line: "2", Product: "鲜牛奶", Spec: "950 ml", Unit: "瓶", Left: 1, Short: 1, Reason: kiosk.ReasonShort},
			{Order: "O1001", Line: "3", Product: "鸡蛋", Spec: "30 枚 · 易碎", Unit: "板", Left: 1, Handed: 1},
		}}
		h.Reasons = []kiosk.Reason{kiosk.ReasonShort, kiosk.ReasonDamaged, kiosk.ReasonSpoilt, kiosk.ReasonWrong, kiosk.ReasonOther}
		change(&h)
		return h
	}
	unchanged := func(*desk.HandState) {}
	onOrder := func(h desk.HandState) desk.State { s := file(); s.Hand = h; return s }
	onHeld := func(h desk.HandState, orders ...desk.ResultOrder) desk.State {
		s := result(desk.Held, desk.Result{Verdict: kiosk.Held, Orders: append([]desk.ResultOrder{order(kiosk.Held, groceries()...)}, orders...)})
		s.Leader, s.Role, s.Hand = "王团长", kiosk.RoleLeader, h
		return s
	}
	second := order(kiosk.Held, groceries()[1])
	second.ID, second.PickupNumber, second.Shelf = "O1002", "91", "C-03"
	several := draft(desk.HandCounts, func(h *desk.HandState) {
		h.Lines[0].PickupNumber, h.Lines[1].PickupNumber, h.Lines[2].PickupNumber = "86", "86", "91"
	})
	refused := desk.HandState{Refusal: desk.RefusedNoHold}
	return []Named{
		{Name: "order-hand-lines", State: onOrder(draft(desk.HandCounts, unchanged))},
		{Name: "order-hand-line", State: onOrder(draft(desk.HandCount, func(h *desk.HandState) { h.At = 1 }))},
		{Name: "order-hand-line-well", State: onOrder(draft(desk.HandCount, unchanged))},
		{Name: "order-hand-pay", State: onOrder(draft(desk.HandPay, unchanged))},
		{Name: "order-hand-pay-code", State: onOrder(draft(desk.HandPayCode, unchanged))},
		{Name: "order-hand-refusal", State: onOrder(draft(desk.HandCounts, func(h *desk.HandState) { h.Refusal = desk.RefusedTooMany }))},
		{Name: "held-leader-lines", State: onHeld(several, second)},
		{Name: "held-leader-line", State: onHeld(draft(desk.HandCount, unchanged))},
		{Name: "held-leader-several", State: onHeld(desk.HandState{}, second)},
		{Name: "held-leader-refusal", State: onHeld(refused)},
	}
}
