package tally

import (
	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// MoveKind says what a move of money or goods is.
type MoveKind string

// The kinds of moves.
const (
	MoveHanded   MoveKind = "handed-over"  // goods went out, and count
	MoveDeducted MoveKind = "deducted"     // an after-sale, for units that went out and count
	MoveRefunded MoveKind = "not-supplied" // an after-sale, for units that are in no value: they were short or damaged
	MoveCash     MoveKind = "cash"         // money was taken
	MoveByCode   MoveKind = "by-code"      // money was paid to the platform's code
	MovePaid     MoveKind = "paid"         // money, in a way that this version does not know
)

// Move is an amount of an order, and the event that it comes from.
type Move struct {
	kiosk.Source
	Kind   MoveKind
	Line   kiosk.Line // whose goods; zero for payments and lines that the order has not
	Units  int
	Amount kiosk.Fen
}

// How a payment's means are called in [kiosk.PaymentCollected].
const (
	meansCash = "cash"
	meansCode = "platform-code"
)

// MovesOf gives all moves of an order, line by line. Their sums are its share of the
// days' value, refunds and money.
func MovesOf(rec hq.OrderRecord) (list []Move) {
	o, s := rec.Order, rec.State
	for _, r := range s.Redemptions {
		if !r.Counts() {
			continue
		}
		for _, h := range r.Lines {
			l, _ := o.Line(h.Line)
			list = append(list, Move{Source: r.Source, Kind: MoveHanded, Line: l, Units: h.Handed, Amount: l.UnitPrice * kiosk.Fen(h.Handed)})
		}
	}
	list = append(list, refundsOf(o, s)...)
	for _, p := range s.Payments {
		kind := MovePaid
		switch p.Means {
		case meansCash:
			kind = MoveCash
		case meansCode:
			kind = MoveByCode
		}
		list = append(list, Move{Source: p.Source, Kind: kind, Amount: p.Amount})
	}
	return list
}

// refundsOf tells after-sales for what went out from those for what did not, in the
// order in which the state has them.
func refundsOf(o kiosk.Order, s kiosk.OrderState) (list []Move) {
	if len(s.AfterSales) == 0 {
		return nil
	}
	flawed, handed := map[kiosk.LineID]int{}, map[kiosk.LineID]int{}
	for _, l := range o.Lines {
		at := s.Line(l.ID)
		flawed[l.ID], handed[l.ID] = at.Short+at.Damaged, at.Handed
	}
	for _, a := range s.AfterSales {
		for _, u := range a.Lines {
			l, _ := o.Line(u.Line)
			never := 0
			if a.Kind != kiosk.AfterSaleReturn {
				never = min(u.Units, flawed[u.Line])
				flawed[u.Line] -= never
			}
			out := min(u.Units-never, handed[u.Line])
			handed[u.Line] -= out
			never = u.Units - out // what no handover accounts for any more is in no value either
			for _, m := range []Move{{Kind: MoveDeducted, Units: out}, {Kind: MoveRefunded, Units: never}} {
				if m.Units > 0 {
					m.Source, m.Line, m.Amount = a.Source, l, l.UnitPrice*kiosk.Fen(m.Units)
					list = append(list, m)
				}
			}
		}
	}
	return list
}
