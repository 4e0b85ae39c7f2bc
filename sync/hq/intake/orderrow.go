package intake

import (
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// OrderRow is an order as another system sees it.
type OrderRow struct {
	ID           kiosk.OrderID `json:"id"`
	Version      uint64        `json:"version"`
	Status       kiosk.Status  `json:"status"`
	PickupNumber string        `json:"pickup_number,omitempty"`
	Consignment  string        `json:"consignment,omitempty"`
	CollectBy    time.Time     `json:"collect_by,omitzero"`
	Withdrawn    bool          `json:"withdrawn,omitempty"`
	Lines        []LineRow     `json:"lines"`
	// Handed are the handovers that count, and what followed them.
	Handed     []Handover  `json:"handovers,omitempty"`
	AfterSales []AfterSale `json:"after_sales,omitempty"`
	Disputed   bool        `json:"disputed,omitempty"` // handovers of it contradict each other
}

// LineRow is a line and how much of it is still to be collected.
type LineRow struct {
	ID       kiosk.LineID `json:"id"`
	Product  string       `json:"product"`
	Spec     string       `json:"spec,omitempty"`
	Supplier string       `json:"supplier,omitempty"`
	Quantity int          `json:"quantity"`
	Left     int          `json:"left"`
}

// Handover is a handover that counts.
type Handover struct {
	Event    kiosk.EventID    `json:"event"`
	Terminal kiosk.TerminalID `json:"terminal"`
	At       time.Time        `json:"at"` // by the terminal's clock
}

// AfterSale is an after-sale that a terminal registered.
type AfterSale struct {
	Event kiosk.EventID       `json:"event"`
	Kind  kiosk.AfterSaleKind `json:"kind"`
	Value kiosk.Fen           `json:"value"` // of the goods, in fen
	At    time.Time           `json:"at"`
}

// row shows an order to a key; false: it has no line for the key to see.
func row(k Key, rec hq.OrderRecord) (OrderRow, bool) {
	o := rec.Order
	remain, _ := left(rec)
	out := OrderRow{
		ID: o.ID, Version: o.Version, Status: o.Status, PickupNumber: o.PickupNumber, Consignment: o.Consignment,
		CollectBy: o.CollectBy, Withdrawn: rec.Gone, Disputed: len(rec.State.Disputes) > 0,
	}
	for _, l := range o.Lines {
		if k.Merchant == "" || l.Supplier == k.Merchant {
			out.Lines = append(out.Lines, LineRow{l.ID, l.Product, l.Spec, l.Supplier, l.Quantity, remain[l.ID]})
		}
	}
	mine := func(id kiosk.LineID) bool {
		return slices.ContainsFunc(out.Lines, func(l LineRow) bool { return l.ID == id })
	}
	for _, r := range rec.State.Standing() {
		if slices.ContainsFunc(r.Lines, func(h kiosk.Handed) bool { return mine(h.Line) }) {
			out.Handed = append(out.Handed, Handover{r.Event, r.Terminal, r.At})
		}
	}
	for _, a := range rec.State.AfterSales {
		lines := slices.DeleteFunc(slices.Clone(a.Lines), func(u kiosk.Units) bool { return !mine(u.Line) })
		if len(lines) > 0 {
			out.AfterSales = append(out.AfterSales, AfterSale{a.Event, a.Kind, kiosk.AfterSaleValue(o, lines), a.At})
		}
	}
	return out, len(out.Lines) > 0
}
