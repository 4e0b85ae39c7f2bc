package tally

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// maxPoints is how many points a view is of.
const maxPoints = 100_000

// How much is read at once.
const (
	pageDocs   = 2000
	pageOrders = 500
	pageEvents = 2000
)

// ErrCounting is what views return while [Tally.Rebuild] has not come to its end.
var ErrCounting = errors.New("HQ is still counting what it held before it kept figures; ask again in a while")

// PointRow is how a point does on a day.
type PointRow struct {
	Point kiosk.PointID `json:"point,omitempty"` // empty: all points
	Name  string        `json:"name,omitempty"`
	Counts
	OnTheWay  int64 `json:"on_the_way"`
	ToCollect int64 `json:"to_collect"` // arrived, and not complete, now
	Partly    int64 `json:"partly"`     // of ToCollect
	DueToday  int64 `json:"due_today"`  // of ToCollect, to be collected until the day
	Overdue   int64 `json:"overdue"`    // of ToCollect, since before the day
	// P50 and P95 are from hold to handover; 0: nothing was held. See the package
	// comment for what they measure.
	P50    time.Duration `json:"p50"`
	P95    time.Duration `json:"p95"`
	Closed int           `json:"closed,omitempty"` // terminals at which the day was ended
}

// Overview is a day over all points.
type Overview struct {
	Day      kiosk.Day  `json:"day"`
	Total    PointRow   `json:"total"`
	Points   []PointRow `json:"points"`   // by id; all that there are
	Arrivals Series     `json:"arrivals"` // customers by ten minutes, each in the point's own time
	// Ages are the orders to collect by how long they wait.
	Ages []Age `json:"ages"`
	// Ratings of the day.
	Goods     Stars `json:"goods_stars"`
	Service   Stars `json:"service_stars"`
	Logistics Stars `json:"logistics_stars"`
}

// Age is a class of orders to collect, by days. To is -1 for no end; From is -1 for
// those whose age is unknown.
type Age struct {
	From   int   `json:"from"`
	To     int   `json:"to"`
	Orders int64 `json:"orders"`
}

// ages sorts orders into classes, as of a day. What is expected later counts as new.
func ages(open Dates, today kiosk.Day) []Age {
	list := []Age{{From: 0, To: 0}, {From: 1, To: 1}, {From: 2, To: 3}, {From: 4, To: 7}, {From: 8, To: 14}, {From: 15, To: -1}, {From: -1, To: -1}}
	now, err := time.Parse(time.DateOnly, string(today))
	for day, n := range open {
		i := len(list) - 1
		if then, perr := time.Parse(time.DateOnly, string(day)); err == nil && perr == nil {
			old := max(0, int(now.Sub(then)/(24*time.Hour)))
			i = slices.IndexFunc(list, func(a Age) bool { return old <= a.To || a.To < 0 })
		}
		list[i].Orders += n
	}
	return list
}

// before sums the orders due before a day.
func (d Dates) before(today kiosk.Day) (n int64) {
	for day, c := range d {
		if day != "" && day < today {
			n += c
		}
	}
	return n
}

// view runs fn where all is counted.
func (t *Tally) view(ctx context.Context, h *hq.HQ, fn func(hq.Tx) error) error {
	done, err := t.Complete(ctx, h)
	if err != nil {
		return err
	}
	if !done {
		return ErrCounting
	}
	return h.View(ctx, fn)
}

// eachDoc reads all documents of a collection.
func eachDoc[T any](c codec, tx hq.Tx, collection string, fn func(kiosk.PointID, T)) error {
	for after := (hq.DocPlace{}); ; {
		list, err := tx.AllDocs(collection, after, pageDocs)
		if err != nil {
			return err
		}
		for _, d := range list {
			var v T
			if err := decode(c, d.Value, &v); err != nil {
				return err
			}
			fn(d.Point, v)
			after = d.DocPlace
		}
		if len(list) < pageDocs {
			return nil
		}
	}
}

// names gives what points are called.
func names(tx hq.Tx) (map[kiosk.PointID]string, error) {
	list, err := tx.Points("", maxPoints)
	if err != nil {
		return nil, err
	}
	m := make(map[kiosk.PointID]string, len(list))
	for _, p := range list {
		m[p.Point.ID] = p.Point.Name
	}
	return m, nil
}

