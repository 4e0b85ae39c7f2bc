package reconcile

import "hexiao/kiosk"

// The totals of a day are added and subtracted field by field; a difference of two
// may be negative. The commission follows from the value and is left out.

func plus(a, b kiosk.DayTotals) kiosk.DayTotals { return combine(a, b, 1) }

func minus(a, b kiosk.DayTotals) kiosk.DayTotals { return combine(a, b, -1) }

func combine(a, b kiosk.DayTotals, sign int) kiosk.DayTotals {
	money := kiosk.Fen(sign)
	return kiosk.DayTotals{
		Orders: a.Orders + sign*b.Orders, Units: a.Units + sign*b.Units, Alone: a.Alone + sign*b.Alone,
		Short: a.Short + sign*b.Short, Damaged: a.Damaged + sign*b.Damaged, Undone: a.Undone + sign*b.Undone,
		AfterSales: a.AfterSales + sign*b.AfterSales, Returned: a.Returned + sign*b.Returned, Received: a.Received + sign*b.Received,
		Value: a.Value + money*b.Value, Cash: a.Cash + money*b.Cash, ByCode: a.ByCode + money*b.ByCode, Refunds: a.Refunds + money*b.Refunds,
	}
}

// fields gives the totals as numbers, units and fen alike.
func fields(t kiosk.DayTotals) [13]int64 {
	return [13]int64{
		int64(t.Orders), int64(t.Units), int64(t.Alone), int64(t.Short), int64(t.Damaged), int64(t.Undone), int64(t.AfterSales),
		int64(t.Returned), int64(t.Received), int64(t.Value), int64(t.Cash), int64(t.ByCode), int64(t.Refunds),
	}
}

func zero(t kiosk.DayTotals) bool { return fields(t) == [13]int64{} }

// signs reports whether any field is above zero, and whether any is below.
func signs(t kiosk.DayTotals) (above, below bool) {
	for _, n := range fields(t) {
		above, below = above || n > 0, below || n < 0
	}
	return above, below
}

// plain leaves out what follows from the rest.
func plain(t kiosk.DayTotals) kiosk.DayTotals {
	t.Commission = 0
	return t
}

// value is what units of an order's lines cost, in fen.
func value(o kiosk.Order, lines []kiosk.Handed, count func(kiosk.Handed) int) (sum kiosk.Fen) {
	for _, h := range lines {
		if l, ok := o.Line(h.Line); ok {
			sum += l.UnitPrice * kiosk.Fen(count(h))
		}
	}
	return sum
}

func handed(h kiosk.Handed) int { return h.Handed }

func lost(h kiosk.Handed) int { return h.Short + h.Damaged }

func count(lines []kiosk.Handed, of func(kiosk.Handed) int) (n int) {
	for _, h := range lines {
		n += of(h)
	}
	return n
}
