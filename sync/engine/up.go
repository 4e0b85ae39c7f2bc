package engine

import (
	"context"
	"errors"
	"fmt"

	"hexiao/kiosk"
)

// push sends what is pending, batch after batch.
func (e *Engine) push(ctx context.Context) (Report, error) {
	var r Report
	if !e.compared {
		if err := e.compare(ctx); err != nil {
			return r, err
		}
		e.compared = true
	}
	wentBack := false
	for {
		batch, err := e.batch()
		if err != nil {
			return r, err
		}
		n := len(batch.Records)
		if n == 0 {
			return r, e.resend(ctx)
		}
		r.Pushed += n
		ack, err := e.c.Remote.Push(ctx, batch)
		if _, misses := hqHead(err); misses && !wentBack {
			wentBack = true // once a round: two that contradict each other must not go on for ever
			r.Pushed -= n
			if err := e.goToHQHead(ctx); err != nil {
				return r, err
			}
			continue
		}
		switch {
		case forked(err):
			// HQ's signed head tells whether this journal is the wrong one.
			return r, errors.Join(fmt.Errorf("%w: %w", ErrForked, err), e.compare(ctx))
		case err != nil:
			if err := e.failed(ctx, batch, err); err != nil {
				return r, fmt.Errorf("send %d events to HQ: %w", n, err)
			}
			r.Pushed -= n
			continue
		}
		if err := e.accept(batch, ack); err != nil {
			return r, err
		}
		e.trial.through(e.c.BatchRecords)
		r.Acked += n
	}
}

// accept takes an acknowledgement of a batch.
func (e *Engine) accept(batch kiosk.Batch, ack kiosk.Ack) error {
	if err := e.fits(batch, ack); err != nil {
		return err
	}
	return e.acknowledge(ack)
}

// fits makes sure that an acknowledgement is HQ's, and of this batch.
func (e *Engine) fits(batch kiosk.Batch, ack kiosk.Ack) error {
	if ack.Head != batch.Head() {
		return fmt.Errorf("%w: it is for another place in the journal", ErrBadAck)
	}
	if len(ack.Receipts) != len(batch.Records) {
		return fmt.Errorf("%w: %d receipts for %d events", ErrBadAck, len(ack.Receipts), len(batch.Records))
	}
	for i, r := range ack.Receipts {
		if r.Seq != batch.Records[i].Seq {
			return fmt.Errorf("%w: receipt of event %d where %d belongs", ErrBadAck, r.Seq, batch.Records[i].Seq)
		}
	}
	return e.checkAck(batch.Terminal, ack)
}

// goToHQHead continues from where HQ says that it is, if that is a place in
// the terminal's own chain.
func (e *Engine) goToHQHead(ctx context.Context) error {
	own, err := e.c.Outbox.Head()
	if err != nil {
		return fmt.Errorf("read the journal's end: %w", err)
	}
	ack, _, err := e.ask(ctx, own)
	if err != nil {
		return err
	}
	ack.Receipts = nil
	return e.acknowledge(ack)
}

func (e *Engine) acknowledge(ack kiosk.Ack) error {
	if err := e.c.Outbox.Acknowledge(ack); err != nil {
		return fmt.Errorf("keep HQ's acknowledgement up to event %d: %w", ack.Head.Seq, err)
	}
	if head := e.c.Outbox.AckedHead(); head != ack.Head {
		return fmt.Errorf("%w: it is at event %d, HQ at %d", ErrStuck, head.Seq, ack.Head.Seq)
	}
	return nil
}

// firstBytes gives the first records with at most so many bytes, one at least.
func firstBytes(records []kiosk.Record, most int) []kiosk.Record {
	size := 0
	for i, r := range records {
		if size += len(r.Payload); size > most && i > 0 {
			return records[:i]
		}
	}
	return records
}
