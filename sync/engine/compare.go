package engine

import (
	"context"
	"fmt"

	"hexiao/kiosk"
)

// compare holds the journal against what HQ has of it. An old copy of the data
// folder has nothing to send, and would hand out again what the events that it
// lacks handed out; so HQ is asked at the start, also without anything to send.
// It returns ErrForked or ErrLost, with the first event in doubt.
func (e *Engine) compare(ctx context.Context) error {
	own, err := e.c.Outbox.Head()
	if err != nil {
		return fmt.Errorf("read the journal's end: %w", err)
	}
	ack, differs, err := e.ask(ctx, own)
	if err != nil {
		return err
	}
	doubt := e.c.Outbox.Witness(ack)
	if doubt == nil {
		return nil
	}
	doubt = fmt.Errorf("compare the journal with HQ's: %w", doubt)
	if !forked(doubt) {
		return doubt
	}
	if !differs && own.Seq < ack.Head.Seq {
		return fmt.Errorf("%w: event %d is the first that is missing: %w", ErrLost, own.Seq+1, doubt)
	}
	seq, err := e.firstOther(ctx, min(own.Seq, ack.Head.Seq))
	if err != nil {
		return fmt.Errorf("%w: %w; which event is the first could not be found out: %w", ErrForked, doubt, err)
	}
	return fmt.Errorf("%w: event %d is the first that differs: %w", ErrForked, seq, doubt)
}

// firstOther finds the first event that HQ has another one of, by halves. The
// place differs. HQ keeps what it is asked.
func (e *Engine) firstOther(ctx context.Context, differs uint64) (uint64, error) {
	same, asked := uint64(0), differs // HQ hears of the last place, too
	for {
		head, _, err := e.c.Outbox.HeadAt(asked)
		if err != nil {
			return 0, err
		}
		_, differ, err := e.ask(ctx, head)
		switch {
		case err != nil:
			return 0, err
		case differ:
			differs = asked
		case asked == differs:
			return 0, fmt.Errorf("%w: it contradicts HQ's answer about event %d", ErrBadAck, asked)
		default:
			same = asked
		}
		if differs-same <= 1 {
			return differs, nil
		}
		asked = same + (differs-same)/2
	}
}

// ask gets HQ's head, and makes sure that HQ signed it.
func (e *Engine) ask(ctx context.Context, own kiosk.Head) (ack kiosk.Ack, differs bool, err error) {
	ack, differs, err = e.c.Remote.Compare(ctx, own)
	if err != nil {
		return ack, differs, fmt.Errorf("ask HQ how far it has the journal: %w", err)
	}
	return ack, differs, e.checkAck(e.c.Outbox.Terminal(), ack)
}
