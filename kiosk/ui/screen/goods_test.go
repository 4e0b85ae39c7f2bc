package screen

import (
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
	"hexiao/kiosk/ui/sample"
)

// pickAll taps every row of the screen's lists.
func pickAll(v *View) {
	walk(v.Object, func(o fyne.CanvasObject) {
		if row, ok := o.(*look.Target); ok {
			test.Tap(row)
		}
	})
}

// goodsScreens are the screens of goods and days by the beginning of their samples.
func goodsScreens() map[string]func(*look.Kit, desk.State, Actions) *View {
	return map[string]func(*look.Kit, desk.State, Actions) *View{
		"receive": Receive, "overdue": Overdue, "conflict": Conflicts, "day-close": DayClose,
	}
}

// The buttons of the goods' screens, without the frame's.
func TestGoodsButtonsSendTheirActions(t *testing.T) {
	frame := []desk.Action{desk.TapLanguage, desk.TapSignOut}
	for _, c := range []struct {
		sample string
		want   []desk.Action
	}{
		{"receive", nil},
		{"receive-count", []desk.Action{desk.TapBack, desk.TapAllHere, desk.TapSign}},
		{"receive-signed-before", []desk.Action{desk.TapBack, desk.TapPrintDelivery}},
		{"receive-number", []desk.Action{desk.TapBack, desk.TapAllHere, desk.TapErase, desk.TapEnter}},
		{"receive-why", []desk.Action{desk.TapBack}},
		{"receive-sign", []desk.Action{desk.TapBack, desk.TapConfirm}},
		{"receive-done", []desk.Action{desk.TapPrintDelivery, desk.TapDone}},
		{"overdue", []desk.Action{desk.TapRemindAll}},
		{"overdue-none", nil},
		{"overdue-reminding", nil},
		{"overdue-order", []desk.Action{desk.TapBack, desk.TapSendBack, desk.TapRemind}},
		{"overdue-order-today", []desk.Action{desk.TapBack, desk.TapSendBack}},
		{"overdue-order-staff", []desk.Action{desk.TapBack, desk.TapRemind}},
		{"overdue-send-back", []desk.Action{desk.TapBack, desk.TapConfirm}},
		{"conflicts", nil},
		{"conflict-twice", []desk.Action{desk.TapBack, desk.TapNote}},
		{"conflict-rejected", []desk.Action{desk.TapBack}},
		{"conflict-note", []desk.Action{desk.TapBack, desk.TapWriteNote}},
		{"conflict-write", []desk.Action{desk.TapBack, desk.TapErase, desk.TapEnter}},
		{"day-close", []desk.Action{desk.TapExportDay, desk.TapPrintClose, desk.TapCloseDay}},
		{"day-close-staff", []desk.Action{desk.TapPrintClose}},
		{"day-close-differs", []desk.Action{desk.TapBack}},
		{"day-close-cash", []desk.Action{desk.TapBack, desk.TapCashFits, desk.TapErase, desk.TapEnter}},
		{"day-close-confirm", []desk.Action{desk.TapBack, desk.TapConfirm}},
		{"day-close-done", []desk.Action{desk.TapExportDay, desk.TapPrintClose, desk.TapDone}},
		{"day-close-no-day", nil},
	} {
		v, h, _ := make1(t, c.sample, screenOf(t, c.sample))
		tapAll(v)
		got := slices.DeleteFunc(h.taps, func(a desk.Action) bool { return slices.Contains(frame, a) })
		if !equal(got, c.want) {
			t.Errorf("%s sent %v, want %v", c.sample, got, c.want)
		}
	}
}

func screenOf(t *testing.T, name string) func(*look.Kit, desk.State, Actions) *View {
	t.Helper()
	for prefix, f := range goodsScreens() {
		if strings.HasPrefix(name, prefix) {
			return f
		}
	}
	t.Fatalf("no screen for %q", name)
	return nil
}

