package reconcile

import (
	"cmp"
	"slices"
	"strings"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// Goods is a consignment at a point, folded from its orders and signatures in any
// order, so that no more than a line a product is held of it.
type Goods struct {
	Consignment string
	lines       map[goodsKey]*goodsLine
	last        kiosk.Day // of the latest signature
	signed      bool
}

type goodsKey struct{ product, spec, supplier string }

type goodsLine struct {
	GoodsRow
	price              kiosk.Fen // of a unit; the highest where orders differ
	cancelled          int       // units of orders that expect them no more
	handedNow, lostNow int       // on the day
}

// NewGoods is a consignment of which nothing is known yet.
func NewGoods(consignment string) *Goods {
	return &Goods{Consignment: consignment, lines: map[goodsKey]*goodsLine{}}
}

// Sign adds a signature that HQ accepted, and the day that it was given on.
func (g *Goods) Sign(b kiosk.GoodsReceived, on kiosk.Day) {
	g.signed, g.last = true, max(g.last, on)
	for _, l := range b.Lines {
		line := g.line(l.Product, l.Spec, l.Supplier)
		line.Good, line.Damaged = line.Good+l.Good, line.Damaged+l.Damaged
	}
}

// Add adds an order of the consignment; today says which of its handovers are of
// the day. Cancelled orders expect nothing, and what was handed out of them all the
// same is gone.
func (g *Goods) Add(rec hq.OrderRecord, today func(kiosk.Source) bool) {
	o, s := rec.Order, rec.State
	left := map[kiosk.LineID]int{}
	for _, h := range kiosk.Remaining(o, s) {
		left[h.Line] = h.Total()
	}
	for _, l := range o.Lines {
		line := g.line(l.Product, l.Spec, l.Supplier)
		line.price = max(line.price, l.UnitPrice)
		if o.Status.Over() {
			line.cancelled += l.Quantity
		} else {
			line.Expected += l.Quantity
			line.Waiting += left[l.ID]
		}
		for _, r := range s.Redemptions {
			if r.Undone != nil {
				continue
			}
			for _, h := range r.HandedOver() {
				if h.Line != l.ID {
					continue
				}
				line.Handed, line.Lost = line.Handed+h.Handed, line.Lost+lost(h)
				if today(r.Source) {
					line.handedNow, line.lostNow = line.handedNow+h.Handed, line.lostNow+lost(h)
				}
			}
		}
		for _, r := range s.Returns {
			for _, u := range r.Lines {
				if u.Line == l.ID {
					line.SentBack += u.Units
					if !o.Status.Over() {
						line.Waiting -= u.Units
					}
				}
			}
		}
	}
}

func (g *Goods) line(product, spec, supplier string) *goodsLine {
	key := goodsKey{product, spec, supplier}
	if g.lines[key] == nil {
		g.lines[key] = &goodsLine{GoodsRow: GoodsRow{Consignment: g.Consignment, Product: product, Spec: spec, Supplier: supplier}}
	}
	return g.lines[key]
}

func (g *Goods) sorted() []*goodsLine {
	var list []*goodsLine
	for _, l := range g.lines {
		l.Signed = g.signed
		list = append(list, l)
	}
	slices.SortFunc(list, func(a, b *goodsLine) int {
		return cmp.Or(strings.Compare(a.Supplier, b.Supplier), strings.Compare(a.Product, b.Product), strings.Compare(a.Spec, b.Spec))
	})
	return list
}

// goods matches deliveries: what orders expect, what was signed for, what went out.
// What nobody signed for cannot be matched, and is shown as it is.
func (m *matching) goods(g *Goods) {
	for _, l := range g.sorted() {
		m.report.Goods = append(m.report.Goods, l.GoodsRow)
		if !g.signed {
			continue
		}
		differs := func(kind Kind, action Action, units int) {
			m.add(Difference{
				Class: Quantity, Kind: kind, Action: action, Consignment: g.Consignment, Product: l.Product, Spec: l.Spec,
				Supplier: l.Supplier, Units: units, Amount: l.price * kiosk.Fen(units),
			})
		}
		missing := l.Expected - l.Good // what came damaged is missing to who ordered it
		if missing < 0 {
			missing = min(0, missing+l.cancelled) // it came before they were cancelled
		}
		if missing != 0 && g.last == m.in.Day {
			differs(KindDelivery, ActClaimSupplier, missing)
		}
		if more := min(l.Handed-l.Good, l.handedNow); more > 0 {
			differs(KindOverHanded, ActCountAgain, more)
		}
		if gone := min(l.Lost-max(0, missing), l.lostNow); gone > 0 {
			differs(KindLostAtPoint, ActBookLoss, gone)
		}
	}
}
