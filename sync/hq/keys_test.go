package hq_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/kiosk/signedcode"
	"hexiao/sync/hq"
	"hexiao/sync/hq/hqtest"
)

func TestKeysAreChanged(t *testing.T) {
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	server := hqtest.Start(t, func() time.Time { return now })
	ctx := context.Background()
	first, err := server.HQ.Keys(ctx)
	if err != nil || len(first) != 1 || !first[0].Signs || !first[0].Counts || !first[0].Until.IsZero() {
		t.Fatalf("%+v, %v", first, err)
	}
	if p, err := server.HQ.Point(ctx, "P001"); err != nil || len(p.Keys) != 0 {
		t.Errorf("settings with one key name it: %v, %v", p.Keys, err)
	}
	if _, err := server.HQ.RetireKey(ctx, first[0].ID); !errors.Is(err, hq.ErrInput) {
		t.Errorf("the only key was retired: %v", err)
	}
	rows, err := server.HQ.RotateKey(ctx, 30*24*time.Hour)
	if err != nil || len(rows) != 2 || rows[0].Signs || !rows[0].Counts || !rows[1].Signs || !rows[0].Until.Equal(now.AddDate(0, 0, 30)) || !rows[1].From.Equal(now) {
		t.Fatalf("%+v, %v", rows, err)
	}
	if _, err := server.HQ.RotateKey(ctx, 0); !errors.Is(err, hq.ErrInput) {
		t.Errorf("a third live key: %v", err)
	}
	for _, overlap := range []time.Duration{-1, hq.MaxOverlap + 1} {
		if _, err := server.HQ.RotateKey(ctx, overlap); !errors.Is(err, hq.ErrInput) {
			t.Errorf("an overlap of %s: %v", overlap, err)
		}
	}
	ring := hqring.New(first[0].Key)
	p, err := server.HQ.Point(ctx, "P001")
	if err = errors.Join(err, ring.Adopt(p.Keys)); err != nil || len(ring.Live(now)) != 2 {
		t.Fatalf("%v, %d live keys", err, len(ring.Live(now)))
	}

	// Codes that end before the old key are still signed with it: terminals that do
	// not know the new one read them offline.
	server.Import("P001", hqtest.Entry("order-1"))
	for _, c := range []struct {
		until time.Time
		by    int
	}{{now.AddDate(0, 0, 29), 0}, {now.AddDate(0, 0, 31), 1}} {
		made, err := server.HQ.NewProxyCode(ctx, hq.ProxyRequest{Order: "order-1", Until: c.until})
		if err != nil {
			t.Fatal(err)
		}
		codes, err := kiosk.ParseCode(made.Code, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := signedcode.Decode(codes[0].Text, rows[c.by].Key); err != nil {
			t.Errorf("a code until %s is not signed by key %d: %v", c.until, c.by, err)
		}
	}

	if _, err := server.HQ.RetireKey(ctx, rows[1].ID); !errors.Is(err, hq.ErrInput) {
		t.Errorf("the newest key was retired: %v", err)
	}
	if _, err := server.HQ.RetireKey(ctx, "0123"); !errors.Is(err, hq.ErrInput) {
		t.Errorf("an unknown key was retired: %v", err)
	}
	now = now.Add(time.Hour)
	if rows, err = server.HQ.RetireKey(ctx, rows[0].ID); err != nil || rows[0].Counts || !rows[0].Until.Equal(now) {
		t.Errorf("%+v, %v", rows, err)
	}
	if _, err := server.HQ.RetireKey(ctx, rows[0].ID); !errors.Is(err, hq.ErrInput) {
		t.Errorf("retired twice: %v", err)
	}
	for range hqring.MaxKeys - 2 {
		if rows, err = server.HQ.RotateKey(ctx, 0); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := server.HQ.RotateKey(ctx, 0); !errors.Is(err, hq.ErrInput) || len(rows) != hqring.MaxKeys {
		t.Errorf("more keys than terminals follow: %v", err)
	}
	p, err = server.HQ.Point(ctx, "P001")
	if err = errors.Join(err, ring.Adopt(p.Keys)); err != nil || len(ring.Live(now)) != 1 || !bytes.Equal(ring.Live(now)[0], rows[len(rows)-1].Key) {
		t.Errorf("%v, %d live keys", err, len(ring.Live(now)))
	}
}
