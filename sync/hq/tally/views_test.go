package tally

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// morning plays a small day: two orders at P1, one held for 40 seconds, with a short
// unit and a refund for it and for one more; a third is undone, a fourth waits.
func morning(t *testing.T) (*world, *device) {
	t.Helper()
	w := newWorld(t)
	w.rebuild()
	w.addPoint("P1", kiosk.Policy{CommissionRate: 333})
	w.addPoint("P2", kiosk.Policy{})
	wait := order("D")
	wait.CollectBy, wait.ExpectedAt = noon.AddDate(0, 0, -1), noon.AddDate(0, 0, -5)
	coming := order("E")
	coming.Status = kiosk.StatusShipped
	due := order("B")
	due.Due = 990
	w.importOrders("P1", order("A"), due, order("C"), wait, coming)
	d := w.enrol("P1")
	d.accepted(kiosk.Redeemed{Order: "A", Lines: handed(3, 2), Method: kiosk.MethodAlone})
	hold := d.accepted(kiosk.OrderHeld{Order: "B", Reason: kiosk.PaymentDue})
	w.now = w.now.Add(40 * time.Second)
	d.accepted(kiosk.PaymentCollected{Order: "B", Amount: 990, Means: "cash", By: "L1"})
	lines := handed(2, 2)
	lines[0].Short, lines[0].Reason = 1, kiosk.ReasonShort
	b := d.accepted(kiosk.Redeemed{Order: "B", Lines: lines, Method: kiosk.MethodLeader, By: "L1", Hold: hold})
	d.accepted(kiosk.AfterSaleRegistered{Order: "B", Kind: kiosk.AfterSaleRefund, Lines: []kiosk.Units{{Line: "1", Units: 2}}, Reason: kiosk.ReasonSpoilt, By: "L1"})
	d.accepted(kiosk.Rated{Order: "B", Redemption: b, Goods: 2, Service: 5})
	c := d.accepted(kiosk.Redeemed{Order: "C", Lines: handed(3, 2), Method: kiosk.MethodLeader, By: "L1"})
	d.accepted(kiosk.DayClosed{Day: "2026-11-23", By: "L1", Counted: 990, Totals: kiosk.DayTotals{Orders: 3, Value: 28220}})
	w.now = w.now.Add(time.Hour)
	d.accepted(kiosk.RedemptionUndone{Order: "C", Redemption: c, By: "L1", Reason: "mistake"})
	return w, d
}

const today kiosk.Day = "2026-11-23"

