package hq_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/sync/hq/hqtest"
)

// player is a terminal under leases: its set, its journal and its clocks, with the
// rules of package kiosk and the real HQ.
type player struct {
	*device
	set     *model
	until   time.Time // the term of the last watermark that it took
	state   map[kiosk.OrderID]kiosk.OrderState
	granted map[kiosk.OrderID]kiosk.Grant
	seq     uint64
	unsent  [][]byte

	boot    kiosk.BootID
	booted  time.Time // true time
	rate    float64   // of its boot clock
	wall    time.Duration
	hqKnown bool
	hqBoot  time.Time // HQ's clock at its boot, as it was measured
	asked   time.Duration
}

func (p *player) mono() time.Duration {
	return time.Duration(float64(p.clock.now().Sub(p.booted)) * p.rate)
}

func (p *player) moment() kiosk.Moment {
	m := kiosk.Moment{Mono: p.mono(), Boot: p.boot, Clock: kiosk.ClockUnchecked}
	m.Wall = p.booted.Add(p.wall + m.Mono)
	if p.hqKnown {
		m.HQ = kiosk.HQClock{Known: true, Offset: p.hqBoot.Add(m.Mono).Sub(m.Wall), Age: m.Mono - p.asked}
	}
	return m
}

func (p *player) measure(off time.Duration) {
	p.hqKnown, p.asked = true, p.mono()
	p.hqBoot = p.clock.now().Add(off - p.asked)
}

// record appends to the journal, durably; what HQ has not got waits.
func (p *player) record(body kiosk.Body) {
	id, raw := p.event(body)
	p.seq++
	e := kiosk.Event{Terminal: p.id, Seq: p.seq, ID: id, At: p.moment(), Body: body}
	p.state[body.Subject()] = p.state[body.Subject()].Apply(e)
	p.unsent = append(p.unsent, raw)
}

func (p *player) push() {
	if len(p.unsent) == 0 {
		return
	}
	if _, refusal := p.device.push(p.batch(p.unsent...)); refusal != nil {
		p.t.Fatal(refusal)
	}
	p.unsent = nil
}

// fetch takes the changed orders and, unless the stream is cut, the watermark.
func (p *player) fetch(cut bool) {
	if err := p.pull(p.set); err != nil {
		p.t.Fatal(err)
	}
	if cut {
		return
	}
	p.until = p.set.mark.LeaseUntil
	for _, l := range p.set.mark.Release {
		o := p.set.orders[l.Order]
		body, err := kiosk.DecideRelease(o, p.state[l.Order].Merge(o), p.context(), l)
		if err == nil && body != nil {
			p.record(body)
		}
	}
}

func (p *player) context() kiosk.Context {
	policy := kiosk.DefaultPolicy()
	policy.Leases, policy.MaxCacheAge = kiosk.LeaseRefuse, 10_000*time.Hour
	at := p.moment()
	return kiosk.Context{
		Point: kiosk.Point{ID: p.point, Policy: policy}, Terminal: p.id, At: at,
		Cache: kiosk.Cache{AsOf: at.Wall, Complete: true, LeaseUntil: p.until},
	}
}

// scan reports whether the goods went out.
func (p *player) scan(id kiosk.OrderID) bool {
	o, ok := p.set.orders[id]
	if !ok {
		return false
	}
	c := p.context()
	if g, ok := p.granted[id]; ok && g.Counts(o, c.At) {
		o, c.Granted = g.Order, true
	}
	out, body := kiosk.DecideScan(o, p.state[id].Merge(o), c)
	if out.Verdict != kiosk.Accepted {
		return false
	}
	p.record(body)
	return true
}

