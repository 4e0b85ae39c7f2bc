package boltstore_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal/journaltest"
	"hexiao/kiosk/kiosktest"
)

const modelOrders = 6

// machine runs a store on a disk that fails and forgets, in a process that is
// killed, beside the ledger in memory that never does.
type machine struct {
	t     *rapid.T
	o     boltstore.Options
	fsys  *journaltest.FS
	dice  *rand.Rand
	store *boltstore.Store
	model *kiosktest.Memory
	set   map[kiosk.OrderID]kiosk.Order
	clock time.Duration
	// fresh holds the orders of the last append: after a kill their answer may
	// be given again.
	fresh map[kiosk.OrderID]bool
}

func newMachine(t *rapid.T, dir string) *machine {
	seed := rapid.Uint64().Draw(t, "seed")
	m := &machine{
		t: t, fsys: journaltest.New(), dice: rand.New(rand.NewPCG(seed, 1)), model: kiosktest.NewMemory(kiosktest.Point()),
		set: map[kiosk.OrderID]kiosk.Order{}, fresh: map[kiosk.OrderID]bool{},
	}
	m.o = options(dir)
	m.o.FS, m.o.SegmentBytes, m.o.CheckpointEvery, m.o.Random = m.fsys, 2<<10, 3, kiosktest.Random(seed)
	m.reopen()
	for n := range modelOrders {
		o := kiosktest.Order(n, kiosktest.OpenedBy(kiosktest.Code(100+n/2))) // two orders a shared code
		if n%3 == 0 {
			o.Due = 500
		}
		m.set[o.ID] = o
		m.model.PutOrder(o)
	}
	m.fill()
	return m
}

func (m *machine) reopen() {
	s, err := boltstore.Open(m.o)
	if err != nil {
		m.t.Fatalf("open: %v", err)
	}
	m.store = s
}

func (m *machine) orders() []kiosk.Order {
	var all []kiosk.Order
	for n := range modelOrders {
		all = append(all, m.set[kiosktest.OrderID(n)])
	}
	return all
}

// fill sends the whole set, as HQ does when it is gone.
func (m *machine) fill() {
	w := watermark(1, kiosktest.Start(), m.orders()...)
	err := errors.Join(m.store.SetPoint(kiosktest.Point()), m.store.Stage(kiosk.Page{Orders: m.orders(), Cursor: "c"}), m.store.Switch(w))
	if err != nil {
		m.t.Fatalf("fill: %v", err)
	}
}

func (m *machine) now() kiosk.Moment {
	m.clock += time.Second
	return kiosktest.Moment(m.clock)
}

// noted remembers which orders the last append concerned.
func (m *machine) noted(before uint64) {
	events := m.model.Events()
	if uint64(len(events)) == before || events[before].Body.Subject() == "" { // what concerns no order answers nobody
		return
	}
	clear(m.fresh)
	for _, e := range events[before:] {
		m.fresh[e.Body.Subject()] = true
	}
}

func (m *machine) head() uint64 { return uint64(len(m.model.Events())) }

// Redeem compares the answers. A store that was killed may give the last one
// again, and nothing else.
func (m *machine) Redeem(t *rapid.T) {
	n := rapid.SampledFrom([]int{0, 1, 2, 3, 4, 5, 100, 101, 102, 50}).Draw(t, "code")
	scan := desk.Scan{Text: kiosktest.Code(n).Text, Source: "serial", At: m.now()}
	before := m.head()
	want, err := m.model.Redeem(scan)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.store.Redeem(scan)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Outcomes) != len(want.Outcomes) {
		t.Fatalf("%d outcomes, want %d", len(got.Outcomes), len(want.Outcomes))
	}
	for i, g := range got.Outcomes {
		w := want.Outcomes[i]
		if g.Resumed && m.fresh[g.Order.ID] && w.Verdict == kiosk.AlreadyCollected {
			continue
		}
		if g.Verdict != w.Verdict || fmt.Sprint(g.Lines) != fmt.Sprint(w.Lines) || len(g.History) != len(w.History) || g.Seq != w.Seq {
			t.Fatalf("order %s: %s of event %d, want %s of event %d", g.Order.ID, g.Verdict, g.Seq, w.Verdict, w.Seq)
		}
	}
	m.noted(before)
}

func (m *machine) id(t *rapid.T) kiosk.OrderID {
	return kiosktest.OrderID(rapid.IntRange(0, modelOrders-1).Draw(t, "order"))
}

// Confirm hands over all or a part of a held order.
func (m *machine) Confirm(t *rapid.T) {
	id, at := m.id(t), m.now()
	c := kiosk.Confirmation{By: kiosktest.Leader(), Means: rapid.SampledFrom([]string{"", "cash"}).Draw(t, "means")}
	if rapid.Bool().Draw(t, "part") {
		c.Lines = []kiosk.Handed{{Line: "1", Handed: rapid.IntRange(0, 2).Draw(t, "units")}}
	}
	before := m.head()
	want, wantErr := m.model.Confirm(at, id, c)
	got, err := m.store.Confirm(at, id, c)
	if (err == nil) != (wantErr == nil) || got.Verdict != want.Verdict {
		t.Fatalf("confirm %s: %s, %v; want %s, %v", id, got.Verdict, err, want.Verdict, wantErr)
	}
	m.noted(before)
}

// Reject and Undo are compared by whether they are allowed.
func (m *machine) Reject(t *rapid.T) {
	id, at, before := m.id(t), m.now(), m.head()
	want, got := m.model.Reject(at, id, "L1"), m.store.Reject(at, id, "L1")
	if (want == nil) != (got == nil) {
		t.Fatalf("reject %s: %v, want %v", id, got, want)
	}
	m.noted(before)
}

