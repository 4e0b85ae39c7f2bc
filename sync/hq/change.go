package hq

import (
	"context"
	"fmt"
	"time"

	"hexiao/kiosk"
)

// set changes a point's order set within one transaction. Version, count and
// digest follow every put; save stores them once at the end.
type set struct {
	hq      *HQ
	tx      Tx
	point   PointRecord
	at      time.Time // HQ's clock
	changed bool
	live    []kiosk.TerminalID // see homes; nil: not read yet
}

// openSet gives the set of a point; it returns ErrNoPoint.
func (h *HQ) openSet(tx Tx, id kiosk.PointID) (*set, error) {
	point, err := MustPoint(tx, id)
	return &set{hq: h, tx: tx, point: point, at: h.at()}, err
}

// put stores a new or changed order under the point's next version. old is the
// order as it was; its zero value stands for none.
func (s *set) put(old, rec OrderRecord) error {
	if err := s.settle(&rec); err != nil {
		return err
	}
	if old.Order.ID != "" && !old.Gone {
		s.point.Digest.Toggle(old.Order.ID, old.Order.Version)
		s.point.Count--
	}
	s.point.Version++
	s.changed = true
	rec.Order.Version = s.point.Version
	rec.Order.Settled, rec.Order.Disputes = rec.State.Told()
	if rec.Gone {
		s.point.Withdrawn = s.point.Version
	} else {
		s.point.Digest.Toggle(rec.Order.ID, rec.Order.Version)
		s.point.Count++
	}
	if err := s.tx.PutOrder(rec); err != nil {
		return err
	}
	return s.hq.observe(s.tx, OrderPut{Old: old, New: rec})
}

func (s *set) save() error {
	if !s.changed {
		return nil
	}
	return s.tx.PutPoint(s.point)
}

// SetStatus changes what HQ says of an order, for instance when it is cancelled
// or its money goes back. It returns ErrNoOrder, or ErrInput for no status.
func (h *HQ) SetStatus(ctx context.Context, id kiosk.OrderID, status kiosk.Status) error {
	if !status.Known() {
		return fmt.Errorf("%w: the status must be one of %v", ErrInput, kiosk.Statuses())
	}
	return h.change(ctx, id, func(rec *OrderRecord) { rec.Order.Status = status })
}

// Withdraw takes an order out of its point's set, so that no terminal has it
// any more. HQ keeps it, and importing it again brings it back. It returns
// ErrNoOrder.
func (h *HQ) Withdraw(ctx context.Context, id kiosk.OrderID) error {
	return h.change(ctx, id, func(rec *OrderRecord) { rec.Gone = true })
}

func (h *HQ) change(ctx context.Context, id kiosk.OrderID, edit func(*OrderRecord)) error {
	return h.store.Update(ctx, func(tx Tx) error {
		old, err := mustOrder(tx, id)
		if err != nil {
			return err
		}
		rec := old
		edit(&rec)
		if rec.Order.Status == old.Order.Status && rec.Gone == old.Gone {
			return nil
		}
		s, err := h.openSet(tx, old.Order.Point)
		if err != nil {
			return err
		}
		if rec.Gone || rec.Order.Status.Over() {
			// A terminal that has not heard of it would take HQ's word in a code.
			s.withdraw(&rec, nil)
		}
		if err := s.put(old, rec); err != nil {
			return err
		}
		return s.save()
	})
}
