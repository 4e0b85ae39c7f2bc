package webhook

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/fxamacker/cbor/v2"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// maxListed is how many deliveries of a hook are listed of either kind.
const maxListed = 1000

// Row is a delivery in a list.
type Row struct {
	Hook     string        `json:"hook"`
	ID       string        `json:"id"`
	Kind     string        `json:"kind"`
	Order    kiosk.OrderID `json:"order,omitempty"`
	Created  time.Time     `json:"created"`
	Attempts int           `json:"attempts"`
	Last     string        `json:"last,omitempty"` // why the last try failed
	Next     time.Time     `json:"next,omitzero"`  // when it is tried next; zero: it is dead
}

// Deliveries lists what is still to be sent to a hook, and what was given up, at most
// 1000 of each. It returns hq.ErrNotFound.
func (h *Hooks) Deliveries(ctx context.Context, id string) (rows []Row, err error) {
	err = h.Store.View(ctx, func(tx hq.Tx) error {
		if _, err := hookOf(tx, id); err != nil {
			return err
		}
		for _, collection := range []string{dueIn, deadIn} {
			docs, err := ofHook(tx, collection, id, maxListed)
			if err != nil {
				return err
			}
			for _, doc := range docs {
				var d delivery
				if err := cbor.Unmarshal(doc.Value, &d); err != nil {
					return err
				}
				row := Row{Hook: id, ID: d.ID, Kind: d.Kind, Order: d.Order, Created: time.UnixMilli(d.Created).UTC(), Attempts: d.Attempts, Last: d.Last}
				if collection == dueIn {
					row.Next = time.UnixMilli(dueAt(doc.Key)).UTC()
				}
				rows = append(rows, row)
			}
		}
		return nil
	})
	return rows, err
}

// Retry has dead deliveries of a hook sent again, up to 1000 of them, and gives how
// many. It returns hq.ErrNotFound.
func (h *Hooks) Retry(ctx context.Context, id string) (n int, err error) {
	err = h.Store.Update(ctx, func(tx hq.Tx) error {
		n = 0
		if _, err := hookOf(tx, id); err != nil {
			return err
		}
		docs, err := ofHook(tx, deadIn, id, maxListed)
		if err != nil {
			return err
		}
		now := h.Now().UnixMilli()
		for _, doc := range docs {
			var d delivery
			if err := cbor.Unmarshal(doc.Value, &d); err != nil {
				return err
			}
			d.Created, d.Attempts = now, 0
			if err := errors.Join(tx.DeleteDoc(key(deadIn, doc.Key)), putDoc(tx, dueIn, dueKey(id, now, d), d)); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// Test queues a delivery of the kind "test". It returns hq.ErrNotFound.
func (h *Hooks) Test(ctx context.Context, id string) error {
	name := make([]byte, 8)
	if _, err := io.ReadFull(h.Random, name); err != nil {
		return fmt.Errorf("name a delivery: %w", err)
	}
	return h.Store.Update(ctx, func(tx hq.Tx) error {
		k, err := hookOf(tx, id)
		if err != nil {
			return err
		}
		return h.queue(tx, id, KindTest, hex.EncodeToString(name), data{Point: k.Point}, time.Time{})
	})
}

// Waiting counts deliveries that are still to be sent, up to a limit.
func (h *Hooks) Waiting(ctx context.Context, limit int) (n int, err error) {
	err = h.Store.View(ctx, func(tx hq.Tx) error {
		docs, err := tx.Docs(dueIn, "", "", limit)
		n = len(docs)
		return err
	})
	return n, err
}
