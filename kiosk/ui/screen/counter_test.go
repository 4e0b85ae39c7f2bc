package screen

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// tapped taps everything on a screen that can be, and says what it sent: actions,
// and picks with their item.
func tapped(v *View, h *heard) []string {
	walk(v.Object, func(o fyne.CanvasObject) {
		switch x := o.(type) {
		case *look.Button:
			test.Tap(x)
		case *look.Target:
			test.Tap(x)
		}
	})
	out := slices.Clone(h.picks)
	for _, a := range h.taps {
		out = append(out, string(a))
	}
	return out
}

func TestCounterLeadsEverywhere(t *testing.T) {
	sections := []string{"counter", "receive", "overdue", "conflicts", "day-close", "diagnostics", "settings", "customers"}
	for _, c := range []struct {
		sample string
		screen func(*look.Kit, desk.State, Actions) *View
		want   []string
		never  []string
	}{
		{"counter", Counter, append([]string{"filter to-collect", "filter collected", "filter overdue", "filter reported", "filter all", "search"}, sections...), nil},
		{"counter-staff", Counter, []string{"receive", "overdue", "diagnostics", "customers"}, []string{"conflicts", "day-close", "settings"}},
		{"counter-list", Counter, []string{"from 0", "order O1001", "search", "back"}, nil},
		{"counter-list-empty", Counter, []string{"search", "back"}, nil},
		{"counter-loading", Counter, sections, []string{"filter all", "search"}},
		{"counter-typing", Counter, []string{"order O1005", "clear", "back", "erase", "enter"}, sections},
		{"order", Order, append([]string{"hand-over", "by-line", "history", "back"}, sections...), []string{"undo", "reject"}},
		{"order-held", Order, []string{"reject"}, []string{"undo"}},
		{"order-collected", Order, []string{"undo", "after-sale", "print", "history"}, []string{"hand-over", "by-line"}},
		{"order-reported", Order, []string{"reports", "undo", "after-sale"}, []string{"dismiss"}},
		{"order-gone", Order, []string{"back"}, []string{"hand-over"}},
		{"order-history", Order, []string{"back"}, sections},
		{"order-report", Order, []string{"back", "dismiss", "after-sale"}, sections},
		{"order-undo-which", Order, []string{"redemption 0", "redemption 1", "back"}, nil},
		{"order-undo", Order, []string{"reason mistake", "reason other", "back", "confirm"}, nil},
		{"order-sale-kind", Order, []string{"kind refund", "kind return", "back"}, []string{"next"}},
		{"order-sale-lines", Order, []string{"line 0", "line 2", "back", "next"}, []string{"confirm"}},
		{"order-sale-units", Order, []string{"units 0", "units 1", "ok"}, nil},
		{"order-sale-reason", Order, []string{"reason short", "back", "next"}, []string{"confirm"}},
		{"order-sale-sure", Order, []string{"back", "confirm"}, nil},
		{"order-hand-lines", Order, []string{"line 0", "line 1", "line 2", "back", "confirm"}, []string{"cash"}},
		{"order-hand-line", Order, []string{"handed 1", "short 0", "damaged 1", "reason short", "reason other", "ok"}, nil},
		{"order-hand-line-well", Order, []string{"ok"}, []string{"reason short"}},
		{"order-hand-pay", Order, []string{"back", "cash", "show-code"}, []string{"paid-code"}},
		{"order-hand-pay-code", Order, []string{"back", "paid-code"}, []string{"cash"}},
		{"held-leader", Held, []string{"reject", "by-line", "confirm"}, nil},
		{"held-leader-lines", Held, []string{"line 0", "back", "confirm"}, []string{"reject"}},
	} {
		v, h, _ := make1(t, c.sample, c.screen)
		sent := tapped(v, h)
		for _, want := range c.want {
			if !slices.Contains(sent, want) {
				t.Errorf("%s does not send %q: %v", c.sample, want, sent)
			}
		}
		for _, never := range c.never {
			if slices.Contains(sent, never) {
				t.Errorf("%s sends %q", c.sample, never)
			}
		}
	}
}

func TestCounterTypesByTouch(t *testing.T) {
	v, h, s := make1(t, "counter-typing-empty", Counter)
	tapped(v, h)
	if got := string(h.keys); got != "1234567890QWERTYUIOPASDFGHJKLZXCVBNM " {
		t.Errorf("keys %q", got)
	}
	s.Counter.Text, s.Counter.Total = "QX", 0
	v.Update(s)
	if !says(v, "QX") || !says(v, "没有找到订单") {
		t.Error("the search does not follow what is typed")
	}
}

// A list that changes by itself keeps its rows: nothing disappears under a finger.
func TestCounterFollowsItsList(t *testing.T) {
	v, h, s := make1(t, "counter-found", Counter)
	s.Counter.Entries, s.Counter.Total = s.Counter.Entries[1:], 2
	s.Tally.Overdue = 77
	v.Update(s)
	if !says(v, "“zhang” 找到 2 单") || !says(v, "77") {
		t.Error("list or badge stand still")
	}
	if sent := tapped(v, h); slices.Contains(sent, "order O1001") || !slices.Contains(sent, "order O1002") {
		t.Errorf("%v", sent)
	}
}