func TestGoodsRowsSayWhatWasPicked(t *testing.T) {
	for sample, want := range map[string][]string{
		"receive":       {"delivery C20261123-2", "delivery C20261123-1", "delivery C20261122-1", "delivery C20261121-1"},
		"receive-count": {"product 1", "product 2", "product 3", "product 4"},
		"receive-why":   {"reason damaged", "reason spoilt", "reason short", "reason wrong", "reason other"},
		"overdue":       {"overdue-order O2001", "overdue-order O2002", "overdue-order O2003", "overdue-order O2004"},
		"conflicts":     {"conflict 01000000000000000000000000000000", "conflict 02000000000000000000000000000000"},
		"conflict-note": {"note came-back", "note both-gone", "note customer-pays", "note not-given", "note asked-hq"},
	} {
		v, h, _ := make1(t, sample, screenOf(t, sample))
		pickAll(v)
		for _, w := range want {
			if !slices.Contains(h.picks, w) {
				t.Errorf("%s: no row picks %q: %v", sample, w, h.picks)
			}
		}
	}
	v, h, _ := make1(t, "day-close", DayClose)
	tapAll(v)
	if !slices.Contains(h.picks, "entries differs") {
		t.Errorf("the entries that differ are not shown first: %v", h.picks)
	}
	v, h, _ = make1(t, "day-close-earlier", DayClose)
	tapAll(v)
	if !slices.Contains(h.picks, "day 2026-11-22") {
		t.Errorf("the day that nobody closed cannot be opened: %v", h.picks)
	}
}

// Counting and typing follow, so that no key disappears under a finger.
func TestGoodsScreensFollow(t *testing.T) {
	v, h, s := make1(t, "receive-number-fresh", Receive)
	test.Tap(button(t, v, "3"))
	if string(h.keys) != "3" {
		t.Errorf("keys %q", string(h.keys))
	}
	s.Receive.Product.Counted, s.Receive.Product.Good, s.Receive.Product.Damaged = true, 3, 1
	v.Update(s)
	if !contains(v, "缺 4 破损 1") {
		t.Error("the difference is not said")
	}
	steppers(v)
	if len(h.picks) == 0 || !slices.Contains(h.picks, "good 4") || !slices.Contains(h.picks, "damaged 2") {
		t.Errorf("the steppers sent %v", h.picks)
	}

	v, _, s = make1(t, "receive-count-fresh", Receive)
	s.Receive.Products = slices.Clone(s.Receive.Products)
	s.Receive.Products[0].Counted, s.Receive.Products[0].Good = true, 5
	s.Receive.Last = s.Receive.Products[0]
	v.Update(s)
	if !says(v, "5 / 12") || !contains(v, "阳光玫瑰葡萄") {
		t.Error("what was scanned is not said")
	}

	v, _, s = make1(t, "conflict-write", Conflicts)
	s.Conflicts.Draft = "BACK"
	v.Update(s)
	if !says(v, "BACK") {
		t.Error("what is typed is not shown")
	}

	v, _, s = make1(t, "day-close-cash", DayClose)
	s.DayClose.Digits, s.DayClose.Counted = "12350", 12_350
	v.Update(s)
	if !says(v, "¥123.50") || !contains(v, "少 ¥5.00") {
		t.Error("the drawer's difference is not said")
	}

	v, _, s = make1(t, "overdue-reminding", Overdue)
	s.Overdue.Done = 80
	v.Update(s)
	if !says(v, "80 / 412") {
		t.Error("the reminders' progress is not shown")
	}
	v, _, s = make1(t, "overdue", Overdue)
	s.Overdue.Rows, s.Overdue.Total = s.Overdue.Rows[:1], 1
	v.Update(s)
	if !contains(v, "1 单没来提") {
		t.Error("the count does not follow")
	}
}

