package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
)

// samplePlace is a point of the sample's days.
type samplePlace struct {
	id        kiosk.PointID
	name      string
	orders    int // of today; other days have a third of it
	terminals []string
	people    []string // who hands over there
}

func samplePlaces() []samplePlace {
	return []samplePlace{
		{"P002", "锦绣花园服务站", 96, []string{"门口", "柜台"}, []string{"王芳", "李建国"}},
		{"P003", "河滨路便利店", 54, []string{"收银台"}, []string{"陈静"}},
		{"P004", "书香苑社区超市", 120, []string{"入口", "冷柜旁"}, []string{"赵敏", "刘洋"}},
		{"P005", "老车站水果店", 36, []string{"柜台"}, []string{"周强"}},
	}
}

// sampleDays is how many days have been before today.
const sampleDays = 6

// fillDays adds points where a week has passed: deliveries, handovers, what was wrong
// with goods, what customers said, and what HQ must look into. It is played by HQ's own
// rules, as terminals would have sent it; nothing is put into the store beside them.
func fillDays(ctx context.Context, h *hq.HQ, now time.Time, log *slog.Logger) error {
	began := now
	for i, place := range samplePlaces() {
		s := &sampleWeek{ctx: ctx, hq: h, place: place, now: now, nth: i,
			sampler: newSampler(now, uint64(i+3))} // #nosec G115 -- a few points
		if err := s.play(); err != nil {
			return fmt.Errorf("play the sample's days at %s: %w", place.id, err)
		}
	}
	log.Info("days played", "points", len(samplePlaces()), "days", sampleDays+1, "since", began)
	return nil
}

// sampleWeek plays the days of one point.
type sampleWeek struct {
	*sampler
	ctx       context.Context
	hq        *hq.HQ
	place     samplePlace
	now       time.Time
	nth       int // of the points
	terminals []*sampleTerminal
	made      int // orders
}

func (s *sampleWeek) play() error {
	policy := kiosk.Policy{CommissionRate: 800 + 100*s.nth}
	if err := s.hq.AddPoint(s.ctx, hq.NewPoint{ID: s.place.id, Name: s.place.name, PIN: samplePIN, Policy: policy}); err != nil {
		return err
	}
	for _, name := range s.place.terminals {
		t, err := s.enrol(name)
		if err != nil {
			return err
		}
		s.terminals = append(s.terminals, t)
	}
	rec, err := s.hq.Point(s.ctx, s.place.id)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(rec.Policy.WithDefaults().TimeZone)
	if err != nil {
		return err
	}
	today := s.now.In(zone)
	for ago := sampleDays; ago >= 0; ago-- {
		opens := time.Date(today.Year(), today.Month(), today.Day()-ago, 8, 0, 0, 0, zone)
		closes := opens.Add(13 * time.Hour)
		if ago == 0 {
			// Who looks early in the morning sees customers since midnight.
			midnight := opens.Add(-8 * time.Hour)
			if closes = minTime(closes, s.now); closes.Sub(opens) < 2*time.Hour {
				opens = maxTime(midnight, closes.Add(-3*time.Hour))
			}
		}
		if err := s.day(opens, closes, ago); err != nil {
			return err
		}
	}
	return s.trouble()
}

