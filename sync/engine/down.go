package engine

import (
	"context"
	"errors"
	"fmt"

	"hexiao/kiosk"
)

// look compares the clock with HQ's and fetches the settings if they changed.
func (e *Engine) look(ctx context.Context) error {
	errTime := e.measure(ctx)
	if unreachable(errTime) {
		return errTime
	}
	p, tag, err := e.c.Remote.Point(ctx, e.tag)
	switch {
	case err != nil:
		return errors.Join(errTime, fmt.Errorf("fetch the point's settings: %w", err))
	case tag == e.tag && tag != "":
		return errTime
	}
	return errors.Join(errTime, e.settings(p, tag))
}

// measure compares the clock with HQ's.
func (e *Engine) measure(ctx context.Context) error {
	asked, since := e.c.Now(), e.c.Since()
	at, err := e.c.Remote.Time(ctx)
	if err != nil {
		return fmt.Errorf("ask for HQ's time: %w", err)
	}
	if trip := max(e.c.Now().Sub(asked), e.c.Since()-since); trip <= kiosk.MaxHQRoundTrip { // a longer one says too little
		way := e.c.Now().Sub(asked) / 2
		e.status.measured(at.Sub(asked.Add(way)), at, since+(e.c.Since()-since)/2)
	}
	return nil
}

// settings keeps the point's settings.
func (e *Engine) settings(p kiosk.Point, tag string) error {
	if err := e.c.Orders.SetPoint(p); err != nil {
		return fmt.Errorf("keep the point's settings: %w", err)
	}
	e.tag = tag
	return nil
}

// pull brings the orders to where HQ's are.
func (e *Engine) pull(ctx context.Context) (Report, error) {
	cursor, staged := e.c.Orders.Cursor(), e.c.Orders.StagedCursor()
	if cursor == "" || staged != "" {
		return e.load(ctx, staged)
	}
	c := &changes{e: e}
	mark, err := e.c.Remote.Orders(ctx, cursor, c.page)
	if err == nil {
		err = c.mark(mark)
	}
	if errors.Is(err, errMeant) {
		// HQ says so at the end only: the same once more, and now all of it.
		c.purge, c.held = true, false
		if mark, err = e.c.Remote.Orders(ctx, cursor, c.page); err == nil {
			err = c.mark(mark)
		}
	}
	switch {
	case err == nil:
		c.Orders, c.Complete = mark.Count, true
		return c.Report, nil
	case errors.Is(err, kiosk.ErrSetMismatch), cursorExpired(err):
		full, err := e.load(ctx, "")
		full.Pulled += c.Pulled
		return full, err
	}
	return c.Report, fmt.Errorf("fetch changed orders: %w", err)
}

// errMeant says that HQ means the set to shrink as much as was refused.
var errMeant = errors.New("HQ means the orders to go")

// changes takes pages of changes into the live set.
type changes struct {
	Report
	e     *Engine
	purge bool // HQ means what goes
	// held: so many orders would go that HQ must say that it means that. Until it
	// does, none of them goes, and the cursor stays; what changes in those that are
	// left is taken, for it may be a refund.
	held bool
}

func (c *changes) page(p kiosk.Page) error {
	p.Purge = c.purge
	if !c.held {
		err := c.e.c.Orders.Apply(p)
		if c.held = errors.Is(err, kiosk.ErrSetShrinks); err != nil && !c.held {
			return fmt.Errorf("keep %d orders: %w", len(p.Orders), err)
		}
	}
	if c.held {
		p.Gone, p.Cursor = nil, ""
		if err := c.e.c.Orders.Apply(p); err != nil {
			return fmt.Errorf("keep %d orders: %w", len(p.Orders), err)
		}
	}
	c.Pulled += len(p.Orders) + len(p.Gone)
	return nil
}

// mark compares the set with HQ's.
func (c *changes) mark(m kiosk.Watermark) error {
	switch {
	case c.held && m.Purge:
		return errMeant
	case c.held:
		return kiosk.ErrSetShrinks
	}
	return c.e.c.Orders.ConfirmSet(m)
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
