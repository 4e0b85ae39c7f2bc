package hq

import (
	"context"
	"errors"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

const (
	// MaxLeaseWait is the longest that HQ waits for an order's home.
	MaxLeaseWait = 10 * time.Second
	// askedLife is how long a home is told that an order of its is asked for.
	askedLife = 30 * time.Second
	// leaseLook is how often a request that waits looks whether the home has given
	// the order back: another HQ over the same store may have heard of it.
	leaseLook = 100 * time.Millisecond
)

// Asked is a lease that another terminal asks for.
type Asked struct {
	Order   kiosk.OrderID    `cbor:"1,keyasint"`
	Version uint64           `cbor:"2,keyasint,omitempty"` // its HomeVersion
	By      kiosk.TerminalID `cbor:"3,keyasint"`
	At      time.Time        `cbor:"4,keyasint"` // HQ's clock
}

// errNoTerm says that a term must be kept durably before it can be given.
var errNoTerm = errors.New("the terminal's term is not kept yet")

// lease fills in what a watermark says of a terminal's leases. The term was kept
// before the state that the watermark is of was read: no order moves away from
// the terminal after that without HQ seeing its term. It returns errNoTerm when
// it was not.
func (h *HQ) lease(tx Tx, id kiosk.TerminalID, p kiosk.Policy, mark *kiosk.Watermark) error {
	if p.Leases == kiosk.LeaseOff {
		return nil
	}
	t, ok, err := tx.Terminal(id)
	if err != nil || !ok || !t.Forked.IsZero() || !t.Revoked.IsZero() {
		return err
	}
	until := mark.At.Add(term(p))
	if t.Promised.Before(until) {
		return errNoTerm
	}
	mark.LeaseUntil = until
	for _, a := range t.Asked {
		rec, _, err := tx.Order(t.Point, a.Order)
		if err != nil {
			return err
		}
		if mark.At.Sub(a.At).Abs() < askedLife && rec.Order.Home == id && rec.Order.HomeVersion == a.Version {
			mark.Release = append(mark.Release, kiosk.Lease{Order: a.Order, Home: a.By, Version: a.Version})
		}
	}
	return nil
}

// promised runs a read that may need a term of the terminal, and keeps the term
// where it does.
func (h *HQ) promised(ctx context.Context, id kiosk.TerminalID, read func(Tx) error) error {
	err := h.store.View(ctx, read)
	if !errors.Is(err, errNoTerm) {
		return err
	}
	err = h.store.Update(ctx, func(tx Tx) error {
		t, err := mustTerminal(tx, id)
		if err != nil {
			return err
		}
		point, err := MustPoint(tx, t.Point)
		if err != nil {
			return err
		}
		return h.promise(tx, t, point.Point.Policy)
	})
	if err != nil {
		return err
	}
	return h.store.View(ctx, read)
}

// promise keeps a term a quarter longer than it is, so that the next contacts
// need no write.
func (h *HQ) promise(tx Tx, t Terminal, p kiosk.Policy) error {
	if until := h.at().Add(term(p)); t.Promised.Before(until) {
		t.Promised = until.Add(term(p) / 4)
		return tx.PutTerminal(t)
	}
	return nil
}

// AskLeases makes a terminal the home of orders of its point where that can be:
// where the present home released it, or must have stopped. Otherwise it asks
// the home, and waits at most so long. It gives the homes of all, in their order,
// and the orders that HQ has, as they are then. It returns ErrNoTerminal, and
// wire.ErrMalformed for no orders or too many.
func (h *HQ) AskLeases(ctx context.Context, id kiosk.TerminalID, orders []kiosk.OrderID, wait time.Duration) ([]kiosk.Lease, []kiosk.Order, error) {
	if len(orders) == 0 || len(orders) > wire.MaxLeases {
		return nil, nil, wire.ErrMalformed
	}
	over := time.NewTimer(min(max(wait, 0), MaxLeaseWait))
	defer over.Stop()
	look := time.NewTicker(leaseLook)
	defer look.Stop()
	for last := wait <= 0; ; {
		var a asking
		try := func(tx Tx) (err error) {
			a = asking{hq: h, at: h.at()}
			return a.run(tx, id, orders, false)
		}
		err := h.store.View(ctx, try)
		if err == nil && a.changes {
			err = h.store.Update(ctx, func(tx Tx) error {
				a = asking{hq: h, at: h.at()}
				return a.run(tx, id, orders, true)
			})
		}
		if err == nil && a.asks { // no order changed, but a home is to hear of it
			h.changed(a.by.Point)
		}
		if err != nil || last || !a.waits {
			return a.leases, a.orders, err
		}
		select {
		case <-ctx.Done():
			return a.leases, a.orders, ctx.Err()
		case <-over.C:
			last = true
		case <-look.C:
		}
	}
}

// asking is one look at the orders that a terminal asks for.
type asking struct {
	hq      *HQ
	at      time.Time
	set     *set
	by      Terminal
	write   bool
	changes bool // something is to be written
	asks    bool // a home is asked for an order from now on
	waits   bool // for a home that may give an order back
	leases  []kiosk.Lease
	orders  []kiosk.Order
}

func (a *asking) run(tx Tx, id kiosk.TerminalID, orders []kiosk.OrderID, write bool) (err error) {
	a.write = write
	if a.by, err = mustTerminal(tx, id); err != nil {
		return err
	}
	if a.set, err = a.hq.openSet(tx, a.by.Point); err != nil {
		return err
	}
	policy := a.set.point.Point.Policy
	may := policy.Leases != kiosk.LeaseOff && a.by.live(a.by.Point)
	if may && a.by.Promised.Before(a.at.Add(term(policy))) {
		if a.changes = true; write {
			if err := a.hq.promise(tx, a.by, policy); err != nil {
				return err
			}
		}
	}
	for _, order := range orders {
		rec, ok, err := tx.Order(a.by.Point, order)
		if err != nil {
			return err
		}
		if !ok {
			a.leases = append(a.leases, kiosk.Lease{Order: order})
			continue
		}
		if may && rec.Order.Home != a.by.ID && open(rec) {
			if rec, err = a.want(rec); err != nil {
				return err
			}
		}
		a.leases = append(a.leases, kiosk.Lease{Order: order, Home: rec.Order.Home, Version: rec.Order.HomeVersion})
		if !rec.Gone {
			a.orders = append(a.orders, rec.Order)
		}
	}
	if write {
		return a.set.save()
	}
	return nil
}

// want moves an order to the terminal that asks, or asks its home.
func (a *asking) want(rec OrderRecord) (OrderRecord, error) {
	home, ok, err := a.set.homeOf(rec)
	if err != nil {
		return rec, err
	}
	if ok && !kiosk.LeaseOver(home.Promised, a.at) {
		return rec, a.ask(rec, home)
	}
	if a.changes = true; !a.write {
		return rec, nil
	}
	old := rec
	a.set.takeAway(&rec, home, a.by.ID)
	if err := a.set.put(old, rec); err != nil {
		return rec, err
	}
	rec, _, err = a.set.tx.Order(rec.Order.Point, rec.Order.ID)
	return rec, err
}

// ask has the home told that the order is wanted. A home that has goods of it on
// hold, or has handed some over, keeps it: nobody waits for that.
func (a *asking) ask(rec OrderRecord, home Terminal) error {
	held, on := rec.State.OpenHold()
	if on && held.Terminal == home.ID || slices.ContainsFunc(rec.State.Standing(), func(r kiosk.Redemption) bool { return r.Terminal == home.ID }) {
		return nil
	}
	if !home.live(a.by.Point) {
		return nil // it will not answer before its term is over
	}
	a.waits = true
	known := slices.ContainsFunc(home.Asked, func(q Asked) bool {
		return q.Order == rec.Order.ID && q.Version == rec.Order.HomeVersion && q.By == a.by.ID && a.at.Sub(q.At).Abs() < askedLife/2
	})
	if known {
		return nil
	}
	if a.changes = true; !a.write {
		return nil
	}
	// As read in this transaction: an ask before this one may have changed it.
	home, err := mustTerminal(a.set.tx, home.ID)
	if err != nil {
		return err
	}
	home.Asked = slices.DeleteFunc(slices.Clone(home.Asked), func(q Asked) bool {
		return q.Order == rec.Order.ID || a.at.Sub(q.At).Abs() >= askedLife
	})
	if most := 4 * wire.MaxLeases; len(home.Asked) >= most {
		home.Asked = home.Asked[len(home.Asked)-most+1:]
	}
	a.asks = true
	home.Asked = append(home.Asked, Asked{Order: rec.Order.ID, Version: rec.Order.HomeVersion, By: a.by.ID, At: a.at})
	return a.set.tx.PutTerminal(home)
}