func minTime(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func maxTime(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// day brings the day's orders, has most of them collected, and tells HQ.
func (s *sampleWeek) day(opens, closes time.Time, ago int) error {
	n := s.place.orders
	if ago > 0 {
		n /= 3
	}
	orders := make([]ordertable.Entry, 0, n)
	for range n {
		orders = append(orders, s.order(opens, ago))
	}
	if err := s.bring(orders); err != nil {
		return err
	}
	err := s.hq.View(s.ctx, func(tx hq.Tx) error {
		rec, _, err := tx.Point(s.place.id)
		for _, t := range s.terminals {
			t.set = rec.Version
		}
		return err
	})
	if err != nil {
		return err
	}
	s.receive(s.terminals[0], orders, opens)
	come := n * 19 / 20
	if ago == 0 {
		come = n * 13 / 20
	}
	var arrivals []time.Duration
	for range come {
		// Two rushes: at noon, and a higher one after work.
		at, wide := 0.35, 0.09
		if s.random.IntN(5) > 1 {
			at, wide = 0.78, 0.12
		}
		share := min(0.995, max(0.005, at+wide*s.random.NormFloat64()))
		arrivals = append(arrivals, time.Duration(share*float64(closes.Sub(opens))))
	}
	slices.Sort(arrivals)
	for i, after := range arrivals {
		t := s.terminals[s.random.IntN(len(s.terminals))]
		s.customer(t, orders[i].Order, opens.Add(after).UTC().Truncate(time.Millisecond))
	}
	for _, t := range s.terminals {
		if ago > 0 {
			t.closed(kiosk.Day(opens.Format(time.DateOnly)), closes, s.place.people[0])
		}
		if err := t.push(s.ctx, s.hq); err != nil {
			return err
		}
	}
	return nil
}

// order is one for the day, that waits since some days where it has not been collected.
func (s *sampleWeek) order(opens time.Time, ago int) ordertable.Entry {
	s.made++
	e := s.plain(fmt.Sprintf("%s-%04d", s.place.id, s.made), s.made)
	e.OwnCode = ""
	came := opens.Add(-time.Hour)
	if ago == 0 {
		came = came.AddDate(0, 0, -s.random.IntN(3))
	}
	e.Order.ExpectedAt = came.UTC().Truncate(time.Second)
	e.Order.CollectBy = opens.Add(12*time.Hour).AddDate(0, 0, 3).UTC().Truncate(time.Second)
	e.Order.Consignment = fmt.Sprintf("B%s-1", opens.Format("20060102"))
	if s.made%17 == 0 {
		e.Order.Due = e.Order.Value() / 2
	}
	return e
}

func (s *sampleWeek) bring(orders []ordertable.Entry) error {
	done, err := s.hq.Import(s.ctx, s.place.id, slices.Values(orders))
	if err == nil && done.Refused > 0 {
		err = fmt.Errorf("an order was refused: %s", done.Problems[0].Text)
	}
	return err
}

// receive signs for the day's first consignment; a little of it is short or broken.
func (s *sampleWeek) receive(t *sampleTerminal, orders []ordertable.Entry, opens time.Time) {
	name := orders[0].Order.Consignment
	b := kiosk.GoodsReceived{Consignment: name, By: s.place.people[0]}
	for _, e := range orders {
		for _, l := range e.Order.Lines {
			i := slices.IndexFunc(b.Lines, func(r kiosk.ReceivedLine) bool { return r.Product == l.Product })
			if i < 0 {
				i = len(b.Lines)
				b.Lines = append(b.Lines, kiosk.ReceivedLine{Product: l.Product, Spec: l.Spec, Supplier: l.Supplier})
			}
			b.Lines[i].Expected += l.Quantity
			b.Lines[i].Good += l.Quantity
		}
	}
	for i := range min(2, len(b.Lines)) {
		if l := &b.Lines[i]; l.Good > 1 {
			l.Good, l.Damaged, l.Reason = l.Good-1, 1-i, []kiosk.Reason{kiosk.ReasonDamaged, kiosk.ReasonShort}[i]
		}
	}
	for _, l := range b.Lines {
		t.totals.Received += l.Good + l.Damaged
	}
	t.says(opens.Add(-20*time.Minute), b)
}

// customer collects an order, and does now and then what customers do.
func (s *sampleWeek) customer(t *sampleTerminal, o kiosk.Order, at time.Time) {
	chance := func(percent int) bool { return s.random.IntN(100) < percent }
	by := pick(s.random, s.place.people)
	lines := make([]kiosk.Handed, len(o.Lines))
	for i, l := range o.Lines {
		lines[i] = kiosk.Handed{Line: l.ID, Handed: l.Quantity}
	}
	flawed := chance(5)
	if flawed {
		lines[0].Handed--
		if lines[0].Reason = kiosk.ReasonShort; chance(60) {
			lines[0].Damaged, lines[0].Reason = 1, kiosk.ReasonDamaged
		} else {
			lines[0].Short = 1
		}
	}
	r := kiosk.Redeemed{Order: o.ID, Lines: lines, Method: kiosk.MethodAlone, Source: "camera"}
	if flawed || o.Due > 0 || chance(18) {
		reason := kiosk.Held
		if o.Due > 0 {
			reason = kiosk.PaymentDue
		}
		r.Hold = t.says(at, kiosk.OrderHeld{Order: o.ID, Reason: reason, Source: "camera"})
		r.Method, r.By = kiosk.MethodLeader, by
		at = at.Add(time.Duration(8+s.random.ExpFloat64()*25) * time.Second)
		if o.Due > 0 {
			means := pick(s.random, []string{"cash", "platform-code"})
			t.says(at, kiosk.PaymentCollected{Order: o.ID, Amount: o.Due, Means: means, By: by})
			if means == "cash" {
				t.totals.Cash += o.Due
			} else {
				t.totals.ByCode += o.Due
			}
		}
	}
	handover := t.says(at, r)
	switch {
	case chance(2):
		t.says(at.Add(2*time.Minute), kiosk.RedemptionUndone{Order: o.ID, Redemption: handover, By: by, Reason: string(kiosk.ReasonMistake)})
		t.totals.Undone++
		return
	case chance(3):
		t.says(at.Add(4*time.Minute), kiosk.MissingReported{Order: o.ID, Redemption: handover, Lines: []kiosk.Handed{{Line: o.Lines[len(o.Lines)-1].ID, Short: 1}}})
	case chance(4) && lines[0].Handed > 0:
		kind := pick(s.random, []kiosk.AfterSaleKind{kiosk.AfterSaleRefund, kiosk.AfterSaleReturn})
		t.says(at.Add(6*time.Minute), kiosk.AfterSaleRegistered{Order: o.ID, Kind: kind,
			Lines: []kiosk.Units{{Line: "1", Units: 1}}, Reason: pick(s.random, []kiosk.Reason{kiosk.ReasonSpoilt, kiosk.ReasonWrong}), By: by})
		t.totals.AfterSales++
		t.totals.Refunds += o.Lines[0].UnitPrice
		if kind == kiosk.AfterSaleReturn {
			t.totals.Returned++
		}
	case chance(3):
		t.says(at.Add(time.Minute), kiosk.InvoiceRequested{Order: o.ID})
	}
	t.handed(o, r)
	if chance(30) {
		best := 5
		if flawed {
			best = 3
		}
		t.says(at.Add(time.Minute), kiosk.Rated{Order: o.ID, Redemption: handover, Goods: max(1, best-s.random.IntN(3)), Service: 5 - s.random.IntN(2)})
	}
}

// trouble is what HQ must look into, and what waits too long.
func (s *sampleWeek) trouble() error {
	at := s.now.Add(-10 * time.Minute).UTC().Truncate(time.Millisecond)
	first, last := s.terminals[0], s.terminals[len(s.terminals)-1]
	id := func(back int) kiosk.OrderID { return kiosk.OrderID(fmt.Sprintf("%s-%04d", s.place.id, s.made-back)) }
	twice, err := s.read(id(3))
	if err != nil {
		return err
	}
	whole := func(o kiosk.Order) kiosk.Redeemed {
		r := kiosk.Redeemed{Order: o.ID, Method: kiosk.MethodAlone, Source: "camera"}
		for _, l := range o.Lines {
			r.Lines = append(r.Lines, kiosk.Handed{Line: l.ID, Handed: l.Quantity})
		}
		return r
	}
	if first != last { // two terminals, one of them without a line to HQ
		first.says(at, whole(twice))
		last.unsure = s.nth == 2 // so HQ cannot tell by itself which was first
		last.says(at.Add(90*time.Second), whole(twice))
	}
	if s.nth%2 == 1 { // a refund that a terminal had not heard of
		late, err := s.read(id(5))
		if err != nil {
			return err
		}
		if err := s.hq.SetStatus(s.ctx, late.ID, kiosk.StatusRefunded); err != nil {
			return err
		}
		last.says(at.Add(time.Minute), whole(late))
	}
	for i := range 3 + s.nth { // nobody came for these
		e := s.order(s.now.AddDate(0, 0, -5), 1)
		e.Order.Due, e.Order.Consignment = 0, ""
		e.Order.CollectBy = s.now.AddDate(0, 0, -1-i%3).UTC().Truncate(time.Second)
		if err := s.bring([]ordertable.Entry{e}); err != nil {
			return err
		}
		first.says(at.Add(2*time.Minute), kiosk.ReminderAsked{Order: e.Order.ID, By: s.place.people[0]})
	}
	for i, t := range s.terminals {
		if err := t.push(s.ctx, s.hq); err != nil {
			return err
		}
		said := kiosk.Condition{Clock: kiosk.ClockSynced, Version: "1.4.0", SpaceLow: s.nth == 2 && i == 1}
		if s.nth == 3 {
			said.Clock, said.Version = kiosk.ClockSuspect, "1.3.2"
		}
		if err := s.hq.NoteCondition(s.ctx, t.id, said, s.now); err != nil {
			return err
		}
	}
	return nil
}

func (s *sampleWeek) read(id kiosk.OrderID) (o kiosk.Order, err error) {
	err = s.hq.View(s.ctx, func(tx hq.Tx) error {
		rec, ok, err := tx.Order(s.place.id, id)
		if err == nil && !ok {
			err = hq.ErrNoOrder
		}
		o = rec.Order
		return err
	})
	return o, err
}
