package hq_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

// diary writes what it hears into the transaction that did it.
type diary struct {
	entries int
	fail    error
}

func (d *diary) Observe(tx hq.Tx, f hq.Fact) error {
	d.entries++
	text := fmt.Sprintf("%T", f)
	switch f := f.(type) {
	case hq.OrderPut:
		text = fmt.Sprintf("order %s %s -> %s", f.New.Order.ID, f.Old.Order.Status, f.New.Order.Status)
	case hq.EventSettled:
		text = fmt.Sprintf("event %d %s on %s: %d -> %d", f.Stored.Seq, f.Stored.Receipt.Settlement, f.Stored.Day,
			len(f.Old.State.Redemptions), len(f.New.State.Redemptions))
	case hq.CaseOpened:
		text = fmt.Sprintf("case %d %s", f.Case.Number, f.Case.Kind)
	case hq.RequestAdded:
		text = fmt.Sprintf("request %d %s", f.Request.Number, f.Request.Type)
	case hq.HeadMoved:
		text = fmt.Sprintf("head %d -> %d", f.From.Seq, f.Terminal.Head.Seq)
	}
	k := hq.DocKey{Collection: "diary", DocPlace: hq.DocPlace{Key: fmt.Sprintf("%04d", d.entries)}}
	return errors.Join(tx.PutDoc(k, []byte(text)), d.fail)
}

// Observers hear of all that happens, and their failure undoes it.
func TestObservers(t *testing.T) {
	store := hqtest.OpenStore(t)
	c := newClock()
	d := &diary{}
	h, err := hq.New(ctx(), hq.Config{Store: store, Now: c.now, Random: rand.Reader, Observers: []hq.Observer{d}})
	if err != nil {
		t.Fatal(err)
	}
	s := hqtest.Serve(t, h, store)
	s.AddPoint("P001", kiosk.Policy{})
	s.Import("P001", hqtest.Entry("A"))
	device := enrol(t, s, c, "P001")
	for _, body := range []kiosk.Body{redeem("A"), kiosk.ReminderAsked{Order: "A", By: "L1"}, redeem("nowhere")} {
		device.tell(body)
	}
	heard := func() (texts []string) {
		err := h.View(ctx(), func(tx hq.Tx) error {
			list, err := tx.AllDocs("diary", hq.DocPlace{}, 100)
			for _, e := range list {
				texts = append(texts, string(e.Value))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return texts
	}
	day := kiosk.Day("2026-11-23")
	want := []string{
		"order A  -> arrived", "order A arrived -> arrived",
		fmt.Sprintf("event 1 accepted on %s: 0 -> 1", day), "head 0 -> 1",
		"order A arrived -> arrived", "request 1 reminder-asked", fmt.Sprintf("event 2 accepted on %s: 1 -> 1", day), "head 1 -> 2",
		"case 1 unknown", fmt.Sprintf("event 3 unknown on %s: 0 -> 0", day),
		"head 2 -> 3",
	}
	if diff := cmp.Diff(want, heard()); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
	before := heard()
	d.fail = errors.New("no")
	if err := h.SetStatus(context.Background(), "A", kiosk.StatusCancelled); !errors.Is(err, d.fail) {
		t.Errorf("SetStatus: %v, want the observer's error", err)
	}
	if !slices.Equal(before, heard()) {
		t.Error("what an observer put before it failed was kept")
	}
	if rec := orderOf(t, s, "A"); rec.Order.Status != kiosk.StatusArrived {
		t.Errorf("the order is %s after all", rec.Order.Status)
	}
}
