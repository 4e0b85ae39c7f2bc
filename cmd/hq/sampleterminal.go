package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"slices"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// sampleTerminal keeps a journal as a terminal does.
type sampleTerminal struct {
	id     kiosk.TerminalID
	head   kiosk.Head // of what HQ has
	end    kiosk.Head // of what is written
	ready  []kiosk.Record
	count  uint64
	failed error
	totals kiosk.DayTotals
	last   time.Time
	unsure bool   // of its clock
	set    uint64 // version of the orders that it has
}

func (s *sampleWeek) enrol(name string) (*sampleTerminal, error) {
	code, _, err := s.hq.EnrolmentCode(s.ctx, s.place.id)
	if err != nil {
		return nil, err
	}
	// Nobody keeps the private key: this terminal has said all that it will say.
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	e, err := s.hq.Enrol(s.ctx, code, name, public)
	return &sampleTerminal{id: kiosk.TerminalID(e.Terminal)}, err
}

// says writes an event to the journal; what cannot be written is push's error.
func (t *sampleTerminal) says(at time.Time, body kiosk.Body) (id kiosk.EventID) {
	t.count++
	copy(id[:8], t.id)
	binary.BigEndian.PutUint64(id[8:], t.count)
	at = maxTime(at, t.last).UTC().Truncate(time.Millisecond) // a journal's clock runs forward
	t.last = at
	moment := kiosk.Moment{Wall: at, Clock: kiosk.ClockSynced, HQ: kiosk.HQClock{Known: true}}
	if t.unsure {
		moment = kiosk.Moment{Wall: at, Clock: kiosk.ClockSuspect}
	}
	raw, _, err := kiosk.EncodeEvent(kiosk.Event{ID: id, At: moment, SetVersion: t.set, Body: body})
	if err != nil && t.failed == nil {
		t.failed = err
	}
	rec := kiosk.Record{Epoch: 1, Seq: t.end.Seq + 1, Payload: raw}
	t.ready = append(t.ready, rec)
	t.end = kiosk.Head{Seq: rec.Seq, Hash: rec.ChainHash(t.end.Hash, t.id)}
	return id
}

// handed counts a handover as the terminal does for its day close.
func (t *sampleTerminal) handed(o kiosk.Order, r kiosk.Redeemed) {
	t.totals.Orders++
	if r.Method == kiosk.MethodAlone {
		t.totals.Alone++
	}
	for i, l := range r.Lines {
		t.totals.Units += l.Handed
		t.totals.Short += l.Short
		t.totals.Damaged += l.Damaged
		t.totals.Value += o.Lines[i].UnitPrice * kiosk.Fen(l.Handed)
	}
}

// closed closes a day with what the terminal counted.
func (t *sampleTerminal) closed(day kiosk.Day, at time.Time, by string) {
	t.says(at, kiosk.DayClosed{Day: day, Totals: t.totals, Head: t.end, Counted: t.totals.Cash, By: by})
	t.totals = kiosk.DayTotals{}
}

// push sends the journal; HQ takes an event that it cannot accept as well, and says so.
func (t *sampleTerminal) push(ctx context.Context, h *hq.HQ) error {
	for part := range slices.Chunk(t.ready, 500) {
		b := kiosk.Batch{Terminal: t.id, Prev: t.head, Records: part}
		if t.failed != nil {
			return t.failed
		}
		if _, err := h.Push(ctx, b); err != nil {
			return err
		}
		t.head = b.Head()
	}
	t.ready = nil
	return nil
}
