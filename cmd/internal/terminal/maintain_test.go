package terminal

import (
	"context"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
)

// The customer of a collected order is forgotten without anybody's doing.
func TestStoreIsMaintained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, codes := localFolder(t, 2, kiosk.Policy{Retention: time.Hour, UndoWindow: time.Hour})
		o := options(f)
		o.Log = slog.New(slog.DiscardHandler)
		term, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = term.Close() }()
		a, err := term.store.Redeem(desk.Scan{Text: codes[0].Opaque.Text, Source: "camera", At: term.clock.moment()})
		if err != nil || a.Verdict != kiosk.Accepted {
			t.Fatalf("%s, %v", a.Verdict, err)
		}
		known := func(id kiosk.OrderID) bool {
			o, _, _ := term.store.Order(id)
			return f.Reveal(o) != kiosk.Masked{}
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { term.maintain(ctx); close(ended) }()
		within := time.After(30 * time.Minute)
		for late := time.After(25 * time.Hour); late != nil; {
			select {
			case input := <-term.inputs:
				input(term.clock.moment())
			case <-within:
				if !known("A1") {
					t.Error("forgotten within the retention")
				}
			case <-late:
				late = nil
			}
		}
		if known("A1") || !known("A2") {
			t.Errorf("known after a day: the one who collected %v, the other %v", known("A1"), known("A2"))
		}
		cancel()
		<-ended
	})
}
