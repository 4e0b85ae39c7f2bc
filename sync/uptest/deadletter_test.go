package uptest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/journal"
	"hexiao/sync/engine"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
	"hexiao/sync/wire"
)

// censor stands before HQ and stops whatever holds the payload of one event.
type censor struct {
	http.RoundTripper
	payload []byte
	answer  answering
	key     ed25519.PrivateKey // HQ's
	stopped int
}

// answering is what is said instead of HQ, which has this key.
type answering func(req *http.Request, key ed25519.PrivateKey) (*http.Response, error)

func reset(*http.Request, ed25519.PrivateKey) (*http.Response, error) { return nil, hqtest.ErrBroken }

// signed is an answer as HQ gives it; nobody else can.
func signed(status int, body string) answering {
	return func(req *http.Request, key ed25519.PrivateKey) (*http.Response, error) {
		resp, err := says(status, "application/json", body)(req, key)
		wire.SignAnswer(resp.Header, status, []byte(body), req, key, time.Now())
		return resp, err
	}
}

func identityKey(t *testing.T, s *hqtest.Server) (key ed25519.PrivateKey) {
	t.Helper()
	err := s.Store.View(t.Context(), func(tx hq.Tx) error {
		id, _, err := tx.Identity()
		key = id.Key()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (c *censor) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodPost || !strings.HasSuffix(req.URL.Path, "/events") {
		return c.RoundTripper.RoundTrip(req)
	}
	raw, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	var batch wire.Batch
	if err := wire.DecodeBody(bytes.NewReader(raw), req.Header.Get("Content-Encoding"), &batch); err != nil {
		return nil, err
	}
	for _, r := range batch.Records {
		if bytes.Equal(r.Payload, c.payload) {
			c.stopped++
			return c.answer(req, c.key)
		}
	}
	req.Body = io.NopCloser(bytes.NewReader(raw))
	return c.RoundTripper.RoundTrip(req)
}

func says(status int, kind, body string) answering {
	return func(req *http.Request, _ ed25519.PrivateKey) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {kind}},
			Request: req, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	}
}

// Whatever keeps one event from HQ: those behind it get through, the one is noted
// on both sides, and nothing is lost.
func TestOneEventThatDoesNotGetThrough(t *testing.T) {
	const events, bad = 60, 37
	for name, c := range map[string]struct {
		answer         answering
		before, within time.Duration // that it is withheld
	}{
		"HQ fails over it":          {signed(http.StatusInternalServerError, `{"code":"internal","message":"HQ failed"}`), 14 * time.Minute, time.Hour},
		"it is malformed for HQ":    {signed(http.StatusBadRequest, `{"code":"malformed","message":"no"}`), 14 * time.Minute, time.Hour},
		"it is too large for HQ":    {signed(http.StatusRequestEntityTooLarge, `{"code":"too-large","message":"no"}`), 14 * time.Minute, time.Hour},
		"a firewall refuses it":     {says(http.StatusForbidden, "text/html", "<html>blocked</html>"), 23 * time.Hour, 30 * time.Hour},
		"it is too large for a hop": {says(http.StatusRequestEntityTooLarge, "text/html", ""), 23 * time.Hour, 30 * time.Hour},
		"it resets the connection":  {reset, 23 * time.Hour, 30 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			s := hqtest.Start(t, time.Now)
			list, orders := history(events, time.Now(), time.Hour)
			importOrders(t, s, "P001", orders)
			synctest.Test(t, func(t *testing.T) {
				direct := inside{s.HQ.Handler()}
				shop := enrol(t, s, "P001", direct, list)
				all, err := shop.store.Pending(events)
				if err != nil || len(all.Records) != events {
					t.Fatal(len(all.Records), err)
				}
				wall := &censor{RoundTripper: direct, payload: all.Records[bad-1].Payload, answer: c.answer, key: identityKey(t, s)}
				e := shop.engine(t, s.URL, engine.Config{Now: time.Now, RetryMost: c.before / 8, PollEvents: c.before}, wall)
				ctx, cancel := context.WithTimeout(t.Context(), c.within)
				defer cancel()
				done := make(chan error, 1)
				go func() { done <- e.Run(ctx) }()
				if pass(c.before); shop.store.AckedHead().Seq != bad-1 {
					t.Errorf("acknowledged up to %d after %v", shop.store.AckedHead().Seq, c.before)
				}
				if err := <-done; err != nil {
					t.Fatal(err)
				}
				if acked := shop.store.AckedHead(); acked != all.Head() {
					t.Fatalf("acknowledged up to %d after %v, stopped %d times", acked.Seq, c.within, wall.stopped)
				}
				var kept []kiosk.Receipt
				if err := shop.store.Receipts(func(r kiosk.Receipt) error { kept = append(kept, r); return nil }); err != nil {
					t.Fatal(err)
				}
				if len(kept) != 1 || kept[0].Seq != bad || !kept[0].Withheld || kept[0].Settlement != kiosk.SettledRejected {
					t.Errorf("the terminal keeps %+v", kept)
				}
				if cases := s.Cases(); len(cases) != 1 || cases[0].Kind != hq.CaseWithheld || cases[0].Seq != bad || cases[0].Terminal != all.Terminal {
					t.Errorf("cases %+v", cases)
				}
				stored := storedEvents(t, s, all)
				for i, e := range stored {
					if withheld := i+1 == bad; withheld != e.Receipt.Withheld || withheld == (e.Receipt.Settlement == kiosk.SettledAccepted) || withheld == (len(e.Payload) > 0) {
						t.Errorf("event %d at HQ: %+v", i+1, e.Receipt)
					}
				}
				if c.before < time.Hour {
					itIsTriedAgain(t, s, shop, wall, kept[0])
				}
				itComesAfterAll(t, s, shop, direct, all, bad, c.before < time.Hour)
			})
		})
	}
}

