package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// Who goes on after being turned away waits for each refusal; one that comes while too
// many wait loses its connection. Others are served at once.
func TestRefusalsAreHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Right") == "" {
				w.WriteHeader(http.StatusUnauthorized)
			}
		}), time.Now, nil, newMetrics())
		ask := func(ctx context.Context, device, right string) (*httptest.ResponseRecorder, time.Duration) {
			r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/v1/terminals/K1/events", nil)
			r.Header.Set("Signature-Input", `sig=();keyid="`+device+`"`)
			r.Header.Set("X-Right", right)
			w, began := httptest.NewRecorder(), time.Now()
			l.ServeHTTP(w, r)
			return w, time.Since(began)
		}
		for range deviceFailures {
			if w, took := ask(t.Context(), "K1", ""); w.Code != http.StatusUnauthorized || took != 0 {
				t.Fatalf("%d after %v", w.Code, took)
			}
		}
		if w, took := ask(t.Context(), "K1", ""); w.Code != http.StatusTooManyRequests || took != holdTime || w.Header().Get("Connection") != "" {
			t.Errorf("%d after %v", w.Code, took)
		}
		gone, end := context.WithCancel(t.Context())
		end()
		if _, took := ask(gone, "K1", ""); took != 0 {
			t.Errorf("nobody waits, for %v", took)
		}
		for range mostHeld {
			go func() { _, _ = ask(t.Context(), "K1", "") }()
		}
		synctest.Wait()
		if w, took := ask(t.Context(), "K1", ""); w.Code != http.StatusTooManyRequests || took != 0 || w.Header().Get("Connection") != "close" {
			t.Errorf("one more: %d after %v", w.Code, took)
		}
		if w, took := ask(t.Context(), "K2", "yes"); w.Code != http.StatusOK || took != 0 {
			t.Errorf("another one: %d after %v", w.Code, took)
		}
		<-time.After(holdTime) // in the time of the bubble
		synctest.Wait()
		if n := len(l.held); n != 0 {
			t.Errorf("%d are still held", n)
		}
	})
}
