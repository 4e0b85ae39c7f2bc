package pgstore

import (
	"fmt"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/pgstore/db"
)

// place gives a terminal's point; the empty id for one that is not there.
func (t *transaction) place(id kiosk.TerminalID) (kiosk.PointID, error) {
	if point, known := t.seen.places[id]; known {
		return point, nil
	}
	point, err := t.store.places.find(t.ctx, t.q, id)
	if err == nil {
		t.seen.places[id] = point
	}
	return point, err
}

// Terminal finds a terminal.
func (t *transaction) Terminal(id kiosk.TerminalID) (hq.Terminal, bool, error) {
	raw, known := t.seen.terminals[id]
	if !known {
		point, err := t.place(id)
		if err != nil || point == "" {
			return hq.Terminal{}, false, err
		}
		t.lock(point)
		if raw, err = none(t.q.GetTerminal(t.ctx, db.GetTerminalParams{Point: []byte(point), ID: []byte(id)})); err != nil {
			return hq.Terminal{}, false, err
		}
		t.seen.terminals[id] = raw
	}
	return get[hq.Terminal](t, raw)
}

// PutTerminal keeps a terminal. It refuses one that changed its point.
func (t *transaction) PutTerminal(v hq.Terminal) error {
	point, err := t.place(v.ID)
	if err != nil {
		return err
	}
	if point != "" && point != v.Point {
		return fmt.Errorf("terminal %s belongs to point %s", v.ID, point)
	}
	raw, err := t.codec.encode(v)
	if err != nil {
		return err
	}
	if t.lock(v.Point); point == "" {
		if err := t.q.PutTerminalPoint(t.ctx, db.PutTerminalPointParams{Terminal: []byte(v.ID), Point: []byte(v.Point)}); err != nil {
			return err
		}
		t.seen.places[v.ID] = v.Point
	}
	t.seen.terminals[v.ID], t.puts.terminals[v.ID] = raw, terminalPut{v.Point, raw}
	return nil
}

// Terminals lists terminals by id.
func (t *transaction) Terminals(after kiosk.TerminalID, limit int) ([]hq.Terminal, error) {
	if err := t.flush(); err != nil {
		return nil, err
	}
	raw, err := t.q.ListTerminals(t.ctx, db.ListTerminalsParams{After: []byte(after), Most: int64(limit)})
	if err != nil {
		return nil, err
	}
	return decodeAll[hq.Terminal](t.codec, raw)
}

// PointTerminals lists a point's terminals by id.
func (t *transaction) PointTerminals(point kiosk.PointID) ([]hq.Terminal, error) {
	t.lock(point)
	if err := t.flush(); err != nil {
		return nil, err
	}
	raw, err := t.q.ListPointTerminals(t.ctx, []byte(point))
	if err != nil {
		return nil, err
	}
	return decodeAll[hq.Terminal](t.codec, raw)
}

// Event finds an event.
func (t *transaction) Event(terminal kiosk.TerminalID, seq uint64) (hq.StoredEvent, bool, error) {
	point, err := t.place(terminal)
	if err != nil {
		return hq.StoredEvent{}, false, err
	}
	key := eventKey{point, terminal, seq}
	raw, known := t.seen.events[key]
	if !known {
		if point == "" {
			return hq.StoredEvent{}, false, nil
		}
		t.lock(point)
		raw, err = none(t.q.GetEvent(t.ctx, db.GetEventParams{Point: []byte(point), Terminal: []byte(terminal), Seq: after(seq)}))
		if err != nil {
			return hq.StoredEvent{}, false, err
		}
		t.seen.events[key] = raw
	}
	return get[hq.StoredEvent](t, raw)
}

// PutEvent keeps an event under the point of its terminal, which must be known.
func (t *transaction) PutEvent(v hq.StoredEvent) error {
	point, err := t.place(v.Terminal)
	switch {
	case err != nil:
		return err
	case point == "" || v.Point != "" && v.Point != point:
		return fmt.Errorf("event %d of terminal %s at point %q: the terminal is not there", v.Seq, v.Terminal, v.Point)
	}
	raw, err := t.codec.encode(v)
	if err != nil {
		return err
	}
	t.lock(point)
	key := eventKey{point, v.Terminal, v.Seq}
	t.seen.events[key], t.puts.events[key] = raw, eventPut{[]byte(v.Day), raw}
	return nil
}

// Events lists a terminal's events.
func (t *transaction) Events(terminal kiosk.TerminalID, seq uint64, limit int) ([]hq.StoredEvent, error) {
	point, err := t.place(terminal)
	if err != nil || point == "" {
		return nil, err
	}
	t.lock(point)
	if err := t.flush(); err != nil {
		return nil, err
	}
	raw, err := t.q.ListEvents(t.ctx, db.ListEventsParams{
		Point: []byte(point), Terminal: []byte(terminal), After: after(seq), Most: int64(limit),
	})
	if err != nil {
		return nil, err
	}
	return decodeAll[hq.StoredEvent](t.codec, raw)
}

// DayEvents lists the events of a point's day.
func (t *transaction) DayEvents(point kiosk.PointID, day kiosk.Day, from hq.EventPlace, limit int) ([]hq.StoredEvent, error) {
	t.lock(point)
	if err := t.flush(); err != nil {
		return nil, err
	}
	raw, err := t.q.ListDayEvents(t.ctx, db.ListDayEventsParams{
		Point: []byte(point), Day: []byte(day), Terminal: []byte(from.Terminal), Seq: after(from.Seq), Most: int64(limit),
	})
	if err != nil {
		return nil, err
	}
	return decodeAll[hq.StoredEvent](t.codec, raw)
}
