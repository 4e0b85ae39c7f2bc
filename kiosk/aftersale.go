package kiosk

import (
	"fmt"
	"slices"
)

// The types of what happens to goods after their handover.
const (
	TypeMissingReported     EventType = "missing-reported"
	TypeReportDismissed     EventType = "report-dismissed"
	TypeAfterSaleRegistered EventType = "after-sale-registered"
)

// AfterSaleKind says what the customer gets.
type AfterSaleKind string

// The kinds of after-sales.
const (
	AfterSaleRefund AfterSaleKind = "refund" // 退款: the money back; short, damaged or bad goods
	AfterSaleReturn AfterSaleKind = "return" // 退货: the goods come back to the point, and then the money
)

// Reason says why goods were short, damaged, sent back or paid back. The set is
// closed within a version, so that every screen has a word for each.
type Reason string

// The reasons.
const (
	ReasonShort    Reason = "short"    // not in the delivery
	ReasonDamaged  Reason = "damaged"  // broken, leaking, crushed
	ReasonSpoilt   Reason = "spoilt"   // rotten, past its date
	ReasonWrong    Reason = "wrong"    // another product
	ReasonUnwanted Reason = "unwanted" // the customer does not want it any more
	ReasonOverdue  Reason = "overdue"  // nobody came for it
	ReasonMistake  Reason = "mistake"  // the counter's own slip
	ReasonOther    Reason = "other"
)

// Reasons lists the closed set.
func Reasons() []Reason {
	return []Reason{ReasonShort, ReasonDamaged, ReasonSpoilt, ReasonWrong, ReasonUnwanted, ReasonOverdue, ReasonMistake, ReasonOther}
}

// Units is a number of units of a line.
type Units struct {
	Line  LineID `cbor:"1,keyasint" json:"line"`
	Units int    `cbor:"2,keyasint" json:"units"`
}

// MissingReported is a customer's word, after the handover, that something of it
// is short or damaged. It changes no quantity: the leader looks, and registers an
// after-sale, undoes the handover, or dismisses the report.
type MissingReported struct {
	Order      OrderID  `cbor:"1,keyasint"`
	Redemption EventID  `cbor:"2,keyasint"`
	Lines      []Handed `cbor:"3,keyasint"`           // short and damaged only
	By         string   `cbor:"4,keyasint,omitempty"` // empty: the customer
}

// ReportDismissed closes a report without an after-sale.
type ReportDismissed struct {
	Order  OrderID `cbor:"1,keyasint"`
	Report EventID `cbor:"2,keyasint"`
	By     string  `cbor:"3,keyasint"`
	Note   string  `cbor:"4,keyasint,omitempty"`
}

// AfterSaleRegistered asks the platform for a refund, or takes goods back.
type AfterSaleRegistered struct {
	Order  OrderID       `cbor:"1,keyasint"`
	Kind   AfterSaleKind `cbor:"2,keyasint"`
	Lines  []Units       `cbor:"3,keyasint"`
	Reason Reason        `cbor:"4,keyasint"`
	By     string        `cbor:"5,keyasint"`
	Report EventID       `cbor:"6,keyasint,omitzero"` // the report that it answers
	Note   string        `cbor:"7,keyasint,omitempty"`
}

// Type and Subject of the bodies.
func (MissingReported) Type() EventType     { return TypeMissingReported }
func (ReportDismissed) Type() EventType     { return TypeReportDismissed }
func (AfterSaleRegistered) Type() EventType { return TypeAfterSaleRegistered }

// Subject is the order.
func (b MissingReported) Subject() OrderID { return b.Order }

// Subject is the order.
func (b ReportDismissed) Subject() OrderID { return b.Order }

// Subject is the order.
func (b AfterSaleRegistered) Subject() OrderID { return b.Order }

// AfterSale is a registered after-sale.
type AfterSale struct {
	Source
	Kind   AfterSaleKind `cbor:"5,keyasint" json:"kind"`
	Lines  []Units       `cbor:"6,keyasint" json:"lines"`
	Reason Reason        `cbor:"7,keyasint" json:"reason"`
	By     string        `cbor:"8,keyasint" json:"by"`
	Report EventID       `cbor:"9,keyasint,omitzero" json:"report,omitzero"`
}

// Report is a customer's word that something is missing.
type Report struct {
	Source
	Redemption EventID  `cbor:"5,keyasint" json:"redemption"`
	Lines      []Handed `cbor:"6,keyasint" json:"lines"`
}

// Dismissal closes a report.
type Dismissal struct {
	Source
	Report EventID `cbor:"5,keyasint" json:"report"`
	By     string  `cbor:"6,keyasint" json:"by"`
}

