package terminal

import (
	"context"
	"sync"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
	"hexiao/scanner"
)

const (
	// leasePatience is how long a customer waits for HQ to say whose an order is, and
	// leaseWait how much of that HQ may wait for the order's home.
	leasePatience = 2 * time.Second
	leaseWait     = 1500 * time.Millisecond
)

// leaseAsk is an ask of the desk's on its way to HQ.
type leaseAsk struct {
	desk.LeaseAsk
	at kiosk.Moment
}

// lent is a scan whose answer waits for HQ.
type lent struct {
	scan scanner.Scan
	read time.Duration // boot time
	done chan struct{} // closed when it was answered, or given up
}

// askLease is desk.Options.AskLease: it is called on the terminal's goroutine and
// returns at once.
func (t *Terminal) askLease(a desk.LeaseAsk) {
	select {
	case t.leaseAsks <- leaseAsk{a, t.clock.moment()}:
	default: // more wait than anybody can have asked for; the desk gives up by itself
	}
}

// lend asks HQ for leases until ctx ends. Whatever comes of it, the desk hears that
// the ask has ended.
func (t *Terminal) lend(ctx context.Context) {
	var underWay sync.WaitGroup
	defer underWay.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-t.leaseAsks:
			underWay.Go(func() { t.lendOne(ctx, a) })
		}
	}
}

func (t *Terminal) lendOne(ctx context.Context, a leaseAsk) {
	bounded, cancel := context.WithTimeout(ctx, leasePatience)
	defer cancel()
	orders, err := t.hq.Leases(bounded, a.Orders, leaseWait)
	if err != nil {
		t.o.Log.Warn("HQ could not be asked for leases", "orders", len(a.Orders), "error", err)
	}
	t.send(ctx, func(at kiosk.Moment) {
		if err == nil {
			t.store.Granted(a.at, orders)
		}
		t.leaseAnswered(a.Number, at)
	})
}

// leaseAnswered has the desk decide on what waited for HQ.
func (t *Terminal) leaseAnswered(number int, at kiosk.Moment) {
	answer, err := t.desk.LeaseAnswered(number, at)
	l, scanned := t.lent[number]
	if !scanned { // typed on the keypad: the answer goes to the screen alone
		if err != nil {
			t.o.Log.Error("the outcome of a code is unknown; the terminal is out of order", "error", err)
			t.trouble.heard(err)
		}
		return
	}
	t.give(l.scan, answer, err, at, l.read)
	delete(t.lent, number)
	close(l.done)
}

// leasing is the store as the engine sees it: what a watermark asks back is given
// back on the terminal's goroutine, which knows the time.
type leasing struct {
	*boltstore.Store
	release func([]kiosk.Lease)
}

// ConfirmSet implements engine.OrderSet.
func (l leasing) ConfirmSet(w kiosk.Watermark) error { return l.after(w, l.Store.ConfirmSet(w)) }

// Switch implements engine.OrderSet.
func (l leasing) Switch(w kiosk.Watermark) error { return l.after(w, l.Store.Switch(w)) }

func (l leasing) after(w kiosk.Watermark, err error) error {
	if err == nil && len(w.Release) > 0 {
		l.release(w.Release)
	}
	return err
}

// release gives leases back that HQ asks for. It does not block; what is lost on
// a terminal that is far behind, HQ asks for again.
func (t *Terminal) release(asked []kiosk.Lease) {
	t.touch(func(at kiosk.Moment) {
		n, err := t.store.Release(at, asked)
		if err != nil {
			t.o.Log.Error("leases could not be given back", "error", err)
			t.trouble.heard(err)
			return
		}
		if n > 0 {
			t.o.Log.Info("leases given back", "orders", n)
		}
	})
}
