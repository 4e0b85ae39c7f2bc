package books

import (
	"errors"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// past is what is kept of the journal.
type past struct {
	read     bool   // up to head
	head     uint64 // the last event that was taken
	days     map[kiosk.Day]span
	received map[string]*signatures
	notes    map[kiosk.EventID][]desk.Happening // kiosk.ConflictNoted, by the event that they tell of
	closed   map[kiosk.Day]desk.Happening       // the last kiosk.DayClosed of a day
	rejected map[kiosk.EventID]uint64           // sequences of rejections, which an order's state does not have
	undone   map[kiosk.EventID]bool             // redemptions that were undone here
	times    map[kiosk.EventID]time.Time        // by HQ's clock, of redemptions by a doubtful one
}

// span is the events among which a day's are.
type span struct{ first, last uint64 }

// signatures are what was signed for of a consignment.
type signatures struct {
	at   time.Time // the latest
	by   string
	good map[goodsKey]units
}

type units struct{ good, damaged int }

func newPast() past {
	return past{
		days: map[kiosk.Day]span{}, received: map[string]*signatures{}, notes: map[kiosk.EventID][]desk.Happening{},
		closed: map[kiosk.Day]desk.Happening{}, rejected: map[kiosk.EventID]uint64{}, undone: map[kiosk.EventID]bool{},
		times: map[kiosk.EventID]time.Time{},
	}
}

// told is the time of a redemption by HQ's clock.
func (p *past) told(id kiosk.EventID) (time.Time, bool) {
	at, ok := p.times[id]
	return at, ok
}

// take keeps what will be asked of an event; the caller holds the lock. Events
// come in their order.
func (x *Index) take(e kiosk.Event) {
	p := &x.past
	p.head = e.Seq
	x.revision++
	if day, ok := kiosk.DayOf(e.At, x.zone); ok {
		s, known := p.days[day]
		if !known {
			s.first = e.Seq
		}
		s.last = e.Seq
		p.days[day] = s
	}
	switch b := e.Body.(type) {
	case kiosk.GoodsReceived:
		s := p.received[b.Consignment]
		if s == nil {
			s = &signatures{good: map[goodsKey]units{}}
			p.received[b.Consignment] = s
		}
		s.at, s.by = e.At.Wall, b.By
		for _, l := range b.Lines {
			key := goodsKey{l.Product, l.Spec, l.Supplier}
			u := s.good[key]
			s.good[key] = units{u.good + l.Good, u.damaged + l.Damaged}
		}
	case kiosk.ConflictNoted:
		p.notes[b.Event] = append(p.notes[b.Event], happened(e))
	case kiosk.DayClosed:
		p.closed[b.Day] = happened(e)
	case kiosk.HoldRejected:
		p.rejected[e.ID] = e.Seq
	case kiosk.RedemptionUndone:
		p.undone[b.Redemption] = true
	case kiosk.Redeemed:
		if at, ok := e.At.Time(); ok && e.At.Clock == kiosk.ClockSuspect {
			p.times[e.ID] = at
		}
	}
}

// happened is an event of this terminal.
func happened(e kiosk.Event) desk.Happening {
	return desk.Happening{At: e.At.Wall, Terminal: e.Terminal, Event: e.ID, Seq: e.Seq, Body: e.Body}
}

// verdicts is what HQ said of the events.
type verdicts struct {
	acked uint64
	list  []verdict // those that are not simply accepted, by sequence
	by    map[uint64]int
}

type verdict struct {
	kiosk.Receipt
	event kiosk.Event // zero: it could not be read
}

// settled is HQ's word on an event of this terminal; empty: it has not said.
func (v *verdicts) settled(seq uint64) kiosk.Settlement {
	switch i, ok := v.by[seq]; {
	case seq == 0 || seq > v.acked:
		return ""
	case ok:
		return v.list[i].Settlement
	}
	return kiosk.SettledAccepted
}

// takeVerdicts reads HQ's verdicts again, if there are new ones; the caller holds
// the lock.
func (x *Index) takeVerdicts() error {
	x.noting.Lock()
	due := x.news.settled
	x.news.settled = false
	x.noting.Unlock()
	if !due {
		return nil
	}
	v, err := x.readVerdicts()
	if err != nil {
		x.noting.Lock()
		x.news.settled = true
		x.noting.Unlock()
		return err
	}
	x.verdicts = v
	x.revision++
	return nil
}

func (x *Index) readVerdicts() (verdicts, error) {
	v := verdicts{by: map[uint64]int{}, acked: x.source.AckedHead().Seq}
	was := x.verdicts
	err := x.source.Receipts(func(r kiosk.Receipt) error {
		d := verdict{Receipt: r}
		if i, ok := was.by[r.Seq]; ok && was.list[i].event.ID == r.Event {
			d.event = was.list[i].event
		} else if e, ok, err := x.event(r.Seq); err != nil {
			return err
		} else if ok && (e.ID == r.Event || r.Event.IsZero()) { // HQ could not read it, or has not seen it
			d.event = e
		}
		v.by[r.Seq] = len(v.list)
		v.list = append(v.list, d)
		return nil
	})
	return v, err
}

// event reads an event of this terminal; false: the journal does not have it.
func (x *Index) event(seq uint64) (e kiosk.Event, ok bool, err error) {
	err = x.source.Events(seq, func(found kiosk.Event) error {
		e, ok = found, found.Seq == seq
		return errEnough
	})
	if err != nil && !errors.Is(err, errEnough) {
		return kiosk.Event{}, false, err
	}
	return e, ok, nil
}
