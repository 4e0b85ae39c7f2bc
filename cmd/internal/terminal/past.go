package terminal

import (
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
)

// How many events are looked at for one that vouches for a time: the second
// number where none of the first does. A thousand take a few milliseconds.
const (
	lookBack    = 256
	lookBackFar = 16_384
)

// past is what is known of time from before a clock started.
type past struct {
	last kiosk.Moment // the latest; zero: none
	// floor is the latest time that is known to have passed, as of a moment;
	// zero: none is known.
	floor time.Time
	at    kiosk.Moment
	// base is when the boot of last was, by the wall clock as it was last
	// believed or its last change recorded, at a time of the boot clock. Without
	// it many restarts could each hide a step that is too small to be a jump.
	base   time.Time
	baseAt time.Duration
}

// follow takes the next event. What its moment vouches for raises the floor;
// only HQ's word can lower it. A moment that vouches for nothing raises it by the
// time that the boot clock counted.
func (p *past) follow(e kiosk.Event) {
	m := e.At
	if _, changed := e.Body.(kiosk.ClockChanged); changed || m.Boot != p.last.Boot || p.base.IsZero() {
		p.base, p.baseAt = m.Wall.Add(-m.Mono), m.Mono
	}
	p.last = m
	if t, vouched := m.Time(); vouched {
		if m.Clock == kiosk.ClockSynced || m.Clock == kiosk.ClockSuspect || t.After(p.floor) {
			p.floor, p.at = t, m
		}
		return
	}
	p.carry(m)
}

// ran is how far the boot clock went from the floor's moment to another.
func (p *past) ran(m kiosk.Moment) (time.Duration, bool) {
	if p.floor.IsZero() || m.Boot.IsZero() || m.Boot != p.at.Boot {
		return 0, false
	}
	return m.Mono - p.at.Mono, true
}

// carry brings the floor to a moment.
func (p *past) carry(m kiosk.Moment) {
	if ran, known := p.ran(m); known {
		p.floor = p.floor.Add(ran)
	}
	p.at = m // by then it had passed
}

// join takes along what the clock file remembers and when HQ last confirmed the
// orders. Of two last moments that of the boot that runs now counts, and the
// later of two of them; else the journal's, for it is the truth.
func (p *past) join(file past, orders time.Time, now kiosk.Moment) {
	ours, its := p.last.Boot == now.Boot, file.last.Boot == now.Boot
	if its && (!ours || file.baseAt >= p.baseAt) {
		p.base, p.baseAt = file.base, file.baseAt
	}
	if its && (!ours || file.last.Mono > p.last.Mono) || p.last == (kiosk.Moment{}) {
		p.last = file.last
	}
	p.carry(now)
	file.carry(now)
	for _, floor := range []time.Time{file.floor, orders} {
		if floor.After(p.floor) {
			p.floor = floor
		}
	}
}

// storePast reads the past from a store's last events and its order set.
func storePast(store *boltstore.Store) (past, error) {
	var p past
	for _, most := range []uint64{lookBack, lookBackFar} {
		p = past{}
		err := store.Recent(most, func(e kiosk.Event) error {
			p.follow(e)
			return nil
		})
		if err != nil || !p.floor.IsZero() {
			return p, err
		}
	}
	return p, nil
}

// ordersTime is when HQ last confirmed the orders; zero: never, or there is no HQ.
func ordersTime(c kiosk.Cache) time.Time {
	if c.Local {
		return time.Time{}
	}
	return c.AsOf
}
