package simulation

import (
	"maps"

	"github.com/anishathalye/porcupine"

	"hexiao/kiosk"
)

// units is the sequential model of one order at HQ: how many units of each line
// went out by which handovers, and what HQ says of the order. It knows nothing of
// the product's rules but what they promise.
type units struct {
	status  kiosk.Status
	left    map[kiosk.LineID]int // to be handed over
	handed  map[kiosk.EventID]kiosk.Redeemed
	undone  map[kiosk.EventID]bool
	exists  bool
	proxies map[kiosk.ProxyID]kiosk.EventID // used up by a handover that stands
}

func model() porcupine.Model {
	return porcupine.Model{
		Init:  func() any { return units{} },
		Step:  func(state, in, out any) (bool, any) { return state.(units).step(in, out) },
		Equal: func(a, b any) bool { return a.(units).same(b.(units)) },
	}
}

func (u units) same(v units) bool {
	return u.exists == v.exists && u.status == v.status && maps.Equal(u.left, v.left) && maps.Equal(u.undone, v.undone) &&
		maps.EqualFunc(u.handed, v.handed, func(kiosk.Redeemed, kiosk.Redeemed) bool { return true })
}

// step says whether the answer is possible in this state, and what comes after.
func (u units) step(in, out any) (bool, units) {
	switch in := in.(type) {
	case takenIn:
		u = units{exists: true, status: kiosk.StatusArrived, left: map[kiosk.LineID]int{}, handed: map[kiosk.EventID]kiosk.Redeemed{}}
		for _, l := range in.lines {
			u.left[l.ID] = l.Quantity
		}
		return true, u
	case statusSet:
		u.status = in.status
		return u.exists, u
	case looked:
		return u.exists && u.seen() == out.(string), u
	case settling:
		switch b := in.body.(type) {
		case kiosk.Redeemed:
			want, after := u.redeem(in.id, b)
			return want == out.(kiosk.Settlement), after
		case kiosk.RedemptionUndone:
			want, after := u.undo(b)
			return want == out.(kiosk.Settlement), after
		}
	}
	return false, u
}

func (u units) seen() string {
	var list []kiosk.Redemption
	for id := range u.handed {
		r := kiosk.Redemption{Source: kiosk.Source{Event: id}}
		if u.undone[id] {
			r.Undone = &kiosk.Undo{}
		}
		list = append(list, r)
	}
	return seen(u.status, list)
}

// redeem takes units out if they are there.
func (u units) redeem(id kiosk.EventID, b kiosk.Redeemed) (kiosk.Settlement, units) {
	switch u.status {
	case kiosk.StatusCancelled, kiosk.StatusRefunding, kiosk.StatusRefunded:
		return kiosk.SettledLateRevoked, u
	}
	left := maps.Clone(u.left)
	fits := true
	for _, h := range b.Lines {
		left[h.Line] -= h.Total()
		fits = fits && left[h.Line] >= 0
	}
	if b.Proxy != (kiosk.ProxyID{}) {
		_, used := u.proxies[b.Proxy]
		fits = fits && !used
	}
	if !fits {
		return kiosk.SettledConflict, u
	}
	u.left, u.handed = left, maps.Clone(u.handed)
	u.handed[id] = b
	if b.Proxy != (kiosk.ProxyID{}) {
		used := map[kiosk.ProxyID]kiosk.EventID{b.Proxy: id}
		maps.Copy(used, u.proxies)
		u.proxies = used
	}
	return kiosk.SettledAccepted, u
}

// undo puts the units of a handover back.
func (u units) undo(b kiosk.RedemptionUndone) (kiosk.Settlement, units) {
	was, known := u.handed[b.Redemption]
	switch {
	case !known:
		return kiosk.SettledUnknown, u
	case u.undone[b.Redemption]:
		return kiosk.SettledRejected, u
	}
	undone := map[kiosk.EventID]bool{b.Redemption: true}
	maps.Copy(undone, u.undone)
	u.undone, u.left = undone, maps.Clone(u.left)
	for _, h := range was.Lines {
		u.left[h.Line] += h.Total()
	}
	if u.proxies[was.Proxy] == b.Redemption {
		u.proxies = maps.Clone(u.proxies)
		delete(u.proxies, was.Proxy)
	}
	return kiosk.SettledAccepted, u
}