// OpenReports gives the reports that nobody has answered: no after-sale, no
// dismissal, and the redemption that they complain of still stands.
func (s OrderState) OpenReports() []Report {
	var open []Report
	for _, r := range s.Reports {
		sold := slices.ContainsFunc(s.AfterSales, func(a AfterSale) bool { return a.Report == r.Event })
		dismissed := slices.ContainsFunc(s.Dismissals, func(d Dismissal) bool { return d.Report == r.Event })
		redemption, known := s.Redemption(r.Redemption)
		if !sold && !dismissed && (!known || redemption.Undone == nil) {
			open = append(open, r)
		}
	}
	return open
}

// AfterSold is how many units of a line after-sales were registered for: all of
// them, and those that came back.
func (s OrderState) AfterSold(id LineID) (all, returned int) {
	for _, a := range s.AfterSales {
		for _, u := range a.Lines {
			if u.Line != id {
				continue
			}
			all += u.Units
			if a.Kind == AfterSaleReturn {
				returned += u.Units
			}
		}
	}
	return all, returned
}

// AfterSaleValue is what the customer gets back for these units, in fen.
func AfterSaleValue(o Order, lines []Units) Fen {
	var sum Fen
	for _, u := range lines {
		if l, ok := o.Line(u.Line); ok {
			sum += l.UnitPrice * Fen(u.Units)
		}
	}
	return sum
}

// checkAfterSale lets nothing be paid back twice, nor anything come back that
// was not handed over.
func checkAfterSale(o Order, s OrderState, b AfterSaleRegistered) error {
	if b.By == "" {
		return fmt.Errorf("after-sale of order %s: %w", o.ID, ErrLeaderOnly)
	}
	if b.Kind != AfterSaleRefund && b.Kind != AfterSaleReturn || !slices.Contains(Reasons(), b.Reason) {
		return fmt.Errorf("after-sale of order %s: kind %q, reason %q: %w", o.ID, b.Kind, b.Reason, ErrWrongChoice)
	}
	now := map[LineID]int{}
	for _, u := range b.Lines {
		if _, ok := o.Line(u.Line); !ok {
			return fmt.Errorf("order %s, line %q: %w", o.ID, u.Line, ErrUnknownLine)
		}
		if u.Units <= 0 || u.Units > MaxQuantity {
			return fmt.Errorf("order %s, line %s: quantity %d: %w", o.ID, u.Line, u.Units, ErrTooMany)
		}
		now[u.Line] += u.Units
		line := s.Line(u.Line)
		all, returned := s.AfterSold(u.Line)
		if all+now[u.Line] > line.Total() || b.Kind == AfterSaleReturn && returned+now[u.Line] > line.Handed {
			return fmt.Errorf("after-sale of order %s, line %s: %d after %d of %d: %w", o.ID, u.Line, now[u.Line], all, line.Total(), ErrTooMany)
		}
	}
	if len(now) == 0 {
		return fmt.Errorf("after-sale of order %s: %w", o.ID, ErrNothingHanded)
	}
	return nil
}

// checkReport lets a customer miss no more than was handed over.
func checkReport(o Order, s OrderState, b MissingReported) error {
	r, ok := s.Redemption(b.Redemption)
	switch {
	case !ok:
		return fmt.Errorf("report on order %s: %w", o.ID, ErrUnknownRedemption)
	case r.Undone != nil:
		return fmt.Errorf("report on order %s: %w", o.ID, ErrAlreadyUndone)
	}
	units := 0
	seen := map[LineID]bool{}
	for _, h := range b.Lines {
		i := slices.IndexFunc(r.HandedOver(), func(x Handed) bool { return x.Line == h.Line })
		if i < 0 || seen[h.Line] {
			return fmt.Errorf("report on order %s, line %q: %w", o.ID, h.Line, ErrUnknownLine)
		}
		seen[h.Line] = true
		if h.Handed != 0 || h.Short < 0 || h.Damaged < 0 || h.Short > MaxQuantity || h.Damaged > MaxQuantity || h.Total() > r.HandedOver()[i].Handed {
			return fmt.Errorf("report on order %s, line %s: %w", o.ID, h.Line, ErrTooMany)
		}
		units += h.Total()
	}
	if units == 0 {
		return fmt.Errorf("report on order %s: %w", o.ID, ErrNothingHanded)
	}
	return nil
}

func checkDismissal(o Order, s OrderState, b ReportDismissed) error {
	if !slices.ContainsFunc(s.OpenReports(), func(r Report) bool { return r.Event == b.Report }) {
		return fmt.Errorf("dismiss a report on order %s: %w", o.ID, ErrNoReport)
	}
	return nil
}
