package sample

import (
	"fmt"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// goodsLeader is a state of a leader's screen, with a leader signed in.
func goodsLeader(s desk.State) desk.State {
	s.Leader, s.Role = "王团长", kiosk.RoleLeader
	s.Tally = desk.Tally{Known: true, ToCollect: 37, Collected: 112, Overdue: 4, Exceptions: 2, Conflicts: 2, Consigned: 2}
	return s
}

// goods are the screens that deal with goods and days.
func goods() []Named {
	var out []Named
	for _, group := range [][]Named{receives(), overdues(), conflicts(), dayCloses()} {
		out = append(out, group...)
	}
	return out
}

func deliveries() []desk.Delivery {
	return []desk.Delivery{
		{ID: "C20261123-2", ExpectedAt: Now().Add(30 * time.Minute), Orders: 41, Products: 9, Units: 126},
		{ID: "C20261123-1", ExpectedAt: Now().Add(-time.Hour), Orders: 18, Products: 5, Units: 44, Counted: 2, Here: 19},
		{ID: "C20261122-1", ExpectedAt: Now().AddDate(0, 0, -1), Orders: 33, Products: 1, Units: 6, SignedAt: Now().AddDate(0, 0, -1), SignedBy: "小王"},
		{ID: "C20261121-1", Orders: 29, SignedAt: Now().AddDate(0, 0, -2), SignedBy: "王团长"},
	}
}

func products() []desk.Product {
	return []desk.Product{
		{Key: "1", Product: "阳光玫瑰葡萄", Spec: "1 串 · 约 500 g", Supplier: "云南果园", Expected: 12, Counted: true, Good: 12},
		{Key: "2", Product: "鲜牛奶", Spec: "950 ml", Unit: "瓶", Supplier: "光明乳业", Expected: 20, Counted: true, Good: 17, Damaged: 1, Reason: kiosk.ReasonDamaged},
		{Key: "3", Product: "鸡蛋", Spec: "30 枚 · 易碎", Unit: "板", Supplier: "绿源果蔬", Expected: 8},
		{Key: "4", Product: "东北五常大米", Spec: "5 kg", Unit: "袋", Supplier: "五常米业", Expected: 6, Counted: true, Good: 7},
		{Key: "5", Product: "云南高原有机无农药残留新鲜采摘蓝莓家庭分享装", Spec: "125 g × 12", Unit: "箱", Supplier: "云南果园", Before: 4},
		{Key: "6", Product: "本地小番茄", Spec: "500 g", Unit: "份", Supplier: "绿源果蔬", Expected: 30},
	}
}

func receives() []Named {
	with := func(change func(*desk.ReceiveState)) desk.State {
		s := desk.State{Screen: desk.Receive, Receive: desk.ReceiveState{Known: true}}
		change(&s.Receive)
		return goodsLeader(s)
	}
	count := func(change func(*desk.ReceiveState)) desk.State {
		return with(func(r *desk.ReceiveState) {
			r.Step, r.Products = desk.ReceiveCount, products()
			r.Open = desk.Delivery{ID: "C20261123-1", Orders: 18, Products: 5, Units: 76, Counted: 3, Here: 37}
			change(r)
		})
	}
	return []Named{
		{Name: "receive", State: with(func(r *desk.ReceiveState) { r.Deliveries = deliveries() })},
		{Name: "receive-none", State: with(func(*desk.ReceiveState) {})},
		{Name: "receive-opening", State: with(func(r *desk.ReceiveState) { r.Known = false })},
		{Name: "receive-which-one", State: with(func(r *desk.ReceiveState) {
			r.Deliveries, r.Notice = deliveries(), desk.ReceiveWhichOne
		})},
		{Name: "receive-gone", State: with(func(r *desk.ReceiveState) { r.Deliveries, r.Notice = deliveries()[:1], desk.ReceiveGone })},
		{Name: "receive-count", State: count(func(*desk.ReceiveState) {})},
		{Name: "receive-count-fresh", State: count(func(r *desk.ReceiveState) {
			for i := range r.Products {
				r.Products[i].Counted = false
			}
			r.Open.Counted, r.Open.Here = 0, 0
		})},
		{Name: "receive-scanned", State: count(func(r *desk.ReceiveState) { r.Last = r.Products[0] })},
		{Name: "receive-part-counted", State: count(func(r *desk.ReceiveState) { r.Notice = desk.ReceivePartCounted })},
		{Name: "receive-unknown-barcode", State: count(func(r *desk.ReceiveState) { r.Notice = desk.ReceiveUnknownCode })},
		{Name: "receive-none-counted", State: count(func(r *desk.ReceiveState) {
			r.Notice, r.Open.Counted = desk.ReceiveNoneCounted, 0
		})},
		{Name: "receive-signed-before", State: count(func(r *desk.ReceiveState) {
			r.Products = r.Products[4:5]
			r.Open = desk.Delivery{ID: "C20261121-1", Orders: 29, SignedAt: Now().AddDate(0, 0, -2), SignedBy: "王团长"}
		})},
		{Name: "receive-number", State: count(func(r *desk.ReceiveState) { r.Step, r.Product = desk.ReceiveNumber, r.Products[1] })},
		{Name: "receive-number-fresh", State: count(func(r *desk.ReceiveState) { r.Step, r.Product = desk.ReceiveNumber, r.Products[2] })},
		{Name: "receive-why", State: count(func(r *desk.ReceiveState) { r.Step, r.Product = desk.ReceiveWhy, r.Products[1] })},
		{Name: "receive-sign", State: count(func(r *desk.ReceiveState) { r.Step = desk.ReceiveSign })},
		{Name: "receive-sign-fits", State: count(func(r *desk.ReceiveState) {
			r.Step, r.Products, r.Open.Counted, r.Open.Here = desk.ReceiveSign, r.Products[:1], 1, 12
		})},
		{Name: "receive-refused", State: count(func(r *desk.ReceiveState) {
			r.Step, r.Refusal = desk.ReceiveSign, desk.RefusedMeanwhile
		})},
		{Name: "receive-done", State: count(func(r *desk.ReceiveState) { r.Step, r.Open.Units = desk.ReceiveDone, 38 })},
	}
}

func overdueRows() []desk.OverdueRow {
	row := func(n int, name, tail string, days int) desk.OverdueRow {
		return desk.OverdueRow{
			ID: kiosk.OrderID(fmt.Sprintf("O20%02d", n)), PickupNumber: fmt.Sprint(60 + n), Shelf: fmt.Sprintf("A-%02d", n),
			Customer: kiosk.Masked{Name: name, Tail: tail}, Products: []string{"阳光玫瑰葡萄", "鲜牛奶"}, Left: 4, Value: 4560,
			CollectBy: Now().AddDate(0, 0, -days).Add(-time.Hour),
		}
	}
	out := []desk.OverdueRow{row(1, "张*", "0417", 5), row(2, "欧**", "3302", 3), row(3, "王**", "9921", 1), row(4, "李*", "7788", 0)}
	out[0].Reminders, out[0].RemindedAt, out[0].Today = 2, Now().Add(-2*time.Hour), true
	out[1].Reminders, out[1].RemindedAt = 1, Now().AddDate(0, 0, -2)
	out[3].PickupNumber, out[3].Value = "", 128_000
	return out
}

func overdues() []Named {
	with := func(change func(*desk.OverdueState)) desk.State {
		s := desk.State{Screen: desk.Overdue, Overdue: desk.OverdueState{Known: true, MayBack: true, Rows: overdueRows(), Total: 4}}
		change(&s.Overdue)
		return goodsLeader(s)
	}
	order := func(change func(*desk.OverdueState)) desk.State {
		return with(func(o *desk.OverdueState) {
			o.Step, o.Open, o.Lines = desk.OverdueOrder, o.Rows[1], groceries()
			change(o)
		})
	}
	return []Named{
		{Name: "overdue", State: with(func(*desk.OverdueState) {})},
		{Name: "overdue-none", State: with(func(o *desk.OverdueState) { o.Rows, o.Total = nil, 0 })},
		{Name: "overdue-many", State: with(func(o *desk.OverdueState) { o.Total = 1204 })},
		{Name: "overdue-reminding", State: with(func(o *desk.OverdueState) { o.Done, o.Of = 60, 412 })},
		{Name: "overdue-reminded", State: with(func(o *desk.OverdueState) { o.Notice, o.Reminded = desk.OverdueReminded, 3 })},
		{Name: "overdue-nobody", State: with(func(o *desk.OverdueState) { o.Notice = desk.OverdueNobody })},
		{Name: "overdue-returned", State: with(func(o *desk.OverdueState) { o.Notice = desk.OverdueReturned })},
		{Name: "overdue-collected", State: with(func(o *desk.OverdueState) { o.Notice = desk.OverdueSettled })},
		{Name: "overdue-order", State: order(func(*desk.OverdueState) {})},
		{Name: "overdue-order-today", State: order(func(o *desk.OverdueState) {
			o.Open, o.Notice = o.Rows[0], desk.OverdueToday
		})},
		{Name: "overdue-order-staff", State: order(func(o *desk.OverdueState) { o.MayBack, o.Refusal = false, desk.RefusedRole })},
		{Name: "overdue-send-back", State: order(func(o *desk.OverdueState) { o.Step = desk.OverdueSendBack })},
		{Name: "overdue-sent-back", State: order(func(o *desk.OverdueState) { o.Refusal = desk.RefusedSentBack })},
		{Name: "overdue-changed", State: order(func(o *desk.OverdueState) { o.Refusal = desk.RefusedTooMany })},
		{Name: "overdue-gone", State: order(func(o *desk.OverdueState) { o.Refusal = desk.RefusedMeanwhile })},
	}
}

func conflictRows() []desk.ConflictRow {
	twice := desk.ConflictRow{
		Event: kiosk.EventID{1}, Seq: 128_406, What: kiosk.TypeRedeemed, At: Now().Add(-50 * time.Minute), Terminal: "K1",
		Units: 4, Settled: kiosk.SettledConflict, Order: "O1001", PickupNumber: "86", Customer: kiosk.Masked{Name: "张*", Tail: "0417"}, Value: 4560,
		Against: []desk.ConflictSide{{At: Now().Add(-74 * time.Minute), Terminal: "K2", Units: 4}},
	}
	late, unknown, rejected := twice, twice, twice
	late.Event, late.Settled, late.Against, late.By, late.PickupNumber = kiosk.EventID{2}, kiosk.SettledLateRevoked, nil, "王团长", "91"
	late.Notes = []desk.ConflictEntry{{At: Now().Add(-10 * time.Minute), By: "王团长", Text: "came-back"}}
	unknown.Event, unknown.Settled, unknown.Against, unknown.PickupNumber, unknown.Customer = kiosk.EventID{3}, kiosk.SettledUnknown, nil, "", kiosk.Masked{}
	rejected.Event, rejected.Settled, rejected.Against, rejected.What = kiosk.EventID{4}, kiosk.SettledRejected, nil, kiosk.TypePaymentCollected
	waits, void, stands := twice, twice, twice
	around := func(at time.Time) desk.Span {
		return desk.Span{Earliest: at.Add(-10 * time.Second), Latest: at.Add(10 * time.Second)}
	}
	waits.Event, waits.Outcome, waits.Open, waits.Span = kiosk.EventID{5}, kiosk.DisputeOpen, true, around(waits.At)
	void.Event, void.Outcome, void.Judge, void.Open, void.Span = kiosk.EventID{6}, kiosk.DisputeVoid, kiosk.JudgeClocks, true, around(void.At)
	void.Against = []desk.ConflictSide{{At: Now().Add(-74 * time.Minute), Terminal: "K2", Units: 4, Span: around(Now())}}
	stands.Event, stands.Outcome, stands.Judge, stands.PickupNumber = kiosk.EventID{7}, kiosk.DisputeStands, "周敏", "88"
	stands.Reason, stands.Span = "两位团长都问过了，K2 的货已经退回", around(stands.At)
	return []desk.ConflictRow{twice, late, unknown, rejected, waits, void, stands}
}

func conflicts() []Named {
	with := func(change func(*desk.ConflictsState)) desk.State {
		s := desk.State{Screen: desk.Conflicts, Conflicts: desk.ConflictsState{Known: true, MayNote: true, Rows: conflictRows()}}
		change(&s.Conflicts)
		return goodsLeader(s)
	}
	open := func(i int, change func(*desk.ConflictsState)) desk.State {
		return with(func(c *desk.ConflictsState) {
			c.Step, c.Open = desk.ConflictsOpen, c.Rows[i]
			change(c)
		})
	}
	none := func(*desk.ConflictsState) {}
	return []Named{
		{Name: "conflicts", State: with(none)},
		{Name: "conflicts-none", State: with(func(c *desk.ConflictsState) { c.Rows = nil })},
		{Name: "conflicts-unreadable", State: with(func(c *desk.ConflictsState) { c.Rows, c.Failed = nil, true })},
		{Name: "conflict-twice", State: open(0, none)},
		{Name: "conflict-late-revoked", State: open(1, func(c *desk.ConflictsState) { c.Noted = true })},
		{Name: "conflict-unknown", State: open(2, none)},
		{Name: "conflict-rejected", State: open(3, func(c *desk.ConflictsState) { c.MayNote = false })},
		{Name: "conflict-waits", State: open(4, none)},
		{Name: "conflict-void", State: open(5, none)},
		{Name: "conflict-stands", State: open(6, none)},
		{Name: "conflict-many-sides", State: open(0, func(c *desk.ConflictsState) {
			for i := range 3 {
				c.Open.Against = append(c.Open.Against, desk.ConflictSide{At: Now().Add(-time.Duration(i) * time.Hour), Terminal: "K3", Units: 2})
			}
			for i := range 4 {
				c.Open.Notes = append(c.Open.Notes, desk.ConflictEntry{
					At: Now().Add(-time.Duration(i) * time.Hour), By: "王团长", Text: "顾客说家里人已经在另一台机器上提走了，明天把多拿的葡萄送回来，差的两盒牛奶他自己再买",
				})
			}
		})},
		{Name: "conflict-note", State: open(0, func(c *desk.ConflictsState) { c.Step = desk.ConflictsNote })},
		{Name: "conflict-write", State: open(0, func(c *desk.ConflictsState) { c.Step = desk.ConflictsWrite })},
		{Name: "conflict-writing", State: open(0, func(c *desk.ConflictsState) { c.Step, c.Draft = desk.ConflictsWrite, "MILK BACK 24 NOV" })},
	}
}

func dayCloses() []Named {
	with := func(change func(*desk.DayCloseState)) desk.State {
		s := desk.State{Screen: desk.DayClose, DayClose: desk.DayCloseState{
			Known: true, Day: "2026-11-23", Today: true, Rate: 350, MayClose: true, Settled: 120, Pending: 17, Differ: 1,
			Totals: kiosk.DayTotals{
				Orders: 112, Units: 388, Alone: 98, Short: 3, Damaged: 1, Undone: 1, AfterSales: 2, Returned: 1, Received: 126,
				Value: 1_234_560, Cash: 12_850, ByCode: 4_560, Refunds: 3_000, Commission: 43_210,
			},
			Head: kiosk.Head{Seq: 128_406, Hash: kiosk.Hash{0x9f, 0x3a, 0x5c, 0x01}},
		}}
		change(&s.DayClose)
		return goodsLeader(s)
	}
	row := func(what kiosk.EventType, minutes int, settled kiosk.Settlement) desk.DayRow {
		return desk.DayRow{
			At: Now().Add(-time.Duration(minutes) * time.Minute), Seq: uint64(128_406 - minutes), What: what, PickupNumber: "86", Units: 4, Value: 4560, Settled: settled,
		}
	}
	entries := func(word desk.Word, settled ...kiosk.Settlement) desk.State {
		return with(func(d *desk.DayCloseState) {
			d.Step, d.Word = desk.DayEntries, word
			switch word {
			case desk.WordDiffers:
				d.Differ = len(settled)
			case desk.WordPending:
				d.Pending = len(settled)
			}
			for i, s := range settled {
				d.Rows = append(d.Rows, row(kiosk.TypeRedeemed, 3*i, s))
			}
			if n := len(d.Rows); n > 1 {
				d.Rows[n-1].What, d.Rows[n-1].PickupNumber, d.Rows[n-1].Units, d.Rows[n-1].Value, d.Rows[n-1].By = kiosk.TypeSignedIn, "", 0, 0, "王团长"
			}
		})
	}
	return []Named{
		{Name: "day-close", State: with(func(*desk.DayCloseState) {})},
		{Name: "day-close-quiet", State: with(func(d *desk.DayCloseState) {
			d.Totals, d.Rate, d.Settled, d.Pending, d.Differ = kiosk.DayTotals{}, 0, 1, 0, 0
		})},
		{Name: "day-close-earlier", State: with(func(d *desk.DayCloseState) { d.Earlier = "2026-11-22" })},
		{Name: "day-close-yesterday", State: with(func(d *desk.DayCloseState) {
			d.Day, d.Today, d.Earlier = "2026-11-22", false, "2026-11-22"
		})},
		{Name: "day-close-closed", State: with(func(d *desk.DayCloseState) {
			d.Closed = &desk.DayClosing{At: Now().Add(-20 * time.Minute), By: "王团长", Since: 2, Pending: 17}
		})},
		{Name: "day-close-complete", State: with(func(d *desk.DayCloseState) {
			d.Pending, d.Differ = 0, 0
			d.Closed = &desk.DayClosing{At: Now().Add(-20 * time.Minute), By: "王团长", Pending: 17}
		})},
		{Name: "day-close-staff", State: with(func(d *desk.DayCloseState) { d.MayClose, d.Refusal = false, desk.RefusedRole })},
		{Name: "day-close-alone", State: with(func(d *desk.DayCloseState) { d.Alone, d.Pending, d.Settled, d.Differ = true, 138, 0, 0 })},
		{Name: "day-close-exported", State: func() desk.State {
			s := with(func(d *desk.DayCloseState) {
				d.Closed = &desk.DayClosing{At: Now().Add(-20 * time.Minute), By: "王团长", Since: 2, Pending: 17}
			})
			s.Job = &desk.JobState{Job: desk.Job{Number: 1, Kind: desk.JobExportDay, Day: "2026-11-23"}, Ended: true, Result: "hexiao-K1-2026-11-23.xlsx"}
			return s
		}()},
		{Name: "day-close-no-day", State: with(func(d *desk.DayCloseState) { d.Day, d.NoDay = "", true })},
		{Name: "day-close-differs", State: entries(desk.WordDiffers, kiosk.SettledConflict)},
		{Name: "day-close-pending", State: entries(desk.WordPending, "", "", "", "", "", "")},
		{Name: "day-close-settled", State: entries(desk.WordSettled, kiosk.SettledAccepted, kiosk.SettledAccepted)},
		{Name: "day-close-no-entries", State: entries(desk.WordDiffers)},
		{Name: "day-close-cash", State: with(func(d *desk.DayCloseState) { d.Step = desk.DayCash })},
		{Name: "day-close-cash-typed", State: with(func(d *desk.DayCloseState) { d.Step, d.Digits, d.Counted = desk.DayCash, "12350", 12_350 })},
		{Name: "day-close-confirm", State: with(func(d *desk.DayCloseState) { d.Step, d.Counted = desk.DayConfirm, 12_350 })},
		{Name: "day-close-confirm-well", State: with(func(d *desk.DayCloseState) {
			d.Step, d.Counted, d.Pending, d.Differ = desk.DayConfirm, 12_850, 0, 0
		})},
		{Name: "day-close-confirm-alone", State: with(func(d *desk.DayCloseState) { d.Step, d.Counted, d.Alone, d.Differ = desk.DayConfirm, 12_900, true, 0 })},
		{Name: "day-close-done", State: with(func(d *desk.DayCloseState) {
			d.Step, d.Closed = desk.DayDone, &desk.DayClosing{At: Now(), By: "王团长", Pending: 17}
		})},
	}
}
