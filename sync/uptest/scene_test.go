package uptest

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	dicing "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/boltstore"
	"hexiao/kiosk/hqring"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/kiosktest"
	"hexiao/kiosk/ordertable"
	"hexiao/kiosk/seal"
	"hexiao/sync/client"
	"hexiao/sync/engine"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

// orderID gives the n-th order at HQ.
func orderID(n int) kiosk.OrderID { return kiosk.OrderID(fmt.Sprintf("HX%08d", n)) }

// importOrders gives HQ so many arrived orders.
func importOrders(t testing.TB, s *hqtest.Server, point kiosk.PointID, orders int) {
	t.Helper()
	done, err := s.HQ.Import(t.Context(), point, func(yield func(ordertable.Entry) bool) {
		for n := range orders {
			if !yield(hqtest.Entry(orderID(n))) {
				return
			}
		}
	})
	if err != nil || done.Refused > 0 {
		t.Fatalf("import: %v, %v", err, done.Problems)
	}
}

// shop is a terminal with a journal, as far as the way up needs one.
type shop struct {
	dir      string
	enrolled client.Enrolment
	key      ed25519.PrivateKey
	store    *boltstore.Store
}

func macKey() []byte { return make([]byte, 32) }

// inside calls a handler without a network, as a bubble of virtual time needs it.
type inside struct{ http.Handler }

func (i inside) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	answer := httptest.NewRecorder()
	served := req.Clone(req.Context())
	if served.Body == nil {
		served.Body = http.NoBody
	}
	served.RequestURI = req.URL.RequestURI()
	if served.Host == "" {
		served.Host = req.URL.Host
	}
	i.ServeHTTP(answer, served)
	return answer.Result(), nil
}

