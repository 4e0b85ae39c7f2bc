package engine

import (
	"context"
	"time"

	"hexiao/kiosk"
)

// told is what HQ was told of the terminal's condition, or refused to hear.
type told struct {
	condition kiosk.Condition
	at        time.Time
	refused   bool
}

// tell has HQ know how the terminal is. That HQ refuses to hear it, as one of an
// older version does, is no reason to be offline: it is told again when
// something changes, and in some minutes. What says that HQ is away or has
// withdrawn the terminal is returned.
func (e *Engine) tell(ctx context.Context) error {
	if e.c.Condition == nil {
		return nil
	}
	is, now := e.c.Condition(), e.c.Now()
	if t := e.told; t != nil && t.condition == is && (!t.refused || now.Sub(t.at).Abs() < longestLeave) {
		return nil
	}
	err := e.c.Remote.Tell(ctx, is)
	if unreachable(err) || revoked(err) || ctx.Err() != nil {
		return err
	}
	e.told = &told{condition: is, at: now, refused: err != nil}
	return nil
}
