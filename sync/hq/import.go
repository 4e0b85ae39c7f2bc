package hq

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/kiosk/seal"
)

// Limits of an import.
const (
	importChunk   = 20_000    // orders a transaction
	maxOrderBytes = 128 << 10 // an order as stored; a line of the wire's stream must hold it
)

// Imported says what became of the orders of a table.
type Imported struct {
	Rows      int                  `json:"rows"`
	New       int                  `json:"new"`
	Changed   int                  `json:"changed"`
	Unchanged int                  `json:"unchanged"`
	Refused   int                  `json:"refused"`
	Problems  []ordertable.Problem `json:"problems,omitempty"`
	Taken     []Taken              `json:"taken,omitempty"`
	Left      int                  `json:"left_out,omitempty"` // rows; see ordertable.Table
	Notes     []string             `json:"notes,omitempty"`    // of the table as a whole
}

// Taken is an order that a table and HQ agree on now.
type Taken struct {
	Order  kiosk.OrderID `json:"order"`
	Became string        `json:"became"` // new, changed or unchanged
}

// ImportTable reads an order table for a point and imports its good orders. It
// returns ErrNoPoint, or the errors of ordertable.Read.
func (h *HQ) ImportTable(ctx context.Context, point kiosk.PointID, r io.Reader, format ordertable.Format) (Imported, error) {
	return h.ImportMapped(ctx, point, r, format, ordertable.Mapping{})
}

// ImportMapped is ImportTable for a table of a source that has its own names. It
// also returns ordertable.ErrMapping.
func (h *HQ) ImportMapped(ctx context.Context, point kiosk.PointID, r io.Reader, format ordertable.Format, m ordertable.Mapping) (Imported, error) {
	p, err := h.Point(ctx, point)
	if err != nil {
		return Imported{}, err
	}
	z, err := zone(p)
	if err != nil {
		return Imported{}, err
	}
	table, err := ordertable.Read(r, format, ordertable.Options{Zone: z, Formats: p.Policy.WithDefaults().CodeFormats, Mapping: m})
	if err != nil {
		return Imported{}, err
	}
	done, err := h.Import(ctx, point, slices.Values(table.Entries))
	done.Rows, done.Left, done.Notes = table.Rows, table.Left, table.Notes
	done.Refused += table.Refused
	done.Problems = append(table.Problems, done.Problems...)
	return done, err
}

// Import takes orders of a point in, in transactions of many orders each; what
// it did before an error stays done, and doing it again changes nothing. A new
// order gets its codes; a known one keeps them and takes over what differs. It
// returns ErrNoPoint. An order is refused, with a problem, when it
//   - belongs to another point,
//   - was cancelled or refunded and would come back to life,
//   - is handed over at least in part and its lines would change,
//   - is larger than 128 KiB, or
//   - has an own code that is another order's typed code.
func (h *HQ) Import(ctx context.Context, point kiosk.PointID, entries iter.Seq[ordertable.Entry]) (Imported, error) {
	var done Imported
	chunk := make([]ordertable.Entry, 0, importChunk)
	flush := func() error {
		if len(chunk) == 0 {
			return nil
		}
		part, err := h.importChunk(ctx, point, chunk)
		if err != nil {
			return fmt.Errorf("import orders: %w", err)
		}
		done.New += part.New
		done.Changed += part.Changed
		done.Unchanged += part.Unchanged
		done.Refused += part.Refused
		done.Problems = append(done.Problems, part.Problems...)
		done.Taken = append(done.Taken, part.Taken...)
		chunk = chunk[:0]
		return ctx.Err()
	}
	for e := range entries {
		if chunk = append(chunk, e); len(chunk) == importChunk {
			if err := flush(); err != nil {
				return done, err
			}
		}
	}
	return done, flush()
}

