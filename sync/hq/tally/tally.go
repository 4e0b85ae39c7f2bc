package tally

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// Tally keeps the figures of an HQ, of which it is a finisher. It is safe for use by
// several goroutines.
type Tally struct {
	codec    codec
	zones    sync.Map    // of *time.Location by name, which cost a while to make
	complete atomic.Bool // all of the store is counted; it stays so
	page     int         // how much one transaction of Rebuild counts
}

// New makes a tally. What a store held before has yet to be counted: [Tally.Rebuild].
func New() (*Tally, error) {
	c, err := newCodec()
	return &Tally{codec: c, page: pageCounted}, err
}

// Finish counts what a transaction did; see hq.Finisher. Facts of orders and events
// that Rebuild has still to come to are left to it.
func (t *Tally) Finish(tx hq.Tx, facts []hq.Fact) error {
	done, err := t.progress(tx, facts)
	if err != nil {
		return err
	}
	w := t.work(tx)
	for _, f := range facts {
		if !done.covers(f) {
			continue
		}
		switch f := f.(type) {
		case hq.OrderPut:
			err = w.orderPut(f)
		case hq.EventSettled:
			err = w.event(f.Stored, f.Event)
		case hq.CaseOpened:
			err = w.caseOpened(f.Case)
		}
		if err != nil {
			return err
		}
	}
	return w.save()
}

// work is what a transaction adds, by point.
type work struct {
	*Tally
	tx     hq.Tx // at its end: the events that it puts are there
	points map[kiosk.PointID]*pointWork
}

type pointWork struct {
	*share
	calendar
}

func (t *Tally) work(tx hq.Tx) *work {
	return &work{Tally: t, tx: tx, points: map[kiosk.PointID]*pointWork{}}
}

// at gives the share of a point; nil where HQ has none.
func (w *work) at(id kiosk.PointID) (*pointWork, error) {
	if p := w.points[id]; p != nil {
		return p, nil
	}
	rec, ok, err := w.tx.Point(id)
	if err != nil || !ok {
		return nil, err
	}
	zone, err := w.zone(rec.Point)
	if err != nil {
		return nil, err
	}
	p := &pointWork{share: newShare(), calendar: calendar{zone: zone, doubtful: w.keptDay(zone)}}
	w.points[id] = p
	return p, nil
}

func (t *Tally) zone(p kiosk.Point) (*time.Location, error) {
	name := p.Policy.WithDefaults().TimeZone
	if z, ok := t.zones.Load(name); ok {
		return z.(*time.Location), nil //nolint:forcetypeassert // nothing else is put there
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("the time zone of point %s: %w", p.ID, err)
	}
	t.zones.Store(name, z)
	return z, nil
}

// keptDay gives the day that HQ keeps with an event.
func (w *work) keptDay(zone *time.Location) func(kiosk.Source) (kiosk.Day, error) {
	return func(s kiosk.Source) (kiosk.Day, error) {
		e, ok, err := w.tx.Event(s.Terminal, s.Seq)
		if err != nil {
			return "", err
		}
		switch {
		case ok && e.Day != "":
			return e.Day, nil
		case ok: // settled when HQ kept no days
			return calendar{zone: zone}.date(e.At), nil
		}
		return calendar{zone: zone}.date(s.At), nil
	}
}

// orderPut replaces an order's share.
// The events that made it are kept by then, so that [work.keptDay] finds them.
func (w *work) orderPut(f hq.OrderPut) error {
	p, err := w.at(f.New.Order.Point)
	if err != nil || p == nil {
		return err
	}
	if err := p.order(p.calendar, f.Old, -1); err != nil {
		return err
	}
	return p.order(p.calendar, f.New, 1)
}

// event counts what concerns no single order.
func (w *work) event(stored hq.StoredEvent, e kiosk.Event) error {
	if e.Body == nil || stored.Receipt.Settlement != kiosk.SettledAccepted {
		return nil
	}
	switch e.Body.Type() {
	case kiosk.TypeGoodsReceived, kiosk.TypeDayClosed:
	default:
		return nil
	}
	p, date, err := w.placeOf(stored, e)
	if err != nil || p == nil {
		return err
	}
	switch b := e.Body.(type) {
	case kiosk.GoodsReceived:
		p.received(date, b)
	case kiosk.DayClosed:
		if _, _, err := b.Day.Bounds(p.zone); err != nil {
			return nil //nolint:nilerr // of no day: nothing that a leader's terminal sends
		}
		day := p.day(b.Day)
		day.Closed = lastCloses(append(day.Closed, Close{
			Terminal: stored.Terminal, Seq: stored.Seq, Heard: stored.At, By: b.By, Counted: b.Counted, Totals: b.Totals,
		}))
	}
	return nil
}

// placeOf gives the point and the day of an event, also of one that was settled when
// HQ kept neither with it.
func (w *work) placeOf(stored hq.StoredEvent, e kiosk.Event) (*pointWork, kiosk.Day, error) {
	id := stored.Point
	if id == "" {
		t, _, err := w.tx.Terminal(stored.Terminal)
		if err != nil {
			return nil, "", err
		}
		id = t.Point
	}
	p, err := w.at(id)
	if err != nil || p == nil || stored.Day != "" {
		return p, stored.Day, err
	}
	if date, ok := kiosk.DayOf(e.At, p.zone); ok {
		return p, date, nil
	}
	return p, p.date(stored.At), nil
}

