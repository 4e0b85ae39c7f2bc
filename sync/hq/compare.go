package hq

import (
	"context"
	"fmt"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// Compare takes a terminal's word where its journal ends, and acknowledges what
// HQ has of it, without receipts. A journal that ends before HQ's head has lost
// events: HQ keeps since when, until a later end is named. One that differs from
// HQ's is another journal, and quarantined as in [HQ.Push]; the terminal may then
// name earlier places, and the first of them that differs is kept.
func (h *HQ) Compare(ctx context.Context, id kiosk.TerminalID, own kiosk.Head) (ack kiosk.Ack, differs bool, err error) {
	err = h.store.Update(ctx, func(tx Tx) error {
		identity, err := mustIdentity(tx)
		if err != nil {
			return err
		}
		t, err := mustTerminal(tx, id)
		if err != nil {
			return err
		}
		at := h.at()
		ack = wire.SignAck(kiosk.Ack{Head: t.Head, At: at}, id, identity.Key())
		same := own.Seq > t.Head.Seq // HQ cannot tell; the terminal can
		if !same {
			if same, err = agrees(tx, id, own); err != nil {
				return err
			}
		}
		differs = !same
		if !same {
			return noteFork(tx, t, max(1, own.Seq), at)
		}
		return noteEnd(tx, t, own.Seq, at)
	})
	return ack, differs, err
}

// agrees reports whether HQ's chain of a terminal has this head.
func agrees(tx Tx, id kiosk.TerminalID, head kiosk.Head) (bool, error) {
	if head.Seq == 0 {
		return head.Hash == kiosk.Hash{}, nil
	}
	e, ok, err := tx.Event(id, head.Seq)
	return ok && e.Hash == head.Hash, err
}

// noteFork keeps that a journal differs from HQ's in an event or before it.
func noteFork(tx Tx, t Terminal, seq uint64, at time.Time) error {
	if !t.Forked.IsZero() {
		if seq >= t.Doubtful && t.Doubtful > 0 {
			return nil
		}
		t.Doubtful = seq
		return tx.PutTerminal(t)
	}
	t.Forked, t.Doubtful, t.Behind = at, seq, time.Time{}
	if err := tx.PutTerminal(t); err != nil {
		return err
	}
	return addCase(tx, Case{
		Kind: CaseForked, Point: t.Point, Terminal: t.ID, Seq: seq, At: at,
		Detail: "two journals claim to be this terminal's, and differ in this event if not before (see hq kiosk list); revoke it and enrol it anew, and look for a copied data folder",
	})
}

// noteEnd keeps whether a journal that is HQ's own up to its end lacks events.
func noteEnd(tx Tx, t Terminal, end uint64, at time.Time) error {
	switch {
	case !t.Forked.IsZero():
		return nil // a place that the terminal asks about
	case end >= t.Head.Seq:
		if t.Behind.IsZero() {
			return nil
		}
		t.Behind, t.Doubtful = time.Time{}, 0
		return tx.PutTerminal(t)
	case !t.Behind.IsZero() && t.Doubtful == end+1:
		return nil
	}
	news := t.Behind.IsZero()
	if news {
		t.Behind = at
	}
	t.Doubtful = end + 1
	if err := tx.PutTerminal(t); err != nil || !news {
		return err
	}
	return addCase(tx, Case{
		Kind: CaseBehind, Point: t.Point, Terminal: t.ID, Seq: t.Doubtful, At: at,
		Detail: fmt.Sprintf("the terminal's journal ends with event %d, HQ has it up to %d: it was cut, or an older copy of the data folder was put back; the terminal does not hand out until the right one is there", end, t.Head.Seq),
	})
}

// forkRefusal tells a terminal that it is quarantined, and since which event.
func forkRefusal(t Terminal) error {
	return &wire.Refusal{Reason: wire.ErrForked, Head: t.Head, Doubtful: t.Doubtful, Message: fmt.Sprintf(
		"%v: of terminal %s event %d is the first that is known to differ; revoke the terminal and enrol it anew, and look for a copied data folder",
		wire.ErrForked, t.ID, t.Doubtful)}
}
