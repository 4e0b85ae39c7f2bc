package desk

import (
	"maps"
	"slices"
	"time"

	"hexiao/kiosk"
)

// What one does on Receive, beside PickDamaged, how many units are damaged, and
// PickReason. On the screen that counts a product, digits come as [Desk.Key].
const (
	PickDelivery Action = "delivery" // item: the consignment
	PickProduct  Action = "product"  // item: the line's Key
	PickGood     Action = "good"     // item: how many are there

	// TapAllHere: every product that is not counted is there as expected. One that was
	// counted, if only in part, keeps its count. Of a single product: all of it is there.
	TapAllHere Action = "all-here"
	TapRecount Action = "recount" // forget what was counted: of the product, or of the whole delivery
	TapSign    Action = "sign"    // show the differences, then sign for them with TapConfirm

	TapPrintDelivery Action = "print-delivery" // the protocol of the consignment
)

// ReceiveStep is what Receive asks.
type ReceiveStep string

// The steps.
const (
	ReceiveChoose ReceiveStep = ""       // which delivery?
	ReceiveCount  ReceiveStep = "count"  // what is there?
	ReceiveNumber ReceiveStep = "number" // how many of this product?
	ReceiveWhy    ReceiveStep = "why"    // why are some short or damaged?
	ReceiveSign   ReceiveStep = "sign"   // sign for it?
	ReceiveDone   ReceiveStep = "done"   // it is signed for
)

// ReceiveNotice is something that Receive tells.
type ReceiveNotice string

// The notices.
const (
	ReceiveNothing     ReceiveNotice = ""
	ReceiveUnknownCode ReceiveNotice = "unknown-barcode" // no product of this delivery has it
	ReceiveWhichOne    ReceiveNotice = "which-one"       // several deliveries have the product: choose one
	ReceiveGone        ReceiveNotice = "delivery-gone"   // HQ took the consignment away meanwhile
	ReceiveNoneCounted ReceiveNotice = "none-counted"    // there is nothing to sign for yet
	ReceivePartCounted ReceiveNotice = "part-counted"    // TapAllHere left a count as it is that differs from what is expected
)

// ReceiveNotices lists the notices that have a sentence.
func ReceiveNotices() []ReceiveNotice {
	return []ReceiveNotice{ReceiveUnknownCode, ReceiveWhichOne, ReceiveGone, ReceiveNoneCounted, ReceivePartCounted}
}

// ReceiveState is the screen.
type ReceiveState struct {
	Step       ReceiveStep
	Known      bool       // false: the books are still being opened
	Deliveries []Delivery // on ReceiveChoose: those that nobody signed for first
	Open       Delivery   // the one that is counted
	Products   []Product  // of it
	Product    Product    // on ReceiveNumber and ReceiveWhy
	Last       Product    // the one that was scanned last; Key empty: none was
	Typed      bool       // the number is being typed
	Notice     ReceiveNotice
	Refusal    Refusal
}

// Delivery is a consignment on the screen.
type Delivery struct {
	ID         string
	ExpectedAt time.Time // in the point's zone; zero: not known
	Orders     int
	Products   int // lines of which something is expected still
	Units      int // that are expected still
	Counted    int // lines that were counted and not signed for
	Here       int // units counted and not signed for, damaged ones too
	SignedAt   time.Time
	SignedBy   string
}

// Product is a line of a delivery.
type Product struct {
	Key                           string
	Product, Spec, Unit, Supplier string
	Expected                      int // units that are expected still
	Before                        int // units signed for earlier
	Counted                       bool
	Good, Damaged                 int // as counted
	Reason                        kiosk.Reason
}

// Short is how many units are missing; negative: more came than was expected.
func (p Product) Short() int { return p.Expected - p.Good - p.Damaged }

// Differs reports whether something else was counted than expected.
func (p Product) Differs() bool { return p.Counted && (p.Damaged > 0 || p.Short() != 0) }

