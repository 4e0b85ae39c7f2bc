package headlog_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/headlog"
)

// finding is a finding without its sentence; entry -1: none.
type finding struct {
	kind     headlog.Kind
	terminal kiosk.TerminalID
	seq      uint64
	entry    int64
}

func of(rep headlog.Report) (list []finding) {
	for _, f := range rep.Findings {
		e := int64(-1)
		if f.Entry != nil {
			e = *f.Entry
		}
		list = append(list, finding{f.Kind, f.Terminal, f.Seq, e})
	}
	return list
}

func edit(t *testing.T, tx hq.Tx, id kiosk.TerminalID, seq uint64, fn func(e *hq.StoredEvent)) error {
	t.Helper()
	e, ok, err := tx.Event(id, seq)
	if err != nil || !ok {
		return errors.Join(err, errors.New("no event"))
	}
	e.Payload = bytes.Clone(e.Payload)
	fn(&e)
	return tx.PutEvent(e)
}

func number(n string) hq.DocKey {
	return hq.DocKey{Collection: "headlog/entry", DocPlace: hq.DocPlace{Key: strings.Repeat("0", 20-len(n)) + n}}
}

// Each way to tamper is found, and named.
func TestTampering(t *testing.T) {
	var saved []byte // of five entries
	before := map[hq.DocKey][]byte{}
	terminal := func(tx hq.Tx, id kiosk.TerminalID, fn func(k *hq.Terminal)) error {
		k, _, err := tx.Terminal(id)
		if err != nil {
			return err
		}
		fn(&k)
		return tx.PutTerminal(k)
	}
	cases := map[string]struct {
		tamper func(w *world)
		want   []finding
	}{
		"nothing": {func(*world) {}, nil},
		"event edited": {func(w *world) {
			w.update(func(tx hq.Tx) error {
				return edit(w.t, tx, "K1", 3, func(e *hq.StoredEvent) { e.Payload[len(e.Payload)-1] ^= 1 })
			})
		}, []finding{{headlog.KindEventChanged, "K1", 3, -1}}},
		"event removed": {func(w *world) { w.remove("K1", 3) }, []finding{{headlog.KindEventMissing, "K1", 3, -1}}},
		"last event removed": {func(w *world) { w.remove("K3", 2) }, []finding{
			{headlog.KindEventMissing, "K3", 2, 2}, {headlog.KindEventMissing, "K3", 2, -1},
		}},
		"events rewritten with their chain": {func(w *world) {
			w.update(func(tx hq.Tx) error {
				head := kiosk.Head{}
				for seq := uint64(1); seq <= 6; seq++ {
					err := edit(w.t, tx, "K1", seq, func(e *hq.StoredEvent) {
						if seq == 3 {
							e.Payload[len(e.Payload)-1] ^= 1
						}
						e.Hash = kiosk.ChainHash(head.Hash, "K1", e.Epoch, e.Seq, e.Payload)
						head = kiosk.Head{Seq: e.Seq, Hash: e.Hash}
					})
					if err != nil {
						return err
					}
				}
				return terminal(tx, "K1", func(k *hq.Terminal) { k.Head = head })
			})
		}, []finding{{headlog.KindHeadDiffers, "K1", 4, 0}, {headlog.KindHeadDiffers, "K1", 6, 3}, {headlog.KindHeadNotLogged, "K1", 6, -1}}},
		"event put in": {func(w *world) {
			w.update(func(tx hq.Tx) error {
				return edit(w.t, tx, "K2", 2, func(e *hq.StoredEvent) { e.Seq, e.Receipt.Seq = 3, 3 })
			})
		}, []finding{{headlog.KindEventBeyond, "K2", 3, -1}}},
		"head set back": {func(w *world) {
			w.update(func(tx hq.Tx) error {
				e, _, err := tx.Event("K1", 5)
				if err != nil {
					return err
				}
				return terminal(tx, "K1", func(k *hq.Terminal) { k.Head = kiosk.Head{Seq: 5, Hash: e.Hash} })
			})
		}, []finding{{headlog.KindHeadBack, "K1", 5, 3}, {headlog.KindEventBeyond, "K1", 6, -1}, {headlog.KindHeadNotLogged, "K1", 5, -1}}},
		"head changed": {func(w *world) {
			w.update(func(tx hq.Tx) error { return terminal(tx, "K1", func(k *hq.Terminal) { k.Head.Hash[0] ^= 1 }) })
		}, []finding{{headlog.KindHeadWrong, "K1", 6, -1}, {headlog.KindHeadNotLogged, "K1", 6, -1}}},
		"entry changed": {func(w *world) {
			w.update(func(tx hq.Tx) error {
				raw, _, err := tx.Doc(number("1"))
				if err != nil {
					return err
				}
				i := bytes.Index(raw, []byte("K2"))
				raw[i+1] = '1'
				return tx.PutDoc(number("1"), raw)
			})
		}, []finding{{headlog.KindEntryChanged, "", 0, 1}}},
		"entry replaced by another": {func(w *world) {
			w.update(func(tx hq.Tx) error {
				raw, _, err := tx.Doc(number("0"))
				if err != nil {
					return err
				}
				return tx.PutDoc(number("2"), raw) // both have their own hash alone
			})
		}, []finding{
			{headlog.KindTree, "", 0, -1},
			{headlog.KindEntryChanged, "", 0, 3}, // its subtree was hashed over the entry that was there
			{headlog.KindTree, "", 0, -1}, {headlog.KindTree, "", 0, -1}, {headlog.KindForked, "", 0, -1},
			{headlog.KindHeadNotLogged, "K3", 2, -1},
		}},
		"entry removed": {func(w *world) {
			w.update(func(tx hq.Tx) error { return tx.DeleteDoc(number("1")) })
		}, []finding{{headlog.KindEntryMissing, "", 0, 1}}},
		"entry put in": {func(w *world) {
			w.update(func(tx hq.Tx) error { return tx.PutDoc(number("5"), nil) })
		}, []finding{{headlog.KindEntryBeyond, "", 0, 5}}},
		"entry not readable": {func(w *world) {
			w.update(func(tx hq.Tx) error { return tx.PutDoc(number("4"), []byte{0xff}) })
		}, []finding{{headlog.KindEntryChanged, "", 0, 4}, {headlog.KindTree, "", 0, -1}, {headlog.KindTree, "", 0, -1}, {headlog.KindForked, "", 0, -1}, {headlog.KindHeadNotLogged, "K2", 2, -1}}},
		"tree alone set back": {func(w *world) {
			w.update(func(tx hq.Tx) error {
				k := hq.DocKey{Collection: "headlog/tree", DocPlace: hq.DocPlace{Key: "tree"}}
				return tx.PutDoc(k, before[k])
			})
			if _, err := w.log.Append(w.t.Context()); err != nil {
				w.t.Error(err)
			}
			w.push("K3", 1)
			if _, err := w.log.Append(w.t.Context()); !errors.Is(err, headlog.ErrBeyond) {
				w.t.Errorf("entries were written over: %v", err)
			}
		}, []finding{{headlog.KindEntryBeyond, "", 0, 3}, {headlog.KindRolledBack, "", 0, -1}, {headlog.KindRolledBack, "", 0, -1}}},
		"log set back": {func(w *world) { w.setBack(before) }, []finding{
			{headlog.KindRolledBack, "", 0, -1}, {headlog.KindHeadNotLogged, "K1", 6, -1}, {headlog.KindHeadNotLogged, "K2", 2, -1},
		}},
		"log made anew": {func(w *world) {
			w.setBack(nil)
			w.append(3)
			w.push("K1", 1)
			w.append(1)
		}, []finding{{headlog.KindRolledBack, "", 0, -1}}},
		"log made anew and longer": {func(w *world) {
			w.setBack(nil)
			w.append(3)
			for range 3 {
				w.push("K1", 1)
				w.append(1)
			}
		}, []finding{{headlog.KindForked, "", 0, -1}}},
		"checkpoint of the day changed": {func(w *world) {
			w.update(func(tx hq.Tx) error {
				k := hq.DocKey{Collection: "headlog/checkpoint", DocPlace: hq.DocPlace{Key: "2026-11-23"}}
				raw, _, err := tx.Doc(k)
				if err != nil {
					return err
				}
				return tx.PutDoc(k, bytes.Replace(raw, []byte("\n3\n"), []byte("\n2\n"), 1))
			})
		}, []finding{{headlog.KindCheckpoint, "", 0, -1}}},
		"keys replaced": {func(w *world) {
			w.update(func(tx hq.Tx) error { return tx.PutIdentity(hq.Identity{Seed: bytes.Repeat([]byte{7}, 32)}) })
		}, []finding{{headlog.KindCheckpoint, "", 0, -1}, {headlog.KindCheckpoint, "", 0, -1}, {headlog.KindCheckpoint, "", 0, -1}, {headlog.KindOtherKey, "", 0, -1}}},
	}
	for what, c := range cases {
		t.Run(what, func(t *testing.T) {
			each(t, func(w *world) {
				w.push("K1", 4)
				w.push("K2", 1)
				w.push("K3", 2)
				w.append(3)
				before = w.docs()
				w.clock.Advance(24 * time.Hour)
				w.push("K1", 2)
				w.append(1)
				w.push("K2", 1)
				w.append(1)
				saved = []byte(w.sound(headlog.Options{}).Note)
				c.tamper(w)
				if got := of(w.verify(headlog.Options{Since: saved})); !slices.Equal(got, c.want) {
					t.Errorf("found %+v, want %+v", got, c.want)
				}
			})
		})
	}
}
