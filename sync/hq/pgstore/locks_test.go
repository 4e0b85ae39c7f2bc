package pgstore_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"hexiao/kiosk"
	"hexiao/kiosk/ordertable"
	"hexiao/sync/client"
	"hexiao/sync/hq"
	"hexiao/sync/hq/headlog"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/hq/hqtest/pgtest"
	"hexiao/sync/hq/pgstore"
	"hexiao/sync/hq/tally"
)

// pushed is how many events a push of these tests has.
const pushed = 50

// serveAll is an HQ with the finishers that hq serve has at each push.
func serveAll(t testing.TB, store hq.Store, points ...kiosk.PointID) *hqtest.Server {
	t.Helper()
	figures, err := tally.New()
	if err != nil {
		t.Fatal(err)
	}
	s := serveWith(t, store, []hq.Finisher{figures, headlog.Watch{}}, points...)
	if err := figures.Rebuild(t.Context(), s.HQ); err != nil {
		t.Fatal(err)
	}
	return s
}

// entries are orders of a name.
func entries(name string, n int) (list []ordertable.Entry, ids []kiosk.OrderID) {
	for i := range n {
		id := kiosk.OrderID(fmt.Sprintf("%s-%05d", name, i))
		list, ids = append(list, hqtest.Entry(id)), append(ids, id)
	}
	return list, ids
}

// pusher is a terminal that redeems its orders.
type pusher struct {
	hq     *client.HQ
	id     kiosk.TerminalID
	head   kiosk.Head
	orders []kiosk.OrderID
}

// next redeems and pushes the next orders; all must be accepted.
func (p *pusher) next(t testing.TB) error {
	b := redeemed(t, p.id, p.orders[:pushed]...)
	p.orders = p.orders[pushed:]
	b.Prev = p.head
	for i := range b.Records {
		b.Records[i].Seq += p.head.Seq
	}
	ack, err := p.hq.Push(t.Context(), b)
	if err != nil {
		return err
	}
	p.head = ack.Head
	for _, r := range ack.Receipts {
		if r.Settlement != kiosk.SettledAccepted {
			return fmt.Errorf("event %d was settled as %s: %s", r.Seq, r.Settlement, r.Detail)
		}
	}
	return nil
}

// What a push costs above all is how often it waits for the server: the terminal's key, in
// a view with its own commit; the nonce; the point's lock with the terminal; the orders; the documents of the figures; and all
// that is put, with the commit.
func TestRoundTripsOfAPush(t *testing.T) {
	store, sent := traced(t, pgtest.Start(t))
	s := serveAll(t, store, "P001")
	list, ids := entries("order", 3*pushed)
	s.Import("P001", list...)
	c, terminal := enrol(t, s, "P001")
	p := &pusher{hq: c, id: terminal, orders: ids}
	for i := range 3 {
		sent.take()
		sent.takeTrips()
		if err := p.next(t); err != nil {
			t.Fatal(err)
		}
		if n := sent.takeTrips(); i > 0 && n > mostTrips {
			t.Errorf("a push waits for the server %d times, want at most %d:\n%s", n, mostTrips, strings.Join(sent.take(), "\n"))
		}
	}
}

// mostTrips is one more than a push needs: HQ's identity, once a second.
const mostTrips = 8

// replicas has two HQs over one database settle the pushes of two terminals at each
// of some points, one at either, while both import orders elsewhere.
func replicas(t testing.TB, address string, rounds int) {
	t.Helper()
	const points = 4
	var both [2]*hqtest.Server
	for i := range both {
		store, err := pgstore.Open(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() }) // the database goes with the test
		both[i] = serveAll(t, store)
	}
	var pushers []*pusher
	for n := range points {
		point := kiosk.PointID(fmt.Sprint("P", n))
		both[0].AddPoint(point, kiosk.Policy{})
		for i, s := range both {
			list, ids := entries(fmt.Sprint(point, "-", i), rounds*pushed)
			s.Import(point, list...)
			c, id := enrol(t, s, point)
			pushers = append(pushers, &pusher{hq: c, id: id, orders: ids})
		}
		both[0].AddPoint("new-"+point, kiosk.Policy{})
	}
	failed := make(chan error, len(pushers)+points)
	var wait sync.WaitGroup
	for _, p := range pushers {
		wait.Go(func() {
			for len(p.orders) > 0 {
				if err := p.next(t); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	for n := range points {
		wait.Go(func() {
			for i := range rounds {
				list, _ := entries(fmt.Sprint("new-", n, "-", i), pushed)
				point := kiosk.PointID(fmt.Sprint("new-P", n))
				done, err := both[n%2].HQ.Import(t.Context(), point, func(yield func(ordertable.Entry) bool) {
					for _, e := range list {
						if !yield(e) {
							return
						}
					}
				})
				if err == nil && done.Refused > 0 {
					err = fmt.Errorf("an import: %v", done.Problems)
				}
				if err != nil {
					failed <- err
					return
				}
			}
		})
	}
	wait.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	if cases := both[0].Cases(); len(cases) > 0 {
		t.Errorf("cases: %v", cases)
	}
}

func TestReplicasPushAtOnce(t *testing.T) {
	replicas(t, pgtest.Start(t), 3)
}

// BenchmarkReplicaLocks counts, while two replicas settle and import at the same
// points and others, the waits for a lock of more than 100 ms that the server has, as
// lock_waits, and gives the longest: it looks every 10 ms.
func BenchmarkReplicaLocks(b *testing.B) {
	for b.Loop() {
		address := pgtest.StartDurable(b, "shared_buffers=256MB")
		watch, err := pgx.Connect(b.Context(), address)
		if err != nil {
			b.Fatal(err)
		}
		end, ended := make(chan struct{}), make(chan error, 1)
		long, longest := map[string]bool{}, time.Duration(0)
		go func() {
			for {
				select {
				case <-end:
					ended <- nil
					return
				default:
				}
				rows, err := watch.Query(b.Context(), `SELECT l.pid::text || ' ' || l.waitstart::text, extract(epoch FROM clock_timestamp() - l.waitstart)::float8
FROM (SELECT pg_sleep(0.01)) s, LATERAL (SELECT pid, waitstart FROM pg_locks WHERE NOT granted AND waitstart IS NOT NULL) l`)
				var who string
				var seconds float64
				if err == nil {
					_, err = pgx.ForEachRow(rows, []any{&who, &seconds}, func() error {
						waited := time.Duration(seconds * float64(time.Second))
						longest = max(longest, waited)
						if waited > 100*time.Millisecond {
							long[who] = true
						}
						return nil
					})
				}
				if err != nil {
					ended <- err
					return
				}
			}
		}()
		replicas(b, address, 20)
		close(end)
		if err := errors.Join(<-ended, watch.Close(b.Context())); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(long)), "lock_waits")
		b.ReportMetric(float64(longest.Milliseconds()), "longest_ms")
	}
}
