package hq

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hexiao/kiosk"
)

// maxSaid bounds what an operator says of a decision, in characters: it goes to
// every terminal of the point with the order.
const maxSaid = 200

// Decision is what a person decided about a case. Winner is the handover that
// counts, of those that contradict each other; zero with None: none of them does.
// A case that is about no such thing is closed by a decision without either.
type Decision struct {
	Winner kiosk.EventID `cbor:"1,keyasint,omitzero" json:"winner,omitzero"`
	None   bool          `cbor:"2,keyasint,omitempty" json:"none,omitempty"`
	By     string        `cbor:"3,keyasint" json:"by"`
	Note   string        `cbor:"4,keyasint" json:"note"`
	At     time.Time     `cbor:"5,keyasint" json:"at"` // HQ's clock
}

// contested keeps the time of what HQ itself decided about an order's handovers,
// and lists as cases those that an event of another handover, or a decision, brought
// into dispute, or which lost their goods without being a case yet. why says what it was.
func contested(tx Tx, old OrderRecord, rec *OrderRecord, own kiosk.EventID, at time.Time, why string) error {
	rec.State.Disputes = slices.Clone(rec.State.Disputes)
	for i := range rec.State.Disputes {
		d := &rec.State.Disputes[i]
		if d.Decided.IsZero() && d.Outcome != kiosk.DisputeOpen {
			d.Decided = at
		}
		_, was := old.State.Dispute(d.Event)
		lost := d.Outcome == kiosk.DisputeOpen || d.Outcome == kiosk.DisputeVoid && d.Judge == kiosk.JudgeClocks
		if d.Event == own || !lost || was && !d.Unlisted {
			continue
		}
		d.Unlisted = false
		var against []kiosk.Redemption
		for _, id := range d.Against {
			if r, ok := rec.State.Redemption(id); ok {
				against = append(against, r)
			}
		}
		err := addCase(tx, Case{
			Kind: string(kiosk.SettledConflict), Point: rec.Order.Point, Terminal: d.Terminal, Seq: d.Seq, Event: d.Event,
			Order: rec.Order.ID, At: at, Against: against, Detail: why,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// SettleCase decides a case: what counts of the handovers that contradict each
// other, or that something else was seen to. The order gets a new version, so that
// every terminal of the point hears of it, and the case keeps who decided what and
// why; deciding again is possible, and kept beside it. It returns ErrNoCase, or
// ErrInput where the case has no such side or the decision lacks its reason.
func (h *HQ) SettleCase(ctx context.Context, number uint64, d Decision) (row CaseRow, err error) {
	if err := d.validate(); err != nil {
		return row, err
	}
	err = h.store.Update(ctx, func(tx Tx) error {
		c, ok, err := tx.Case(number)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("case %d: %w", number, ErrNoCase)
		}
		d.At = h.at()
		if err := h.decide(tx, c, d); err != nil {
			return err
		}
		c.Decisions = append(c.Decisions, d)
		if err := tx.PutCase(c); err != nil {
			return err
		}
		if err := h.observe(tx, DecisionMade{c}); err != nil {
			return err
		}
		row, err = caseRow(tx, c)
		return err
	})
	return row, err
}

func (d Decision) validate() error {
	said := func(text string) bool {
		return utf8.ValidString(text) && utf8.RuneCountInString(text) <= maxSaid && strings.TrimSpace(text) != "" &&
			!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
	}
	switch {
	case !said(d.By) || d.By == kiosk.JudgeClocks || d.By == kiosk.JudgeUndo:
		return fmt.Errorf("%w: a decision needs the name of who decides, on one line", ErrInput)
	case !said(d.Note):
		return fmt.Errorf("%w: a decision needs its reason, on one line of at most %d characters", ErrInput, maxSaid)
	case d.None && !d.Winner.IsZero():
		return fmt.Errorf("%w: either one handover counts or none does", ErrInput)
	}
	return nil
}

// decide applies a decision to the case's order.
func (h *HQ) decide(tx Tx, c Case, d Decision) error {
	old, clash, err := disputed(tx, c)
	if err != nil {
		return err
	}
	chosen := d.None || !d.Winner.IsZero()
	switch {
	case !clash && chosen:
		return fmt.Errorf("%w: case %d is not about handovers that contradict each other; it can only be closed", ErrInput, c.Number)
	case !clash:
		return nil
	case !chosen:
		return fmt.Errorf("%w: say which handover of case %d counts, or that none does", ErrInput, c.Number)
	}
	rec := old
	rec.State, err = old.State.Rule(old.Order, c.Event, kiosk.Ruling{Winner: d.Winner, By: d.By, Note: d.Note, At: d.At})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInput, err)
	}
	why := fmt.Sprintf("accepted at first; by the decision about case %d another handover has its goods", c.Number)
	if err := contested(tx, old, &rec, kiosk.EventID{}, d.At, why); err != nil {
		return err
	}
	if fits, err := fits(rec); err != nil || !fits {
		if err == nil {
			err = fmt.Errorf("%w: the order has more redemptions than HQ can send", ErrInput)
		}
		return err
	}
	s, err := h.openSet(tx, old.Order.Point)
	if err != nil {
		return err
	}
	if err := s.put(old, rec); err != nil {
		return err
	}
	return s.save()
}

// disputed gives the order of a case; false: nothing contradicts the case's event
// there.
func disputed(tx Tx, c Case) (rec OrderRecord, yes bool, err error) {
	if c.Order == "" {
		return rec, false, nil
	}
	rec, ok, err := tx.Order(c.Point, c.Order)
	if err != nil || !ok {
		return OrderRecord{}, false, err
	}
	_, yes = rec.State.Dispute(c.Event)
	return rec, yes, nil
}
