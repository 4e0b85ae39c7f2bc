package tally

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// play is a random history of two points.
type play struct {
	*world
	points  []kiosk.PointID
	devices []*device
	orders  []kiosk.OrderID
	events  []kiosk.EventID
	hidden  map[*device]kiosk.Batch // that HQ has as withheld
	done    map[string]int
}

func (p *play) moment(r *rapid.T) kiosk.Moment {
	m := kiosk.Moment{Wall: p.now.Add(time.Duration(rapid.IntRange(-3000, 3000).Draw(r, "minutes off")) * time.Minute)}
	switch rapid.IntRange(0, 5).Draw(r, "clock") {
	case 0:
		m.Clock = kiosk.ClockSuspect
	case 1:
		m.Clock, m.HQ = kiosk.ClockSuspect, kiosk.HQClock{Known: true, Offset: 30 * time.Hour}
	case 2:
		m.Boot, m.Mono = kiosk.BootID{1}, time.Duration(rapid.IntRange(0, 10_000).Draw(r, "mono"))*time.Second
	default:
		m.Clock, m.HQ = kiosk.ClockSynced, kiosk.HQClock{Known: true}
	}
	return m
}

func (p *play) anOrder(r *rapid.T) kiosk.OrderID {
	return rapid.SampledFrom(append(p.orders, "nowhere")).Draw(r, "order")
}

func (p *play) anEvent(r *rapid.T) kiosk.EventID {
	return rapid.SampledFrom(append(p.events, kiosk.EventID{9})).Draw(r, "event")
}

func (p *play) body(r *rapid.T) kiosk.Body {
	o, by := p.anOrder(r), rapid.SampledFrom([]string{"L1", "S1"}).Draw(r, "by")
	lines := []kiosk.Handed{{Line: "1", Handed: rapid.IntRange(0, 3).Draw(r, "handed"), Short: rapid.IntRange(0, 1).Draw(r, "short")}, {Line: "2", Handed: rapid.IntRange(0, 2).Draw(r, "handed"), Damaged: rapid.IntRange(0, 1).Draw(r, "damaged")}}
	units := []kiosk.Units{{Line: "1", Units: rapid.IntRange(1, 2).Draw(r, "units")}}
	switch rapid.IntRange(0, 15).Draw(r, "what") {
	case 0:
		return kiosk.OrderHeld{Order: o, Reason: kiosk.Held, Replaces: p.anEvent(r)}
	case 1:
		return kiosk.HoldRejected{Order: o, Hold: p.anEvent(r), By: by}
	case 2, 3, 4:
		return kiosk.Redeemed{Order: o, Lines: lines, Method: kiosk.MethodLeader, By: by, Hold: p.anEvent(r)}
	case 5, 6:
		return kiosk.Redeemed{Order: o, Lines: handed(3, 2), Method: kiosk.MethodAlone}
	case 7:
		return kiosk.RedemptionUndone{Order: o, Redemption: p.anEvent(r), By: by}
	case 8:
		return kiosk.PaymentCollected{Order: o, Amount: kiosk.Fen(rapid.IntRange(1, 999).Draw(r, "fen")), Means: rapid.SampledFrom([]string{"cash", "platform-code"}).Draw(r, "means"), By: by}
	case 9:
		kind := rapid.SampledFrom([]kiosk.AfterSaleKind{kiosk.AfterSaleRefund, kiosk.AfterSaleReturn}).Draw(r, "kind")
		return kiosk.AfterSaleRegistered{Order: o, Kind: kind, Lines: units, Reason: kiosk.ReasonSpoilt, By: by}
	case 10:
		return kiosk.MissingReported{Order: o, Redemption: p.anEvent(r), Lines: []kiosk.Handed{{Line: "1", Short: 1}}}
	case 11:
		return kiosk.Rated{Order: o, Redemption: p.anEvent(r), Goods: rapid.IntRange(0, 5).Draw(r, "goods"), Service: rapid.IntRange(1, 5).Draw(r, "service")}
	case 12:
		return kiosk.GoodsReceived{Consignment: rapid.SampledFrom([]string{"C1", "C2"}).Draw(r, "consignment"), By: by, Lines: []kiosk.ReceivedLine{{Product: "鲜牛奶", Expected: 5, Good: 3, Damaged: 1}}}
	case 13:
		return kiosk.SentBack{Order: o, Lines: units, Reason: kiosk.ReasonOverdue, By: by}
	case 14:
		return kiosk.DayClosed{Day: rapid.SampledFrom([]kiosk.Day{"2026-11-22", "2026-11-23", "no day"}).Draw(r, "closed"), By: by, Totals: kiosk.DayTotals{Value: 5}}
	}
	return rapid.SampledFrom([]kiosk.Body{kiosk.ReminderAsked{Order: o, By: by}, kiosk.InvoiceRequested{Order: o}, kiosk.SignedIn{By: by}}).Draw(r, "other")
}

