package terminal

import (
	"context"
	"errors"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
)

const (
	// maintainFirst leaves a start in peace; maintainEvery is what the store wants.
	maintainFirst = time.Minute
	maintainEvery = time.Hour
)

// maintain keeps the store small and forgetful until the context ends. What
// cannot be done now is tried again in an hour.
func (t *Terminal) maintain(ctx context.Context) {
	timer := time.NewTimer(maintainFirst)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		var at kiosk.Moment
		t.send(ctx, func(m kiosk.Moment) { at = m })
		if ctx.Err() != nil {
			return
		}
		err := t.store.Maintain(ctx, at)
		if err != nil && ctx.Err() == nil && !errors.Is(err, boltstore.ErrClosed) {
			t.o.Log.Warn("the store could not be kept in order", "error", err)
		}
		timer.Reset(maintainEvery)
	}
}
