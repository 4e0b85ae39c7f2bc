package hq_test

import (
	"testing"
	"time"

	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/wire"
)

// HQ keeps when it heard of a terminal: of its events exactly, of its asking for orders
// not more often than it must; and how far it had the orders.
func TestHeard(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	d := enrol(t, s, c, "P001")
	is := func(what string, at time.Time, held uint64) {
		t.Helper()
		list, err := s.HQ.Terminals(ctx())
		if err != nil || len(list) != 1 || !list[0].Heard.Equal(at) || list[0].Held != held {
			t.Errorf("%s: %v, %+v; want %v, %d", what, err, list, at, held)
		}
	}
	is("enrolled", time.Time{}, 0)
	m, began := newModel(), c.at
	pull := func() {
		t.Helper()
		if err := d.pull(m); err != nil {
			t.Fatal(err)
		}
	}
	pull()
	is("first pull", began, 0)
	c.advance(4 * time.Minute)
	pull()
	is("a pull soon after", began, 0)
	c.advance(2 * time.Minute)
	var version uint64
	if err := s.HQ.View(ctx(), func(tx hq.Tx) error {
		rec, _, err := tx.Point("P001")
		version = rec.Version
		return err
	}); err != nil {
		t.Fatal(err)
	}
	pull()
	is("a later pull", c.at, version)
	c.advance(time.Second)
	d.tell(redeem("A"))
	is("an event", c.at, version)
	if s.HQ.Following(d.id) {
		t.Error("follows without a stream")
	}
	came, end := d.follows(wire.NDJSON, "")
	until(t, came, newModel(), 1)
	if !s.HQ.Following(d.id) {
		t.Error("does not follow")
	}
	if err := end(); err == nil {
		t.Error("a cut stream ended well")
	}
}
