package engine_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v5"

	"hexiao/kiosk"
	"hexiao/sync/engine"
)

func (o *outbox) Withheld(most int) (list []kiosk.Batch, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.records {
		if o.receipts[r.Seq].Withheld && len(list) < most {
			list = append(list, kiosk.Batch{Terminal: "T1", Prev: o.heads[r.Seq-1], Records: []kiosk.Record{r}})
		}
	}
	return list, o.failure()
}

func (o *outbox) Resolve(r kiosk.Receipt) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.failResolve != nil {
		return o.failResolve
	}
	o.receipts[r.Seq] = r
	return nil
}

// refusing is an HQ that does not take a payload.
type refusing struct {
	*platform
	payload string
	reason  error
	pushed  []int // lengths of the batches
	spoil   bool  // the signatures
}

func (r *refusing) Push(ctx context.Context, b kiosk.Batch) (kiosk.Ack, error) {
	r.pushed = append(r.pushed, len(b.Records))
	for _, one := range b.Records {
		if string(one.Payload) == r.payload {
			return kiosk.Ack{}, r.reason
		}
	}
	ack, err := r.platform.Push(ctx, b)
	if r.spoil {
		ack.Signature = nil
	}
	for i, one := range b.Records {
		if one.Withheld != (kiosk.Hash{}) && err == nil {
			ack.Receipts[i].Withheld = true
		}
	}
	return ack, err
}

func withRefusing(t *testing.T, reason error) (*scene, *refusing) {
	t.Helper()
	hq := &refusing{payload: "bad", reason: reason}
	s := newScene(t, func(c *engine.Config) {
		hq.platform = c.Remote.(*platform)
		c.Remote, c.BatchRecords, c.PollEvents = hq, 8, time.Minute
	})
	return s, hq
}

// A batch is cut in two until the one event is left; it is withheld after a quarter
// of an hour, tried again a day later, and settled when HQ takes it.
func TestWithhold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, hq := withRefusing(t, errors.New("status 500"))
		s.outbox.add("1", "2", "3", "4", "5", "bad", "7", "8", "9")
		stop := s.running(t)
		if s.outbox.acked.Seq != 5 || len(hq.pushed) > 12 || hq.pushed[0] != 8 {
			t.Errorf("acknowledged up to %d by batches of %v", s.outbox.acked.Seq, hq.pushed)
		}
		pass(14 * time.Minute)
		if s.outbox.acked.Seq != 5 || s.last().UpError == "" {
			t.Errorf("acknowledged up to %d after 14 minutes: %+v", s.outbox.acked.Seq, s.last())
		}
		pass(3 * time.Minute)
		if s.outbox.acked.Seq != 9 || !s.outbox.receipts[6].Withheld || s.last().UpError != "" {
			t.Errorf("acknowledged up to %d, %+v, %+v", s.outbox.acked.Seq, s.outbox.receipts[6], s.last())
		}
		tried := len(hq.pushed)
		pass(23 * time.Hour)
		if len(hq.pushed) != tried {
			t.Errorf("tried %d times again within a day", len(hq.pushed)-tried)
		}
		hq.change(func() { hq.payload = "" })
		pass(2 * time.Hour)
		if s.outbox.receipts[6].Withheld || s.outbox.receipts[6].Seq != 6 {
			t.Errorf("after HQ takes it: %+v", s.outbox.receipts[6])
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		s.inStep(t)
	})
}

// What says nothing of the events withholds none, and cuts no batch in two.
func TestNothingIsWithheldForOtherReasons(t *testing.T) {
	for name, reason := range map[string]error{
		"HQ wants to be left alone": &backoff.RetryAfterError{Duration: time.Minute},
		"nobody answers":            away{},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, hq := withRefusing(t, reason)
				s.outbox.add("bad")
				hq.before = func(call string) error {
					if call == "head" && len(hq.pushed) > 0 {
						return away{}
					}
					return nil
				}
				stop := s.running(t)
				pass(30 * time.Hour)
				if err := stop(); err != nil || s.outbox.acked.Seq != 0 || len(hq.pushed) < 30 {
					t.Errorf("%v, acknowledged up to %d by %d tries", err, s.outbox.acked.Seq, len(hq.pushed))
				}
			})
		})
	}
}

// What goes wrong with the second attempt is told, or waits for the next.
func TestResendFails(t *testing.T) {
	disk := errors.New("disk")
	for name, c := range map[string]struct {
		plant func(*scene, *refusing)
		want  error
	}{
		"still refused":   {func(*scene, *refusing) {}, nil},
		"another journal": {func(_ *scene, hq *refusing) { hq.reason = refusal{forked: true} }, refusal{forked: true}},
		"a false ack":     {func(_ *scene, hq *refusing) { hq.payload, hq.spoil = "", true }, engine.ErrBadAck},
		"the disk":        {func(s *scene, hq *refusing) { hq.payload = ""; s.outbox.failResolve = disk }, disk},
	} {
		t.Run(name, func(t *testing.T) {
			s, hq := withRefusing(t, errors.New("status 500"))
			s.once(t) // which has compared the journals, and looked for withheld events
			s.outbox.add("bad")
			one, err := s.outbox.Pending(1)
			if err != nil {
				t.Fatal(err)
			}
			head := one.Head()
			one.Records = []kiosk.Record{{Epoch: 1, Seq: 1, Withheld: head.Hash}}
			ack, err := hq.Push(t.Context(), one)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.outbox.Acknowledge(ack); err != nil {
				t.Fatal(err)
			}
			e, err := engine.New(engine.Config{Outbox: s.outbox, Orders: s.orders, Remote: hq, Verify: verifyHQ, Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			c.plant(s, hq)
			if _, err := e.Once(t.Context()); !errors.Is(err, c.want) || (c.want == nil) != (err == nil) {
				t.Errorf("%v", err)
			}
		})
	}
}
