package hq

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"time"

	"hexiao/sync/wire"
)

// beatEvery is how often a stream that is followed shows life: every other time
// by a watermark, which is signed.
const beatEvery = 25 * time.Second

// follow sends what changes until the terminal goes, is withdrawn, or comes by
// another connection.
func (s *orderStream) follow(ctx context.Context) error {
	// The server's own limits are for requests that end.
	for _, lift := range []func(time.Time) error{s.control.SetReadDeadline, s.control.SetWriteDeadline} {
		if err := lift(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
	}
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	for beats := 1; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-s.follower.over:
			return nil
		case <-s.follower.wake:
			if ok, err := s.news(ctx, false); err != nil || !ok {
				return s.ended(ctx, err)
			}
		case <-beat.C:
			beats++
			if beats%2 == 0 {
				if err := s.sent(s.lines.Alive()); err != nil {
					return s.ended(ctx, err)
				}
				continue
			}
			if ok, err := s.news(ctx, true); err != nil || !ok {
				return s.ended(ctx, err)
			}
		}
	}
}

// ended tells a terminal that hung up, which is no failure, from what went wrong.
func (s *orderStream) ended(ctx context.Context, err error) error {
	if gone := ctx.Err() != nil; gone {
		err = nil
	}
	return err
}

// news sends what changed since the last watermark, or a watermark anyway. ok is
// false for a terminal that was withdrawn: its next request says so.
func (s *orderStream) news(ctx context.Context, anyway bool) (ok bool, err error) {
	err = s.hq.store.View(ctx, func(tx Tx) error {
		t, known, err := tx.Terminal(s.terminal.ID)
		ok = known && t.Revoked.IsZero()
		return err
	})
	if err != nil || !ok {
		return ok, err
	}
	last := s.follower.last
	p, err := s.hq.part(ctx, s.terminal, &last.next)
	switch {
	case errors.Is(err, wire.ErrCursorExpired): // the store is another one now
		return false, nil
	case err != nil:
		return false, err
	}
	_, tag, err := s.hq.settings(ctx, s.terminal.Point)
	if err != nil {
		return false, err
	}
	same := p.ended && len(p.list) == 0 && tag == s.tag && p.mark.Version == last.mark.Version &&
		p.point.meant(p.from.version) == last.mark.Purge && reflect.DeepEqual(p.mark.Release, last.mark.Release)
	if same && !anyway {
		return true, nil
	}
	return true, s.catchUp(ctx, p)
}
