package nettest

import (
	"bytes"
	"context"
	"path/filepath"

	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk"
	"hexiao/kiosk/journal"
	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
)

// judge compares what terminals showed, their journals, and HQ's store.
func (w *world) judge() {
	w.t.Helper()
	store, err := boltstore.Open(w.hq.db)
	if err != nil {
		w.t.Fatal(err)
	}
	err = store.View(context.Background(), func(tx hq.Tx) error {
		found, conflicts := map[kiosk.EventID]bool{}, 0
		for _, c := range w.counters {
			conflicts += w.journal(tx, c, found)
		}
		w.counted(tx)
		w.cases(tx, conflicts)
		return nil
	})
	if err != nil {
		w.t.Error(err)
	}
	if err := store.Close(); err != nil {
		w.t.Error(err)
	}
}

// journal holds a terminal's journal to its answers and to HQ's copy. It gives how
// many of its events HQ settled otherwise than accepted.
func (w *world) journal(tx hq.Tx, c *counter, found map[kiosk.EventID]bool) (refused int) {
	t := w.t
	if out, err := c.run(context.Background(), "journal", "verify", "--data", c.data); err != nil {
		t.Errorf("terminal %d: %v\n%s", c.number, err, out)
	}
	folder, err := terminal.OpenFolder(c.data)
	if err != nil {
		t.Error(err)
		return 0
	}
	id := folder.Config.Terminal
	events, last := map[kiosk.EventID]kiosk.Event{}, uint64(0)
	_, err = journal.Verify(filepath.Join(c.data, "journal"), journal.VerifyOptions{Each: func(e journal.Entry) error {
		events[e.Event.ID], last = e.Event, e.Event.Seq
		if found[e.Event.ID] {
			t.Errorf("event %d of terminal %d exists twice", e.Event.Seq, c.number)
		}
		found[e.Event.ID] = true
		kept, ok, err := tx.Event(id, e.Event.Seq)
		if err != nil || !ok || !bytes.Equal(kept.Payload, e.Record.Payload) {
			t.Errorf("HQ has no, or another, event %d of terminal %d (%v)", e.Event.Seq, c.number, err)
			return nil
		}
		if !kept.Receipt.Settlement.Agrees() {
			refused++
		}
		return nil
	}})
	if err != nil {
		t.Error(err)
	}
	if _, more, err := tx.Event(id, last+1); err != nil || more {
		t.Errorf("HQ has more events of terminal %d than its journal (%v)", c.number, err)
	}
	for _, a := range c.greens {
		e, ok := events[a.Event]
		if !ok || e.Seq != a.Seq || e.Body.Subject() != a.Order {
			t.Errorf("terminal %d handed over %s, and its journal does not say so", c.number, a.Order)
		}
	}
	if len(c.greens) == 0 {
		t.Errorf("terminal %d handed nothing over", c.number)
	}
	return refused
}

// counted sees to it that HQ counts no unit twice.
func (w *world) counted(tx hq.Tx) {
	for i := range w.orders {
		rec, ok, err := tx.Order("P001", orderOf(i))
		if err != nil || !ok {
			w.t.Fatalf("HQ has lost order %s (%v)", orderOf(i), err)
		}
		for _, l := range rec.Order.Lines {
			if n := rec.State.Line(l.ID).Total(); n > l.Quantity {
				w.t.Errorf("HQ counts %d units of %d of %s", n, l.Quantity, rec.Order.ID)
			}
		}
	}
}

// cases sees to it that every refused event is a case, and that a conflict names
// two handovers.
func (w *world) cases(tx hq.Tx, refused int) {
	list, err := tx.Cases(0, 1<<20)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(list) != refused {
		w.t.Errorf("HQ refused %d events and lists %d cases", refused, len(list))
	}
	for _, c := range list {
		if c.Kind != string(kiosk.SettledConflict) {
			w.t.Errorf("a case that nobody made: %+v", c)
			continue
		}
		if len(c.Against) == 0 {
			w.t.Errorf("a conflict of one handover: %+v", c)
		}
		for _, r := range c.Against {
			if other, ok, err := tx.Event(r.Terminal, r.Seq); err != nil || !ok || other.Receipt.Event != r.Event || r.Event == c.Event {
				w.t.Errorf("a conflict with what HQ has not: %+v (%v)", c, err)
			}
		}
	}
	w.t.Logf("%d conflicts", refused)
}
