package hq

import (
	"context"
	"time"

	"hexiao/kiosk"
)

// Request is something that a terminal asked of the platform: to remind a
// customer, to make an invoice, to pay back, to fetch goods that nobody collected,
// to look into what a customer misses. HQ keeps requests in the order in which it
// heard of them, for whoever fulfils them; it does not know whether somebody did.
type Request struct {
	Number   uint64           `cbor:"1,keyasint" json:"number"`
	Type     kiosk.EventType  `cbor:"2,keyasint" json:"type"`
	Point    kiosk.PointID    `cbor:"3,keyasint" json:"point"`
	Terminal kiosk.TerminalID `cbor:"4,keyasint" json:"terminal"`
	Seq      uint64           `cbor:"5,keyasint" json:"seq"` // of the event, which has the rest
	Event    kiosk.EventID    `cbor:"6,keyasint" json:"event"`
	Order    kiosk.OrderID    `cbor:"7,keyasint" json:"order"`
	At       time.Time        `cbor:"8,keyasint" json:"at"` // HQ's clock
}

// asks reports whether somebody must do something about an event.
func asks(t kiosk.EventType) bool {
	switch t {
	case kiosk.TypeReminderAsked, kiosk.TypeInvoiceRequested, kiosk.TypeAfterSaleRegistered, kiosk.TypeSentBack, kiosk.TypeMissingReported:
		return true
	}
	return false
}

// Requests gives what terminals asked for after a number, oldest first.
func (h *HQ) Requests(ctx context.Context, after uint64, fn func(Request) error) error {
	for {
		var list []Request
		err := h.store.View(ctx, func(tx Tx) (err error) {
			list, err = tx.Requests(after, pageOrders)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range list {
			if err := fn(r); err != nil {
				return err
			}
			after = r.Number
		}
		if len(list) < pageOrders {
			return nil
		}
	}
}

// accepted does what an accepted event brings about besides its order's state.
func (p *push) accepted(e kiosk.Event) error {
	if b, ok := e.Body.(kiosk.GoodsReceived); ok {
		return p.arrive(b.Consignment)
	}
	if !asks(e.Body.Type()) {
		return nil
	}
	_, err := p.set.tx.AddRequest(Request{
		Type: e.Body.Type(), Point: p.terminal.Point, Terminal: p.terminal.ID, Seq: e.Seq, Event: e.ID, Order: e.Body.Subject(), At: p.at,
	})
	return err
}

// arrive makes the orders of a consignment arrive at the terminal's point, which
// all its terminals then learn. Orders that are over stay as they are.
func (p *push) arrive(consignment string) error {
	for after := kiosk.OrderID(""); ; {
		list, err := p.set.tx.Orders(p.terminal.Point, after, pageOrders)
		if err != nil {
			return err
		}
		for _, old := range list {
			after = old.Order.ID
			onItsWay := old.Order.Status == kiosk.StatusPaid || old.Order.Status == kiosk.StatusShipped
			if old.Order.Consignment != consignment || !onItsWay {
				continue
			}
			rec := old
			rec.Order.Status = kiosk.StatusArrived
			if err := p.set.put(old, rec); err != nil {
				return err
			}
		}
		if len(list) < pageOrders {
			return nil
		}
	}
}
