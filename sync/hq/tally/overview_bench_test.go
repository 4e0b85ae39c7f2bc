package tally

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// busyDay is what a point's day with some ninety customers looks like.
func busyDay(r *rand.Rand) Day {
	d := Day{Counts: Counts{
		Orders: 88, Complete: 80, Handovers: 90, Alone: 61, Held: 31, Undone: 1, Units: 312, Short: 3, Damaged: 2, AfterSales: 2, Ratings: 9,
		Received: 330, Invoices: 2, Value: 812_345, Refunds: 5_980, Deducted: 2_990, Cash: 15_000,
	}, Goods: Stars{0, 1, 0, 1, 2, 5}, Service: Stars{0, 0, 0, 1, 1, 7}}
	for range 90 {
		d.Arrivals = d.Arrivals.plus(60+r.IntN(70), 1)
	}
	for range 31 {
		d.Waits = d.Waits.plus(classOf(time.Duration(8+r.IntN(90))*time.Second), 1)
	}
	return d
}

// BenchmarkOverview reads a day over 10,000 points with ninety customers each.
func BenchmarkOverview(b *testing.B) {
	const points = 10_000
	w := newWorld(b)
	w.rebuild()
	r := rand.New(rand.NewPCG(1, 2))
	w.must(w.store.Update(ctx(), func(tx hq.Tx) error {
		for i := range points {
			id := kiosk.PointID(fmt.Sprintf("P%05d", i))
			err := tx.PutPoint(hq.PointRecord{Point: kiosk.Point{ID: id, Name: "自提点 " + string(id), Policy: kiosk.DefaultPolicy()}, Secret: make([]byte, 32)})
			if err != nil {
				return err
			}
			if err := w.tally.codec.save(tx, place(inDay+string(today), id, only), busyDay(r), false); err != nil {
				return err
			}
			open := Open{OnTheWay: 40, ToCollect: 37, Partly: 3, Units: 120, Value: 300_000,
				Since: Dates{today: 30, "2026-11-22": 5, "2026-11-19": 2}, Due: Dates{today: 3, "2026-11-24": 30, "2026-11-22": 4}}
			if err := w.tally.codec.save(tx, place(inOpen, id, only), open, false); err != nil {
				return err
			}
		}
		return nil
	}))
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		o, err := w.tally.Overview(ctx(), w.hq, today)
		w.must(err)
		if took = append(took, time.Since(began)); len(o.Points) != points || o.Total.Handovers != 90*points || o.Total.Overdue != 4*points {
			b.Fatalf("%d points, %+v", len(o.Points), o.Total)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "median_ms")
}
