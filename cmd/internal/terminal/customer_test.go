package terminal

import (
	"slices"
	"strings"
	"testing"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/seal"
)

const taxNumber = "91350100M000100Y43" // the example of GB 32100-2015

// A customer chooses among the orders of one code, rates what was handed over and
// says what is missing, and asks for an invoice; all of it is in the journal.
func TestCustomerChoosesAndTells(t *testing.T) {
	f, _ := localFolder(t, 3, kiosk.Policy{})
	shared, err := kiosk.PlatformCode("77889900")
	if err != nil {
		t.Fatal(err)
	}
	store := openStore(t, f)
	var orders []kiosk.Order
	err = store.Orders(func(o kiosk.Order, _ kiosk.OrderState) error {
		o.Lookups = append(o.Lookups, f.Point.Lookup(shared))
		orders = append(orders, o)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.ImportLocal(store.Point(), slices.Values(orders)); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}

	scanner := newScannerFake("serial")
	o := options(f, scanner)
	o.Choosing = true
	r := start(t, o)
	r.screen(desk.Welcome)
	scanner.scans <- shared.Text
	s := r.screen(desk.Choose)
	if len(s.Choose.Orders) != 3 || s.Choose.Ticked != 3 {
		t.Fatalf("%+v", s.Choose)
	}
	r.Pick(desk.TapTick, "A3")
	r.until("two ticks", func(s desk.State) bool { return s.Choose.Ticked == 2 })
	r.Tap(desk.TapCollect)
	if s := r.screen(desk.Accepted); len(s.Result.Orders) != 2 {
		t.Fatalf("%+v", s.Result)
	}
	r.Tap(desk.TapRate)
	r.screen(desk.Rate)
	r.Pick(desk.TapStars, "goods:4")
	r.Tap(desk.TapSend)
	r.until("a rating", func(s desk.State) bool { return s.Ways.Rate == desk.WayGone })
	r.Tap(desk.TapReport)
	r.screen(desk.Missing)
	r.Pick(desk.TapMissingShort, "0:1")
	r.Tap(desk.TapSend)
	if s := r.until("a report", func(s desk.State) bool { return s.Missing.Sent }); s.Header.Unsent == 0 {
		t.Errorf("%+v", s.Header)
	}
	r.Tap(desk.TapDone)
	r.until("the answer again", func(s desk.State) bool { return s.Screen == desk.Accepted && s.Ways.Missing == desk.WayGone })
	r.Tap(desk.TapInvoice)
	r.Tap(desk.TapCompany)
	for _, c := range taxNumber {
		r.Key(c)
	}
	r.until("a tax number", func(s desk.State) bool { return s.Invoice.Tax == taxNumber })
	r.Tap(desk.TapSend)
	r.until("an invoice", func(s desk.State) bool { return s.Ways.Invoice == desk.WayGone })
	r.stop()
	if strings.Contains(r.log.String(), taxNumber) || strings.Contains(r.log.String(), shared.Text) {
		t.Error("the log has the tax number, or the code")
	}

	again := openStore(t, f)
	t.Cleanup(func() {
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	})
	for id, want := range map[kiosk.OrderID]int{"A1": 1, "A2": 1, "A3": 0} {
		_, state, _ := again.Order(id)
		if len(state.Standing()) != want || len(state.Ratings) != want {
			t.Errorf("order %s: %+v", id, state)
		}
	}
	_, state, _ := again.Order("A1")
	if len(state.OpenReports()) != 1 || len(state.Invoices) != 1 {
		t.Fatalf("%+v", state)
	}
	if to, err := f.Point.OpenInvoice("A1", state.Invoices[0].Sealed); err != nil || to != (seal.Invoice{TaxNumber: taxNumber}) {
		t.Errorf("sealed for %+v, %v", to, err)
	}
}
