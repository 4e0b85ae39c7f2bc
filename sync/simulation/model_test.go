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
	lines    []kiosk.LineID // in the order's own order
	quantity map[kiosk.LineID]int
	heard    map[kiosk.EventID]handover
	early    map[kiosk.EventID]bool // undone before HQ had heard of them
	ruled    bool                   // a person decided something
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
		maps.Equal(u.early, v.early) && maps.EqualFunc(u.heard, v.heard, func(a, b handover) bool { return a.late == b.late && a.undone == b.undone })
}

// step says whether the answer is possible in this state, and what comes after.
func (u units) step(in, out any) (bool, units) {
	switch in := in.(type) {
	case takenIn:
		u = units{exists: true, status: in.order.Status, quantity: map[kiosk.LineID]int{}}
		for _, l := range in.order.Lines {
			u.quantity[l.ID], u.lines = l.Quantity, append(u.lines, l.ID)
		}
		return true, u
	case arrives:
		if u.status == kiosk.StatusShipped {
			u.status = kiosk.StatusArrived
		}
		return true, u // or it was not there yet
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
			b.Lines = u.named(b)
			if u.early[in.id] { // it counts for nothing
				return out.(kiosk.Settlement) == kiosk.SettledAccepted || u.over(), u.with(in.id, handover{body: b, at: in.at, undone: true, late: u.over()})
			}
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

// over reports whether HQ has the order as one that nobody may collect.
func (u units) over() bool {
	return u.status == kiosk.StatusCancelled || u.status == kiosk.StatusRefunding || u.status == kiosk.StatusRefunded
}

// redeem says whether a handover may be settled so. What finds its units beside
// all that HQ has heard of must count. What does not is a conflict, or counts in
// the place of others: of one that was later, by true time, or where several
// contend, or where a person has decided.
func (u units) redeem(id kiosk.EventID, h handover, as kiosk.Settlement) (bool, units) {
	if u.over() {
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

// named gives the lines of a handover on HQ's word, which names none: all that is
// left, and, where that is less than HQ had said, units that others have had too.
func (u units) named(b kiosk.Redeemed) []kiosk.Handed {
	if b.Voucher == nil || len(b.Lines) > 0 {
		return b.Lines
	}
	left, missing := map[kiosk.LineID]int{}, b.Voucher.Units
	for _, id := range u.lines {
		left[id] = u.quantity[id]
		for _, h := range u.heard {
			for _, l := range h.body.Lines {
				if l.Line == id && !h.undone && !h.late {
					left[id] = max(0, left[id]-l.Total())
				}
			}
		}
		missing -= left[id]
	}
	var lines []kiosk.Handed
	for _, id := range u.lines {
		more := min(max(0, missing), u.quantity[id]-left[id])
		missing -= more
		if n := left[id] + more; n > 0 {
			lines = append(lines, kiosk.Handed{Line: id, Handed: n})
		}
	}
	return lines
}

// undo puts the units of a handover back.
func (u units) undo(b kiosk.RedemptionUndone, as kiosk.Settlement) (bool, units) {
	h, known := u.heard[b.Redemption]
	switch {
	case !known:
		early := maps.Clone(u.early)
		if early == nil {
			early = map[kiosk.EventID]bool{}
		}
		early[b.Redemption] = true
		u.early = early
		return as == kiosk.SettledUnknown, u
	case h.undone:
		return as == kiosk.SettledRejected, u
	}
	h.undone = true
	return as == kiosk.SettledAccepted, u.with(b.Redemption, h)
}