// However the network, the clocks and the machines behave, no two terminals hand
// the same order out by themselves while leases are on refuse.
func TestLeasesNeverLetTwoHandOut(t *testing.T) {
	server, clock := start(t)
	rounds, handed, moved := 0, 0, 0
	rapid.Check(t, func(r *rapid.T) {
		rounds++
		h, m := playLeases(t, r, server, clock, kiosk.PointID(fmt.Sprintf("Q%d", rounds)))
		handed, moved = handed+h, moved+m
	})
	t.Logf("%d handovers, %d of them not by the first home, in %d rounds", handed, moved, rounds)
	if handed == 0 || moved == 0 {
		t.Error("the play proves nothing")
	}
}

func playLeases(t *testing.T, r *rapid.T, server *hqtest.Server, clock *clock, point kiosk.PointID) (handed, moved int) {
	const term = time.Hour
	server.AddPoint(point, kiosk.Policy{Leases: kiosk.LeaseRefuse, LeaseTerm: term})
	players := make([]*player, 3)
	for i := range players {
		players[i] = &player{
			device: enrol(t, server, clock, point), set: newModel(), state: map[kiosk.OrderID]kiosk.OrderState{},
			boot: kiosk.BootID{byte(i + 1)}, booted: clock.now().Add(-time.Hour),
			rate: 1 + rapid.Float64Range(-199e-6, 199e-6).Draw(r, "rate"),
			wall: time.Duration(rapid.Int64Range(-100, 100).Draw(r, "wall")) * time.Minute,
		}
	}
	ids := []kiosk.OrderID{"1", "2"}
	first := map[kiosk.OrderID]kiosk.TerminalID{}
	for i, id := range ids {
		ids[i] = kiosk.OrderID(point) + "-" + id
		server.Import(point, hqtest.Entry(ids[i]))
		first[ids[i]] = homeOf(t, server, ids[i]).Home
	}
	for _, p := range players[:rapid.IntRange(2, 3).Draw(r, "begin in time")] {
		p.measure(0)
		p.fetch(false)
	}
	by := map[kiosk.OrderID]kiosk.TerminalID{}
	var story []string
	for range rapid.IntRange(3, 25).Draw(r, "steps") {
		p := players[rapid.IntRange(0, 2).Draw(r, "who")]
		id := rapid.SampledFrom(ids).Draw(r, "order")
		what := rapid.SampledFrom([]string{"scan", "scan", "ask and scan", "all online", "all online", "fetch", "cut", "push", "measure", "wait", "wait", "wait long", "restart", "boot"}).Draw(r, "what")
		switch what {
		case "wait": // about the end of a term, most of all
			clock.advance(time.Duration(rapid.Int64Range(0, 90).Draw(r, "seconds")) * time.Second)
		case "wait long":
			clock.advance(term/2 + time.Duration(rapid.Int64Range(0, int64(term/time.Second)).Draw(r, "seconds"))*time.Second)
		case "measure":
			p.measure(time.Duration(rapid.Int64Range(-10, 10).Draw(r, "off")) * time.Second)
		case "fetch", "cut":
			p.fetch(what == "cut")
		case "push":
			p.push()
		case "restart":
			p.granted = nil
		case "boot":
			p.granted, p.hqKnown, p.booted = nil, false, clock.now()
			p.boot[15]++
		case "ask and scan", "all online":
			if what == "all online" { // the order's home hears of it, and gives it back if it can
				p.ask(0, id)
				for _, other := range players {
					other.fetch(false)
					other.push()
				}
			}
			at := p.moment()
			o := p.ask(0, id)
			p.granted = map[kiosk.OrderID]kiosk.Grant{id: {Order: o, Asked: at}}
		}
		story = append(story, fmt.Sprintf("%v %s %s %s", clock.now().Format(time.TimeOnly), p.id, what, id))
		if what != "scan" && what != "ask and scan" && what != "all online" || !p.scan(id) {
			continue
		}
		handed++
		if first[id] != p.id {
			moved++
		}
		if other, twice := by[id]; twice {
			r.Fatalf("%s was handed out by %s and by %s:\n%s", id, other, p.id, strings.Join(story, "\n"))
		}
		by[id] = p.id
	}
	return handed, moved
}
