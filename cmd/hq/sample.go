package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"math/rand/v2"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
)

// What a sample consists of.
const (
	samplePoint = "P001"
	sampleName  = "幸福里自提点"
	samplePIN   = "2580"
	maxSample   = 5_000_000
	// leaderFrom is the order value, in fen, from which the leader confirms where
	// there are troubled orders. Plain sample orders stay below.
	leaderFrom = kiosk.Fen(20_000)
)

// fill fills an empty store as the flags say.
func (c *serveCmd) fill(p *program, h *hq.HQ, log *slog.Logger) error {
	if c.Sample == 0 && c.SampleTrouble == 0 && !c.SampleDays {
		return nil
	}
	have, err := h.Points(p.ctx)
	if err != nil {
		return err
	}
	if err := fillSample(p, h, c.Sample, c.SampleTrouble, log); err != nil || len(have) > 0 || !c.SampleDays {
		return err
	}
	return fillDays(p.ctx, h, p.now(), log)
}

// fillSample fills an empty store with the sample point and its orders; a store
// that has a point is left alone.
func fillSample(p *program, h *hq.HQ, plain, trouble int, log *slog.Logger) error {
	have, err := h.Points(p.ctx)
	if err != nil {
		return err
	}
	if len(have) > 0 {
		log.Info("the store is not empty, so it gets no sample", "points", len(have))
		return nil
	}
	point := hq.NewPoint{ID: samplePoint, Name: sampleName, PIN: samplePIN}
	if trouble > 0 {
		point.Policy = kiosk.Policy{Handover: kiosk.HandoverBelow, AloneBelow: leaderFrom}
	}
	if err := h.AddPoint(p.ctx, point); err != nil {
		return fmt.Errorf("add the sample point: %w", err)
	}
	began := p.now()
	bar := (&cli.IO{Stderr: p.stderr, Now: p.now}).NewProgress("sample orders")
	done, err := h.Import(p.ctx, samplePoint, told(sampleOrders(p.ctx, plain, trouble, began), bar, plain+trouble))
	bar.Done()
	switch {
	case err != nil:
		return fmt.Errorf("fill in the sample: %w; delete the store to begin anew", err)
	case done.Refused > 0:
		return errors.New("fill in the sample: " + done.Problems[0].Text)
	}
	log.Info("sample filled in", "orders", done.New, "seconds", p.now().Sub(began).Seconds())
	return nil
}

// told passes orders on and tells how far they are.
func told(orders iter.Seq[ordertable.Entry], bar *cli.Progress, total int) iter.Seq[ordertable.Entry] {
	return func(yield func(ordertable.Entry) bool) {
		n := 0
		for e := range orders {
			if !yield(e) {
				return
			}
			n++
			bar.Update(n, total)
		}
	}
}

// sampleOrders gives the plain orders S… and then the troubled ones T…, both
// by id. The same numbers give the same orders but for their dates.
func sampleOrders(ctx context.Context, plain, trouble int, now time.Time) iter.Seq[ordertable.Entry] {
	return func(yield func(ordertable.Entry) bool) {
		g := newSampler(now, 1)
		for i := range plain {
			if ctx.Err() != nil || !yield(g.plain(fmt.Sprintf("S%07d", i+1), i)) {
				return
			}
		}
		for i := range trouble {
			if ctx.Err() != nil || !yield(g.troubled(i)) {
				return
			}
		}
	}
}

type sampler struct {
	random          *rand.Rand
	goods           []product
	surnames, given []string
	now             time.Time
}

func newSampler(now time.Time, seed uint64) *sampler {
	return &sampler{random: rand.New(rand.NewPCG(seed, 2)), goods: products(), surnames: surnames(), given: givenNames(), now: now}
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// plain is an order of one to four lines that a customer may collect alone.
func (g *sampler) plain(id string, n int) ordertable.Entry {
	e := ordertable.Entry{
		Order: kiosk.Order{
			ID: kiosk.OrderID(id), Status: kiosk.StatusArrived,
			PickupNumber: fmt.Sprintf("%c-%03d", 'A'+n/999%26, n%999+1),
			Shelf:        fmt.Sprintf("%d-%d", n/40%25+1, n/8%5+1),
			Consignment:  g.consignment(1),
		},
		Name:  pick(g.random, g.surnames) + pick(g.random, g.given),
		Phone: fmt.Sprintf("1%d%09d", 3+g.random.IntN(7), g.random.IntN(1_000_000_000)),
	}
	if n%10 == 9 { // some platforms print codes of their own; twelve digits are no typed code
		e.OwnCode = fmt.Sprintf("88%010d", n+1)
	}
	first := g.random.IntN(len(g.goods))
	for i := range 1 + g.random.IntN(4) {
		good := g.goods[(first+i*5)%len(g.goods)]
		quantity := 1 + g.random.IntN(3)
		if e.Order.Value()+good.price*kiosk.Fen(quantity) >= leaderFrom {
			quantity = 1
		}
		if e.Order.Value()+good.price >= leaderFrom {
			break
		}
		e.Order.Lines = append(e.Order.Lines, kiosk.Line{
			ID: kiosk.LineID(fmt.Sprint(i + 1)), Product: good.name, Spec: good.spec, Unit: good.unit,
			Quantity: quantity, Supplier: good.supplier, UnitPrice: good.price, Barcode: barcode((first + i*5) % len(g.goods)),
		})
	}
	return e
}

// consignment names a delivery of the day: the first has arrived, the second is on
// its way.
func (g *sampler) consignment(n int) string {
	return fmt.Sprintf("B%s-%d", g.now.Format("20060102"), n)
}

func (g *sampler) onItsWay(o *kiosk.Order, s kiosk.Status) {
	o.Status, o.ExpectedAt, o.Consignment = s, g.now.Add(20*time.Hour), g.consignment(2)
}

// troubled is an order that cannot simply be collected, each kind in its turn.
func (g *sampler) troubled(n int) ordertable.Entry {
	kinds := []struct {
		name string
		make func(*kiosk.Order)
	}{
		{"shipped", func(o *kiosk.Order) { g.onItsWay(o, kiosk.StatusShipped) }},
		{"cancelled", func(o *kiosk.Order) { o.Status = kiosk.StatusCancelled }},
		{"refunding", func(o *kiosk.Order) { o.Status = kiosk.StatusRefunding }},
		{"due", func(o *kiosk.Order) { o.Due = 990 }},
		{"expired", func(o *kiosk.Order) { o.CollectBy = g.now.AddDate(0, 0, -4) }},
		{"early", func(o *kiosk.Order) { o.ValidFrom = g.now.AddDate(0, 0, 1) }},
		{"leader", func(o *kiosk.Order) {
			o.Lines = []kiosk.Line{{
				ID: "1", Product: "阳澄湖大闸蟹礼盒", Spec: "4 公 4 母", Unit: "盒", Quantity: 1, Supplier: "东港水产", UnitPrice: 39_800,
			}}
		}},
		{"paid", func(o *kiosk.Order) { g.onItsWay(o, kiosk.StatusPaid) }},
		{"refunded", func(o *kiosk.Order) { o.Status = kiosk.StatusRefunded }},
	}
	kind := kinds[n%len(kinds)]
	e := g.plain(fmt.Sprintf("T%07d-%s", n+1, kind.name), n)
	e.OwnCode = ""
	kind.make(&e.Order)
	for _, t := range []*time.Time{&e.Order.CollectBy, &e.Order.ValidFrom, &e.Order.ExpectedAt} {
		*t = t.UTC().Truncate(time.Second)
	}
	return e
}
