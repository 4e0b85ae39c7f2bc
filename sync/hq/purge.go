package hq

import (
	"context"
	"fmt"
	"net/http"

	"hexiao/kiosk"
)

// Purge says to the point's terminals that its set is meant to be as small as it
// now is: without that they keep orders of which a fifth or more would go
// (kiosk.Shrinks). confirm is how many orders the set has, so that nobody says so
// without having looked; it returns ErrInput with their number otherwise, and
// ErrNoPoint. What is withdrawn after that is not meant.
func (h *HQ) Purge(ctx context.Context, id kiosk.PointID, confirm int) error {
	return h.store.Update(ctx, func(tx Tx) error {
		rec, err := MustPoint(tx, id)
		if err != nil {
			return err
		}
		if confirm != rec.Count {
			return fmt.Errorf("%w: point %s has %d orders; if that is right, confirm this number", ErrInput, id, rec.Count)
		}
		rec.Purged = rec.Version
		return tx.PutPoint(rec)
	})
}

// meant reports whether what went between a version and now is what Purge spoke
// of: it was said of this very state, or of a later one than the terminal has, or
// of the one that it has and nothing went since.
func (r PointRecord) meant(since uint64) bool {
	return r.Purged > 0 && (r.Version == r.Purged || since < r.Purged || since == r.Purged && r.Withdrawn <= r.Purged)
}

// PurgeOrder asks for Purge.
type PurgeOrder struct {
	Confirm int `json:"confirm"`
}

func (a admin) purge(w http.ResponseWriter, r *http.Request) {
	var p PurgeOrder
	if a.read(w, r, &p) {
		a.done(w, struct{}{}, a.hq.Purge(r.Context(), pointOf(r), p.Confirm))
	}
}
