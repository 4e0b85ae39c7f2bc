package desk

import (
	"slices"
	"time"

	"hexiao/kiosk"
)

// What a leader does on OrderFile; the steps of a handover are in hand.go.
const (
	TapHistory   Action = "history"    // all that happened
	TapReports   Action = "reports"    // what the customer misses
	TapDismiss   Action = "dismiss"    // OrderReport: it is settled without an after-sale
	TapAfterSale Action = "after-sale" // pay back or take back
	TapPrint     Action = "print"      // the slip of the latest handover again
	TapNext      Action = "next"       // the step is answered

	PickRedemption Action = "redemption" // OrderUndoWhich; item: its place in Handovers
	PickKind       Action = "kind"       // OrderSaleKind; item: a kiosk.AfterSaleKind
	PickUnits      Action = "units"      // OrderSaleUnits; item: how many
)

// OrderStep is a question about an order.
type OrderStep string

// The steps. A handover's are in [HandState].
const (
	OrderView       OrderStep = ""
	OrderHistory    OrderStep = "history"
	OrderReport     OrderStep = "report"
	OrderUndoWhich  OrderStep = "undo-which" // several handovers stand
	OrderUndo       OrderStep = "undo"       // why, and whether really
	OrderSaleKind   OrderStep = "sale-kind"
	OrderSaleLines  OrderStep = "sale-lines"
	OrderSaleUnits  OrderStep = "sale-units" // of one line
	OrderSaleReason OrderStep = "sale-reason"
	OrderSaleSure   OrderStep = "sale-sure" // the amount, and whether really
)

// OrderDone is what was just recorded.
type OrderDone string

// What can have been.
const (
	DoneUndo     OrderDone = "undone"
	DoneReject   OrderDone = "rejected"
	DoneDismiss  OrderDone = "dismissed"
	DoneRefund   OrderDone = "refunded"
	DoneReturned OrderDone = "returned"
)

// OrderState is the screen. All times are in the point's zone.
type OrderState struct {
	Step      OrderStep
	Gone      bool // the order is no longer in the set
	Entry     Entry
	Order     kiosk.OrderID
	Lines     []OrderLine
	History   []OrderEvent // the latest first
	Can       []Action     // what this person may do with it now
	Handovers []Handover   // that stand, the latest first
	Report    *OrderMissing
	Reports   int // that are open

	Undoing  Handover       // OrderUndo
	Reasons  []kiosk.Reason // of the step
	Reason   kiosk.Reason   // chosen; empty: none yet
	SaleKind kiosk.AfterSaleKind
	Sale     []SaleLine
	SaleAt   int // of Sale, on OrderSaleUnits
	Amount   kiosk.Fen

	Refusal    Refusal
	Done       OrderDone
	DoneAmount kiosk.Fen // of an after-sale
}

// Offers reports whether the person may do it now.
func (s OrderState) Offers(a Action) bool { return slices.Contains(s.Can, a) }

// OrderLine is a line and where its units are.
type OrderLine struct {
	Product, Spec, Unit    string
	Ordered, Left          int
	Handed, Short, Damaged int
	AfterSold              int // units paid back or returned
	UnitPrice              kiosk.Fen
}

// OrderEvent is something that happened.
type OrderEvent struct {
	At       time.Time
	Terminal kiosk.TerminalID
	Here     bool
	By       string // name of the leader or staff; empty: the customer, or nobody
	Body     kiosk.Body
	Settled  kiosk.Settlement // HQ's word; empty: none yet
}

// Handover is a redemption that stands.
type Handover struct {
	At       time.Time
	Terminal kiosk.TerminalID
	Here     bool
	By       string
	Units    int
}

// OrderMissing is what a customer says to miss.
type OrderMissing struct {
	At    time.Time
	Lines []OrderLine // Short and Damaged are the customer's word
}

// orderFile is the order that a leader looks at.
type orderFile struct {
	id    kiosk.OrderID
	back  Screen // where it was opened; empty: from an answer, and it closes with the step
	step  OrderStep
	hand  hand
	undo  kiosk.EventID
	sale  sale
	why   kiosk.Reason
	no    Refusal
	done  OrderDone
	worth kiosk.Fen // of what was done
}

// openOrder opens an order on the screen that a leader is on, which Back returns
// to.
func (d *Desk) openOrder(id kiosk.OrderID, at kiosk.Moment) {
	if d.o.Books == nil {
		return
	}
	back := d.screen
	if back == OrderFile || !back.ForLeader() {
		back = Counter
	}
	d.file = orderFile{id: id, back: back}
	d.open(OrderFile, at, 0)
}

