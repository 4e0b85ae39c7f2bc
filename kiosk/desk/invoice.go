package desk

import "hexiao/kiosk"

// Invoice is its screen.
const Invoice Screen = "invoice"

// InvoiceState is the screen.
type InvoiceState struct{}

func (d *Desk) openInvoice(at kiosk.Moment) { d.open(Invoice, at, 0) }

func (d *Desk) tapInvoice(a Action, at kiosk.Moment) {}

func (d *Desk) pickInvoice(a Action, item string, at kiosk.Moment) {}

func (d *Desk) typeInvoice(r rune, at kiosk.Moment) {}

func (d *Desk) invoiceState(at kiosk.Moment) InvoiceState { return InvoiceState{} }
