package tally

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"iter"
	"path/filepath"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
	"hexiao/sync/hq/boltstore"
	"hexiao/sync/hq/hqtest"
)

var noon = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC) // 12:00 at the points

func ctx() context.Context { return context.Background() }

// world is an HQ with figures, by a clock that is set by hand.
type world struct {
	t     testing.TB
	now   time.Time
	hq    *hq.HQ
	store hq.Store
	tally *Tally
}

func newWorld(t testing.TB) *world {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "hq.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return newWorldOn(t, store)
}

func newWorldOn(t testing.TB, store hq.Store) *world {
	t.Helper()
	w := &world{t: t, now: noon, store: store}
	var err error
	if w.tally, err = New(); err != nil {
		t.Fatal(err)
	}
	w.hq, err = hq.New(ctx(), hq.Config{Store: store, Now: func() time.Time { return w.now }, Random: rand.Reader, Finishers: []hq.Finisher{w.tally}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) rebuild() {
	w.t.Helper()
	w.must(w.tally.Rebuild(ctx(), w.hq))
}

func (w *world) addPoint(id kiosk.PointID, p kiosk.Policy) {
	w.t.Helper()
	w.must(w.hq.AddPoint(ctx(), hq.NewPoint{ID: id, Name: "自提点 " + string(id), PIN: hqtest.PIN, Policy: p}))
}

func (w *world) importOrders(point kiosk.PointID, list ...kiosk.Order) {
	w.t.Helper()
	done, err := w.hq.Import(ctx(), point, entries(list...))
	w.must(err)
	if done.Refused > 0 {
		w.t.Fatal(done.Problems)
	}
}

func entries(list ...kiosk.Order) iter.Seq[ordertable.Entry] {
	return func(yield func(ordertable.Entry) bool) {
		for _, o := range list {
			if !yield(ordertable.Entry{Order: o, Name: "张小明", Phone: "13800001234"}) {
				return
			}
		}
	}
}

// device is a terminal.
type device struct {
	*world
	id    kiosk.TerminalID
	head  kiosk.Head // of what was pushed
	ready []kiosk.Record
	calls uint64
}

func (w *world) enrol(point kiosk.PointID) *device {
	w.t.Helper()
	code, _, err := w.hq.EnrolmentCode(ctx(), point)
	w.must(err)
	public, _, err := ed25519.GenerateKey(rand.Reader)
	w.must(err)
	e, err := w.hq.Enrol(ctx(), code, "door", public)
	w.must(err)
	return &device{world: w, id: kiosk.TerminalID(e.Terminal)}
}

// records writes an event to the device's journal.
func (d *device) records(at kiosk.Moment, body kiosk.Body) kiosk.EventID {
	d.t.Helper()
	d.calls++
	var id kiosk.EventID
	copy(id[:], fmt.Sprintf("%s/%d", d.id, d.calls))
	raw, _, err := kiosk.EncodeEvent(kiosk.Event{ID: id, At: at, Body: body})
	d.must(err)
	d.ready = append(d.ready, kiosk.Record{Epoch: 1, Seq: d.head.Seq + uint64(len(d.ready)) + 1, Payload: raw})
	return id
}

// push sends all that is written.
func (d *device) push() []kiosk.Receipt {
	d.t.Helper()
	b := kiosk.Batch{Terminal: d.id, Prev: d.head, Records: d.ready}
	ack, err := d.hq.Push(ctx(), b)
	d.must(err)
	d.head, d.ready = b.Head(), nil
	return ack.Receipts
}

// tells writes and pushes an event, by an exact clock.
func (d *device) tells(body kiosk.Body) (kiosk.EventID, kiosk.Settlement) {
	d.t.Helper()
	id := d.records(kiosk.Moment{Wall: d.now, Clock: kiosk.ClockSynced, HQ: kiosk.HQClock{Known: true}}, body)
	receipts := d.push()
	return id, receipts[len(receipts)-1].Settlement
}

// accepted is tells of what HQ must accept.
func (d *device) accepted(body kiosk.Body) kiosk.EventID {
	d.t.Helper()
	id, s := d.tells(body)
	if s != kiosk.SettledAccepted {
		d.t.Fatalf("%s is settled as %s", body.Type(), s)
	}
	return id
}

func order(id kiosk.OrderID) kiosk.Order {
	return kiosk.Order{
		ID: id, Status: kiosk.StatusArrived, PickupNumber: "A-01", Consignment: "C1",
		Lines: []kiosk.Line{
			{ID: "1", Product: "鲜牛奶", Spec: "950 ml", Quantity: 3, UnitPrice: 1285, Supplier: "光明"},
			{ID: "2", Product: "土鸡蛋", Quantity: 2, UnitPrice: 2990, Supplier: "农场"},
		},
	}
}

func handed(one, two int) []kiosk.Handed {
	return []kiosk.Handed{{Line: "1", Handed: one}, {Line: "2", Handed: two}}
}

// documents gives all that the tally keeps, but for its progress.
func (w *world) documents() map[hq.DocKey]string {
	w.t.Helper()
	all := map[hq.DocKey]string{}
	collections := []string{inOpen}
	for day := noon.AddDate(0, 0, -40); day.Before(noon.AddDate(0, 0, 40)); day = day.AddDate(0, 0, 1) {
		for _, in := range []string{inDay, inGoods, inPeople, inConsigned} {
			collections = append(collections, in+day.Format(time.DateOnly))
		}
	}
	w.must(w.hq.View(ctx(), func(tx hq.Tx) error {
		for _, c := range collections {
			list, err := tx.AllDocs(c, hq.DocPlace{}, 10_000)
			if err != nil {
				return err
			}
			for _, d := range list {
				all[hq.DocKey{Collection: c, DocPlace: d.DocPlace}] = string(d.Value)
			}
		}
		return nil
	}))
	return all
}

// forget takes all figures away, as if the store had never had any.
func (w *world) forget(docs map[hq.DocKey]string) {
	w.t.Helper()
	w.must(w.hq.Update(ctx(), func(tx hq.Tx) error {
		for k := range docs {
			if err := tx.DeleteDoc(k); err != nil {
				return err
			}
		}
		return tx.DeleteDoc(place(inProgress, "", only))
	}))
	w.tally.complete.Store(false)
}