func storedEvents(t *testing.T, s *hqtest.Server, all kiosk.Batch) (list []hq.StoredEvent) {
	t.Helper()
	err := s.Store.View(t.Context(), func(tx hq.Tx) error {
		for _, r := range all.Records {
			e, ok, err := tx.Event(all.Terminal, r.Seq)
			if err != nil || !ok {
				return fmt.Errorf("event %d: %t, %w", r.Seq, ok, err)
			}
			list = append(list, e)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// itIsTriedAgain lets the event pass at last: a start later it is settled, and the
// terminal knows.
func itIsTriedAgain(t *testing.T, s *hqtest.Server, shop *shop, wall *censor, was kiosk.Receipt) {
	t.Helper()
	stopped := wall.stopped
	if _, err := shop.engine(t, s.URL, engine.Config{Now: time.Now}, wall).Once(t.Context()); !errors.Is(err, errDown) || wall.stopped == stopped {
		t.Errorf("not tried at a start: %v", err)
	}
	if left, err := shop.store.Withheld(9); err != nil || len(left) != 1 || left[0].Records[0].Seq != was.Seq {
		t.Errorf("withheld %+v, %v", left, err)
	}
	wall.payload = nil
	if _, err := shop.engine(t, s.URL, engine.Config{Now: time.Now}, wall).Once(t.Context()); !errors.Is(err, errDown) {
		t.Error(err)
	}
	if err := settledOnce(s, shop, int(shop.store.AckedHead().Seq)); err != nil {
		t.Error(err)
	}
	if left, err := shop.store.Withheld(9); err != nil || len(left) > 0 || shop.store.Status().Conflict != 0 {
		t.Errorf("still withheld: %+v, %v", left, err)
	}
}

// itComesAfterAll hands HQ what the journal still has: it is settled then, and a
// second time it is a replay, as it is at once where it was settled before; another
// event in its place is a fork.
func itComesAfterAll(t *testing.T, s *hqtest.Server, shop *shop, transport http.RoundTripper, all kiosk.Batch, seq int, settled bool) {
	t.Helper()
	c := shop.client(t, s.URL, transport)
	prev, _, err := shop.store.HeadAt(uint64(seq) - 1)
	if err != nil {
		t.Fatal(err)
	}
	late := kiosk.Batch{Terminal: all.Terminal, Prev: prev, Records: all.Records[seq-1 : seq+1]}
	again := late
	again.Records = []kiosk.Record{{Epoch: 1, Seq: uint64(seq), Withheld: (kiosk.Batch{Terminal: all.Terminal, Prev: prev, Records: all.Records[seq-1 : seq]}).Head().Hash}}
	steps := []struct {
		batch kiosk.Batch
		want  kiosk.Receipt
	}{
		{again, kiosk.Receipt{Settlement: kiosk.SettledRejected, Withheld: true}},
		{late, kiosk.Receipt{Settlement: kiosk.SettledAccepted}},
		{late, kiosk.Receipt{Settlement: kiosk.SettledReplay}},
		{again, kiosk.Receipt{Settlement: kiosk.SettledReplay}},
	}
	if settled {
		steps = steps[2:]
	}
	for _, step := range steps {
		ack, err := c.Push(t.Context(), step.batch)
		if err != nil || len(ack.Receipts) != len(step.batch.Records) || ack.Receipts[0].Settlement != step.want.Settlement || ack.Receipts[0].Withheld != step.want.Withheld {
			t.Errorf("%+v, %v; want %+v", ack.Receipts, err, step.want)
		}
		if len(ack.Receipts) > 1 && ack.Receipts[1].Settlement != kiosk.SettledReplay {
			t.Errorf("the one behind it: %+v", ack.Receipts[1])
		}
	}
	again.Records[0].Withheld[0]++
	if _, err := c.Push(t.Context(), again); !errors.Is(err, wire.ErrForked) {
		t.Errorf("another event withheld in its place: %v", err)
	}
}

// HQ that takes no event at all, or answers nothing else either, is ill; nothing is
// withheld, however long it lasts, and everything gets through when it is well
// again.
func TestNothingIsWithheldFromAnIllHQ(t *testing.T) {
	const events = 60
	for name, ill := range map[string]func(req *http.Request, withheld bool) bool{
		"it takes no events":                     func(req *http.Request, _ bool) bool { return req.Method == http.MethodPost },
		"it takes the withheld and else nothing": func(_ *http.Request, withheld bool) bool { return !withheld },
	} {
		t.Run(name, func(t *testing.T) {
			s := hqtest.Start(t, time.Now)
			list, orders := history(events, time.Now(), time.Hour)
			importOrders(t, s, "P001", orders)
			synctest.Test(t, func(t *testing.T) {
				direct := inside{s.HQ.Handler()}
				shop := enrol(t, s, "P001", direct, list)
				ill := &illness{RoundTripper: direct, until: time.Now().Add(3 * time.Hour), ill: ill}
				e := shop.engine(t, s.URL, engine.Config{Now: time.Now, RetryMost: 10 * time.Minute, PollEvents: time.Hour}, ill)
				ctx, cancel := context.WithTimeout(t.Context(), 4*time.Hour)
				defer cancel()
				if err := e.Run(ctx); err != nil {
					t.Fatal(err)
				}
				if err := settledOnce(s, shop, events); err != nil || ill.refused < 10 {
					t.Errorf("%v, after %d refusals", err, ill.refused)
				}
			})
		})
	}
}

// illness answers what it is told to with 500, for some time, but for the first
// calls: the journals have been compared.
type illness struct {
	http.RoundTripper
	until   time.Time
	ill     func(req *http.Request, withheld bool) bool
	calls   int
	refused int
}

func (i *illness) RoundTrip(req *http.Request) (*http.Response, error) {
	i.calls++
	if i.calls < 2 || time.Now().After(i.until) {
		return i.RoundTripper.RoundTrip(req)
	}
	withheld := false
	if req.Method == http.MethodPost {
		raw, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		var batch wire.Batch
		if err := wire.DecodeBody(bytes.NewReader(raw), req.Header.Get("Content-Encoding"), &batch); err != nil {
			return nil, err
		}
		withheld = len(batch.Records) == 1 && batch.Records[0].Withheld != ""
		req.Body = io.NopCloser(bytes.NewReader(raw))
	}
	if i.ill(req, withheld) {
		i.refused++
		return says(http.StatusInternalServerError, "text/plain", "no space")(req, nil)
	}
	return i.RoundTripper.RoundTrip(req)
}

// The journal keeps what was withheld like every other event.
func TestTheJournalKeepsWhatWasWithheld(t *testing.T) {
	s := hqtest.Start(t, time.Now)
	list, orders := history(5, time.Now(), time.Hour)
	importOrders(t, s, "P001", orders)
	shop := enrol(t, s, "P001", s.Transport(), list)
	all, err := shop.store.Pending(5)
	if err != nil {
		t.Fatal(err)
	}
	one := kiosk.Batch{Terminal: all.Terminal, Records: all.Records[:1]}
	one.Records = []kiosk.Record{{Epoch: all.Records[0].Epoch, Seq: 1, Withheld: one.Head().Hash}}
	ack, err := s.HQ.Push(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	if err := shop.store.Acknowledge(ack); err != nil {
		t.Fatal(err)
	}
	found := 0
	if _, err := journal.Verify(shop.dir+"/journal", journal.VerifyOptions{MACKey: macKey(), Each: func(e journal.Entry) error {
		if e.Event.ID == list[found].ID {
			found++
		}
		return nil
	}}); err != nil || found != len(list) {
		t.Errorf("%d events of %d, %v", found, len(list), err)
	}
}
