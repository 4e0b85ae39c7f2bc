package hq_test

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"testing"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
	"hexiao/sync/hq/hqtest"
)

// reckoner keeps how many facts each transaction told.
type reckoner struct {
	calls []int
	kept  bool // the events of the facts were there
	fail  error
}

func (r *reckoner) Finish(tx hq.Tx, facts []hq.Fact) error {
	r.calls = append(r.calls, len(facts))
	for _, f := range facts {
		if e, ok := f.(hq.EventSettled); ok {
			_, found, err := tx.Event(e.Stored.Terminal, e.Stored.Seq)
			if err != nil {
				return err
			}
			r.kept = found
		}
	}
	return r.fail
}

// A finisher hears all of a transaction at once, at its end, and its failure undoes it.
func TestFinishers(t *testing.T) {
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "hq.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	c, r := newClock(), &reckoner{}
	h, err := hq.New(ctx(), hq.Config{Store: store, Now: c.now, Random: rand.Reader, Finishers: []hq.Finisher{r}})
	if err != nil {
		t.Fatal(err)
	}
	s := hqtest.Serve(t, h, store)
	s.AddPoint("P001", kiosk.Policy{})
	if len(r.calls) != 0 {
		t.Errorf("called %v without facts", r.calls)
	}
	s.Import("P001", hqtest.Entry("A"), hqtest.Entry("B"))
	d := enrol(t, s, c, "P001")
	_, one := d.event(redeem("A"))
	_, two := d.event(redeem("B"))
	if _, refused := d.push(d.batch(one, two)); refused != nil {
		t.Fatal(refused)
	}
	// Two orders; then of each an order and an event, and the head.
	if len(r.calls) != 2 || r.calls[0] != 2 || r.calls[1] != 5 || !r.kept {
		t.Errorf("heard %v, events kept: %v", r.calls, r.kept)
	}
	r.fail = errors.New("no")
	if err := h.SetStatus(context.Background(), "A", kiosk.StatusCancelled); !errors.Is(err, r.fail) {
		t.Errorf("SetStatus: %v, want the finisher's error", err)
	}
	if rec := orderOf(t, s, "A"); rec.Order.Status != kiosk.StatusArrived {
		t.Errorf("the order is %s after all", rec.Order.Status)
	}
}