func TestSettle(t *testing.T) {
	w, d := morning(t)
	s, err := w.tally.Settle(ctx(), w.hq, "P1", today)
	w.must(err)
	// A: 3 x 12.85 + 2 x 29.90 = 98.35; B: 2 x 12.85 + 2 x 29.90 = 85.50. Of the two
	// refunded units of B one was never handed over. 3.33% of 183.85 are 6.122205.
	want := Sums{Units: 9, Value: 18385, Deducted: 1285, Net: 17100, Commission: 612, Payable: 16488}
	if s.Total != want || s.Refunds != 1285 || s.Cash != 990 || s.Transfer != 990-612 || s.AtClose != 28220 || !s.Agrees || s.Rate != 333 {
		t.Errorf("%+v", s)
	}
	suppliers := []SupplierSums{
		{"光明", Sums{Units: 5, Value: 6425, Deducted: 1285, Net: 5140, Commission: 214, Payable: 4926}},
		{"农场", Sums{Units: 4, Value: 11960, Net: 11960, Commission: 398, Payable: 11562}},
	}
	if diff := cmp.Diff(suppliers, s.Suppliers); diff != "" {
		t.Error(diff)
	}
	if len(s.Changes) != 1 || s.Changes[0].Kind != ChangeUndone || s.Changes[0].Order != "C" || !s.Changes[0].Heard.Equal(w.now) || len(s.Lines) != 7 {
		t.Errorf("changes %+v, %d lines", s.Changes, len(s.Lines))
	}
	// An event of the day that comes the next day changes it.
	at := kiosk.Moment{Wall: w.now, Clock: kiosk.ClockSynced}
	w.now = w.now.AddDate(0, 0, 1)
	d.records(at, kiosk.Redeemed{Order: "D", Lines: handed(3, 2), Method: kiosk.MethodAlone})
	d.push()
	s, err = w.tally.Settle(ctx(), w.hq, "P1", today)
	w.must(err)
	if s.Total.Value != 18385+9835 || len(s.Changes) != 2 || s.Changes[1].Kind != ChangeLate || s.Changes[1].Order != "D" || !s.Agrees {
		t.Errorf("%+v", s)
	}
	for name, err := range map[string]error{
		"no point": second(w.tally.Settle(ctx(), w.hq, "nowhere", today)), "no day": second(w.tally.Settle(ctx(), w.hq, "P1", "yesterday")),
	} {
		if !errors.Is(err, hq.ErrNoPoint) && !errors.Is(err, hq.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// A settlement that does not find what the figures say tells so.
func TestSettleTellsWhereItDoesNotAgree(t *testing.T) {
	w, _ := morning(t)
	k := place(inDay+string(today), "P1", only)
	w.must(w.hq.Update(ctx(), func(tx hq.Tx) error {
		d, err := load[Day](w.tally.codec, tx, k)
		if err != nil {
			return err
		}
		d.Counts.Cash++
		return w.tally.codec.save(tx, k, d, false)
	}))
	if s, err := w.tally.Settle(ctx(), w.hq, "P1", today); err != nil || s.Agrees {
		t.Errorf("agrees: %v, %v", s.Agrees, err)
	}
}

func TestOverview(t *testing.T) {
	w, _ := morning(t)
	o, err := w.tally.Overview(ctx(), w.hq, today)
	w.must(err)
	counts := Counts{
		Orders: 2, Complete: 2, Handovers: 2, Alone: 1, Undone: 1, Held: 1, Units: 9, Short: 1, AfterSales: 1, Ratings: 1,
		Value: 18385, Refunds: 2570, Deducted: 1285, Cash: 990,
	}
	want := PointRow{Point: "P1", Name: "自提点 P1", Counts: counts, OnTheWay: 1, ToCollect: 2, Overdue: 1, Closed: 1, P50: 40960 * time.Millisecond, P95: 40960 * time.Millisecond}
	if len(o.Points) != 2 {
		t.Fatalf("%d points", len(o.Points))
	}
	if diff := cmp.Diff(want, o.Points[0]); diff != "" {
		t.Error(diff)
	}
	want.Point, want.Name = "", ""
	if diff := cmp.Diff(want, o.Total); diff != "" {
		t.Error(diff)
	}
	if len(o.Arrivals) != 73 || o.Arrivals[72] != 3 || o.Goods != one(2) || o.Service != one(5) {
		t.Errorf("arrivals %v, stars %v %v", o.Arrivals, o.Goods, o.Service)
	}
	if o.Ages[3] != (Age{From: 4, To: 7, Orders: 1}) || o.Ages[6] != (Age{From: -1, To: -1, Orders: 1}) {
		t.Errorf("ages %+v", o.Ages)
	}
	if o, err := w.tally.Overview(ctx(), w.hq, "2026-11-20"); err != nil || o.Total.Orders != 0 || o.Total.ToCollect != 2 {
		t.Errorf("another day: %+v, %v", o.Total, err)
	}
}

func TestPointDayAndLists(t *testing.T) {
	w, _ := morning(t)
	p, err := w.tally.PointDay(ctx(), w.hq, "P1", today)
	w.must(err)
	if p.Value != 18385 || p.Left != 2*9835 || len(p.Ends) != 1 || len(p.Suppliers) != 2 || len(p.Shipments) != 1 || p.Shipments[0].Short != 1 || p.Zone != "Asia/Shanghai" {
		t.Errorf("%+v", p)
	}
	span := Span{From: "2026-11-20", To: today}
	for _, span.Point = range []kiosk.PointID{"", "P1"} {
		leaders, err := w.tally.Leaders(ctx(), w.hq, span)
		w.must(err)
		if len(leaders) != 2 || leaders[0].Name != "L1" || leaders[0].Handovers != 2 || leaders[0].UndoRate != 500 || leaders[0].FlawRate != 500 ||
			leaders[0].Mean != 500 || leaders[0].P50 != 40960*time.Millisecond || leaders[0].OverdueRate != 500 || leaders[1].Name != "" {
			t.Errorf("%+v", leaders)
		}
		suppliers, err := w.tally.Suppliers(ctx(), w.hq, span)
		w.must(err)
		if len(suppliers) != 2 || suppliers[0].Supplier != "农场" || suppliers[0].Mean != 200 || suppliers[1].Short != 1 || suppliers[1].AfterSales != 2 ||
			len(suppliers[1].Trend) != 1 || suppliers[1].Worst[0].Product != "鲜牛奶 950 ml" {
			t.Errorf("%+v", suppliers)
		}
	}
	b, err := w.tally.Bottlenecks(ctx(), w.hq, today, 5)
	w.must(err)
	if len(b.Slowest) != 1 || b.Slowest[0].Name != "自提点 P1" || len(b.Consignments) != 1 || b.Consignments[0].Name != "C1" || b.P95 == 0 {
		t.Errorf("%+v", b)
	}
	late, err := w.tally.Overdue(ctx(), w.hq, "P1", noon, 10)
	w.must(err)
	if len(late) != 1 || late[0].Order != "D" || late[0].Units != 5 || late[0].Value != 9835 {
		t.Errorf("%+v", late)
	}
}

// What is asked for wrongly, or too early, gets a sentence.
func TestViewsRefuse(t *testing.T) {
	w := newWorld(t)
	w.addPoint("P1", kiosk.Policy{})
	w.importOrders("P1", order("A"))
	if _, err := w.tally.Overview(ctx(), w.hq, today); !errors.Is(err, ErrCounting) {
		t.Errorf("before all is counted: %v", err)
	}
	w.rebuild()
	for _, s := range []Span{{From: "x", To: today}, {From: today, To: "x"}, {From: today, To: "2026-11-22"}, {From: "2020-01-01", To: today}} {
		if _, err := w.tally.Leaders(ctx(), w.hq, s); !errors.Is(err, hq.ErrInput) {
			t.Errorf("%v: %v", s, err)
		}
		if _, err := w.tally.Suppliers(ctx(), w.hq, s); !errors.Is(err, hq.ErrInput) {
			t.Errorf("%v: %v", s, err)
		}
	}
	for name, err := range map[string]error{
		"point": second(w.tally.PointDay(ctx(), w.hq, "nowhere", today)), "overdue": second(w.tally.Overdue(ctx(), w.hq, "nowhere", noon, 1)),
	} {
		if !errors.Is(err, hq.ErrNoPoint) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"overview": second(w.tally.Overview(ctx(), w.hq, "")), "point": second(w.tally.PointDay(ctx(), w.hq, "P1", "2026-13-01")),
		"bottlenecks": second(w.tally.Bottlenecks(ctx(), w.hq, "x", 1)),
	} {
		if !errors.Is(err, hq.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A wait's class ends at most an eighth above it, and classes follow each other.
func TestClasses(t *testing.T) {
	last := 0
	for d := time.Duration(0); d < maxWait; d += 37 * time.Millisecond {
		i := classOf(d)
		if end := classEnd(i); d >= end || end > d+d/8+tick || i < last {
			t.Fatalf("%v is in class %d, which ends at %v", d, i, end)
		}
		last = i
	}
	if classOf(100*time.Hour) != classOf(maxWait) || classOf(-time.Second) != 0 {
		t.Error("what is too long or negative has no class")
	}
	var s Series
	for i := range 100 {
		s = s.plus(classOf(time.Duration(i+1)*time.Second), 1)
	}
	if p50, p95 := s.Quantile(500), s.Quantile(950); p50 < 50*time.Second || p50 > 57*time.Second || p95 < 95*time.Second || p95 > 107*time.Second {
		t.Errorf("p50 %v, p95 %v", p50, p95)
	}
	if Series(nil).Quantile(500) != 0 {
		t.Error("nobody waited, and yet for a while")
	}
}

// No field is forgotten in a sum, and what is taken away again leaves nothing.
func TestSumsHaveEveryField(t *testing.T) {
	everyField(t, func(a, b Counts, n int64) Counts { return a.plus(b, n) })
	everyField(t, func(a, b Goods, n int64) Goods { return a.plus(b, n) })
	everyField(t, func(a, b Consignment, n int64) Consignment { return a.plus(b, n) })
	everyField(t, func(a, b Person, n int64) Person { return a.plus(b, n) })
	everyField(t, func(a, b Open, n int64) Open {
		if n < 0 {
			b = Open{-b.OnTheWay, -b.ToCollect, -b.Partly, -b.Refunding, -b.Units, -b.Value, Dates{today: -b.Since[today]}, Dates{today: -b.Due[today]}}
		}
		return a.plus(b)
	})
}

func everyField[T any](t *testing.T, plus func(a, b T, n int64) T) {
	t.Helper()
	var none, full T
	v := reflect.ValueOf(&full).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Int64:
			f.SetInt(int64(i) + 1)
		case reflect.Array:
			f.Index(2).SetInt(3)
		case reflect.Slice:
			f.Set(reflect.ValueOf(Series{0, 4}))
		case reflect.Map:
			f.Set(reflect.ValueOf(Dates{today: 5}))
		case reflect.String: // a name
		default:
			t.Fatalf("%s has a kind that this test does not know", v.Type().Field(i).Name)
		}
	}
	sum := plus(none, full, 1)
	if diff := cmp.Diff(full, sum); diff != "" {
		t.Errorf("%T added to nothing (-want +got):\n%s", full, diff)
	}
	if diff := cmp.Diff(none, plus(sum, full, -1)); diff != "" {
		t.Errorf("%T taken from itself:\n%s", full, diff)
	}
}
