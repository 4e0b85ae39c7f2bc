package tally

import (
	"cmp"
	"context"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// LeaderRow assesses somebody at a point. Rates are per mille.
type LeaderRow struct {
	Point     kiosk.PointID `json:"point"`
	PointName string        `json:"point_name"`
	Person                  // the empty name: customers alone
	P50       time.Duration `json:"p50"` // from hold to handover; 0: nothing was held
	P95       time.Duration `json:"p95"`
	UndoRate  int64         `json:"undo_rate"`    // of the handovers, those that were undone
	FlawRate  int64         `json:"flaw_rate"`    // of the handovers, those with short or damaged units
	Mean      int64         `json:"service_mean"` // of the service's stars, in hundredths; 0: no rating
	// OverdueRate is the point's: of the orders to collect now, those whose time was
	// over by the end of the span. It cannot be told by person.
	OverdueRate int64 `json:"overdue_rate"`
}

func leaderRow(point kiosk.PointID, name string, p Person) LeaderRow {
	return LeaderRow{
		Point: point, PointName: name, Person: p, P50: p.Waits.Quantile(500), P95: p.Waits.Quantile(950),
		UndoRate: permille(p.Undone, p.Handovers), FlawRate: permille(p.Flawed, p.Handovers), Mean: p.Service.Mean(),
	}
}

// permille is a share in thousandths, half of one rounded up; 0 of nothing.
func permille(n, of int64) int64 {
	if of == 0 {
		return 0
	}
	return (2000*n + of) / (2 * of)
}

func busiest(a, b LeaderRow) int {
	return cmp.Or(cmp.Compare(b.Handovers, a.Handovers), cmp.Compare(a.Point, b.Point), cmp.Compare(a.Name, b.Name))
}

// Leaders assesses everybody who handed over or registered an after-sale, the
// busiest first. It returns hq.ErrInput or ErrCounting.
func (t *Tally) Leaders(ctx context.Context, h *hq.HQ, s Span) (rows []LeaderRow, err error) {
	days, err := s.days()
	if err != nil {
		return nil, err
	}
	type who struct {
		point kiosk.PointID
		name  string
	}
	err = t.view(ctx, h, func(tx hq.Tx) error {
		rows = nil
		people := map[who]Person{}
		add := func(id kiosk.PointID, p Person) {
			sum := people[who{id, p.Name}].plus(p, 1)
			sum.Name = p.Name
			people[who{id, p.Name}] = sum
		}
		for _, day := range days {
			if s.Point == "" {
				if err := eachDoc(t.codec, tx, inPeople+string(day), add); err != nil {
					return err
				}
				continue
			}
			list, err := load1[Person](t.codec, tx, inPeople+string(day), s.Point)
			if err != nil {
				return err
			}
			for _, p := range list {
				add(s.Point, p)
			}
		}
		called, err := names(tx)
		if err != nil {
			return err
		}
		overdue := map[kiosk.PointID]int64{}
		err = eachDoc(t.codec, tx, inOpen, func(id kiosk.PointID, o Open) {
			overdue[id] = permille(o.Due.before(s.To), o.ToCollect)
		})
		for w, p := range people {
			row := leaderRow(w.point, called[w.point], p)
			row.OverdueRate = overdue[w.point]
			rows = append(rows, row)
		}
		slices.SortFunc(rows, busiest)
		return err
	})
	return rows, err
}

// OverdueRow is an order that nobody collected in time.
type OverdueRow struct {
	Order  kiosk.OrderID `json:"order"`
	Pickup string        `json:"pickup_number,omitempty"`
	Due    time.Time     `json:"due"`
	Units  int           `json:"units"` // left
	Value  kiosk.Fen     `json:"value"` // of them
	Asked  int           `json:"reminders,omitempty"`
}

// Overdue lists the orders of a point that wait there after their collect-by time,
// the oldest first, at most limit. It reads all orders of the point. It returns
// hq.ErrNoPoint.
func (t *Tally) Overdue(ctx context.Context, h *hq.HQ, point kiosk.PointID, now time.Time, limit int) (rows []OverdueRow, err error) {
	err = h.View(ctx, func(tx hq.Tx) error {
		rows = nil
		if _, err := hq.MustPoint(tx, point); err != nil {
			return err
		}
		return eachOrder(tx, point, func(rec hq.OrderRecord) {
			o := rec.Order
			left := kiosk.Remaining(o, rec.State)
			if rec.Gone || o.Status != kiosk.StatusArrived || left == nil || len(rec.State.Returns) > 0 || o.CollectBy.IsZero() || !o.CollectBy.Before(now) {
				return
			}
			row := OverdueRow{Order: o.ID, Pickup: o.PickupNumber, Due: o.CollectBy, Asked: len(rec.State.Reminders)}
			for _, l := range left {
				line, _ := o.Line(l.Line)
				row.Units += l.Handed
				row.Value += line.UnitPrice * kiosk.Fen(l.Handed)
			}
			rows = append(rows, row)
		})
	})
	slices.SortFunc(rows, func(a, b OverdueRow) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Order, b.Order)) })
	return rows[:min(len(rows), max(0, limit))], err
}

