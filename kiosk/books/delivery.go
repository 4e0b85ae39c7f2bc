package books

import (
	"cmp"
	"slices"
	"strings"

	"hexiao/kiosk/desk"
)

// Consignments gives the deliveries of the orders in the set, those that nobody
// signed for first, then the latest. Cancelled and refunded orders do not count.
func (x *Index) Consignments() []desk.Consignment {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.look()
	if x.kept.consignments == nil || x.kept.consigned != x.set.consigned {
		x.kept.consignments, x.kept.consigned = x.consignments(), x.set.consigned
	}
	return slices.Clone(x.kept.consignments)
}

// delivery is a consignment while it is summed.
type delivery struct {
	desk.Consignment
	expected int64
	sums     map[uint32]int // units by goods
}

func (x *Index) consignments() []desk.Consignment {
	deliveries := make([]*delivery, len(x.set.consignments))
	for _, r := range x.set.list {
		if r.consignment == 0 || r.gone {
			continue
		}
		d := deliveries[r.consignment]
		if d == nil {
			d = &delivery{Consignment: desk.Consignment{ID: x.set.consignments[r.consignment].id}, sums: map[uint32]int{}}
			deliveries[r.consignment] = d
		}
		d.Orders++
		if r.expected != 0 && (d.expected == 0 || r.expected < d.expected) {
			d.expected = r.expected
		}
		for _, l := range r.lines {
			d.sums[l.goods] += int(l.quantity)
		}
	}
	list := []desk.Consignment{}
	for _, d := range deliveries {
		if d != nil {
			list = append(list, x.consignment(d))
		}
	}
	slices.SortFunc(list, func(a, b desk.Consignment) int {
		if open := a.SignedAt.IsZero(); open != b.SignedAt.IsZero() {
			if open {
				return -1
			}
			return 1
		}
		return cmp.Or(b.SignedAt.Compare(a.SignedAt), b.ExpectedAt.Compare(a.ExpectedAt), strings.Compare(b.ID, a.ID))
	})
	return list
}

func (x *Index) consignment(d *delivery) desk.Consignment {
	c := d.Consignment
	c.ExpectedAt = millis(d.expected)
	signed := x.past.received[c.ID]
	if signed != nil {
		c.SignedAt, c.SignedBy = signed.at, signed.by
	}
	for n, sum := range d.sums {
		g := x.set.goods[n]
		l := desk.ConsignmentLine{
			Product: g.product, Spec: g.spec, Unit: g.unit, Supplier: g.supplier, Barcodes: slices.Clone(g.barcodes), Expected: sum,
		}
		if signed != nil {
			u := signed.good[g.goodsKey]
			l.Good, l.Damaged = u.good, u.damaged
		}
		c.Lines = append(c.Lines, l)
	}
	slices.SortFunc(c.Lines, func(a, b desk.ConsignmentLine) int {
		return cmp.Or(strings.Compare(a.Supplier, b.Supplier), strings.Compare(a.Product, b.Product), strings.Compare(a.Spec, b.Spec))
	})
	return c
}