// steppers taps every plus.
func steppers(v *View) {
	walk(v.Object, func(o fyne.CanvasObject) {
		if s, ok := o.(*look.Stepper); ok {
			var keys []*look.Button
			walk(s, func(o fyne.CanvasObject) {
				if b, ok := o.(*look.Button); ok {
					keys = append(keys, b)
				}
			})
			test.Tap(keys[len(keys)-1])
		}
	})
}

func button(t *testing.T, v *View, words string) *look.Button {
	t.Helper()
	var found *look.Button
	walk(v.Object, func(o fyne.CanvasObject) {
		if b, ok := o.(*look.Button); ok && b.Words() == words {
			found = b
		}
	})
	if found == nil {
		t.Fatalf("no button %q", words)
	}
	return found
}

// contains reports whether the words stand somewhere within a text.
func contains(v *View, words string) bool {
	found := false
	walk(v.Object, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *look.Text:
			found = found || strings.Contains(x.Words(), words)
		case *canvas.Text:
			found = found || strings.Contains(x.Text, words)
		}
	})
	return found
}

func TestDayCloseSaysWhatCounts(t *testing.T) {
	for name, want := range map[string][]string{
		"day-close":               {"¥12,345.60", "佣金 3.5%", "¥128.50 / ¥45.60", "3 / 1 / 1", "120 / 17 / 1"},
		"day-close-confirm":       {"17 条平台还没确认", "1 条和平台不一致", "少 ¥5.00", "128,406 · 9f3a5c01"},
		"day-close-confirm-well":  {"平台已逐条确认。", "正好"},
		"day-close-confirm-alone": {"本机独立使用", "多 ¥0.50"},
		"day-close-closed":        {"之后又有 2 条"},
		"day-close-complete":      {"可再次日结"},
		"day-close-staff":         {"这件事要团长来做"},
		"day-close-no-day":        {"不知道今天是哪天"},
		"day-close-done":          {"日结完成", "平台确认后请再结一次"},
		"day-close-pending":       {"流水到 128,406 · 9f3a5c01"},
		"conflict-twice":          {"K2\u00a0终端", "问顾客是不是提了两次"},
		"conflict-late-revoked":   {"货已要回来", "已记下"},
		"conflict-unknown":        {"平台没有这个订单"},
		"conflict-many-sides":     {"另有 2 次", "…"},
		"overdue-many":            {"1,204 单没来提", "先列 4 单"},
		"overdue-send-back":       {"退回后这个订单不能再提货", "¥45.60"},
		"receive-sign":            {"缺 2 破损 1", "多 1", "2 种没有清点"},
	} {
		v, _, _ := make1(t, name, screenOf(t, name))
		for _, w := range want {
			if !contains(v, w) {
				t.Errorf("%s does not say %q", name, w)
			}
		}
	}
}

// Every notice, word and advice has its sentence in both languages.
func TestGoodsSentencesAreThere(t *testing.T) {
	var ids []string
	for _, n := range desk.ReceiveNotices() {
		ids = append(ids, "receive.notice."+string(n))
	}
	for _, n := range desk.OverdueNotices() {
		if n != desk.OverdueReminded { // is counted
			ids = append(ids, "overdue.notice."+string(n))
		}
	}
	for _, n := range desk.PreparedNotes() {
		ids = append(ids, "conflicts.prepared."+n)
	}
	for _, n := range desk.Words() {
		ids = append(ids, "day.word."+string(n))
	}
	for _, s := range kiosk.Settlements() {
		ids = append(ids, "hq-word."+string(s), "conflicts.do."+conflictAdvice(s), "conflicts.why."+conflictAdvice(s))
	}
	for _, l := range []look.Lang{look.Chinese, look.English} {
		w := words(t, l)
		for _, id := range ids {
			if w.Say(id) == id {
				t.Errorf("%s has no sentence for %s", l, id)
			}
		}
		other := w.Say("entry.other")
		for _, e := range []kiosk.EventType{
			kiosk.TypeRedeemed, kiosk.TypeRedemptionUndone, kiosk.TypeOrderHeld, kiosk.TypeHoldRejected, kiosk.TypePaymentCollected, kiosk.TypeSignedIn,
			kiosk.TypeClockChanged, kiosk.TypeMissingReported, kiosk.TypeReportDismissed, kiosk.TypeAfterSaleRegistered, kiosk.TypeRated,
			kiosk.TypeInvoiceRequested, kiosk.TypeGoodsReceived, kiosk.TypeReminderAsked, kiosk.TypeSentBack, kiosk.TypeDayClosed,
			kiosk.TypeSettingsChanged, kiosk.TypeConflictNoted,
		} {
			if got := entryWords(w, e); got == other || strings.HasPrefix(got, "entry.") {
				t.Errorf("%s has no word for %s", l, e)
			}
		}
		if entryWords(w, "of-a-later-version") != other || settledWords(w, "of-a-later-version") != w.Say("hq-word.other") || settledWords(w, "") != w.Say("hq-word.pending") {
			t.Errorf("%s: what this version does not know has no word", l)
		}
	}
}