func TestSteppersFollowTheirNumbers(t *testing.T) {
	v, _, s := make1(t, "order-hand-line-well", Order)
	if says(v, "1") || says(v, "留下 1") {
		t.Fatal("it says already what it should come to")
	}
	s.Hand.Lines = slices.Clone(s.Hand.Lines)
	s.Hand.Lines[0].Handed = 1
	v.Update(s)
	if !says(v, "1") || !says(v, "留下 1") {
		t.Error("the counts stand still")
	}
	v, _, s = make1(t, "order-sale-units", Order)
	s.Order.Sale = slices.Clone(s.Order.Sale)
	s.Order.Sale[0].Units = 2
	v.Update(s)
	if !says(v, "2") {
		t.Error("the units stand still")
	}
}

// Every job and failure, refusal, reason and event has words in both languages.
func TestTheLeadersWordsAreComplete(t *testing.T) {
	for _, l := range []look.Lang{look.Chinese, look.English} {
		w := words(t, l)
		var ids []string
		for _, j := range desk.JobKinds() {
			ids = append(ids, "job."+string(j), "job."+string(j)+".done", "job."+string(j)+".failed")
		}
		for _, f := range desk.JobFailures() {
			ids = append(ids, "job-failure."+string(f))
		}
		for _, r := range desk.Refusals() {
			ids = append(ids, "refusal."+string(r))
		}
		for _, r := range kiosk.Reasons() {
			ids = append(ids, "reason."+string(r))
		}
		for _, s := range kiosk.Settlements() {
			if s != kiosk.SettledReplay {
				ids = append(ids, "settled."+string(s))
			}
		}
		for _, id := range ids {
			if w.Say(id) == id {
				t.Errorf("%s: no words for %s", l, id)
			}
		}
		for _, b := range []kiosk.Body{
			kiosk.OrderHeld{Reason: kiosk.Held}, kiosk.HoldRejected{}, kiosk.Redeemed{Lines: []kiosk.Handed{{Handed: 1, Damaged: 2}}},
			kiosk.RedemptionUndone{Reason: "a word of a later version"}, kiosk.PaymentCollected{Means: "shells"}, kiosk.MissingReported{},
			kiosk.ReportDismissed{}, kiosk.AfterSaleRegistered{Kind: kiosk.AfterSaleReturn, Reason: kiosk.ReasonWrong}, kiosk.Rated{},
			kiosk.InvoiceRequested{}, kiosk.ReminderAsked{}, kiosk.SentBack{Reason: kiosk.ReasonOverdue}, kiosk.UnknownBody{Code: 7},
		} {
			if got := eventWords(w, b); strings.Contains(got, "event.") || strings.Contains(got, "means.") || got == "" {
				t.Errorf("%s: %T is %q", l, b, got)
			}
		}
	}
}

func TestHowAnOrderStands(t *testing.T) {
	_, _, s := make1(t, "order", Order)
	w := words(t, look.Chinese)
	base := s.Order.Entry
	for want, change := range map[stand]func(*desk.Entry){
		standToCollect:  func(*desk.Entry) {},
		standPartly:     func(e *desk.Entry) { e.Left = 1 },
		standCollected:  func(e *desk.Entry) { e.Left = 0 },
		standHeld:       func(e *desk.Entry) { e.Held, e.Due = true, 5 },
		standDue:        func(e *desk.Entry) { e.Due = 5 },
		standReported:   func(e *desk.Entry) { e.Left, e.Reports = 0, 1 },
		standSentBack:   func(e *desk.Entry) { e.SentBack = true },
		standCancelled:  func(e *desk.Entry) { e.Status = kiosk.StatusRefunding },
		standNotArrived: func(e *desk.Entry) { e.Arrived = false },
		standOverdue:    func(e *desk.Entry) { e.CollectBy = s.Header.Now.AddDate(0, 0, -1) },
	} {
		e := base
		change(&e)
		if got := standing(s, e); got != want {
			t.Errorf("%s is taken for %s", want, got)
		}
		if tag, _ := entryTag(w, s, e); strings.Contains(tag, "standing.") {
			t.Errorf("no word for %s: %q", want, tag)
		}
	}
}

// Where there is no HQ nothing waits to be sent to it.
func TestCounterWithoutHQ(t *testing.T) {
	for _, local := range []bool{false, true} {
		_, _, s := make1(t, "counter", Counter)
		s.Header.Local = local
		v := Counter(kit(t, look.Chinese), s, (&heard{}).actions())
		v.Object.Resize(fyne.NewSize(1280, 800))
		if says(v, "待上传") == local {
			t.Errorf("local %t", local)
		}
	}
}