// lastCloses keeps the last end of each terminal, by terminal.
func lastCloses(list []Close) []Close {
	slices.SortFunc(list, func(a, b Close) int {
		return cmp.Or(cmp.Compare(a.Terminal, b.Terminal), cmp.Compare(b.Seq, a.Seq))
	})
	return slices.CompactFunc(list, func(a, b Close) bool { return a.Terminal == b.Terminal })
}

// received counts a signature for a delivery.
func (s *share) received(date kiosk.Day, b kiosk.GoodsReceived) {
	day := s.day(date)
	var c Consignment
	for _, l := range b.Lines {
		c.Expected += int64(l.Expected)
		c.Good += int64(l.Good)
		c.Broken += int64(l.Damaged)
		c.NotThere += int64(max(0, l.Short()))
	}
	day.count(Counts{Received: c.Good + c.Broken}, 1)
	day.consignment(b.Consignment, c, 1)
}

func (w *work) caseOpened(c hq.Case) error {
	p, err := w.at(c.Point)
	if err == nil && p != nil {
		p.day(p.date(c.At)).count(Counts{Cases: 1}, 1)
	}
	return err
}

// places are the documents that save reads, and some that it does not.
func (w *work) places() (list []hq.DocKey) {
	for _, id := range sorted(w.points) {
		p := w.points[id]
		list = append(list, place(inOpen, id, only))
		for _, date := range sorted(p.days) {
			list = append(list, place(inDay+string(date), id, only), place(inGoods+string(date), id, only))
			for _, name := range sorted(p.days[date].people) {
				list = append(list, place(inPeople+string(date), id, keyOf(name)))
			}
			for _, name := range sorted(p.days[date].consignments) {
				list = append(list, place(inConsigned+string(date), id, keyOf(name)))
			}
		}
	}
	return list
}

// save adds all to what is kept.
func (w *work) save() error {
	if err := w.tx.PrefetchDocs(w.places()); err != nil {
		return err
	}
	for _, id := range sorted(w.points) {
		p := w.points[id]
		if !p.open.empty() {
			k := place(inOpen, id, only)
			kept, err := load[Open](w.codec, w.tx, k)
			if err != nil {
				return err
			}
			kept = kept.plus(p.open)
			if err := w.codec.save(w.tx, k, kept, kept.empty()); err != nil {
				return err
			}
		}
		for _, date := range sorted(p.days) {
			if err := w.saveDay(id, date, p.days[date]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o Open) empty() bool {
	return o.OnTheWay == 0 && o.ToCollect == 0 && o.Partly == 0 && o.Refunding == 0 && o.Units == 0 && o.Value == 0 &&
		len(o.Since) == 0 && len(o.Due) == 0
}

func (d Day) empty() bool {
	return d.Counts == Counts{} && d.Arrivals == nil && d.Waits == nil && d.Goods == Stars{} && d.Service == Stars{} &&
		d.Logistics == Stars{} && len(d.Closed) == 0
}

func (w *work) saveDay(id kiosk.PointID, date kiosk.Day, d *dayShare) error {
	if !d.empty() {
		k := place(inDay+string(date), id, only)
		kept, err := load[Day](w.codec, w.tx, k)
		if err != nil {
			return err
		}
		kept = kept.merge(d.Day)
		if err := w.codec.save(w.tx, k, kept, kept.empty()); err != nil {
			return err
		}
	}
	if err := w.saveGoods(id, date, d.goods); err != nil {
		return err
	}
	for _, name := range sorted(d.people) {
		if d.people[name].empty() {
			continue
		}
		k := place(inPeople+string(date), id, keyOf(name))
		kept, err := load[Person](w.codec, w.tx, k)
		if err != nil {
			return err
		}
		kept = kept.plus(d.people[name], 1)
		kept.Name = name
		if err := w.codec.save(w.tx, k, kept, kept.empty()); err != nil {
			return err
		}
	}
	for _, name := range sorted(d.consignments) {
		if d.consignments[name].empty() {
			continue
		}
		k := place(inConsigned+string(date), id, keyOf(name))
		kept, err := load[Consignment](w.codec, w.tx, k)
		if err != nil {
			return err
		}
		kept = kept.plus(d.consignments[name], 1)
		kept.Name = name
		if err := w.codec.save(w.tx, k, kept, kept.empty()); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) saveGoods(id kiosk.PointID, date kiosk.Day, goods map[string]Supplier) error {
	changed := false
	for _, s := range goods {
		changed = changed || s.Goods != Goods{}
		for _, g := range s.Products {
			changed = changed || g != Goods{}
		}
	}
	if !changed {
		return nil
	}
	k := place(inGoods+string(date), id, only)
	kept, err := load[map[string]Supplier](w.codec, w.tx, k)
	if err != nil {
		return err
	}
	if kept == nil {
		kept = map[string]Supplier{}
	}
	for name, s := range goods {
		if kept[name] = kept[name].merge(s); kept[name].empty() {
			delete(kept, name)
		}
	}
	return w.codec.save(w.tx, k, kept, len(kept) == 0)
}

// merge adds another share of the day.
func (d Day) merge(o Day) Day {
	d.Counts = d.Counts.plus(o.Counts, 1)
	d.Arrivals = d.Arrivals.merge(o.Arrivals)
	d.Waits = d.Waits.merge(o.Waits)
	d.Goods = d.Goods.plus(o.Goods, 1)
	d.Service = d.Service.plus(o.Service, 1)
	d.Logistics = d.Logistics.plus(o.Logistics, 1)
	d.Closed = lastCloses(append(d.Closed, o.Closed...))
	return d
}

// sorted gives a map's keys in order: whoever writes the same documents locks them in
// the same order.
func sorted[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
