package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hexiao/kiosk"
)

// An event that HQ does not take alone is withheld after so many tries over so
// long; longer where no answer came at all, which may be the network's doing.
const (
	withholdTries  = 5
	withholdAfter  = 15 * time.Minute
	withholdSilent = 24 * time.Hour
)

// trial is what the engine knows of events that do not get through. It is of this
// run of the program: after a start HQ is asked to take the event anew.
type trial struct {
	most  int    // records that a batch may have; 0: no limit
	event uint64 // that was sent alone, in vain; 0: none
	since time.Time
	tries int
}

// through notes that a batch was taken: the next may be twice as long.
func (t *trial) through(limit int) {
	if t.most *= 2; t.most >= limit {
		t.most = 0
	}
	t.event, t.tries = 0, 0
}

// batch gives what is to be sent next.
func (e *Engine) batch() (kiosk.Batch, error) {
	limit := e.c.BatchRecords
	if e.trial.most > 0 {
		limit = min(limit, e.trial.most)
	}
	b, err := e.c.Outbox.Pending(limit)
	if err != nil {
		return b, fmt.Errorf("read the journal's events for HQ: %w", err)
	}
	b.Records = firstBytes(b.Records, e.c.BatchBytes)
	return b, nil
}

// failed decides what follows when HQ did not take a batch. It returns nil when
// sending can go on at once: with half of it, or behind the one event that was
// withheld. Nothing is halved further, and nothing withheld, unless HQ answers
// another call at that moment, by its signature: an HQ that is ill takes no event.
func (e *Engine) failed(ctx context.Context, b kiosk.Batch, reason error) error {
	n, t := len(b.Records), &e.trial
	silent := unreachable(reason)
	switch {
	case ctx.Err() != nil, revoked(reason), leave(reason) > 0:
		return reason
	case n > 1:
		t.most = n / 2
		if silent {
			return reason // a shorter batch may get over a bad line, but not now
		}
	}
	own, err := e.c.Outbox.Head()
	if err == nil {
		_, _, err = e.ask(ctx, own)
	}
	if err != nil {
		return errors.Join(reason, err)
	}
	if n > 1 {
		return nil
	}
	if seq := b.Records[0].Seq; t.event != seq {
		t.event, t.since, t.tries = seq, e.c.Now(), 0
	}
	t.tries++
	patience := withholdAfter
	if silent {
		patience = withholdSilent
	}
	if t.tries < withholdTries || e.c.Now().Sub(t.since) < patience {
		return reason
	}
	if err := e.withhold(ctx, b); err != nil {
		return errors.Join(reason, err)
	}
	return nil
}

// withhold gives HQ the place of an event in the chain instead of the event.
func (e *Engine) withhold(ctx context.Context, b kiosk.Batch) error {
	r := b.Records[0]
	b.Records = []kiosk.Record{{Epoch: r.Epoch, Seq: r.Seq, Withheld: b.Head().Hash}}
	ack, err := e.c.Remote.Push(ctx, b)
	if err != nil {
		return fmt.Errorf("withhold event %d: %w", r.Seq, err)
	}
	if err := e.accept(b, ack); err != nil {
		return err
	}
	e.trial.through(e.c.BatchRecords)
	e.resent = e.c.Now()
	return nil
}

// withheldEvery lies between two attempts to get withheld events through after all,
// withheldMost is how many of them are tried.
const (
	withheldEvery = 24 * time.Hour
	withheldMost  = 20
)

// resend tries to get withheld events through, once a start and once a day: what was
// wrong with them may have been a program that was brought up to date since. That
// they still do not get through is no news.
func (e *Engine) resend(ctx context.Context) error {
	now := e.c.Now()
	if !e.resent.IsZero() && now.Sub(e.resent).Abs() < withheldEvery {
		return nil
	}
	list, err := e.c.Outbox.Withheld(withheldMost)
	if err != nil {
		return fmt.Errorf("read the withheld events: %w", err)
	}
	e.resent = now
	for _, b := range list {
		ack, err := e.c.Remote.Push(ctx, b)
		switch {
		case ctx.Err() != nil, revoked(err), forked(err):
			return err
		case err != nil:
			continue
		}
		if err := e.fits(b, ack); err != nil {
			return err
		}
		if r := ack.Receipts[0]; !r.Withheld {
			if err := e.c.Outbox.Resolve(r); err != nil {
				return fmt.Errorf("keep HQ's verdict on event %d: %w", r.Seq, err)
			}
		}
	}
	return nil
}
