package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"

	"hexiao/kiosk"
	hqclient "hexiao/sync/client"
)

// loadKiosk is a simulated terminal: its journal and its orders are in memory, and
// of the orders only those that it redeems.
type loadKiosk struct {
	fleet         *fleet
	point         kiosk.PointID
	number, among int // of the terminals of its point; it redeems every so many-th order
	events        int // that it is to record
	id            kiosk.TerminalID
	hq            *hqclient.HQ

	cursor string
	orders []loadOrder

	one     sync.Mutex
	head    kiosk.Head // acknowledged
	done    int        // events that were pushed
	settled int        // accepted
	changes atomic.Int64
}

// loadOrder is what a redemption needs of an order.
type loadOrder struct {
	id    kiosk.OrderID
	lines []kiosk.Handed
}

// pull takes the point's full set.
func (k *loadKiosk) pull(ctx context.Context) error {
	n := 0
	_, err := k.hq.Orders(ctx, "", func(p kiosk.Page) error {
		k.cursor = p.Cursor
		for _, o := range p.Orders {
			if n++; (n-1)%k.among != k.number || len(k.orders) == k.events {
				continue
			}
			kept := loadOrder{id: o.ID}
			for _, l := range o.Lines {
				kept.lines = append(kept.lines, kiosk.Handed{Line: l.ID, Handed: l.Quantity})
			}
			k.orders = append(k.orders, kept)
		}
		return nil
	})
	if err == nil && len(k.orders) < k.events {
		err = fmt.Errorf("%d orders for %d redemptions; give more orders for so many terminals at a point", len(k.orders), k.events)
	}
	return err
}

// follow takes what changes; begun is called when the stream is open.
func (k *loadKiosk) follow(ctx context.Context, begun func()) error {
	return k.hq.Follow(ctx, k.cursor, "", kiosk.Feed{
		Page: func(p kiosk.Page) error {
			k.changes.Add(int64(len(p.Orders)))
			return nil
		},
		Settings: func(kiosk.Point, string) error { return nil },
		Mark: func(kiosk.Watermark) error {
			begun()
			return nil
		},
		Alive: func() {},
	})
}

// pushNext records the next redemptions and pushes them.
func (k *loadKiosk) pushNext(ctx context.Context) {
	n := min(k.fleet.Batch, k.events-k.done)
	batch := kiosk.Batch{Terminal: k.id, Prev: k.head}
	for i, o := range k.orders[k.done : k.done+n] {
		raw, err := k.redeem(o)
		if err != nil {
			k.fleet.fail(err)
			return
		}
		batch.Records = append(batch.Records, kiosk.Record{Epoch: 1, Seq: k.head.Seq + uint64(i) + 1, Payload: raw})
	}
	k.done += n // also when it fails: each is tried once
	ack, err := k.hq.Push(ctx, batch)
	if err != nil {
		if ctx.Err() == nil {
			k.fleet.fail(fmt.Errorf("push: %w", err))
		}
		return
	}
	k.head = ack.Head
	for _, r := range ack.Receipts {
		if r.Settlement != kiosk.SettledAccepted {
			k.fleet.fail(fmt.Errorf("%w: %s %s", errNotAccepted, r.Settlement, r.Detail))
			continue
		}
		k.settled++
	}
}

// redeem is the event in which a customer collects all of an order.
func (k *loadKiosk) redeem(o loadOrder) ([]byte, error) {
	now := k.fleet.now().UTC()
	e := kiosk.Event{
		At:   kiosk.Moment{Wall: now},
		Body: kiosk.Redeemed{Order: o.id, Lines: o.lines, Method: kiosk.MethodAlone, Source: "camera"},
	}
	_, _ = rand.Read(e.ID[:]) // never fails
	raw, _, err := kiosk.EncodeEvent(e)
	return raw, err
}
