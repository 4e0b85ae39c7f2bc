package engine

import (
	"context"
	"errors"
	"fmt"

	"hexiao/kiosk"
)

// look compares the clock with HQ's and fetches the settings if they changed.
func (e *Engine) look(ctx context.Context) error {
	var errTime error
	asked, since := e.c.Now(), e.c.Since()
	if at, err := e.c.Remote.Time(ctx); unreachable(err) {
		return err
	} else if err != nil {
		errTime = fmt.Errorf("ask for HQ's time: %w", err)
	} else if trip := max(e.c.Now().Sub(asked), e.c.Since()-since); trip <= kiosk.MaxHQRoundTrip { // a longer one says too little
		way := e.c.Now().Sub(asked) / 2
		e.status.measured(at.Sub(asked.Add(way)), at, since+(e.c.Since()-since)/2)
	}
	p, tag, err := e.c.Remote.Point(ctx, e.tag)
	switch {
	case err != nil:
		return errors.Join(errTime, fmt.Errorf("fetch the point's settings: %w", err))
	case tag == e.tag && tag != "":
		return errTime
	}
	if err := e.c.Orders.SetPoint(p); err != nil {
		return errors.Join(errTime, fmt.Errorf("keep the point's settings: %w", err))
	}
	e.tag = tag
	return errTime
}

// pull brings the orders to where HQ's are.
func (e *Engine) pull(ctx context.Context) (Report, error) {
	cursor, staged := e.c.Orders.Cursor(), e.c.Orders.StagedCursor()
	if cursor == "" || staged != "" {
		return e.load(ctx, staged)
	}
	r, mark, err := e.fetch(ctx, cursor, e.c.Orders.Apply)
	if err == nil {
		err = e.c.Orders.ConfirmSet(mark)
	}
	switch {
	case err == nil:
		r.Orders, r.Complete = mark.Count, true
		return r, nil
	case errors.Is(err, kiosk.ErrSetMismatch), cursorExpired(err):
		full, err := e.load(ctx, "")
		full.Pulled += r.Pulled
		return full, err
	}
	return r, fmt.Errorf("fetch changed orders: %w", err)
}

// load fetches a full set, or the rest of one, and switches to it.
func (e *Engine) load(ctx context.Context, staged string) (Report, error) {
	r, mark, err := e.fetch(ctx, staged, e.c.Orders.Stage)
	if cursorExpired(err) && staged != "" {
		if err := e.dropStaged(); err != nil {
			return r, err
		}
		again, err := e.load(ctx, "")
		again.Pulled += r.Pulled
		return again, err
	}
	if err != nil {
		return r, fmt.Errorf("fetch all orders: %w", err)
	}
	if err := e.c.Orders.Switch(mark); err != nil {
		return r, fmt.Errorf("take over the fetched orders: %w", err)
	}
	r.Orders, r.Complete = mark.Count, true
	return r, nil
}

func (e *Engine) fetch(ctx context.Context, cursor string, keep func(kiosk.Page) error) (Report, kiosk.Watermark, error) {
	var r Report
	mark, err := e.c.Remote.Orders(ctx, cursor, func(p kiosk.Page) error {
		if err := keep(p); err != nil {
			return fmt.Errorf("keep %d orders: %w", len(p.Orders), err)
		}
		r.Pulled += len(p.Orders) + len(p.Gone)
		return nil
	})
	return r, mark, err
}

// dropStaged drops a load that cannot be continued: no set has fewer than no
// orders, so this switch fails, and a failed switch drops the staging.
func (e *Engine) dropStaged() error {
	err := e.c.Orders.Switch(kiosk.Watermark{Count: -1})
	if !errors.Is(err, kiosk.ErrSetMismatch) {
		return fmt.Errorf("drop a load of orders that HQ cannot continue: %w", err)
	}
	return nil
}
