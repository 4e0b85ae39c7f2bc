package ui

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"

	"hexiao/kiosk/desk"
)

// What a finger changes is followed by the screen that is up; another question,
// or another customer, is another screen.
func TestCustomersTapsBuildNothingAnew(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*desk.State)
		same   bool
	}{
		"choose":         {func(s *desk.State) { s.Choose.Orders[0].Ticked, s.Choose.Ticked, s.Choose.Units = false, 1, 1 }, true},
		"choose-mixed":   {func(s *desk.State) { s.Choose.Orders = s.Choose.Orders[1:] }, false},
		"missing":        {func(s *desk.State) { s.Missing.Here, s.Missing.Lines[1].Short, s.Missing.Units = 1, 1, 1 }, true},
		"missing-sent":   {func(s *desk.State) { s.Missing.Sent = false }, false},
		"rate":           {func(s *desk.State) { s.Rate.Service = 2 }, true},
		"invoice":        {func(s *desk.State) { s.Invoice.Step = desk.InvoiceCompany }, false},
		"invoice-typing": {func(s *desk.State) { s.Invoice.Tax, s.Invoice.Fault = "9", desk.InvoiceLength }, true},
	} {
		w, _ := newWindow(t, fyne.NewSize(1024, 600))
		s := state(t, desk.Chinese, name).State
		w.Show(s)
		before := w.view
		s.Choose.Orders, s.Missing.Lines = slices.Clone(s.Choose.Orders), slices.Clone(s.Missing.Lines)
		c.change(&s)
		w.Show(s)
		if same := w.view == before; same != c.same {
			t.Errorf("%s: the screen stays %v", name, same)
		}
	}
}

// A real keyboard does what the keys that are drawn do.
func TestKeysOfTheCustomersScreens(t *testing.T) {
	for _, s := range []desk.Screen{desk.Choose, desk.Missing, desk.Rate, desk.Invoice} {
		for key, want := range map[fyne.KeyName]desk.Action{
			fyne.KeyEscape: desk.TapBack, fyne.KeyEnter: desk.TapEnter, fyne.KeyBackspace: desk.TapErase, fyne.KeyDelete: desk.TapClear, fyne.KeyF1: "",
		} {
			if got, ok := keyAction(s, key); got != want || ok != (want != "") {
				t.Errorf("%s on %s sends %q", key, s, got)
			}
		}
	}
}