// step does one thing.
func (p *play) step(r *rapid.T) {
	p.now = p.now.Add(time.Duration(rapid.IntRange(0, 600).Draw(r, "later")) * time.Minute)
	d := rapid.SampledFrom(p.devices).Draw(r, "device")
	switch rapid.IntRange(0, 9).Draw(r, "step") {
	case 0:
		p.imports(r)
	case 1:
		err := p.hq.SetStatus(ctx(), p.anOrder(r), rapid.SampledFrom(kiosk.Statuses()).Draw(r, "status"))
		p.count("status", err == nil)
	case 2:
		p.count("withdrawn", p.hq.Withdraw(ctx(), p.anOrder(r)) == nil)
	case 3:
		p.rules(r)
	case 4:
		p.hides(d)
	case 5:
		p.must(p.tally.countPage(ctx(), p.hq))
	default:
		for range rapid.IntRange(1, 3).Draw(r, "events") {
			p.events = append(p.events, d.records(p.moment(r), p.body(r)))
		}
		if rapid.Bool().Draw(r, "push") {
			for _, receipt := range d.push() {
				p.count(string(receipt.Settlement), true)
			}
		}
	}
}

func (p *play) count(what string, done bool) {
	if done {
		p.done[what]++
	}
}

func (p *play) imports(r *rapid.T) {
	i := rapid.IntRange(0, 5).Draw(r, "which")
	o := order(kiosk.OrderID(fmt.Sprintf("%s-%d", p.points[i%2], i)))
	o.Status = rapid.SampledFrom([]kiosk.Status{kiosk.StatusArrived, kiosk.StatusArrived, kiosk.StatusShipped}).Draw(r, "status")
	o.Consignment = rapid.SampledFrom([]string{"C1", "C2", ""}).Draw(r, "consignment")
	o.Lines[0].Quantity = rapid.IntRange(1, 3).Draw(r, "quantity")
	o.CollectBy = noon.AddDate(0, 0, rapid.IntRange(-2, 2).Draw(r, "due"))
	if rapid.Bool().Draw(r, "expected") {
		o.ExpectedAt = noon.AddDate(0, 0, rapid.IntRange(-9, 1).Draw(r, "days"))
	}
	_, err := p.hq.Import(ctx(), p.points[i%2], entries(o))
	p.must(err)
	if !slices.Contains(p.orders, o.ID) {
		p.orders = append(p.orders, o.ID)
	}
}

// rules decides a case that waits, somehow.
func (p *play) rules(r *rapid.T) {
	p.must(p.hq.CaseRows(ctx(), true, func(row hq.CaseRow) error {
		if len(row.Sides) == 0 {
			return nil
		}
		d := hq.Decision{By: "owner", Note: "seen", None: rapid.Bool().Draw(r, "none")}
		if !d.None {
			d.Winner = rapid.SampledFrom(row.Sides).Draw(r, "winner").Event
		}
		_, err := p.hq.SettleCase(ctx(), row.Number, d)
		p.count("decided", err == nil)
		return nil
	}))
}

