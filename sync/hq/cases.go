package hq

import (
	"context"
	"fmt"
	"slices"
	"time"

	"hexiao/kiosk"
)

// CaseState says whether a case waits for a person.
type CaseState string

// The states.
const (
	CaseOpen    CaseState = "open"    // somebody must decide
	CaseDecided CaseState = "decided" // by a person, by the clocks, by an undo, or by an event that came after all
)

// CaseRow is a case as it stands, with the evidence of both sides.
type CaseRow struct {
	Case
	State CaseState `json:"state"`
	Sides []Side    `json:"sides,omitempty"` // handovers that contradict each other, the case's own among them
}

// Side is one handover of a case.
type Side struct {
	Event    kiosk.EventID    `json:"event"`
	Terminal kiosk.TerminalID `json:"terminal"`
	Name     string           `json:"name,omitempty"` // what people call the terminal
	Seq      uint64           `json:"seq"`
	At       time.Time        `json:"at"` // by the terminal's clock
	// When it can have been, by HQ's clock; absent: the terminal could not tell.
	Earliest time.Time `json:"earliest,omitzero"`
	Latest   time.Time `json:"latest,omitzero"`
	// Heard is when HQ heard of it.
	Heard   time.Time            `json:"heard,omitzero"`
	Method  string               `json:"method"`       // "alone" or "leader"
	By      string               `json:"by,omitempty"` // the leader's id
	Lines   []kiosk.Handed       `json:"lines"`        // what was handed over
	Counts  []kiosk.Handed       `json:"counts,omitempty"`
	Undone  time.Time            `json:"undone,omitzero"`   // by the clock of the terminal that undid it
	Outcome kiosk.DisputeOutcome `json:"outcome,omitempty"` // absent: nothing takes its units from it
	Judge   string               `json:"judge,omitempty"`
	Note    string               `json:"note,omitempty"`
	Decided time.Time            `json:"decided,omitzero"`
}

// CaseRows gives the cases with their evidence, the oldest first; only those that
// wait for a person if open is set. It returns fn's error.
func (h *HQ) CaseRows(ctx context.Context, open bool, fn func(CaseRow) error) error {
	for after := uint64(0); ; {
		var rows []CaseRow
		err := h.store.View(ctx, func(tx Tx) error {
			rows = rows[:0]
			list, err := tx.Cases(after, pageCases)
			if err != nil {
				return err
			}
			for _, c := range list {
				row, err := caseRow(tx, c)
				if err != nil {
					return err
				}
				rows = append(rows, row)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, row := range rows {
			after = row.Number
			if open && row.State != CaseOpen {
				continue
			}
			if err := fn(row); err != nil {
				return err
			}
		}
		if len(rows) < pageCases {
			return nil
		}
	}
}

// CaseRow gives one case with its evidence. It returns ErrNoCase.
func (h *HQ) CaseRow(ctx context.Context, number uint64) (row CaseRow, err error) {
	err = h.store.View(ctx, func(tx Tx) error {
		c, ok, err := tx.Case(number)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("case %d: %w", number, ErrNoCase)
		}
		row, err = caseRow(tx, c)
		return err
	})
	return row, err
}

// pageCases are read in one transaction, each with its order.
const pageCases = 64

func addCase(tx Tx, c Case) error {
	_, err := tx.AddCase(c)
	return err
}

// caseRow puts the evidence to a case.
func caseRow(tx Tx, c Case) (CaseRow, error) {
	row := CaseRow{Case: c, State: CaseOpen}
	if len(c.Decisions) > 0 {
		row.State = CaseDecided
	}
	if came, err := cameAfterAll(tx, c); err != nil || came {
		row.State = CaseDecided
		return row, err
	}
	rec, contested, err := disputed(tx, c)
	if err != nil || !contested {
		return row, err
	}
	row.State = CaseDecided
	own, _ := rec.State.Dispute(c.Event)
	if own.Outcome == kiosk.DisputeOpen {
		row.State = CaseOpen
	}
	shown := append(slices.Clone(own.Against), c.Event)
	for _, r := range rec.State.Sides(c.Event) {
		shown = append(shown, r.Event)
	}
	for _, r := range rec.State.Redemptions { // those that were undone, too
		if !slices.Contains(shown, r.Event) {
			continue
		}
		side, err := sideOf(tx, rec.State, r)
		if err != nil {
			return row, err
		}
		row.Sides = append(row.Sides, side)
	}
	return row, nil
}

func sideOf(tx Tx, s kiosk.OrderState, r kiosk.Redemption) (Side, error) {
	b := r.Bounds()
	side := Side{
		Event: r.Event, Terminal: r.Terminal, Seq: r.Seq, At: r.At, Earliest: b.Earliest, Latest: b.Latest,
		Method: methodWord(r.Method), By: r.By, Lines: r.HandedOver(),
	}
	if r.Counts() {
		side.Counts = r.Lines
	}
	if r.Undone != nil {
		side.Undone = r.Undone.At
	}
	if d, ok := s.Dispute(r.Event); ok {
		side.Outcome, side.Judge, side.Note, side.Decided = d.Outcome, d.Judge, d.Note, d.Decided
	}
	e, ok, err := tx.Event(r.Terminal, r.Seq)
	if err != nil {
		return side, err
	}
	if ok {
		side.Heard = e.At
	}
	t, _, err := tx.Terminal(r.Terminal)
	side.Name = t.Name
	return side, err
}

func methodWord(m kiosk.Method) string {
	if m == kiosk.MethodAlone {
		return "alone"
	}
	return "leader"
}
