package simulation

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
)

// leasing is the store as the engine sees it: it gives back what HQ asks for.
type leasing struct {
	*boltstore.Store
	t *terminal
}

// ConfirmSet implements engine.OrderSet.
func (l leasing) ConfirmSet(m kiosk.Watermark) error { return l.after(m, l.Store.ConfirmSet(m)) }

// Switch implements engine.OrderSet.
func (l leasing) Switch(m kiosk.Watermark) error { return l.after(m, l.Store.Switch(m)) }

// SetPoint implements engine.OrderSet.
func (l leasing) SetPoint(p kiosk.Point) error {
	err := l.Store.SetPoint(p)
	if err == nil {
		l.t.heard()
	}
	return err
}

func (l leasing) after(m kiosk.Watermark, err error) error {
	if err != nil || len(m.Release) == 0 {
		return err
	}
	n, failed := l.Release(l.t.moment(), m.Release) // HQ asks again for what is not given back
	if failed == nil && n > 0 {
		l.t.w.count("leases given back")
		l.t.w.say("%s gives back %d leases", l.t.name(), n)
	}
	return nil
}

// askLeases asks HQ, as a terminal does before it answers, who may hand out the
// orders of a code whose home is not here for sure. The customer waits for two
// seconds at most.
func (t *terminal) askLeases(text string) {
	at := t.moment()
	a, err := t.store.Peek(desk.Scan{Text: text, Source: "camera", At: at})
	if err != nil {
		return
	}
	var ids []kiosk.OrderID
	for _, out := range a.Outcomes {
		if out.AsksLease() {
			ids = append(ids, out.Order.ID)
		}
	}
	if len(ids) == 0 {
		return
	}
	w, asked := t.w, t.w.at()
	w.count("leases asked for")
	dice := rand.New(rand.NewPCG(w.doing.dice, 2))
	t.askWay.quality, t.askWay.dice, t.askWay.to = t.way.quality, dice, dice.IntN(2)
	if dice.IntN(3) == 0 { // the others happen to look what is new
		pass(time.Millisecond)
		for _, other := range w.terms {
			if other != t {
				other.contact(rand.New(rand.NewPCG(dice.Uint64(), 2)))
			}
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	orders, err := t.asking.Leases(ctx, ids, 1500*time.Millisecond)
	if err != nil {
		w.say("%s asks HQ for the lease of %v, in vain", t.name(), ids)
		return
	}
	for _, o := range orders {
		w.told.read(o, asked, w.at())
		w.say("%s asks HQ for the lease of %s; its home is %s", t.name(), o.ID, w.nameOf(o.Home))
	}
	t.store.Granted(at, orders)
}

// nameOf is a terminal's name in stories.
func (w *world) nameOf(id kiosk.TerminalID) string {
	for _, t := range w.terms {
		if t.id() == id {
			return t.name()
		}
	}
	return string(id)
}

// holds reports whether the terminal has the lease of an order for sure.
func (t *terminal) holds(id kiosk.OrderID) bool {
	o, state, ok := t.store.Order(id)
	back := slices.ContainsFunc(state.Released, func(r kiosk.Released) bool { return r.Terminal == t.id() && r.Version >= o.HomeVersion })
	return ok && o.Home == t.id() && !back && kiosk.LeaseHolds(t.store.Status().Cache.LeaseUntil, t.moment())
}

// alone sees to it that nobody hands an order out, as one who has its lease, while
// another terminal has it. Before and after it both may: what a terminal that is
// cut off handed out within its term, HQ does not know when the term is over.
func (t *terminal) alone(out kiosk.Outcome) {
	if t.w.leases == kiosk.LeaseOff || out.Home != "" || out.Resumed {
		return
	}
	t.w.count("handovers with a lease")
	for _, other := range t.w.terms {
		if other != t && other.holds(out.Order.ID) {
			t.w.wrong("%s hands %s over while %s has its lease", t.name(), out.Order.ID, other.name())
		}
	}
}