// eachOrder reads all orders of a point.
func eachOrder(tx hq.Tx, point kiosk.PointID, fn func(hq.OrderRecord)) error {
	for after := kiosk.OrderID(""); ; {
		list, err := tx.Orders(point, after, pageOrders)
		if err != nil {
			return err
		}
		for _, rec := range list {
			fn(rec)
			after = rec.Order.ID
		}
		if len(list) < pageOrders {
			return nil
		}
	}
}

// Bottlenecks are what slows a day down.
type Bottlenecks struct {
	Day          kiosk.Day     `json:"day"`
	Arrivals     Series        `json:"arrivals"`     // customers by ten minutes, over all points
	Slowest      []PointRow    `json:"slowest"`      // the points with the longest P95, at most limit
	Consignments []Shipment    `json:"consignments"` // the worst, at most limit
	P50          time.Duration `json:"p50"`          // from hold to handover, over all points
	P95          time.Duration `json:"p95"`
}

// Shipment is a consignment and its point.
type Shipment struct {
	Point kiosk.PointID `json:"point"`
	Consignment
}

// Bottlenecks gives what slows a day down, over all points or at one. It returns
// hq.ErrInput or ErrCounting.
func (t *Tally) Bottlenecks(ctx context.Context, h *hq.HQ, day kiosk.Day, limit int) (b Bottlenecks, err error) {
	if err := checkDay(day); err != nil {
		return b, err
	}
	err = t.view(ctx, h, func(tx hq.Tx) error {
		b = Bottlenecks{Day: day}
		called, err := names(tx)
		if err != nil {
			return err
		}
		var waits Series
		err = eachDoc(t.codec, tx, inDay+string(day), func(id kiosk.PointID, d Day) {
			waits, b.Arrivals = waits.merge(d.Waits), b.Arrivals.merge(d.Arrivals)
			if d.Waits != nil {
				r := PointRow{Point: id, Name: called[id]}
				r.take(d)
				b.Slowest = append(b.Slowest, r)
			}
		})
		if err != nil {
			return err
		}
		b.P50, b.P95 = waits.Quantile(500), waits.Quantile(950)
		slices.SortStableFunc(b.Slowest, func(x, y PointRow) int { return cmp.Compare(y.P95, x.P95) })
		b.Slowest = b.Slowest[:min(len(b.Slowest), max(0, limit))]
		err = eachDoc(t.codec, tx, inConsigned+string(day), func(id kiosk.PointID, c Consignment) {
			if c.Bad() > 0 {
				b.Consignments = append(b.Consignments, Shipment{id, c})
			}
		})
		slices.SortStableFunc(b.Consignments, func(x, y Shipment) int { return cmp.Compare(y.Bad(), x.Bad()) })
		b.Consignments = b.Consignments[:min(len(b.Consignments), max(0, limit))]
		return err
	})
	return b, err
}
