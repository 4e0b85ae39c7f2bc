package hq

import (
	"context"
	"time"

	"hexiao/kiosk"
)

// heardEvery is how old HQ's word on when it heard of a terminal may get before its
// asking for orders is written down: terminals ask often, and each write costs.
const heardEvery = 5 * time.Minute

// noteHeard keeps that a terminal asked for its orders, and up to which version it has
// them; nil: it has none. What cannot be kept is no reason to refuse it its orders.
func (h *HQ) noteHeard(ctx context.Context, t Terminal, from *cursor) {
	at := h.at()
	if at.Sub(t.Heard) < heardEvery {
		return
	}
	err := h.store.Update(ctx, func(tx Tx) error {
		t, err := mustTerminal(tx, t.ID)
		if err != nil || !t.Revoked.IsZero() || at.Sub(t.Heard) < heardEvery {
			return err
		}
		if t.Heard = at; from != nil && !from.full {
			t.Held = max(t.Held, from.version)
		}
		return tx.PutTerminal(t)
	})
	if err != nil && ctx.Err() == nil {
		h.log.WarnContext(ctx, "not kept that a terminal was heard", "terminal", t.ID, "error", err)
	}
}

// Following reports whether the terminal follows its orders here now: it is online and
// learns of every change at once. One that follows another HQ over the same store
// is not known here.
func (h *HQ) Following(id kiosk.TerminalID) bool {
	h.hub.mu.Lock()
	defer h.hub.mu.Unlock()
	return h.hub.streams[id] != nil
}
