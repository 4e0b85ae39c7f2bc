package simulation

import (
	"maps"
	"time"

	"github.com/anishathalye/porcupine"

	"hexiao/kiosk"
)

// units is the sequential model of one order at HQ: which units went out by which
// handovers, and what HQ says of the order. It knows nothing of the product's
// rules but what they promise.
type units struct {
	exists   bool
	status   kiosk.Status
	quantity map[kiosk.LineID]int
	heard    map[kiosk.EventID]handover
	ruled    bool // a person decided something
}

// handover is one that HQ has heard of.
type handover struct {
	body   kiosk.Redeemed
	at     time.Time // true time
	late   bool      // HQ had cancelled the order before it heard
	undone bool
}

func model() porcupine.Model {
	return porcupine.Model{
		Init:  func() any { return units{} },
		Step:  func(state, in, out any) (bool, any) { return state.(units).step(in, out) },
		Equal: func(a, b any) bool { return a.(units).same(b.(units)) },
	}
}

func (u units) same(v units) bool {
	return u.exists == v.exists && u.status == v.status && u.ruled == v.ruled &&
		maps.EqualFunc(u.heard, v.heard, func(a, b handover) bool { return a.late == b.late && a.undone == b.undone })
}

// step says whether the answer is possible in this state, and what comes after.
func (u units) step(in, out any) (bool, units) {
	switch in := in.(type) {
	case takenIn:
		u = units{exists: true, status: kiosk.StatusArrived, quantity: map[kiosk.LineID]int{}}
		for _, l := range in.lines {
			u.quantity[l.ID] = l.Quantity
		}
		return true, u
	case statusSet:
		u.status = in.status
		return u.exists, u
	case decided:
		u.ruled = true
		return u.exists, u
	case looked:
		undone := map[kiosk.EventID]bool{}
		for id, h := range u.heard {
			undone[id] = h.undone
		}
		return u.exists && seen(u.status, undone) == out.(string), u
	case settling:
		switch b := in.body.(type) {
		case kiosk.Redeemed:
			return u.redeem(in.id, handover{body: b, at: in.at}, out.(kiosk.Settlement))
		case kiosk.RedemptionUndone:
			return u.undo(b, out.(kiosk.Settlement))
		}
	}
	return false, u
}

// with gives the state with one handover more, or changed.
func (u units) with(id kiosk.EventID, h handover) units {
	heard := map[kiosk.EventID]handover{id: h}
	for other, was := range u.heard {
		if other != id {
			heard[other] = was
		}
	}
	u.heard = heard
	return u
}

// redeem says whether a handover may be settled so. What finds its units beside
// all that HQ has heard of must count. What does not is a conflict, or counts in
// the place of others: of one that was later, by true time, or where several
// contend, or where a person has decided.
func (u units) redeem(id kiosk.EventID, h handover, as kiosk.Settlement) (bool, units) {
	switch u.status {
	case kiosk.StatusCancelled, kiosk.StatusRefunding, kiosk.StatusRefunded:
		h.late = true
		return as == kiosk.SettledLateRevoked, u.with(id, h)
	}
	contend, later := 0, false
	taken := map[kiosk.LineID]int{}
	for _, other := range u.heard {
		if other.undone || other.late {
			continue
		}
		shares := !h.body.Proxy.IsZero() && other.body.Proxy == h.body.Proxy
		for _, l := range other.body.Lines {
			taken[l.Line] += l.Total()
			for _, m := range h.body.Lines {
				shares = shares || l.Line == m.Line
			}
		}
		if shares {
			contend++
			later = later || other.at.After(h.at)
		}
	}
	fits := true
	for _, l := range h.body.Lines {
		taken[l.Line] += l.Total()
		fits = fits && taken[l.Line] <= u.quantity[l.Line]
	}
	for _, other := range u.heard {
		fits = fits && (other.undone || other.late || h.body.Proxy.IsZero() || other.body.Proxy != h.body.Proxy)
	}
	switch as {
	case kiosk.SettledAccepted:
		return fits || later || contend > 1 || u.ruled, u.with(id, h)
	case kiosk.SettledConflict:
		return !fits || u.ruled, u.with(id, h)
	}
	return false, u
}

// undo puts the units of a handover back.
func (u units) undo(b kiosk.RedemptionUndone, as kiosk.Settlement) (bool, units) {
	h, known := u.heard[b.Redemption]
	switch {
	case !known:
		return as == kiosk.SettledUnknown, u
	case h.undone:
		return as == kiosk.SettledRejected, u
	}
	h.undone = true
	return as == kiosk.SettledAccepted, u.with(b.Redemption, h)
}
