package uptest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/kiosktest"
	"hexiao/sync/engine"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

const (
	offlineFor = 60 * 24 * time.Hour
	// shortOffline are the events of the test unless HEXIAO_OFFLINE_EVENTS says otherwise.
	shortOffline = 1500
)

func offlineEvents(t *testing.T) int {
	t.Helper()
	text := os.Getenv("HEXIAO_OFFLINE_EVENTS")
	if text == "" {
		return shortOffline
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("HEXIAO_OFFLINE_EVENTS is %q, not a number", text)
	}
	return n
}

// A point is cut off for 60 days, in which the terminal works on and is started
// anew four times; then a network comes that loses, doubles and reorders. HQ has
// every event once, and settles each once.
func TestSixtyDaysOffline(t *testing.T) {
	const point = "P060"
	events := offlineEvents(t)
	s := hqtest.Start(t, time.Now)
	s.AddPoint(point, kiosk.Policy{MaxCacheAge: 2 * offlineFor})
	importOrders(t, s, point, events)
	codes := s.Codes(point)
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		direct := inside{s.HQ.Handler()}
		shop := enrol(t, s, point, direct, nil)
		net := &badNetwork{base: direct, from: start.Add(offlineFor), dice: rand.New(kiosktest.Random(60))}
		if r, err := shop.engineOf(t, engine.Config{Now: time.Now, Remote: shop.client(t, s.URL, direct)}).Once(t.Context()); err != nil || r.Orders != events {
			t.Fatal(r, err)
		}
		customers := &customers{shop: shop, codes: codes, start: start}
		for quarter := 1; quarter <= 4; quarter++ {
			stop := shop.run(t, s, net, events)
			for customers.events < events*quarter/4 {
				pass(offlineFor / time.Duration(events+1))
				if err := customers.come(); err != nil {
					t.Fatalf("after %d events: %v", customers.events, err)
				}
			}
			stop()
			if err := shop.store.Close(); err != nil {
				t.Fatal(err)
			}
			shop.open(t)
		}
		if acked := shop.store.AckedHead(); acked.Seq > 0 || net.calls > 0 {
			t.Fatalf("HQ has %d events before the network came", acked.Seq)
		}
		stop := shop.run(t, s, net, events)
		began, head := time.Now(), customers.head(t)
		for shop.store.AckedHead() != head {
			if pass(time.Minute); time.Since(began) > offlineFor+7*24*time.Hour {
				t.Fatalf("after a week HQ has %d events of %d", shop.store.AckedHead().Seq, head.Seq)
			}
		}
		stop()
		if err := settledOnce(s, shop, customers.events); err != nil {
			t.Error(err)
		}
		t.Logf("%d events; %d calls, %d lost, %d unanswered, %d late, %d doubled", customers.events, net.calls, net.lost, net.unanswered, net.late, net.doubled)
		if net.lost == 0 || net.unanswered == 0 || net.late == 0 || net.doubled == 0 {
			t.Error("the network was not bad")
		}
	})
}

func pass(d time.Duration) {
	timer := time.NewTimer(d)
	<-timer.C
	synctest.Wait()
}

// run starts the exchange with HQ and gives what ends it. Pauses between tries are
// long, for there are 60 days of them; batches are short, so that many go over the
// bad network.
func (s *shop) run(t *testing.T, server *hqtest.Server, net *badNetwork, events int) (stop func()) {
	t.Helper()
	e := s.engineOf(t, engine.Config{
		Now: time.Now, Remote: s.client(t, server.URL, net), RetryMost: time.Hour, PollOrders: time.Hour,
		BatchRecords: min(500, max(10, events/100)),
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// customers come one after another, with good codes.
type customers struct {
	shop   *shop
	codes  map[kiosk.OrderID]hq.CodeRow
	start  time.Time
	orders int
	events int // recorded so far
}

func (c *customers) head(t *testing.T) kiosk.Head {
	t.Helper()
	head, err := c.shop.store.Head()
	if err != nil || head.Seq != uint64(c.events) {
		t.Fatalf("the journal has %d events, %d were recorded: %v", head.Seq, c.events, err)
	}
	return head
}

// come is one customer: most scan alone; to every twentieth the leader hands over,
// who signs in before that, and sometimes takes it back.
func (c *customers) come() error {
	id := orderID(c.orders)
	at := kiosk.Moment{Wall: time.Now().UTC(), Mono: time.Since(c.start), Clock: kiosk.ClockSynced, Boot: kiosk.BootID{1}}
	c.orders++
	if c.orders%20 > 0 {
		a, err := c.shop.store.Redeem(desk.Scan{Text: c.codes[id].Code, Source: "camera", At: at})
		if err != nil || a.Verdict != kiosk.Accepted {
			return fmt.Errorf("order %s: %q, %w", id, a.Verdict, err)
		}
		c.events++
		c.shop.store.Answered()
		return nil
	}
	leader := kiosk.Leader{ID: "L1", Role: kiosk.RoleLeader}
	if err := c.shop.store.Record(at, kiosk.SignedIn{By: leader.ID}); err != nil {
		return err
	}
	a, err := c.shop.store.HandOver(at, id, kiosk.Confirmation{By: leader})
	if err != nil || a.Verdict != kiosk.Accepted {
		return fmt.Errorf("order %s by hand: %q, %w", id, a.Verdict, err)
	}
	c.events += 2
	if c.orders%100 == 0 {
		if err := c.shop.store.Undo(at, id, a.Outcomes[0].Event, leader, string(kiosk.ReasonMistake)); err != nil {
			return err
		}
		c.events++
	}
	c.shop.store.Answered()
	return nil
}