func (m *machine) Undo(t *rapid.T) {
	id, at, before := m.id(t), m.now(), m.head()
	_, state, ok := m.store.Order(id)
	if !ok {
		t.Fatalf("order %s is gone", id)
	}
	standing := state.Standing()
	if len(standing) == 0 {
		t.Skip("nothing to undo")
	}
	last := standing[len(standing)-1]
	twin := m.model.Events()[last.Seq-1]
	want := m.model.Undo(at, id, twin.ID, kiosktest.Leader(), "wrong bag")
	if got := m.store.Undo(at, id, last.Event, kiosktest.Leader(), "wrong bag"); (want == nil) != (got == nil) {
		t.Fatalf("undo at %s: %v, want %v", id, got, want)
	}
	m.noted(before)
}

// Change sends an order anew from HQ.
func (m *machine) Change(t *rapid.T) {
	o := m.set[m.id(t)]
	o.Version++
	o.Status = rapid.SampledFrom([]kiosk.Status{
		kiosk.StatusArrived, kiosk.StatusArrived, kiosk.StatusShipped, kiosk.StatusRefunding,
	}).Draw(t, "status")
	m.set[o.ID] = o
	m.model.PutOrder(o)
	if err := m.store.Apply(kiosk.Page{Orders: []kiosk.Order{o}, Cursor: "c"}); err != nil {
		t.Fatal(err)
	}
}

// Acknowledge lets HQ take some events.
func (m *machine) Acknowledge(t *rapid.T) {
	batch, err := m.store.Pending(rapid.IntRange(1, 5).Draw(t, "events"))
	if err == nil && len(batch.Records) > 0 {
		err = m.store.Acknowledge(kiosk.Ack{Head: batch.Head()})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Maintain keeps house, long after everything happened, and makes the files
// smaller even where that is not worth it.
func (m *machine) Maintain(t *rapid.T) {
	at := m.now()
	at.Wall = at.Wall.AddDate(1, 0, 0)
	if err := errors.Join(m.store.Maintain(t.Context(), at), m.store.Compact(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// Fault lets a later write or sync of the journal fail once. Not that of a
// spare segment, in the background: it would make a scan fail, rightly.
func (m *machine) Fault(t *rapid.T) {
	op := rapid.SampledFrom([]journaltest.Op{journaltest.OpWrite, journaltest.OpSync}).Draw(t, "op")
	fault := rapid.SampledFrom([]error{journaltest.ErrFault, journaltest.ErrTorn}).Draw(t, "fault")
	m.fsys.SetFault(func(o journaltest.Op, name string) error {
		if o != op || filepath.Ext(name) != ".hxj" {
			return nil
		}
		op = ""
		return fault
	})
}

// Restart closes the store in an orderly way.
func (m *machine) Restart(t *rapid.T) {
	m.fsys.SetFault(nil)
	if err := m.store.Close(); err != nil {
		t.Fatal(err)
	}
	m.reopen()
}

// PowerCut forgets what was not synced, and any of the disposable files.
func (m *machine) PowerCut(t *rapid.T) {
	m.fsys.SetFault(nil)
	if err := errors.Join(m.store.Crash(), m.fsys.Cut(m.dice)); err != nil {
		t.Fatal(err)
	}
	lostOrders := false
	for _, name := range []string{"state.db", "orders.db"} {
		if rapid.IntRange(0, 3).Draw(t, "lose "+name) > 0 {
			continue
		}
		if err := os.Remove(filepath.Join(m.o.Dir, name)); err != nil {
			t.Fatal(err)
		}
		lostOrders = lostOrders || name == "orders.db"
	}
	m.reopen()
	if lostOrders {
		m.fill()
	}
}

// Check compares what both ledgers know.
func (m *machine) Check(t *rapid.T) {
	if got, want := m.store.Status().Head, m.head(); got != want {
		t.Fatalf("head %d, want %d", got, want)
	}
	states := map[kiosk.OrderID]kiosk.OrderState{}
	for _, e := range m.model.Events() {
		states[e.Body.Subject()] = states[e.Body.Subject()].Apply(e)
	}
	for id, o := range m.set {
		got, state, ok := m.store.Order(id)
		if !ok || got.Version != o.Version {
			t.Fatalf("order %s: version %d, want %d", id, got.Version, o.Version)
		}
		want := states[id]
		_, gotHold := state.OpenHold()
		_, wantHold := want.OpenHold()
		if fmt.Sprint(kiosk.Remaining(o, state)) != fmt.Sprint(kiosk.Remaining(o, want)) || gotHold != wantHold ||
			state.Paid() != want.Paid() || len(state.Redemptions) != len(want.Redemptions) || counts(state) != counts(want) {
			t.Fatalf("order %s: %+v, want %+v", id, state, want)
		}
	}
}

// TestAgainstMemory is the law of the store: whatever happens to the process,
// the disk and the disposable files, it decides like a ledger in memory to which
// nothing happens.
func TestAgainstMemory(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "d")
		if err != nil {
			rt.Fatal(err)
		}
		m := newMachine(rt, dir)
		defer func() {
			m.fsys.SetFault(nil)
			if err := m.store.Close(); err != nil {
				rt.Fatal(err)
			}
		}()
		rt.Repeat(map[string]func(*rapid.T){
			"redeem": m.Redeem, "redeem again": m.Redeem, "confirm": m.Confirm, "reject": m.Reject, "undo": m.Undo,
			"hand over": m.HandOver, "record": m.Record, "peek": m.Peek,
			"maintain": m.Maintain, "change": m.Change, "acknowledge": m.Acknowledge, "fault": m.Fault, "restart": m.Restart, "power cut": m.PowerCut,
			"": m.Check,
		})
	})
}
