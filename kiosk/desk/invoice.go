package desk

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"hexiao/kiosk"
	"hexiao/kiosk/invoicetitle"
)

// Invoice is its screen: after the handover the customer asks for an e-invoice,
// a personal one or a company's, or is shown the way to the platform's page.
const Invoice Screen = "invoice"

// What one does on Invoice. Characters of a tax number come as [Desk.Key].
const (
	TapPersonal Action = "personal"     // ask for a personal one
	TapCompany  Action = "company"      // ask for a company's: its tax number comes next
	TapNextPage Action = "invoice-next" // the page of the next order
)

// InvoiceStep is what Invoice asks.
type InvoiceStep string

// The steps.
const (
	InvoiceWhose   InvoiceStep = "whose"   // personal, or a company's
	InvoiceCompany InvoiceStep = "company" // tax number, or the code of the title
	InvoicePage    InvoiceStep = "page"    // the platform's page, as a QR code
)

// InvoiceFault is why a company's title cannot be taken yet.
type InvoiceFault string

// The faults.
const (
	InvoiceFine      InvoiceFault = ""
	InvoiceLength    InvoiceFault = "length"    // too few or too many characters
	InvoiceCheck     InvoiceFault = "check"     // a character is wrong
	InvoiceDamaged   InvoiceFault = "damaged"   // the code of a title that cannot be used
	InvoiceElsewhere InvoiceFault = "elsewhere" // no code of a title
	InvoiceUnsealed  InvoiceFault = "unsealed"  // this terminal cannot ask for it
)

// InvoiceState is the screen.
type InvoiceState struct {
	Step    InvoiceStep
	Company bool   // a company's can be asked for
	Tax     string // typed, or of the code
	Title   string // of the code; empty: the platform knows it by the number
	Linked  bool   // the code is one that the platform alone can read
	Fault   InvoiceFault
	// Page is what the QR code says; Number the pickup number of its order, where
	// there are several.
	Page, Number string
	More         bool // there are pages of other orders
}

// invoicing is what Invoice knows. It names a customer, and goes with the screen.
type invoicing struct {
	step  InvoiceStep
	tax   string
	title invoicetitle.Title // of a code
	fault InvoiceFault
	page  int
}

func (d *Desk) openInvoice(at kiosk.Moment) {
	d.customer.invoice = invoicing{step: InvoiceWhose}
	if d.policy().InvoicePage != "" {
		d.customer.invoice.step = InvoicePage
	}
	d.open(Invoice, at, d.policy().IdleTime)
}

func (d *Desk) tapInvoice(a Action, at kiosk.Moment) {
	i := &d.customer.invoice
	d.stay(at)
	switch a {
	case TapBack:
		if i.step == InvoiceCompany {
			d.customer.invoice = invoicing{step: InvoiceWhose}
			return
		}
		d.toAccepted(at)
	case TapDone:
		d.toAccepted(at)
	case TapPersonal:
		if i.step == InvoiceWhose {
			d.requestInvoice(kiosk.InvoiceRequested{}, at)
		}
	case TapCompany:
		if i.step == InvoiceWhose && d.o.SealInvoice != nil {
			i.step = InvoiceCompany
		}
	case TapSend, TapEnter:
		if i.step == InvoiceCompany {
			d.sendTitle(at)
		}
	case TapNextPage:
		if n := len(d.handed()); i.step == InvoicePage && n > 0 {
			i.page = (i.page + 1) % n
		}
	case TapErase:
		if n := len(i.tax); n > 0 {
			d.setTax(i.tax[:n-1])
		}
	case TapClear:
		d.setTax("")
	}
}

func (d *Desk) pickInvoice(Action, string, kiosk.Moment) {}

// typeInvoice adds a character to the tax number.
func (d *Desk) typeInvoice(r rune, at kiosk.Moment) {
	if r >= 'a' && r <= 'z' {
		r += 'A' - 'a'
	}
	i := &d.customer.invoice
	if i.step != InvoiceCompany || (r < '0' || r > '9') && (r < 'A' || r > 'Z') {
		return
	}
	d.stay(at)
	d.sound(SoundKey)
	if len(i.tax) < invoicetitle.MaxTax {
		d.setTax(i.tax + string(r))
	}
}

