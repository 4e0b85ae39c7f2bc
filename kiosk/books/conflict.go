package books

import (
	"slices"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// Conflicts gives the events that HQ settled otherwise, the latest first. What
// the journal no longer has is left out.
func (x *Index) Conflicts() ([]desk.Conflict, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.look()
	var list []desk.Conflict
	for _, v := range slices.Backward(x.verdicts.list) {
		if v.event.Body == nil {
			continue
		}
		c := desk.Conflict{
			Happening: happened(v.event), Order: v.event.Body.Subject(), Against: v.Against, Value: x.value(v.event.Body),
			Notes: slices.Clone(x.past.notes[v.event.ID]),
		}
		c.Settled = v.Settlement
		if o, s, ok := x.source.Order(c.Order); ok {
			c.Entry = x.entry(o, s)
		}
		list = append(list, c)
	}
	return list, nil
}

// value is what the goods, or the money, of an event come to; the caller holds
// the lock. 0 for an order that is not in the set.
func (x *Index) value(body kiosk.Body) (sum kiosk.Fen) {
	switch b := body.(type) {
	case kiosk.PaymentCollected:
		return b.Amount
	case kiosk.Redeemed:
		if b.Voucher != nil {
			return b.Voucher.Value
		}
		for _, h := range b.Lines {
			sum += x.price(b.Order, h.Line) * kiosk.Fen(h.Handed)
		}
	case kiosk.AfterSaleRegistered:
		return x.valueOf(b.Order, b.Lines)
	case kiosk.SentBack:
		return x.valueOf(b.Order, b.Lines)
	}
	return sum
}

func (x *Index) valueOf(id kiosk.OrderID, lines []kiosk.Units) (sum kiosk.Fen) {
	for _, u := range lines {
		sum += x.price(id, u.Line) * kiosk.Fen(u.Units)
	}
	return sum
}

// price is that of a unit of an order's line.
func (x *Index) price(id kiosk.OrderID, line kiosk.LineID) kiosk.Fen {
	r, ok := x.set.records[id]
	if !ok {
		return 0
	}
	for _, l := range r.lines {
		if x.set.lineIDs[l.id] == string(line) {
			return l.price
		}
	}
	return 0
}