// hides has HQ take events unseen, or shows them after all.
func (p *play) hides(d *device) {
	if b, ok := p.hidden[d]; ok {
		_, err := p.hq.Push(ctx(), b)
		p.must(err)
		delete(p.hidden, d)
		p.count("shown", true)
		return
	}
	if len(d.ready) == 0 {
		return
	}
	b := kiosk.Batch{Terminal: d.id, Prev: d.head, Records: slices.Clone(d.ready)}
	whole := b
	whole.Records = slices.Clone(b.Records)
	head := b.Prev
	for i, rec := range b.Records {
		head = kiosk.Head{Seq: rec.Seq, Hash: rec.ChainHash(head.Hash, d.id)}
		b.Records[i] = kiosk.Record{Epoch: rec.Epoch, Seq: rec.Seq, Withheld: head.Hash}
	}
	_, err := p.hq.Push(ctx(), b)
	p.must(err)
	d.head, d.ready = head, nil
	p.hidden[d] = whole
}

// Figures that grew with what happened, whether the store was counted from its
// beginning or in pages meanwhile, are those that a recount of all orders and events
// gives; and a settlement, which goes by the day's events, agrees with them.
func TestFiguresAreARecount(t *testing.T) {
	done := map[string]int{}
	rapid.Check(t, func(r *rapid.T) {
		p := &play{world: newWorld(t), points: []kiosk.PointID{"P1", "P2"}, hidden: map[*device]kiosk.Batch{}, done: done}
		p.tally.page = rapid.IntRange(1, 3).Draw(r, "page")
		if rapid.Bool().Draw(r, "counted from the beginning") {
			p.rebuild()
		}
		for _, point := range p.points {
			p.addPoint(point, kiosk.Policy{CommissionRate: 777})
			p.devices = append(p.devices, p.enrol(point), p.enrol(point))
		}
		for range rapid.IntRange(10, 60).Draw(r, "steps") {
			p.step(r)
		}
		for _, d := range p.devices {
			d.push()
		}
		p.rebuild()
		grown := p.documents()
		p.settled(r)
		p.forget(grown)
		p.tally.page = 500
		p.rebuild()
		if diff := cmp.Diff(p.documents(), grown); diff != "" {
			r.Fatalf("a recount (-) is not what grew (+):\n%s", diff)
		}
	})
	for _, want := range []string{"accepted", "conflict", "late-revoked", "unknown", "rejected", "decided", "shown", "withdrawn"} {
		if done[want] == 0 {
			t.Errorf("nothing of kind %q ever happened: %v", want, done)
		}
	}
}

// settled holds each day's settlement against its lines, the figures, and the orders.
func (p *play) settled(r *rapid.T) {
	for _, point := range p.points {
		var value, moved kiosk.Fen
		p.must(p.hq.View(ctx(), func(tx hq.Tx) error {
			return eachOrder(tx, point, func(rec hq.OrderRecord) {
				for _, l := range rec.Order.Lines {
					value += l.UnitPrice * kiosk.Fen(rec.State.Line(l.ID).Handed)
				}
			})
		}))
		for day := noon.AddDate(0, 0, -40); day.Before(noon.AddDate(0, 0, 40)); day = day.AddDate(0, 0, 1) {
			s, err := p.tally.Settle(ctx(), p.hq, point, kiosk.Day(day.Format(time.DateOnly)))
			p.must(err)
			var sums Sums
			for _, one := range s.Suppliers {
				sums.Units += one.Units
				sums.Value += one.Value
				sums.Deducted += one.Deducted
				sums.Net += one.Net
				sums.Commission += one.Commission
				sums.Payable += one.Payable
			}
			if moved += s.Total.Value; sums != s.Total || !s.Agrees || s.Total.Commission != kiosk.Commission(s.Total.Value, s.Rate) {
				r.Fatalf("%s: lines %+v, total %+v, agrees: %v", s.Day, sums, s.Total, s.Agrees)
			}
		}
		if moved != value {
			r.Fatalf("point %s: %s yuan over the days, %s by its orders", point, moved, value)
		}
	}
}