func (h *HQ) importChunk(ctx context.Context, point kiosk.PointID, chunk []ordertable.Entry) (done Imported, err error) {
	err = h.store.Update(ctx, func(tx Tx) error {
		done = Imported{} // the store may run this again
		s, err := h.openSet(tx, point)
		if err != nil {
			return err
		}
		key, err := seal.NewPointKey(s.point.Secret)
		if err != nil {
			return err
		}
		if err := tx.Prefetch(point, orderIDs(chunk)); err != nil {
			return err
		}
		for _, e := range chunk {
			err := h.importOne(s, key, e, &done)
			if errors.Is(err, ErrInput) {
				done.Refused++
				text := fmt.Sprintf("order %s: %v", e.Order.ID, err)
				done.Problems = append(done.Problems, ordertable.Problem{Order: e.Order.ID, Text: text})
			} else if err != nil {
				return err
			}
		}
		return s.save()
	})
	return done, err
}

func orderIDs(entries []ordertable.Entry) []kiosk.OrderID {
	ids := make([]kiosk.OrderID, len(entries))
	for i, e := range entries {
		ids[i] = e.Order.ID
	}
	return ids
}

func (h *HQ) importOne(s *set, key seal.PointKey, e ordertable.Entry, done *Imported) error {
	e.Order.Point = s.point.Point.ID
	if err := e.Order.Validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrInput, err)
	}
	old, known, err := s.tx.Order(e.Order.Point, e.Order.ID)
	if err != nil {
		return err
	}
	if !known {
		if other, taken, err := s.tx.OrderPoint(e.Order.ID); err != nil {
			return err
		} else if taken {
			return fmt.Errorf("%w: it belongs to point %s", ErrInput, other)
		}
	}
	if err := mayReplace(old, known, e.Order); err != nil {
		return err
	}
	rec := OrderRecord{Codes: old.Codes, State: old.State, Signed: old.Signed}
	if !known {
		if rec.Codes, err = h.issue(s.tx, e.Order.Point, e.Order.ID); err != nil {
			return err
		}
	}
	if rec.Codes, err = own(s.tx, e.Order.Point, e.Order.ID, rec.Codes, e.OwnCode); err != nil {
		return err
	}
	if rec.Order, err = ordertable.Seal(e, key, rec.Codes); err != nil {
		return err
	}
	rec.Order.Version, rec.Order.Settled, rec.Order.Disputes = old.Order.Version, old.Order.Settled, old.Order.Disputes
	rec.Order.Home, rec.Order.HomeVersion, rec.Order.HomeBefore = old.Order.Home, old.Order.HomeVersion, old.Order.HomeBefore
	from := s.point.Point.Policy.RotateFrom
	rec.Order.Rotating = from > 0 && rec.Order.Value() >= from
	same, size, err := compare(old.Order, rec.Order)
	switch {
	case err != nil:
		return err
	case size > maxOrderBytes:
		return fmt.Errorf("%w: it has more than %d KiB; shorten its texts", ErrInput, maxOrderBytes>>10)
	case !known:
		done.New++
		done.Taken = append(done.Taken, Taken{e.Order.ID, "new"})
	case same && !old.Gone:
		done.Unchanged++
		done.Taken = append(done.Taken, Taken{e.Order.ID, "unchanged"})
		return nil
	default:
		done.Changed++
		done.Taken = append(done.Taken, Taken{e.Order.ID, "changed"})
	}
	return s.put(old, rec)
}

// mayReplace guards what HQ and its terminals did since against an older table.
func mayReplace(old OrderRecord, known bool, o kiosk.Order) error {
	if !known {
		return nil
	}
	if old.Order.Status.Over() && !o.Status.Over() {
		return fmt.Errorf("%w: HQ has it as %s and the table as %s; hq orders status changes it, if the table is right", ErrInput, old.Order.Status, o.Status)
	}
	if old.State.HandedOut() && !slices.Equal(old.Order.Lines, o.Lines) {
		return fmt.Errorf("%w: it was handed over, at least in part, so its lines cannot change", ErrInput)
	}
	return nil
}

// compare reports whether two orders are the same to a terminal, and how many
// bytes the second has.
func compare(a, b kiosk.Order) (same bool, size int, err error) {
	after, err := kiosk.EncodeOrder(b)
	if err != nil {
		return false, 0, err
	}
	if a.ID == "" {
		return false, len(after), nil
	}
	before, err := kiosk.EncodeOrder(a)
	return bytes.Equal(before, after), len(after), err
}
