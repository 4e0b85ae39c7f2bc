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
	at      map[*device]kiosk.PointID
	orders  map[kiosk.PointID][]kiosk.OrderID
	events  []happened
	hidden  map[*device]kiosk.Batch // that HQ has as withheld
	done    map[string]int
}

type happened struct {
	id   kiosk.EventID
	body kiosk.Body
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

// anOrder is mostly one of the device's point.
func (p *play) anOrder(r *rapid.T, d *device) kiosk.OrderID {
	return rapid.SampledFrom(append(p.orders[p.at[d]], p.orders[p.at[d]][0], "nowhere")).Draw(r, "order")
}

// of is mostly an event of the order of this type.
func (p *play) of(r *rapid.T, o kiosk.OrderID, want kiosk.EventType) kiosk.EventID {
	ids := []kiosk.EventID{{9}}
	for _, e := range p.events {
		if e.body.Subject() == o && e.body.Type() == want {
			ids = append(ids, e.id)
		}
	}
	return rapid.SampledFrom(append(ids, ids[len(ids)-1], ids[len(ids)-1])).Draw(r, "event")
}

func (p *play) body(r *rapid.T, d *device) kiosk.Body {
	o, by := p.anOrder(r, d), rapid.SampledFrom([]string{"L1", "S1"}).Draw(r, "by")
	few := []kiosk.Handed{{Line: "1", Handed: 1, Short: rapid.IntRange(0, 1).Draw(r, "short")}, {Line: "2", Handed: rapid.IntRange(0, 1).Draw(r, "handed"), Damaged: rapid.IntRange(0, 1).Draw(r, "damaged")}}
	units := []kiosk.Units{{Line: rapid.SampledFrom([]kiosk.LineID{"1", "2"}).Draw(r, "line"), Units: rapid.IntRange(1, 2).Draw(r, "units")}}
	switch rapid.SampledFrom([]string{
		"all", "few", "few", "few", "hold", "confirm", "confirm", "reject", "undo", "undo", "pay", "pay", "after-sale", "after-sale", "miss", "miss", "rate", "rate",
		"receive", "send back", "close", "remind", "invoice", "sign in",
	}).Draw(r, "what") {
	case "all":
		return kiosk.Redeemed{Order: o, Lines: handed(2, 2), Method: kiosk.MethodAlone}
	case "few":
		return kiosk.Redeemed{Order: o, Lines: few, Method: kiosk.MethodLeader, By: by}
	case "hold":
		return kiosk.OrderHeld{Order: o, Reason: kiosk.Held, Replaces: p.of(r, o, kiosk.TypeOrderHeld)}
	case "confirm":
		return kiosk.Redeemed{Order: o, Lines: few, Method: kiosk.MethodLeader, By: by, Hold: p.of(r, o, kiosk.TypeOrderHeld)}
	case "reject":
		return kiosk.HoldRejected{Order: o, Hold: p.of(r, o, kiosk.TypeOrderHeld), By: by}
	case "undo":
		return kiosk.RedemptionUndone{Order: o, Redemption: p.of(r, o, kiosk.TypeRedeemed), By: by}
	case "pay":
		return kiosk.PaymentCollected{Order: o, Amount: kiosk.Fen(rapid.IntRange(1, 999).Draw(r, "fen")), Means: rapid.SampledFrom([]string{"cash", "platform-code"}).Draw(r, "means"), By: by}
	case "after-sale":
		kind := rapid.SampledFrom([]kiosk.AfterSaleKind{kiosk.AfterSaleRefund, kiosk.AfterSaleReturn}).Draw(r, "kind")
		return kiosk.AfterSaleRegistered{Order: o, Kind: kind, Lines: units, Reason: kiosk.ReasonSpoilt, By: by}
	case "miss":
		return kiosk.MissingReported{Order: o, Redemption: p.of(r, o, kiosk.TypeRedeemed), Lines: []kiosk.Handed{{Line: "1", Short: 1}}}
	case "rate":
		return kiosk.Rated{Order: o, Redemption: p.of(r, o, kiosk.TypeRedeemed), Goods: rapid.IntRange(0, 5).Draw(r, "goods"), Service: rapid.IntRange(1, 5).Draw(r, "service")}
	case "receive":
		return kiosk.GoodsReceived{Consignment: rapid.SampledFrom([]string{"C1", "C2"}).Draw(r, "consignment"), By: by, Lines: []kiosk.ReceivedLine{{Product: "鲜牛奶", Expected: 5, Good: 3, Damaged: 1}}}
	case "send back":
		return kiosk.SentBack{Order: o, Lines: units, Reason: kiosk.ReasonOverdue, By: by}
	case "close":
		return kiosk.DayClosed{Day: rapid.SampledFrom([]kiosk.Day{"2026-11-22", "2026-11-23", "no day"}).Draw(r, "closed"), By: by, Totals: kiosk.DayTotals{Value: 5}}
	case "remind":
		return kiosk.ReminderAsked{Order: o, By: by}
	case "invoice":
		return kiosk.InvoiceRequested{Order: o}
	}
	return kiosk.SignedIn{By: by}
}

// step does one thing.
func (p *play) step(r *rapid.T) {
	p.now = p.now.Add(time.Duration(rapid.IntRange(0, 600).Draw(r, "later")) * time.Minute)
	d := rapid.SampledFrom(p.devices).Draw(r, "device")
	switch rapid.SampledFrom([]string{"events", "events", "events", "events", "import", "import", "status", "withdraw", "rule", "hide", "count"}).Draw(r, "step") {
	case "import":
		p.imports(r)
	case "status":
		err := p.hq.SetStatus(ctx(), p.anOrder(r, d), rapid.SampledFrom(append(kiosk.Statuses(), kiosk.StatusArrived)).Draw(r, "status"))
		p.count("status", err == nil)
	case "withdraw":
		p.count("withdrawn", p.hq.Withdraw(ctx(), p.anOrder(r, d)) == nil)
	case "rule":
		p.rules(r)
	case "hide":
		p.hides(d)
	case "count":
		p.must(p.tally.countPage(ctx(), p.hq))
	case "events":
		for range rapid.IntRange(1, 5).Draw(r, "events") {
			body := p.body(r, d)
			p.events = append(p.events, happened{d.records(p.moment(r), body), body})
		}
		if rapid.IntRange(0, 3).Draw(r, "push") > 0 {
			p.push(d)
		}
	}
}

func (p *play) push(d *device) {
	for _, receipt := range d.push() {
		p.count(string(receipt.Settlement), true)
		i := slices.IndexFunc(p.events, func(e happened) bool { return e.id == receipt.Event })
		p.count(string(p.events[i].body.Type()), receipt.Settlement == kiosk.SettledAccepted)
	}
}

func (p *play) count(what string, done bool) {
	if done {
		p.done[what]++
	}
}

func (p *play) imports(r *rapid.T) {
	point := rapid.SampledFrom(p.points).Draw(r, "point")
	o := order(rapid.SampledFrom(p.orders[point]).Draw(r, "order"))
	o.Status = rapid.SampledFrom([]kiosk.Status{kiosk.StatusArrived, kiosk.StatusArrived, kiosk.StatusShipped}).Draw(r, "status")
	o.Consignment = rapid.SampledFrom([]string{"C1", "C2", ""}).Draw(r, "consignment")
	o.Lines[0].Quantity = rapid.IntRange(2, 3).Draw(r, "quantity")
	o.Due = kiosk.Fen(rapid.IntRange(0, 1).Draw(r, "due to pay") * 2000)
	o.CollectBy = noon.AddDate(0, 0, rapid.IntRange(-2, 2).Draw(r, "due"))
	if rapid.Bool().Draw(r, "expected") {
		o.ExpectedAt = noon.AddDate(0, 0, rapid.IntRange(-9, 1).Draw(r, "days"))
	}
	_, err := p.hq.Import(ctx(), point, entries(o))
	p.must(err)
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
		p := &play{world: newWorld(t), points: []kiosk.PointID{"P1", "P2"}, hidden: map[*device]kiosk.Batch{}, at: map[*device]kiosk.PointID{}, orders: map[kiosk.PointID][]kiosk.OrderID{}, done: done}
		p.tally.page = rapid.IntRange(1, 3).Draw(r, "page")
		if rapid.Bool().Draw(r, "counted from the beginning") {
			p.rebuild()
		}
		for _, point := range p.points {
			p.addPoint(point, kiosk.Policy{CommissionRate: 777})
			for range 2 {
				d := p.enrol(point)
				p.devices, p.at[d] = append(p.devices, d), point
			}
			for i := range 3 {
				p.orders[point] = append(p.orders[point], kiosk.OrderID(fmt.Sprintf("%s-%d", point, i)))
				p.importOrders(point, order(p.orders[point][i]))
			}
		}
		for range rapid.IntRange(10, 60).Draw(r, "steps") {
			p.step(r)
		}
		for _, d := range p.devices {
			p.push(d)
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
	for _, want := range []string{
		"accepted", "conflict", "late-revoked", "unknown", "rejected", "decided", "shown", "withdrawn", "order-held", "hold-rejected", "redeemed",
		"redemption-undone", "payment-collected", "after-sale-registered", "missing-reported", "rated", "goods-received", "sent-back", "day-closed",
		"reminder-asked", "invoice-requested",
	} {
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