// setTax changes the tax number by hand. The title that a code gave belonged to
// the number that it gave.
func (d *Desk) setTax(tax string) {
	i := &d.customer.invoice
	i.tax, i.title, i.fault = tax, invoicetitle.Title{}, InvoiceFine
}

// takeTitle takes what was scanned on Invoice as a title, if it is one; false:
// it may be the next customer's pickup code.
func (d *Desk) takeTitle(s Scan) bool {
	i := &d.customer.invoice
	if i.step == InvoicePage || d.o.SealInvoice == nil {
		return false
	}
	texts := append([]string{s.Text}, s.Also...)
	for _, text := range texts {
		title, err := invoicetitle.Parse(text)
		switch {
		case errors.Is(err, invoicetitle.ErrNoTitle):
			continue
		case slices.Contains(s.Held, text):
			return true // it was taken before; what was typed since stands
		case err != nil:
			d.titleFault(InvoiceDamaged, s.At)
			return true
		}
		d.stay(s.At)
		d.customer.invoice = invoicing{step: InvoiceCompany, tax: title.Tax, title: title}
		d.sound(SoundAccept)
		return true
	}
	if slices.ContainsFunc(texts, d.mayBeCode) {
		return false
	}
	if len(s.Held) < len(texts) {
		d.titleFault(InvoiceElsewhere, s.At)
	}
	return true
}

// mayBeCode reports whether a text has the form of a pickup code.
func (d *Desk) mayBeCode(text string) bool {
	_, err := kiosk.ParseCode(text, d.policy().CodeFormats)
	return err == nil
}

func (d *Desk) titleFault(f InvoiceFault, at kiosk.Moment) {
	d.stay(at)
	d.customer.invoice.step, d.customer.invoice.fault = InvoiceCompany, f
	d.sound(SoundRefuse)
}

// sendTitle asks for a company's invoice, if the tax number can be one.
func (d *Desk) sendTitle(at kiosk.Moment) {
	i := &d.customer.invoice
	name := i.title.Name
	if i.title.Link != "" {
		name = i.title.Link
	} else if err := invoicetitle.CheckTax(i.tax); err != nil {
		i.fault = InvoiceCheck
		if errors.Is(err, invoicetitle.ErrTaxLength) {
			i.fault = InvoiceLength
		}
		d.sound(SoundRefuse)
		return
	}
	d.requestInvoice(kiosk.InvoiceRequested{Company: true}, at, name, i.tax)
}

// requestInvoice records the request for each order that was handed over. to is
// title and tax number of a company, sealed before anything is recorded.
func (d *Desk) requestInvoice(b kiosk.InvoiceRequested, at kiosk.Moment, to ...string) {
	var bodies []kiosk.Body
	for _, o := range d.handed() {
		b.Order = o.Order.ID
		if b.Company {
			sealed, err := d.o.SealInvoice(b.Order, to[0], to[1])
			if err != nil {
				d.titleFault(InvoiceUnsealed, at)
				return
			}
			b.Sealed = sealed
		}
		bodies = append(bodies, b)
	}
	if d.tell(at, bodies...) {
		d.after.invoiced = true
		d.sound(SoundAccept)
		d.toAccepted(at)
	}
}

func (d *Desk) invoiceState(kiosk.Moment) InvoiceState {
	i := d.customer.invoice
	s := InvoiceState{
		Step: i.step, Company: d.o.SealInvoice != nil, Tax: i.tax, Title: i.title.Name, Linked: i.title.Link != "", Fault: i.fault,
	}
	if orders := d.handed(); i.step == InvoicePage && i.page < len(orders) {
		o := orders[i.page].Order
		id := strings.ReplaceAll(url.QueryEscape(string(o.ID)), "+", "%20") // fit for a path as well
		s.Page = strings.ReplaceAll(d.policy().InvoicePage, "{order}", id)
		if s.More = len(orders) > 1; s.More {
			s.Number = o.PickupNumber
		}
	}
	return s
}
