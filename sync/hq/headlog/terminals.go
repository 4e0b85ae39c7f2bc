package headlog

import (
	"maps"
	"slices"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// terminals walks the chains of all terminals.
func (c *check) terminals() error {
	seen := map[kiosk.TerminalID]bool{}
	for after := kiosk.TerminalID(""); ; {
		var list []hq.Terminal
		err := c.hq.View(c.ctx, func(tx hq.Tx) (err error) {
			list, err = tx.Terminals(after, page)
			return err
		})
		if err != nil {
			return err
		}
		for _, t := range list {
			after = t.ID
			seen[t.ID] = true
			c.rep.Terminals++
			if err := c.events(t); err != nil {
				return err
			}
			if err := c.head(t.ID); err != nil {
				return err
			}
		}
		if len(list) < page {
			break
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.latest)) {
		if l := c.latest[id]; !seen[id] {
			c.rep.find(Finding{Kind: KindTerminalMissing, Terminal: id, Seq: l.seq, Entry: &l.number}, "HQ does not know terminal %s, of which it acknowledged %d events", id, l.seq)
		}
	}
	return nil
}

// events computes the chain of a terminal up to its head anew.
func (c *check) events(t hq.Terminal) error {
	head := kiosk.Head{}
	for head.Seq < t.Head.Seq {
		var list []hq.StoredEvent
		err := c.hq.View(c.ctx, func(tx hq.Tx) (err error) {
			list, err = tx.Events(t.ID, head.Seq, page)
			return err
		})
		if err != nil {
			return err
		}
		for _, e := range list {
			if e.Seq > t.Head.Seq {
				break
			}
			c.event(t.ID, head, e)
			head = kiosk.Head{Seq: e.Seq, Hash: e.Hash}
		}
		if len(list) < page {
			break
		}
	}
	switch {
	case head.Seq < t.Head.Seq:
		c.rep.find(Finding{Kind: KindEventMissing, Terminal: t.ID, Seq: head.Seq + 1}, "HQ acknowledged %d events of terminal %s, and those after %d are not in its store", t.Head.Seq, t.ID, head.Seq)
	case head != t.Head:
		c.rep.find(Finding{Kind: KindHeadWrong, Terminal: t.ID, Seq: head.Seq}, "HQ's head of terminal %s has another hash than its event %d", t.ID, head.Seq)
	}
	return nil
}

// event checks one event against what is before it. With its hash as it stands the
// chain goes on: so one that was changed is named, and not all behind it.
func (c *check) event(terminal kiosk.TerminalID, prev kiosk.Head, e hq.StoredEvent) {
	c.rep.Events++
	at := Finding{Terminal: terminal, Seq: e.Seq}
	if e.Seq != prev.Seq+1 {
		at.Kind, at.Seq = KindEventMissing, prev.Seq+1
		c.rep.find(at, "event %d of terminal %s was removed from HQ's store", at.Seq, terminal)
		return
	}
	if e.Receipt.Withheld && e.Payload == nil {
		c.rep.Withheld++
		return
	}
	if kiosk.ChainHash(prev.Hash, terminal, e.Epoch, e.Seq, e.Payload) != e.Hash {
		at.Kind = KindEventChanged
		c.rep.find(at, "event %d of terminal %s was changed in HQ's store: it does not fit its chain hash", e.Seq, terminal)
	}
}

// head checks that what HQ acknowledges of a terminal is in the log or waits for it, at
// one time: pushes go on.
func (c *check) head(id kiosk.TerminalID) error {
	return c.hq.View(c.ctx, func(tx hq.Tx) error {
		t, ok, err := tx.Terminal(id)
		if err != nil || !ok {
			return err
		}
		at := Finding{Terminal: id, Seq: t.Head.Seq}
		if l := c.latest[id]; l.seq > t.Head.Seq {
			at := at
			at.Kind, at.Entry = KindHeadBack, &l.number
			c.rep.find(at, "HQ says that it has %d events of terminal %s; by entry %d of the log it acknowledged %d", t.Head.Seq, id, l.number, l.seq)
		}
		beyond, err := tx.Events(id, t.Head.Seq, 1)
		if err != nil {
			return err
		}
		if len(beyond) > 0 {
			at := at
			at.Kind, at.Seq = KindEventBeyond, beyond[0].Seq
			c.rep.find(at, "HQ has an event %d of terminal %s, and has acknowledged %d", at.Seq, id, t.Head.Seq)
		}
		if t.Head.Seq == 0 {
			return nil
		}
		covered, err := covers(tx, t)
		if err == nil && !covered {
			at.Kind = KindHeadNotLogged
			c.rep.find(at, "HQ's head of terminal %s, event %d, is not in the log and does not wait for it", id, t.Head.Seq)
		}
		return err
	})
}

// covers reports whether a terminal's head is in the log, or in the queue. What cannot
// be read covers nothing.
func covers(tx hq.Tx, t hq.Terminal) (bool, error) {
	raw, _, err := tx.Doc(queueKey(entry{Terminal: t.ID, Point: t.Point, Head: t.Head}))
	if err != nil || says(raw, t) {
		return err == nil, err
	}
	var at last
	if raw, _, err = tx.Doc(lastKey(t.Point, t.ID)); err != nil || hq.DecodeDoc(raw, &at) != nil {
		return false, err
	}
	var l leaf
	if raw, _, err = tx.Doc(entryKey(at.Number)); err != nil || hq.DecodeDoc(raw, &l) != nil {
		return false, err
	}
	return says(l.Record, t), nil
}

// says reports whether a record is of a terminal's head.
func says(record []byte, t hq.Terminal) bool {
	var e entry
	return hq.DecodeDoc(record, &e) == nil && e.Terminal == t.ID && e.Head == t.Head
}

// waiting counts what is not logged yet.
func (c *check) waiting() error {
	for after := (hq.DocPlace{}); ; {
		var list []hq.Doc
		err := c.hq.View(c.ctx, func(tx hq.Tx) (err error) {
			list, err = tx.AllDocs(docQueue, after, page)
			return err
		})
		c.rep.Waiting += len(list)
		if err != nil || len(list) < page {
			return err
		}
		after = list[len(list)-1].DocPlace
	}
}
