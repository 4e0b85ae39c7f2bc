package boltstore

import (
	"fmt"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// Event finds an event.
func (t transaction) Event(terminal kiosk.TerminalID, seq uint64) (hq.StoredEvent, bool, error) {
	return get[hq.StoredEvent](t, bucketEvents, below(terminal, number(seq)))
}

// PutEvent keeps an event, and lists it under its day.
func (t transaction) PutEvent(v hq.StoredEvent) error {
	key := below(v.Terminal, number(v.Seq))
	days := t.bucket(bucketDays)
	old, known, err := get[hq.StoredEvent](t, bucketEvents, key)
	if err != nil {
		return err
	}
	if known && old.Day != "" {
		if err := days.Delete(dayKey(old)); err != nil {
			return err
		}
	}
	if v.Day != "" {
		if err := days.Put(dayKey(v), nil); err != nil {
			return err
		}
	}
	return put(t, bucketEvents, key, v)
}

func dayKey(v hq.StoredEvent) []byte {
	return below(below(v.Point, v.Day), below(v.Terminal, number(v.Seq)))
}

// Events lists a terminal's events.
func (t transaction) Events(terminal kiosk.TerminalID, after uint64, limit int) (list []hq.StoredEvent, err error) {
	err = scan(t.bucket(bucketEvents), terminal, number(after), limit, func(_, value []byte) error {
		var v hq.StoredEvent
		err := t.decode(value, &v)
		list = append(list, v)
		return err
	})
	return list, err
}

// DayEvents lists the events of a point's day.
func (t transaction) DayEvents(point kiosk.PointID, day kiosk.Day, after hq.EventPlace, limit int) (list []hq.StoredEvent, err error) {
	var from []byte
	if after != (hq.EventPlace{}) {
		from = below(after.Terminal, number(after.Seq))
	}
	events := t.bucket(bucketEvents)
	err = scan(t.bucket(bucketDays), below(point, day), from, limit, func(key, _ []byte) error {
		raw := events.Get(key)
		if raw == nil {
			return fmt.Errorf("%w: a day names an event that is not there; restore the store from a backup", hq.ErrNotAStore)
		}
		var v hq.StoredEvent
		err := t.decode(raw, &v)
		list = append(list, v)
		return err
	})
	return list, err
}

// listDays lists the events of a store from before there were days: by HQ's clock,
// which heard of most of them within minutes, in the point's zone.
func (t transaction) listDays() error {
	type place struct {
		point kiosk.PointID
		zone  *time.Location
	}
	places := map[kiosk.TerminalID]place{}
	terminals, err := t.Terminals("", t.bucket(bucketTerminals).Stats().KeyN)
	if err != nil {
		return err
	}
	for _, v := range terminals {
		p, _, err := t.Point(v.Point)
		if err != nil {
			return err
		}
		zone, err := time.LoadLocation(p.Point.Policy.WithDefaults().TimeZone)
		if err != nil {
			return err
		}
		places[v.ID] = place{v.Point, zone}
	}
	const page = 1000 // a cursor does not outlive a change of its bucket
	for terminal, at := range places {
		for after := uint64(0); ; {
			list, err := t.Events(terminal, after, page)
			if err != nil {
				return err
			}
			for _, v := range list {
				after = v.Seq
				v.Point, v.Day = at.point, kiosk.Day(v.At.In(at.zone).Format(time.DateOnly))
				if err := t.PutEvent(v); err != nil {
					return err
				}
			}
			if len(list) < page {
				break
			}
		}
	}
	return nil
}