// enrol makes a terminal of a point, whose journal has the events.
func enrol(t testing.TB, s *hqtest.Server, point kiosk.PointID, transport http.RoundTripper, events []kiosk.Event) *shop {
	t.Helper()
	_, key, err := ed25519.GenerateKey(kiosktest.Random(7))
	if err != nil {
		t.Fatal(err)
	}
	e, err := client.Enrol(context.Background(), client.EnrolOptions{Address: s.URL, Code: s.Code(point), Key: key, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	shop := &shop{dir: filepath.Join(t.TempDir(), "data"), enrolled: e, key: key}
	shop.record(t, events)
	shop.open(t)
	t.Cleanup(func() {
		if err := shop.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return shop
}

// record appends events to the journal of a terminal that is not running.
func (s *shop) record(t testing.TB, events []kiosk.Event) {
	t.Helper()
	j, err := journal.Open(journal.Options{Dir: filepath.Join(s.dir, "journal"), Terminal: s.enrolled.Terminal, MACKey: macKey()})
	if err != nil {
		t.Fatal(err)
	}
	for len(events) > 0 {
		n := min(len(events), 500)
		if _, err := j.Append(events[:n]...); err != nil {
			t.Fatal(err)
		}
		events = events[n:]
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

func (s *shop) open(t testing.TB) {
	t.Helper()
	key, err := seal.NewPointKey(s.enrolled.PointSecret)
	if err != nil {
		t.Fatal(err)
	}
	store, err := boltstore.Open(boltstore.Options{
		Dir: s.dir, Terminal: s.enrolled.Terminal, Point: s.enrolled.Point, Lookup: key.Lookup, MACKey: macKey(),
		HQKey: s.enrolled.HQKey, Random: rand.Reader, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.store = store
	store.Answered()
}

// errDown is what becomes of the way down.
var errDown = errors.New("nothing comes down here")

// upOnly is HQ, from which no orders come.
type upOnly struct{ *client.HQ }

func (upOnly) Orders(context.Context, string, func(kiosk.Page) error) (kiosk.Watermark, error) {
	return kiosk.Watermark{}, errDown
}

func (upOnly) Point(context.Context, string) (kiosk.Point, string, error) {
	return kiosk.Point{}, "", errDown
}

func (upOnly) Time(context.Context) (time.Time, error) { return time.Time{}, errDown }

// engine puts the terminal's side of the exchange together over a transport.
func (s *shop) engine(t testing.TB, address string, c engine.Config, transport http.RoundTripper) *engine.Engine {
	t.Helper()
	c.Remote = upOnly{s.client(t, address, transport)}
	return s.engineOf(t, c)
}

func (s *shop) engineOf(t testing.TB, c engine.Config) *engine.Engine {
	t.Helper()
	c.Outbox, c.Orders = s.store, s.store
	c.Verify = func(message, signature []byte) bool { return ed25519.Verify(s.enrolled.HQKey, message, signature) }
	e, err := engine.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// client is HQ for this terminal, over a transport.
func (s *shop) client(t testing.TB, address string, transport http.RoundTripper) *client.HQ {
	t.Helper()
	hq, err := client.New(client.Options{
		Address: address, Terminal: s.enrolled.Terminal, Point: s.enrolled.Point, Key: s.key, HQ: hqring.New(s.enrolled.HQKey), Now: time.Now, Transport: transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hq.Close)
	return hq
}

// history makes the events of a shop that was cut off: handovers to customers,
// every twentieth by the leader, who signs in before it, and now and then one that
// is undone. Customers come in no order, so that nothing is easier to compress
// than in a shop. It spreads the events over the span up to the end, and returns
// how many orders they need.
func history(events int, end time.Time, span time.Duration) (list []kiosk.Event, orders int) {
	ids := kiosktest.Random(uint64(events))
	dice := dicing.New(kiosktest.Random(3))
	var boot kiosk.BootID
	boot[0] = 9
	step := span / time.Duration(max(1, events))
	add := func(body kiosk.Body) kiosk.EventID {
		e := kiosk.Event{SetVersion: 1200, Body: body}
		_, _ = ids.Read(e.ID[:]) // never fails
		after := time.Duration(len(list))*step + time.Duration(dice.Int64N(int64(max(step, 1))))
		e.At = kiosk.Moment{
			Wall: end.Add(after - span), Mono: after, Clock: kiosk.ClockSynced, Boot: boot,
			HQ: kiosk.HQClock{Known: true, Offset: 131 * time.Millisecond, Age: after},
		}
		list = append(list, e)
		return e.ID
	}
	coming := dice.Perm(events)
	for len(list) < events {
		redeemed := kiosk.Redeemed{
			Order: orderID(coming[orders]), Lines: []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1}}, Method: kiosk.MethodAlone, Source: "camera",
		}
		if orders%20 == 19 && len(list)+2 < events {
			add(kiosk.SignedIn{By: "L1"})
			redeemed.Method, redeemed.By = kiosk.MethodLeader, "L1"
		}
		id := add(redeemed)
		if orders%200 == 150 && len(list) < events {
			add(kiosk.RedemptionUndone{Order: redeemed.Order, Redemption: id, By: "L1", Reason: "mistake"})
		}
		orders++
	}
	return list, events
}

// settledOnce says what is wrong with what HQ has of the terminal's events: it must
// have each once, in the chain's order and byte for byte, settled as accepted.
func settledOnce(s *hqtest.Server, shop *shop, events int) error {
	head, err := shop.store.Head()
	if err != nil {
		return err
	}
	if head.Seq != uint64(events) || shop.store.AckedHead() != head {
		return fmt.Errorf("the journal ends at %d of %d, HQ's acknowledgement at %d", head.Seq, events, shop.store.AckedHead().Seq)
	}
	return s.Store.View(context.Background(), func(tx hq.Tx) error {
		t, _, err := tx.Terminal(shop.enrolled.Terminal)
		if err != nil || t.Head != head || !t.Forked.IsZero() || !t.Behind.IsZero() {
			return fmt.Errorf("HQ is at %d, the journal at %d: %+v, %w", t.Head.Seq, head.Seq, t, err)
		}
		handed, at := map[kiosk.OrderID]int{}, kiosk.Head{}
		err = shop.store.Events(1, func(want kiosk.Event) error {
			stored, ok, err := tx.Event(t.ID, want.Seq)
			if err != nil || !ok {
				return fmt.Errorf("HQ lacks event %d: %w", want.Seq, err)
			}
			at = kiosk.Head{Seq: stored.Seq, Hash: kiosk.ChainHash(at.Hash, t.ID, stored.Epoch, stored.Seq, stored.Payload)}
			e, err := kiosk.DecodeEvent(stored.Payload)
			if err != nil || e.ID != want.ID || stored.Hash != at.Hash || stored.Receipt.Settlement != kiosk.SettledAccepted {
				return fmt.Errorf("event %d is %+v at HQ: %w", want.Seq, stored.Receipt, err)
			}
			if b, ok := e.Body.(kiosk.Redeemed); ok {
				handed[b.Order]++
			}
			return nil
		})
		if err != nil {
			return err
		}
		if _, more, err := tx.Event(t.ID, head.Seq+1); more || err != nil || at != head {
			return fmt.Errorf("HQ's events do not end as the journal does: %w", err)
		}
		for id, n := range handed {
			o, _, err := tx.Order(t.Point, id)
			if err != nil || len(o.State.Redemptions) != n {
				return fmt.Errorf("order %s was handed over %d times, HQ settled %d: %w", id, n, len(o.State.Redemptions), err)
			}
		}
		return nil
	})
}
