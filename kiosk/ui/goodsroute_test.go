package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
)

// What changes while one counts or types is followed; another step is built anew.
func TestGoodsScreensAreFollowedWithinAStep(t *testing.T) {
	for _, c := range []struct {
		sample string
		change func(*desk.State)
		same   bool
	}{
		{"receive", func(s *desk.State) { s.Receive.Deliveries = s.Receive.Deliveries[:1] }, true},
		{"receive", func(s *desk.State) { s.Receive.Deliveries = nil }, false},
		{"receive", func(s *desk.State) { s.Receive.Notice = desk.ReceiveWhichOne }, false},
		{"receive-count", func(s *desk.State) { s.Receive.Products[2].Counted = true; s.Receive.Open.Counted++ }, true},
		{"receive-count", func(s *desk.State) { s.Receive.Last = s.Receive.Products[0] }, true},
		{"receive-count", func(s *desk.State) { s.Receive.Open.Counted = s.Receive.Open.Products }, false},
		{"receive-count", func(s *desk.State) { s.Receive.Open.Counted = 0 }, false},
		{"receive-count", func(s *desk.State) { s.Receive.Step = desk.ReceiveSign }, false},
		{"receive-number", func(s *desk.State) { s.Receive.Product.Good++; s.Receive.Typed = true }, true},
		{"receive-number", func(s *desk.State) { s.Receive.Product.Key = "9" }, false},
		{"overdue", func(s *desk.State) { s.Overdue.Rows = s.Overdue.Rows[1:]; s.Overdue.Total-- }, true},
		{"overdue", func(s *desk.State) { s.Overdue.Rows = nil }, false},
		{"overdue-reminding", func(s *desk.State) { s.Overdue.Done++ }, true},
		{"overdue-reminding", func(s *desk.State) { s.Overdue.Of = 0 }, false},
		{"conflicts", func(s *desk.State) { s.Conflicts.Rows = s.Conflicts.Rows[1:] }, true},
		{"conflict-write", func(s *desk.State) { s.Conflicts.Draft = "X" }, true},
		{"day-close-cash", func(s *desk.State) { s.DayClose.Digits, s.DayClose.Counted = "1", 1 }, true},
		{"day-close-pending", func(s *desk.State) { s.DayClose.Rows = s.DayClose.Rows[1:] }, true},
		{"day-close-pending", func(s *desk.State) { s.DayClose.Word = desk.WordSettled }, false},
	} {
		a, b := state(t, desk.Chinese, c.sample).State, state(t, desk.Chinese, c.sample).State
		c.change(&b)
		if follows(a, b) != c.same {
			t.Errorf("%s: followed %v, want %v", c.sample, !c.same, c.same)
		}
	}
}

// A keyboard is enough on the screens that take a number or a text.
func TestGoodsScreensHearAKeyboard(t *testing.T) {
	for _, name := range []string{"receive-number", "conflict-write", "day-close-cash", "overdue-order"} {
		w, h := newWindow(t, fyne.NewSize(1024, 600))
		w.Show(state(t, desk.Chinese, name).State)
		for _, k := range []fyne.KeyName{fyne.KeyReturn, fyne.KeyBackspace, fyne.KeyDelete, fyne.KeyEscape} {
			w.win.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: k})
		}
		want := []desk.Action{desk.TapEnter, desk.TapErase, desk.TapClear, desk.TapBack}
		for i := range want {
			if len(h.taps) != len(want) || h.taps[i] != want[i] {
				t.Errorf("%s heard %v", name, h.taps)
				break
			}
		}
	}
}
