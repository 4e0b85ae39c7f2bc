package terminal

import (
	"context"
	"errors"
	"fmt"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/printer"
	"hexiao/kiosk/receipt"
)

var errNothingToPrint = errors.New("there is nothing to print")

// print prints a slip and waits for the end of it. A leader's slip waits for paper and
// the like, see press, while the screen says so; a sample is a test, and does not.
func (t *Terminal) print(ctx context.Context, j desk.Job, sample bool) error {
	set := t.printing.Load()
	if set.Device == "" {
		return fmt.Errorf("%w: no printer is set up", errNoDevice)
	}
	say, err := receipt.Words(string(j.Lang))
	if err != nil {
		return err
	}
	paper, _ := receipt.PaperOf(set.Paper) // one of the two, or Raster says so
	slip := receipt.SampleSlip(paper, t.o.Now().In(t.zone), say)
	if !sample {
		if slip, err = t.slip(j, paper, say); err != nil {
			return err
		}
	}
	waits := func(printer.State) {}
	if !sample {
		waits = t.tellWaits(j)
	}
	return t.press.print(ctx, set.Device, slip, sample, waits)
}

// slip is what a job prints.
func (t *Terminal) slip(j desk.Job, paper receipt.Paper, say receipt.Say) (receipt.Slip, error) {
	if t.books == nil {
		return receipt.Slip{}, errNothingToPrint
	}
	head := receipt.Head{Point: t.store.Point().Name, Terminal: t.o.Folder.Config.Terminal, At: t.o.Now().In(t.zone), Leader: j.By}
	switch j.Slip {
	case desk.SlipHandover:
		f, ok := t.books.File(j.Order)
		if !ok {
			return receipt.Slip{}, errNothingToPrint
		}
		return handoverSlip(f, j.Event, head, paper, say)
	case desk.SlipConsignment:
		for _, c := range t.books.Consignments() {
			if c.ID == j.Consignment {
				return consignmentSlip(c, head, paper, say), nil
			}
		}
	case desk.SlipDayClose:
		day, err := t.books.DayBook(j.Day)
		if err != nil {
			return receipt.Slip{}, fmt.Errorf("the day's book: %w", err)
		}
		return t.daySlip(day, head, paper, say)
	}
	return receipt.Slip{}, errNothingToPrint
}

// handoverSlip is printed from the journal's event: what was handed over then, by
// whom, and what was paid since.
func handoverSlip(f desk.File, event kiosk.EventID, head receipt.Head, paper receipt.Paper, say receipt.Say) (receipt.Slip, error) {
	h := receipt.Handover{Number: f.PickupNumber, Shelf: f.Shelf, Customer: f.Customer}
	found := false
	for _, e := range f.History {
		switch b := e.Body.(type) {
		case kiosk.Redeemed:
			if e.Event != event {
				continue
			}
			found = true
			head.At, head.Event, head.Leader, head.Terminal = e.At.In(head.At.Location()), e.Event, b.By, e.Terminal
			for _, l := range b.Lines {
				line, _ := f.Order.Line(l.Line)
				row := receipt.HandoverLine{
					Product: line.Product, Spec: line.Spec, Handed: l.Handed, Short: l.Short, Damaged: l.Damaged,
					Amount: line.UnitPrice * kiosk.Fen(l.Handed),
				}
				if l.Reason != "" {
					row.Reason = say("reason."+string(l.Reason), nil)
				}
				h.Lines = append(h.Lines, row)
			}
		case kiosk.PaymentCollected:
			h.Payments = append(h.Payments, receipt.Payment{Means: b.Means, Amount: b.Amount})
		}
	}
	if !found {
		return receipt.Slip{}, errNothingToPrint
	}
	h.Head = head
	return receipt.HandoverSlip(paper, h, say), nil
}

func consignmentSlip(c desk.Consignment, head receipt.Head, paper receipt.Paper, say receipt.Say) receipt.Slip {
	out := receipt.Consignment{Number: c.ID}
	if !c.SignedAt.IsZero() {
		head.At, head.Leader = c.SignedAt.In(head.At.Location()), c.SignedBy
	}
	for _, l := range c.Lines {
		missing := l.Expected - l.Good - l.Damaged
		out.Lines = append(out.Lines, receipt.ConsignmentLine{
			Product: l.Product, Spec: l.Spec, Expected: l.Expected, Received: l.Good, Damaged: l.Damaged,
			Short: max(0, missing), Surplus: max(0, -missing),
		})
	}
	out.Head = head
	return receipt.ConsignmentSlip(paper, out, say)
}

func (t *Terminal) daySlip(day desk.DayBook, head receipt.Head, paper receipt.Paper, say receipt.Say) (receipt.Slip, error) {
	from, _, err := day.Day.Bounds(t.zone)
	if err != nil {
		return receipt.Slip{}, err
	}
	d, n := day.Totals, receipt.DayClose{Day: from}
	n.Orders, n.Units, n.Alone, n.Confirmed, n.Undone = d.Orders, d.Units, d.Alone, d.Orders-d.Alone, d.Undone
	n.Short, n.Damaged, n.Refunds, n.Refunded = d.Short, d.Damaged, d.AfterSales, d.Refunds
	n.Commission, n.Entry, n.JournalHead = d.Commission, day.Head.Seq, day.Head.Hash
	n.Payments = []receipt.Payment{{Means: "cash", Amount: d.Cash}, {Means: "platform-code", Amount: d.ByCode}}
	n.Provisional = day.Closed == nil
	if tally := t.books.Tally(kiosk.Moment{Wall: t.o.Now().UTC()}); tally.Known { // as it stands now
		n.Open, n.Overdue = tally.ToCollect, tally.Overdue
	}
	if day.Differ > 0 {
		n.Reconciled, n.Differences, n.Conflicts = receipt.Differs, int(count(day.Differ)), int(count(day.Differ))
	} else if day.Pending == 0 && t.o.Folder.Config.HQ.URL != "" {
		n.Reconciled = receipt.Agrees
	}
	for _, e := range day.Entries {
		switch b := e.Body.(type) {
		case kiosk.GoodsReceived:
			n.Received++
		case kiosk.SentBack:
			for _, u := range b.Lines {
				n.Returned += u.Units
			}
		}
	}
	if day.Closed != nil {
		head.At, head.Event = day.Closed.At.In(t.zone), day.Closed.Event
		if b, ok := day.Closed.Body.(kiosk.DayClosed); ok {
			head.Leader, n.Counted, n.Note = b.By, &b.Counted, b.Note
		}
	}
	n.Head = head
	return receipt.DayCloseSlip(paper, n, say), nil
}

// printerPart says how the printer was when it last printed.
func (t *Terminal) printerPart() desk.Part {
	p := desk.Part{Name: string(desk.PartPrinter), Kind: desk.PartPrinter, Health: desk.PartUnknown}
	set := t.printing.Load()
	if set.Device == "" {
		p.Health, p.Note = desk.PartOff, desk.NoteChoose
		return p
	}
	p.Facts = []desk.Fact{{Name: desk.FactDevice, Text: set.Device}}
	p.Health = desk.PartBad
	switch t.press.state(set.Device) {
	case "":
		p.Health = desk.PartUnknown
	case printer.Ready:
		p.Health = desk.PartFine
	case printer.Missing:
		p.Note = desk.NoteMissing
	case printer.PaperOut:
		p.Note = desk.NoteNoPaper
	case printer.CoverOpen:
		p.Note = desk.NoteCover
	case printer.Busy:
		p.Note = desk.NoteInUse
	default:
		p.Note = desk.NoteBroken
	}
	return p
}
