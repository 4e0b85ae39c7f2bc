package hq_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/wire"
)

func TestFullSetInPages(t *testing.T) {
	s, c := start(t)
	const orders = 2345
	var entries []ordertable.Entry
	for i := range orders {
		entries = append(entries, hqtest.Entry(kiosk.OrderID(fmt.Sprintf("A%05d", i))))
	}
	s.Import("P001", entries...)
	d := enrol(t, s, c, "P001")
	m := newModel()
	if err := d.pull(m); err != nil {
		t.Fatal(err)
	}
	if !m.complete() || m.mark.Count != orders || m.pages != 4 || !m.mark.At.Equal(c.now()) {
		t.Errorf("%d orders in %d pages, watermark %+v", len(m.orders), m.pages, m.mark)
	}
	// Nothing new: an empty last page.
	m.pages = 0
	if err := d.pull(m); err != nil || m.pages != 1 || !m.complete() {
		t.Errorf("again: %d pages, %v", m.pages, err)
	}
}

// A terminal that stops after a page and comes back much later still ends with
// HQ's set, whatever changed meanwhile.
func TestFullLoadIsContinued(t *testing.T) {
	s, c := start(t)
	var entries []ordertable.Entry
	for i := range 2100 {
		entries = append(entries, hqtest.Entry(kiosk.OrderID(fmt.Sprintf("A%05d", i))))
	}
	s.Import("P001", entries...)
	d := enrol(t, s, c, "P001")
	var raw []byte
	req := d.request(http.MethodGet, "/v1/points/P001/orders", nil)
	if _, refusal := d.do(req, &raw); refusal != nil {
		t.Fatal(refusal)
	}
	m := newModel()
	if err := d.read(req, bytes.NewReader(raw[:len(raw)*2/3]), m); !errors.Is(err, wire.ErrCut) || len(m.orders) != 1000 {
		t.Fatalf("%d orders, %v", len(m.orders), err)
	}
	// Behind the cursor: one changes, one goes, one comes; before it one goes.
	for _, err := range []error{
		s.HQ.SetStatus(ctx(), "A00007", kiosk.StatusCancelled), s.HQ.Withdraw(ctx(), "A00008"), s.HQ.Withdraw(ctx(), "A02000"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s.Import("P001", hqtest.Entry("A00000a"))
	if err := d.pull(m); err != nil {
		t.Fatal(err)
	}
	if !m.complete() || len(m.orders) != 2099 || m.orders["A00007"].Status != kiosk.StatusCancelled {
		t.Errorf("%d orders, watermark %+v", len(m.orders), m.mark)
	}
}

func TestCursorsThatExpired(t *testing.T) {
	s, c := start(t)
	s.Import("P001", hqtest.Entry("A"))
	s.Import("P002", hqtest.Entry("B"), hqtest.Entry("C"))
	d, other := enrol(t, s, c, "P001"), enrol(t, s, c, "P002")
	mine, theirs := newModel(), newModel()
	if err := errors.Join(d.pull(mine), other.pull(theirs)); err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(mine.cursor)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)-1]++ // one version after HQ's: the store was restored
	for name, cursor := range map[string]string{
		"another set's": theirs.cursor, "of the future": base64.RawURLEncoding.EncodeToString(raw), "nonsense": "x!", "short": "Y2M",
	} {
		if err := d.pull(&model{cursor: cursor}); !errors.Is(err, wire.ErrCursorExpired) {
			t.Errorf("%s: %v, want ErrCursorExpired", name, err)
		}
	}
}

// Large orders end a page early, so that no page outgrows the contract.
func TestPagesEndEarly(t *testing.T) {
	s, c := start(t)
	var entries []ordertable.Entry
	for i := range 400 {
		e := hqtest.Entry(kiosk.OrderID(fmt.Sprintf("A%05d", i)))
		e.Order.Lines = nil
		for j := range 200 {
			e.Order.Lines = append(e.Order.Lines, kiosk.Line{
				ID: kiosk.LineID(fmt.Sprint(j)), Product: string(bytes.Repeat([]byte("大"), 60)), Quantity: 1,
			})
		}
		entries = append(entries, e)
	}
	s.Import("P001", entries...)
	d := enrol(t, s, c, "P001")
	m := newModel()
	if err := d.pull(m); err != nil || !m.complete() || m.pages < 3 {
		t.Errorf("%d pages, %v", m.pages, err)
	}
}