// Overview gives a day over all points, of which HQ has at most a hundred thousand.
// It returns ErrCounting, or hq.ErrInput for what is no day.
func (t *Tally) Overview(ctx context.Context, h *hq.HQ, today kiosk.Day) (o Overview, err error) {
	if err := checkDay(today); err != nil {
		return o, err
	}
	err = t.view(ctx, h, func(tx hq.Tx) error {
		o = Overview{Day: today}
		points, err := tx.Points("", maxPoints)
		if err != nil {
			return err
		}
		o.Points = make([]PointRow, len(points))
		index := make(map[kiosk.PointID]*PointRow, len(points))
		for i, p := range points {
			o.Points[i] = PointRow{Point: p.Point.ID, Name: p.Point.Name}
			index[p.Point.ID] = &o.Points[i]
		}
		var waits Series
		err = eachDoc(t.codec, tx, inDay+string(today), func(id kiosk.PointID, d Day) {
			r := index[id]
			if r == nil {
				return
			}
			r.take(d)
			o.Total.Counts = o.Total.plus(d.Counts, 1)
			o.Total.Closed += len(d.Closed)
			waits = waits.merge(d.Waits)
			o.Arrivals = o.Arrivals.merge(d.Arrivals)
			o.Goods, o.Service, o.Logistics = o.Goods.plus(d.Goods, 1), o.Service.plus(d.Service, 1), o.Logistics.plus(d.Logistics, 1)
		})
		if err != nil {
			return err
		}
		var since Dates
		err = eachDoc(t.codec, tx, inOpen, func(id kiosk.PointID, open Open) {
			if r := index[id]; r != nil {
				r.stand(open, today)
				o.Total.stand(open, today)
				since = since.merge(open.Since)
			}
		})
		o.Total.P50, o.Total.P95 = waits.Quantile(500), waits.Quantile(950)
		o.Ages = ages(since, today)
		return err
	})
	return o, err
}

func (r *PointRow) take(d Day) {
	r.Counts, r.Closed = d.Counts, len(d.Closed)
	r.P50, r.P95 = d.Waits.Quantile(500), d.Waits.Quantile(950)
}

func (r *PointRow) stand(o Open, today kiosk.Day) {
	r.OnTheWay += o.OnTheWay
	r.ToCollect += o.ToCollect
	r.Partly += o.Partly
	r.DueToday += o.Due[today]
	r.Overdue += o.Due.before(today)
}

// checkDay returns hq.ErrInput for what is no day.
func checkDay(day kiosk.Day) error {
	if _, _, err := day.Bounds(time.UTC); err != nil {
		return fmt.Errorf("%w: %w", hq.ErrInput, err)
	}
	return nil
}

// PointDay is all that the figures say of a point's day.
type PointDay struct {
	PointRow
	Day       kiosk.Day     `json:"day"`
	Zone      string        `json:"zone"`
	Arrivals  Series        `json:"arrivals"` // customers by ten minutes
	Ages      []Age         `json:"ages"`     // of orders to collect, now
	Left      kiosk.Fen     `json:"left"`     // value of what is to collect, now
	Goods     Stars         `json:"goods_stars"`
	Service   Stars         `json:"service_stars"`
	Logistics Stars         `json:"logistics_stars"`
	Ends      []Close       `json:"ends,omitempty"` // of the day, by terminal
	People    []LeaderRow   `json:"people"`         // the busiest first
	Shipments []Consignment `json:"consignments"`   // the worst first
	Suppliers []SupplierRow `json:"suppliers"`      // by value, the greatest first
}

// PointDay gives a point's day. It returns hq.ErrNoPoint, hq.ErrInput or ErrCounting.
func (t *Tally) PointDay(ctx context.Context, h *hq.HQ, id kiosk.PointID, day kiosk.Day) (p PointDay, err error) {
	if err := checkDay(day); err != nil {
		return p, err
	}
	err = t.view(ctx, h, func(tx hq.Tx) error {
		p = PointDay{Day: day}
		rec, err := hq.MustPoint(tx, id)
		if err != nil {
			return err
		}
		p.Point, p.Name, p.Zone = rec.Point.ID, rec.Point.Name, rec.Point.Policy.WithDefaults().TimeZone
		d, err := load[Day](t.codec, tx, place(inDay+string(day), id, only))
		if err != nil {
			return err
		}
		open, err := load[Open](t.codec, tx, place(inOpen, id, only))
		if err != nil {
			return err
		}
		p.take(d)
		p.stand(open, day)
		p.Arrivals, p.Goods, p.Service, p.Logistics, p.Ends = d.Arrivals, d.Goods, d.Service, d.Logistics, d.Closed
		p.Ages, p.Left = ages(open.Since, day), open.Value
		people, err := load1[Person](t.codec, tx, inPeople+string(day), id)
		if err != nil {
			return err
		}
		for _, one := range people {
			p.People = append(p.People, leaderRow(id, rec.Point.Name, one))
		}
		slices.SortFunc(p.People, busiest)
		if p.Shipments, err = load1[Consignment](t.codec, tx, inConsigned+string(day), id); err != nil {
			return err
		}
		slices.SortFunc(p.Shipments, func(a, b Consignment) int { return cmp.Or(cmp.Compare(b.Bad(), a.Bad()), cmp.Compare(a.Name, b.Name)) })
		goods, err := load[map[string]Supplier](t.codec, tx, place(inGoods+string(day), id, only))
		if err != nil {
			return err
		}
		all := suppliers{}
		all.add(day, goods)
		p.Suppliers = all.rows()
		return nil
	})
	return p, err
}

// load1 reads a point's documents of a collection.
func load1[T any](c codec, tx hq.Tx, collection string, point kiosk.PointID) (list []T, err error) {
	for after := ""; ; {
		docs, err := tx.Docs(collection, point, after, pageDocs)
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			var v T
			if err := decode(c, d.Value, &v); err != nil {
				return nil, err
			}
			list, after = append(list, v), d.Key
		}
		if len(docs) < pageDocs {
			return list, nil
		}
	}
}