func (d *Desk) tapOrder(a Action, at kiosk.Moment) {
	f, ok := d.opened()
	if !ok {
		return
	}
	d.forgetJobs()
	o := &d.file
	o.no, o.done = "", ""
	switch {
	case a == TapBack:
		d.backFromOrder(at)
	case o.hand.step != "" || a == TapHandOver || a == TapByLine:
		d.tapOrderHand(a, f, at)
	case a == TapHistory && o.step == OrderView:
		o.step = OrderHistory
	case o.step == OrderUndo || o.step == OrderView && a == TapUndo:
		d.tapOrderUndo(a, f, at)
	case a == TapReject && o.step == OrderView:
		d.rejectOrder(f, at)
	case a == TapReports && o.step == OrderView && len(f.State.OpenReports()) > 0:
		o.step = OrderReport
	case a == TapDismiss && o.step == OrderReport:
		d.dismissReport(f, at)
	case a == TapPrint && o.step == OrderView:
		d.printSlip(f)
	default:
		d.tapSale(a, f, at)
	}
}

func (d *Desk) pickOrder(a Action, item string, at kiosk.Moment) {
	f, ok := d.opened()
	if !ok {
		return
	}
	o := &d.file
	o.no, o.done = "", ""
	switch {
	case o.hand.step != "":
		o.hand.pick(a, item)
	case o.step == OrderUndo || o.step == OrderUndoWhich:
		d.pickUndo(a, item, f, at)
	default:
		d.pickSale(a, item, f)
	}
}

// typeOrder hears nothing: nothing is typed here.
func (d *Desk) typeOrder(rune, kiosk.Moment) {}

// opened gives the order as it stands, for somebody who is signed in; false:
// there is nothing to do.
func (d *Desk) opened() (File, bool) {
	if !d.leader.in() || d.o.Books == nil {
		d.home()
		return File{}, false
	}
	f, ok := d.o.Books.File(d.file.id)
	return f, ok || d.gone()
}

// gone leaves an order that is no longer in the set; the screen says so, and the
// only way is back.
func (d *Desk) gone() bool {
	d.file = orderFile{id: d.file.id, back: d.file.back}
	return true
}

func (d *Desk) backFromOrder(at kiosk.Moment) {
	o := &d.file
	switch {
	case o.hand.back():
	case o.back == "" && (o.step == OrderUndo || o.step == OrderUndoWhich), o.step == OrderView && o.back == "":
		d.home()
	case o.step == OrderView:
		d.open(o.back, at, 0)
	default:
		o.step = before(o.step, d.file.sale.report.IsZero())
		if o.step == OrderView {
			o.why, o.sale = "", sale{}
		}
	}
}

// before is the step that a step came from.
func before(s OrderStep, plain bool) OrderStep {
	switch s {
	case OrderSaleLines:
		if plain {
			return OrderSaleKind
		}
		return OrderReport
	case OrderSaleUnits, OrderSaleReason:
		return OrderSaleLines
	case OrderSaleSure:
		return OrderSaleReason
	}
	return OrderView
}

// may reports whether the person who is signed in may bring about an event.
func (d *Desk) may(t kiosk.EventType) bool { return d.leader.in() && d.leader.who.Role.May(t) }

// record records an after-sale or a dismissal; false: it was not.
func (d *Desk) recordFor(body kiosk.Body, at kiosk.Moment) bool {
	if !d.may(body.Type()) {
		d.file.no = RefusedRole
		return false
	}
	err := d.o.Ledger.Record(at, body)
	if ruled(err) {
		d.file.no = refusalOf(err)
		return false
	}
	if err != nil {
		d.fail()
		return false
	}
	d.sound(SoundAccept)
	return true
}

func (d *Desk) rejectOrder(f File, at kiosk.Moment) {
	if !d.may(kiosk.TypeHoldRejected) {
		d.file.no = RefusedRole
		return
	}
	err := d.o.Ledger.Reject(at, f.Order.ID, d.leader.who.ID)
	switch {
	case ruled(err):
		d.file.no = refusalOf(err)
	case err != nil:
		d.fail()
	default:
		d.file.done = DoneReject
		d.sound(SoundAccept)
	}
}

func (d *Desk) dismissReport(f File, at kiosk.Moment) {
	reports := f.State.OpenReports()
	if len(reports) == 0 {
		d.file.no = RefusedMeanwhile
		return
	}
	if d.recordFor(kiosk.ReportDismissed{Order: f.Order.ID, Report: reports[0].Event, By: d.leader.who.ID}, at) {
		d.file.step, d.file.done = OrderView, DoneDismiss
	}
}

// printSlip asks for the slip of the latest handover that stands.
func (d *Desk) printSlip(f File) {
	standing := f.State.Standing()
	if len(standing) == 0 {
		d.file.no = RefusedNoReprint
		return
	}
	d.begin(Job{Kind: JobPrint, Slip: SlipHandover, Order: f.Order.ID, Event: standing[len(standing)-1].Event})
}