// receiving is what the desk keeps of Receive. What was counted stays until it is
// signed for, whoever signs out meanwhile, and over a restart, see [Counts].
type receiving struct {
	step    ReceiveStep
	open    string // consignment
	product string // key of the product on ReceiveNumber and ReceiveWhy
	last    string // key of the product that was scanned last
	typed   bool
	notice  ReceiveNotice
	refusal Refusal
	counts  Counts
	kept    Counts // what Options.KeepCounts was given last
	all     kept[[]Consignment]
}

func (d *Desk) openReceive(at kiosk.Moment) {
	r := &d.receive
	r.step, r.open, r.product, r.last, r.typed, r.notice, r.refusal = ReceiveChoose, "", "", "", false, ReceiveNothing, ""
	r.all.drop()
	if all := d.consignments(at); len(all) > 0 { // what is gone will not be signed for
		maps.DeleteFunc(r.counts, func(id string, _ map[string]Count) bool {
			return !slices.ContainsFunc(all, func(c Consignment) bool { return c.ID == id })
		})
	}
	d.open(Receive, at, 0)
}

// receiveStep shows another step of the screen.
func (d *Desk) receiveStep(s ReceiveStep) {
	d.receive.step, d.receive.typed, d.receive.notice, d.receive.refusal = s, false, ReceiveNothing, ""
}

// consignments are those of the books.
func (d *Desk) consignments(at kiosk.Moment) []Consignment {
	if !d.booksOpen(at) {
		return nil
	}
	return d.receive.all.get(at, d.o.Books.Consignments)
}

// delivery gives the products of a consignment with what was counted of them.
func (d *Desk) delivery(c Consignment) (Delivery, []Product) {
	out := Delivery{ID: c.ID, ExpectedAt: d.inZone(c.ExpectedAt), Orders: c.Orders, SignedAt: d.inZone(c.SignedAt)}
	if c.SignedBy != "" {
		out.SignedBy = d.nameOf(c.SignedBy)
	}
	products := make([]Product, 0, len(c.Lines))
	for _, l := range c.Lines {
		p := Product{
			Key: productKey(l), Product: l.Product, Spec: l.Spec, Unit: l.Unit, Supplier: l.Supplier,
			Expected: max(0, l.Expected-l.Good-l.Damaged), Before: l.Good + l.Damaged,
		}
		if n, ok := d.receive.counts[c.ID][p.Key]; ok {
			p.Counted, p.Good, p.Damaged, p.Reason = true, n.Good, n.Damaged, n.Reason
			out.Counted++
			out.Here += n.Good + n.Damaged
		}
		if p.Expected > 0 {
			out.Products++
			out.Units += p.Expected
		}
		products = append(products, p)
	}
	return out, products
}

// productKey names a line of a consignment, which has no id of its own.
func productKey(l ConsignmentLine) string { return l.Product + "\x1f" + l.Spec + "\x1f" + l.Supplier }

// openDelivery is the consignment that is counted; false: there is none any more.
func (d *Desk) openDelivery(at kiosk.Moment) (Delivery, []Product, bool) {
	all := d.consignments(at)
	i := slices.IndexFunc(all, func(c Consignment) bool { return c.ID == d.receive.open })
	if i < 0 {
		return Delivery{}, nil, false
	}
	out, products := d.delivery(all[i])
	return out, products, true
}

func (d *Desk) receiveState(at kiosk.Moment) ReceiveState {
	r := &d.receive
	s := ReceiveState{Step: r.step, Known: d.booksOpen(at), Typed: r.typed, Notice: r.notice, Refusal: r.refusal}
	if r.step != ReceiveChoose && s.Known {
		var there bool
		if s.Open, s.Products, there = d.openDelivery(at); there {
			s.Product, s.Last = find(s.Products, r.product), find(s.Products, r.last)
			return s
		}
		d.receiveStep(ReceiveChoose)
		s.Step, s.Notice = ReceiveChoose, ReceiveGone
		r.notice = ReceiveGone
	}
	for _, c := range d.consignments(at) {
		one, _ := d.delivery(c)
		s.Deliveries = append(s.Deliveries, one)
	}
	return s
}

// find gives the product with a key, the zero one if there is none.
func find(products []Product, key string) Product {
	for _, p := range products {
		if p.Key == key {
			return p
		}
	}
	return Product{}
}
