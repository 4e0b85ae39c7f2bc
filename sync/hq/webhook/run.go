package webhook

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"hexiao/sync/hq"
)

const (
	lookEvery  = time.Second
	leaseTime  = time.Minute // longer than a delivery takes, with the store's time
	firstPause = 5 * time.Second
	mostPause  = 4 * time.Hour
	giveUp     = 3 * 24 * time.Hour
	atOnce     = 50 // deliveries read at a time
)

// lease says which replica sends for a hook, and until when.
type lease struct {
	Holder string `cbor:"1,keyasint"`
	Until  int64  `cbor:"2,keyasint"` // Unix time in ms
}

// held is the delivery of an order that failed, and when it is tried again.
type held struct {
	ID string `cbor:"1,keyasint"`
	At int64  `cbor:"2,keyasint"`
}

var (
	errElsewhere = errors.New("another replica sends for the hook")
	errFailed    = errors.New("the receiver failed")
)

// Run sends what is due until ctx ends.
func (h *Hooks) Run(ctx context.Context) error {
	var senders sync.WaitGroup
	defer senders.Wait()
	var mu sync.Mutex
	busy := map[string]bool{}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := h.load(ctx); err != nil {
			return err
		}
		for _, k := range *h.known.Load() {
			mu.Lock()
			sending := busy[k.ID]
			busy[k.ID] = true
			mu.Unlock()
			if sending {
				continue // a slow receiver; others do not wait for it
			}
			senders.Go(func() {
				if err := h.send(ctx, k); err != nil && ctx.Err() == nil {
					h.Log.Warn("webhooks not sent", "hook", k.ID, "error", err)
				}
				mu.Lock()
				busy[k.ID] = false
				mu.Unlock()
			})
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// send sends what is due to a hook. A receiver that fails gets nothing more until the
// next look: what is due then is tried once, and less and less often.
func (h *Hooks) send(ctx context.Context, k Hook) error {
	for {
		var docs []hq.Doc
		err := h.Store.View(ctx, func(tx hq.Tx) (err error) {
			docs, err = ofHook(tx, dueIn, k.ID, atOnce)
			return err
		})
		if err != nil {
			return err
		}
		sent := 0
		for _, doc := range docs {
			if dueAt(doc.Key) > h.Now().UnixMilli() {
				return nil
			}
			err := h.one(ctx, k, doc)
			switch {
			case errors.Is(err, errElsewhere), errors.Is(err, errFailed):
				return nil
			case err != nil:
				return err
			}
			sent++
		}
		if sent < atOnce {
			return nil
		}
	}
}

func dueAt(key string) int64 {
	_, rest, _ := strings.Cut(key, "/")
	text, _, _ := strings.Cut(rest, "/")
	at, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0 // it cannot be; look at it now
	}
	return at
}

// one sends one delivery and notes what came of it.
func (h *Hooks) one(ctx context.Context, k Hook, doc hq.Doc) error {
	var d delivery
	if err := cbor.Unmarshal(doc.Value, &d); err != nil {
		return err
	}
	waits, err := h.take(ctx, k, doc, d)
	if err != nil || waits {
		return err
	}
	// What is under way when the server ends is finished, so that it is not sent twice.
	ctx = context.WithoutCancel(ctx)
	failed := h.post(ctx, k, d)
	if err := h.note(ctx, k, doc, d, failed); err != nil {
		return err
	}
	if failed != nil {
		return errFailed
	}
	return nil
}

// take takes or renews the lease. waits is true for a delivery that was put behind
// an earlier one of its order.
func (h *Hooks) take(ctx context.Context, k Hook, doc hq.Doc, d delivery) (waits bool, err error) {
	err = h.Store.Update(ctx, func(tx hq.Tx) error {
		waits = false
		now := h.Now().UnixMilli()
		var l lease
		if _, err := getDoc(tx, leasesIn, k.ID, &l); err != nil {
			return err
		}
		if l.Holder != h.holder && now < l.Until {
			return errElsewhere
		}
		if _, there, err := tx.Doc(key(dueIn, doc.Key)); err != nil || !there {
			waits = true // sent by the one who had the lease before
			return err
		}
		if d.Order != "" {
			var first held
			ok, err := getDoc(tx, heldIn, k.ID+"/"+string(d.Order), &first)
			if err != nil {
				return err
			}
			if ok && first.ID != d.ID && first.At >= dueAt(doc.Key) {
				waits = true
				return errors.Join(tx.DeleteDoc(key(dueIn, doc.Key)), putDoc(tx, dueIn, dueKey(k.ID, first.At+1, d), d))
			}
		}
		return putDoc(tx, leasesIn, k.ID, lease{h.holder, now + leaseTime.Milliseconds()})
	})
	return waits, err
}

// note keeps what came of a try.
func (h *Hooks) note(ctx context.Context, k Hook, doc hq.Doc, d delivery, failed error) error {
	now := h.Now()
	d.Attempts++
	wait := pause(d.Attempts)
	return h.Store.Update(ctx, func(tx hq.Tx) error {
		if err := tx.DeleteDoc(key(dueIn, doc.Key)); err != nil {
			return err
		}
		heldKey := k.ID + "/" + string(d.Order)
		if failed != nil {
			d.Last = failed.Error()
		}
		// A hook that was removed meanwhile leaves nothing behind.
		if _, there, err := tx.Doc(key(hooksIn, k.ID)); err != nil || !there {
			return err
		}
		if failed != nil && now.UnixMilli()-d.Created < giveUp.Milliseconds() {
			next := now.Add(wait).UnixMilli()
			err := putDoc(tx, dueIn, dueKey(k.ID, next, d), d)
			if err == nil && d.Order != "" {
				err = putDoc(tx, heldIn, heldKey, held{d.ID, next})
			}
			return err
		}
		if d.Order != "" {
			if err := tx.DeleteDoc(key(heldIn, heldKey)); err != nil {
				return err
			}
		}
		if failed == nil {
			return nil
		}
		h.Log.Warn("a webhook was given up", "hook", k.ID, "delivery", d.ID, "attempts", d.Attempts)
		return putDoc(tx, deadIn, dueKey(k.ID, now.UnixMilli(), d), d)
	})
}

// pause doubles with each try, to four hours, and is spread by a quarter either way.
func pause(attempts int) time.Duration {
	p := firstPause << min(attempts-1, 12)
	p = min(p, mostPause)
	return p*3/4 + rand.N(p/2)
}