func TestAmountsAndRates(t *testing.T) {
	for f, want := range map[kiosk.Fen]string{0: "¥0.00", 5: "¥0.05", 1280: "¥12.80", 123_456_789: "¥1,234,567.89", -500: "−¥5.00"} {
		if got := yuan(f); got != want {
			t.Errorf("%d fen is %q", int64(f), got)
		}
	}
	for rate, want := range map[int]string{350: "3.5%", 1000: "10%", 25: "0.25%", 10_000: "100%", 1: "0.01%"} {
		if got := percent(rate); got != want {
			t.Errorf("%d is %q", rate, got)
		}
	}
}

// For how long nobody came is said in hours for the first day, never in none.
func TestOverdueSince(t *testing.T) {
	w, now := words(t, look.Chinese), sample.Now()
	for by, want := range map[time.Duration]string{time.Minute: "逾期 1 小时", 5 * time.Hour: "逾期 5 小时", 49 * time.Hour: "逾期 2 天"} {
		if got := overdueSince(w, desk.OverdueRow{CollectBy: now.Add(-by)}, now); got != want {
			t.Errorf("%s: %q, want %q", by, got, want)
		}
	}
	if overdueSince(w, desk.OverdueRow{}, now) != "" {
		t.Error("an order without an end is late")
	}
}

func TestGoodsScreensOfAnEmptyStateDoNotPanic(t *testing.T) {
	k := kit(t, look.English)
	for name, f := range goodsScreens() {
		for _, s := range []desk.State{
			{},
			{Receive: desk.ReceiveState{Known: true}, Overdue: desk.OverdueState{Known: true}, Conflicts: desk.ConflictsState{Known: true}, DayClose: desk.DayCloseState{Known: true}},
			{
				Receive: desk.ReceiveState{Known: true, Step: desk.ReceiveSign}, Overdue: desk.OverdueState{Known: true, Step: desk.OverdueOrder},
				Conflicts: desk.ConflictsState{Known: true, Step: desk.ConflictsOpen}, DayClose: desk.DayCloseState{Known: true, Day: "2026-11-23", Step: desk.DayConfirm},
			},
			{
				Receive: desk.ReceiveState{Known: true, Step: desk.ReceiveNumber}, Overdue: desk.OverdueState{Known: true, Step: desk.OverdueSendBack},
				Conflicts: desk.ConflictsState{Known: true, Step: desk.ConflictsWrite}, DayClose: desk.DayCloseState{Known: true, Day: "nonsense", Step: desk.DayEntries},
			},
		} {
			v := f(k, s, (&heard{}).actions())
			v.Object.Resize(fyne.NewSize(1280, 800))
			v.Update(s)
			tapAll(v)
			if !v.Object.Visible() {
				t.Errorf("%s is not shown", name)
			}
		}
	}
}
