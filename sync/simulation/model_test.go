package simulation

import (
	"maps"
	"time"

	"github.com/anishathalye/porcupine"

	"hexiao/kiosk"
)

// units is the sequential model of one order at HQ: what was handed over, and what
// HQ says of the order. It knows nothing of the product's rules but what they
// promise: that a line counts as many units as were handed over, but never more
// than were ordered; that a handover is accepted when there is room for it, or when
// it truly was earlier than one that has to make room; and that it is a conflict
// only where the handovers together are too many.
type units struct {
	status  kiosk.Status
	ordered map[kiosk.LineID]int
	handed  map[kiosk.EventID]handed
	undone  map[kiosk.EventID]bool
	exists  bool
}

type handed struct {
	kiosk.Redeemed
	truth time.Time
	late  bool // HQ had cancelled the order: it does not count
}

func model() porcupine.Model {
	return porcupine.Model{
		Init:  func() any { return units{} },
		Step:  func(state, in, out any) (bool, any) { return state.(units).step(in, out) },
		Equal: func(a, b any) bool { return a.(units).same(b.(units)) },
	}
}

func (u units) same(v units) bool {
	return u.exists == v.exists && u.status == v.status && maps.Equal(u.ordered, v.ordered) && maps.Equal(u.undone, v.undone) &&
		maps.EqualFunc(u.handed, v.handed, func(a, b handed) bool { return a.late == b.late })
}

// step says whether the answer is possible in this state, and what comes after.
func (u units) step(in, out any) (bool, units) {
	switch in := in.(type) {
	case takenIn:
		u = units{exists: true, status: kiosk.StatusArrived, ordered: map[kiosk.LineID]int{}, handed: map[kiosk.EventID]handed{}}
		for _, l := range in.lines {
			u.ordered[l.ID] = l.Quantity
		}
		return true, u
	case statusSet:
		u.status = in.status
		return u.exists, u
	case looked:
		return u.exists && u.shows(out.(sight)), u
	case settling:
		switch b := in.body.(type) {
		case kiosk.Redeemed:
			return u.redeem(in.id, b, in.truth, out.(kiosk.Settlement))
		case kiosk.RedemptionUndone:
			want, after := u.undo(b)
			return want == out.(kiosk.Settlement), after
		}
	}
	return false, u
}

// shows reports whether this is what a look at the order may show.
func (u units) shows(s sight) bool {
	counted := map[kiosk.LineID]int{}
	proxies := map[kiosk.ProxyID]bool{}
	undone := 0
	for _, r := range s.settled {
		was, known := u.handed[r.Event]
		switch {
		case !known, (r.Undone != nil) != u.undone[r.Event]:
			return false
		case r.Undone != nil:
			undone++
			continue
		case was.late, !was.Proxy.IsZero() && proxies[was.Proxy]:
			return false
		}
		proxies[was.Proxy] = true
		for id, n := range sums(r.Lines) {
			counted[id] += n
			if n > sums(was.Lines)[id] {
				return false
			}
		}
	}
	if s.status != u.status || undone != len(u.undone) {
		return false
	}
	all, twice := u.all()
	for id, n := range u.ordered {
		if counted[id] > n || !twice && counted[id] != min(n, all[id]) {
			return false
		}
	}
	return true
}

// all is what of each line was handed over and may count; twice: a proxy code was
// used twice, so that not all of it does.
func (u units) all() (all map[kiosk.LineID]int, twice bool) {
	all = map[kiosk.LineID]int{}
	proxies := map[kiosk.ProxyID]bool{}
	for id, h := range u.handed {
		if h.late || u.undone[id] {
			continue
		}
		twice = twice || proxies[h.Proxy]
		proxies[h.Proxy] = !h.Proxy.IsZero()
		for line, n := range sums(h.Lines) {
			all[line] += n
		}
	}
	return all, twice
}

func sums(lines []kiosk.Handed) map[kiosk.LineID]int {
	sum := map[kiosk.LineID]int{}
	for _, h := range lines {
		sum[h.Line] += h.Total()
	}
	return sum
}

// redeem adds a handover.
func (u units) redeem(id kiosk.EventID, b kiosk.Redeemed, truth time.Time, got kiosk.Settlement) (bool, units) {
	one := handed{Redeemed: b, truth: truth}
	switch u.status {
	case kiosk.StatusCancelled, kiosk.StatusRefunding, kiosk.StatusRefunded:
		one.late = true
	}
	before := u.handed
	u.handed = maps.Clone(u.handed)
	u.handed[id] = one
	if one.late {
		return got == kiosk.SettledLateRevoked, u
	}
	all, tooMany := u.all()
	for line, n := range u.ordered {
		tooMany = tooMany || all[line] > n && sums(b.Lines)[line] > 0
	}
	if !tooMany {
		return got == kiosk.SettledAccepted, u
	}
	makesRoom := false // another one must, if this one is accepted
	for other, h := range before {
		makesRoom = makesRoom || !h.late && !u.undone[other] && h.truth.After(truth)
	}
	return got == kiosk.SettledConflict || got == kiosk.SettledAccepted && makesRoom, u
}

// undo puts the units of a handover back.
func (u units) undo(b kiosk.RedemptionUndone) (kiosk.Settlement, units) {
	_, known := u.handed[b.Redemption]
	switch {
	case !known:
		return kiosk.SettledUnknown, u
	case u.undone[b.Redemption]:
		return kiosk.SettledRejected, u
	}
	undone := map[kiosk.EventID]bool{b.Redemption: true}
	maps.Copy(undone, u.undone)
	u.undone = undone
	return kiosk.SettledAccepted, u
}
