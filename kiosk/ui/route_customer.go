package ui

import (
	"slices"

	"hexiao/kiosk/desk"
)

// customerShape is a state without what the views of Choose, Missing, Rate and
// Invoice follow, so that no row, stepper or key is made anew under a finger.
func customerShape(s desk.State) desk.State {
	s.Choose.Ticked, s.Choose.Units, s.Choose.Orders = 0, 0, slices.Clone(s.Choose.Orders)
	for i := range s.Choose.Orders {
		s.Choose.Orders[i].Ticked = false
	}
	s.Missing = desk.MissingState{Sent: s.Missing.Sent}
	s.Rate = desk.RateState{}
	s.Invoice.Tax, s.Invoice.Fault = "", desk.InvoiceFine
	return s
}
