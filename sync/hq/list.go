package hq

import (
	"context"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/seal"
)

// OrderRow is an order as an operator sees it in lists.
type OrderRow struct {
	Order    kiosk.OrderID `json:"order"`
	Status   kiosk.Status  `json:"status"`
	Redeemed *RedeemedRow  `json:"redeemed"`       // the first handover that stands; null: none
	Units    int           `json:"units"`          // ordered
	Left     int           `json:"left"`           // not handed over, short or damaged
	Gone     bool          `json:"gone,omitempty"` // withdrawn
	// What followed the handover.
	AfterSales int            `json:"after_sales,omitempty"` // registered
	Refunds    kiosk.Fen      `json:"refunds,omitempty"`     // value of the after-sales, in fen
	Reports    int            `json:"reports,omitempty"`     // open ones
	Ratings    []kiosk.Rating `json:"ratings,omitempty"`
	SentBack   bool           `json:"sent_back,omitempty"` // to the merchant
}

// RedeemedRow names a handover.
type RedeemedRow struct {
	Terminal kiosk.TerminalID `json:"terminal"`
	Event    kiosk.EventID    `json:"event"`
	At       time.Time        `json:"at"` // the terminal's clock
}

// CodeRow holds an order's pickup codes.
type CodeRow struct {
	Order kiosk.OrderID `json:"order"`
	Code  string        `json:"code"`          // opaque; of an order whose code changes, that of now
	Typed string        `json:"typed"`         // ten digits
	Own   string        `json:"own,omitempty"` // the platform's own
	// Until is when a code that changes is good no more, by an exact clock; zero: it
	// does not change.
	Until time.Time `json:"until,omitzero"`
}

// OrderRows gives the orders of a point by id. It returns ErrNoPoint and fn's
// error.
func (h *HQ) OrderRows(ctx context.Context, point kiosk.PointID, fn func(OrderRow) error) error {
	return h.EachOrder(ctx, point, func(rec OrderRecord) error {
		row := OrderRow{Order: rec.Order.ID, Status: rec.Order.Status, Units: rec.Order.Units(), Left: left(rec), Gone: rec.Gone,
			AfterSales: len(rec.State.AfterSales), Reports: len(rec.State.OpenReports()), Ratings: rec.State.Ratings, SentBack: len(rec.State.Returns) > 0}
		for _, a := range rec.State.AfterSales {
			row.Refunds += kiosk.AfterSaleValue(rec.Order, a.Lines)
		}
		if standing := rec.State.Standing(); len(standing) > 0 {
			first := standing[0].Source
			row.Redeemed = &RedeemedRow{Terminal: first.Terminal, Event: first.Event, At: first.At}
		}
		return fn(row)
	})
}

// CodeRows gives the codes of a point's open orders (those that are neither
// finished, cancelled, being refunded nor withdrawn) or of all, by order id. It
// returns ErrNoPoint and fn's error.
func (h *HQ) CodeRows(ctx context.Context, point kiosk.PointID, all bool, fn func(CodeRow) error) error {
	key, err := h.pointKey(ctx, point)
	if err != nil {
		return err
	}
	return h.EachOrder(ctx, point, func(rec OrderRecord) error {
		if !all && (rec.Gone || rec.Order.Status.Over() || left(rec) == 0) {
			return nil
		}
		row := CodeRow{Order: rec.Order.ID}
		for _, c := range rec.Codes {
			switch c.Kind {
			case kiosk.CodeOpaque:
				row.Code = c.Text
				if rec.Order.Rotating {
					now := kiosk.NewRotating(c, key.RotationKey(c), h.at())
					_, shown := now.Rotation()
					row.Code, row.Until = now.Text, shown.Add(2*kiosk.RotateStep)
				}
			case kiosk.CodeTyped:
				row.Typed = c.Text
			case kiosk.CodePlatform:
				row.Own = c.Text
			}
		}
		return fn(row)
	})
}

// pointKey returns ErrNoPoint.
func (h *HQ) pointKey(ctx context.Context, point kiosk.PointID) (key seal.PointKey, err error) {
	err = h.store.View(ctx, func(tx Tx) error {
		rec, err := MustPoint(tx, point)
		if err != nil {
			return err
		}
		key, err = seal.NewPointKey(rec.Secret)
		return err
	})
	return key, err
}

// Cases gives what a person must look into, oldest first.
func (h *HQ) Cases(ctx context.Context, fn func(Case) error) error {
	for after := uint64(0); ; {
		var list []Case
		err := h.store.View(ctx, func(tx Tx) (err error) {
			list, err = tx.Cases(after, pageOrders)
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range list {
			if err := fn(c); err != nil {
				return err
			}
			after = c.Number
		}
		if len(list) < pageOrders {
			return nil
		}
	}
}

// EachOrder reads a point's orders by id, a page at a time, so that no transaction
// stays open while somebody reads slowly.
func (h *HQ) EachOrder(ctx context.Context, point kiosk.PointID, fn func(OrderRecord) error) error {
	for after := kiosk.OrderID(""); ; {
		var list []OrderRecord
		err := h.store.View(ctx, func(tx Tx) error {
			if _, err := MustPoint(tx, point); err != nil {
				return err
			}
			var err error
			list, err = tx.Orders(point, after, pageOrders)
			return err
		})
		if err != nil {
			return err
		}
		for _, rec := range list {
			if err := fn(rec); err != nil {
				return err
			}
			after = rec.Order.ID
		}
		if len(list) < pageOrders {
			return nil
		}
	}
}

func left(rec OrderRecord) int {
	n := 0
	for _, h := range kiosk.Remaining(rec.Order, rec.State) {
		n += h.Total()
	}
	return n
}