// Terminals that follow from wherever they are always reach the set that the
// watermark describes, and it is HQ's.
func TestFollowersReachTheSet(t *testing.T) {
	s, c := start(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		point := kiosk.PointID(fmt.Sprintf("R%d", round))
		if err := s.HQ.AddPoint(ctx(), hq.NewPoint{ID: point, Name: "x"}); err != nil {
			rt.Fatal(err)
		}
		d := enrol(t, s, c, point)
		followers := []*model{newModel(), newModel(), newModel()}
		want, dead := map[kiosk.OrderID]kiosk.Status{}, map[kiosk.OrderID]bool{}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			id := kiosk.OrderID(fmt.Sprintf("R%d-%d", round, rapid.IntRange(1, 5).Draw(rt, "order")))
			switch rapid.IntRange(0, 4).Draw(rt, "what") {
			case 0:
				if dead[id] {
					continue
				}
				e := hqtest.Entry(id)
				e.Order.Shelf = rapid.StringMatching("[1-9]").Draw(rt, "shelf")
				s.Import(point, e)
				want[id] = kiosk.StatusArrived
			case 1:
				if err := s.HQ.Withdraw(ctx(), id); err == nil {
					delete(want, id)
				}
			case 2:
				if err := s.HQ.SetStatus(ctx(), id, kiosk.StatusCancelled); err == nil {
					dead[id] = true
					if _, in := want[id]; in {
						want[id] = kiosk.StatusCancelled
					}
				}
			case 3:
				d.tell(redeem(id))
			case 4:
				i := rapid.IntRange(0, len(followers)-1).Draw(rt, "follower")
				if err := d.pull(followers[i]); err != nil || !followers[i].complete() {
					rt.Fatalf("follower %d: %v", i, err)
				}
			}
		}
		for i, m := range followers {
			if err := d.pull(m); err != nil || !m.complete() {
				rt.Fatalf("follower %d at the end: %v, %d orders, watermark %+v", i, err, len(m.orders), m.mark)
			}
			if len(m.orders) != len(want) {
				rt.Fatalf("follower %d has %d orders, want %v", i, len(m.orders), want)
			}
			for id, status := range want {
				at := orderOf(t, s, id).Order
				if o := m.orders[id]; o.Status != status || len(o.Settled) != len(at.Settled) || len(o.Disputes) != len(at.Disputes) {
					rt.Fatalf("follower %d has order %s as %q, want %s", i, id, o.Status, status)
				}
			}
		}
	})
}

func orderOf(t *testing.T, s *hqtest.Server, id kiosk.OrderID) (rec hq.OrderRecord) {
	t.Helper()
	err := s.Store.View(ctx(), func(tx hq.Tx) (err error) {
		point, _, err := tx.OrderPoint(id)
		if err != nil {
			return err
		}
		rec, _, err = tx.Order(point, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func TestImportKeepsWhatHappened(t *testing.T) {
	s, c := start(t)
	first := s.Import("P001", hqtest.Entry("A"), hqtest.Entry("B"), hqtest.Entry("C"))
	d := enrol(t, s, c, "P001")
	settled(t, d.tell(redeem("A")), kiosk.SettledAccepted)
	if err := s.HQ.SetStatus(ctx(), "B", kiosk.StatusCancelled); err != nil {
		t.Fatal(err)
	}
	changedLines, back, shelf := hqtest.Entry("A"), hqtest.Entry("B"), hqtest.Entry("C")
	changedLines.Order.Lines = changedLines.Order.Lines[:1]
	shelf.Order.Shelf = "9-9"
	foreign := hqtest.Entry("C")
	done, err := s.HQ.Import(ctx(), "P001", slices.Values([]ordertable.Entry{changedLines, back, shelf, hqtest.Entry("A"), {Order: kiosk.Order{ID: "bad"}}}))
	if err != nil || done.Refused != 3 || done.Changed != 1 || done.Unchanged != 1 || len(done.Problems) != 3 {
		t.Errorf("%+v, %v", done, err)
	}
	if done, err = s.HQ.Import(ctx(), "P002", slices.Values([]ordertable.Entry{foreign})); err != nil || done.Refused != 1 {
		t.Errorf("another point's order: %+v, %v", done, err)
	}
	if _, err = s.HQ.Import(ctx(), "P404", slices.Values([]ordertable.Entry{foreign})); !errors.Is(err, hq.ErrNoPoint) {
		t.Errorf("no point: %v", err)
	}
	after := s.Codes("P001")
	for id, codes := range first {
		if after[id] != codes {
			t.Errorf("the codes of %s changed", id)
		}
	}
	m := newModel()
	if err := d.pull(m); err != nil || len(m.orders["A"].Settled) != 1 || m.orders["C"].Shelf != "9-9" || m.orders["B"].Status != kiosk.StatusCancelled {
		t.Errorf("orders %+v, %v", m.orders, err)
	}
}
