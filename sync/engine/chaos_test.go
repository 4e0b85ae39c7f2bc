package engine_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hexiao/kiosk"
	"hexiao/sync/engine"
)

// Whatever breaks on the way, and wherever: no event is lost or counted twice
// at HQ, the live set is never one that HQ did not confirm, and once things
// work again a few rounds bring both sides in step.
func TestNothingIsLost(t *testing.T) {
	broken := errors.New("broken")
	rapid.Check(t, func(t *rapid.T) {
		now := func() time.Time { return time.Unix(1_800_000_000, 0) }
		box, set, hq := newOutbox(), newOrders(), newPlatform(now)
		e, err := engine.New(engine.Config{Outbox: box, Orders: set, Remote: hq, Verify: verifyHQ, Now: now, BatchRecords: 3, BatchBytes: 12})
		if err != nil {
			t.Fatal(err)
		}
		heal := func() {
			hq.before, hq.after = func(string) error { return nil }, func(string) error { return nil }
			hq.page, hq.ack = func(kiosk.Page) error { return nil }, func(*kiosk.Ack) {}
			box.fail, set.fail = nil, nil
		}
		failAt := func(n int) func(string) error {
			return func(string) error {
				if n--; n < 0 {
					return broken
				}
				return nil
			}
		}
		id := rapid.IntRange(0, 9)
		name := func() string { return fmt.Sprint("order-", id.Draw(t, "order")) }
		small := rapid.IntRange(0, 5)
		t.Repeat(map[string]func(*rapid.T){
			"event":       func(t *rapid.T) { box.add(rapid.StringN(1, 8, 16).Draw(t, "payload")) },
			"order":       func(*rapid.T) { hq.put(name()) },
			"order gone":  func(*rapid.T) { hq.remove(name()) },
			"fail before": func(t *rapid.T) { hq.before = failAt(small.Draw(t, "calls")) },
			"fail after":  func(t *rapid.T) { hq.after = failAt(small.Draw(t, "calls")) },
			"cut stream": func(t *rapid.T) {
				n := failAt(small.Draw(t, "pages"))
				hq.page = func(kiosk.Page) error { return n("") }
			},
			"false acks":    func(*rapid.T) { hq.ack = func(a *kiosk.Ack) { a.Signature = nil } },
			"disk fails up": func(*rapid.T) { box.fail = broken },
			"disk fails":    func(*rapid.T) { set.fail = broken },
			"HQ forgets":    func(t *rapid.T) { hq.forget(rapid.IntRange(0, len(hq.receipts)).Draw(t, "left")) },
			"acks lost":     func(*rapid.T) { box.acked = kiosk.Head{} },
			"orders lost": func(*rapid.T) {
				set.lose()
			},
			"cursors expire": func(*rapid.T) { hq.oldest = hq.version },
			"set damaged":    func(*rapid.T) { delete(set.live, kiosk.OrderID(name())) },
			"heal":           func(*rapid.T) { heal() },
			"round": func(t *rapid.T) {
				r, err := e.Once(t.Context())
				if err == nil && (!r.Complete || box.acked != box.heads[len(box.heads)-1]) {
					t.Fatalf("%+v with %v, acknowledged %d of %d", r, err, box.acked.Seq, len(box.records))
				}
			},
			"": func(t *rapid.T) {
				for i, h := range hq.heads {
					if h != box.heads[i] {
						t.Fatalf("HQ has another event %d", i)
					}
				}
				if set.complete && set.cursor == "" {
					t.Fatal("complete without ever having been confirmed")
				}
			},
		})
		heal()
		box.add("the last")
		for range 4 {
			_, err = e.Once(t.Context())
		}
		if err != nil {
			t.Fatalf("after healing: %v", err)
		}
		(&scene{outbox: box, orders: set, hq: hq}).inStep(t)
		for _, r := range box.records {
			if _, there := box.receipts[r.Seq]; !there {
				t.Fatalf("event %d has no receipt", r.Seq)
			}
		}
	})
}
