package hqtest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestBreaker(t *testing.T) {
	served := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		served++
		_, _ = io.WriteString(w, "0123456789")
	}))
	defer server.Close()
	b := NewBreaker(server.Client().Transport)
	client := &http.Client{Transport: b}
	ask := func() (int, string, error) {
		resp, err := client.Post(server.URL, "text/plain", strings.NewReader("x"))
		if err != nil {
			return 0, "", err
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body), err
	}
	b.Plan(Answer500, Garbage, HalfAnswer, LostAnswer, NoServer, Fine)
	for _, want := range []struct {
		status int
		body   string
		broken bool
		served int // requests that the server has seen by then
	}{
		{500, "out of order", false, 0}, {200, "\x00<html>{]", false, 0}, {200, "01234", true, 1}, {0, "", true, 2}, {0, "", true, 2},
		{200, "0123456789", false, 3}, {200, "0123456789", false, 4},
	} {
		status, body, err := ask()
		if status != want.status || body != want.body || errors.Is(err, ErrBroken) != want.broken || served != want.served {
			t.Errorf("%d %q %v with %d served, want %+v", status, body, err, served, want)
		}
	}
	b.Always(NoServer)
	for range 2 {
		if _, _, err := ask(); !errors.Is(err, ErrBroken) {
			t.Errorf("always: %v", err)
		}
	}
	if b.Requests() != 9 {
		t.Errorf("%d requests counted", b.Requests())
	}
}

func TestNeverEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBreaker(nil)
		b.Plan(Never)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://hq.invalid/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.RoundTrip(req); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("RoundTrip: %v", err)
		}
	})
}

func TestServer(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	s := Start(t, func() time.Time { return at })
	codes := s.Import("P001", Entry("A"))
	if codes["A"].Code == "" || codes["A"].Typed == "" || s.Code("P002") == "" || len(s.Cases()) != 0 {
		t.Errorf("codes %+v", codes)
	}
	resp, err := (&http.Client{Transport: s.Transport()}).Get(s.URL + "/v1/time")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if body, err := io.ReadAll(resp.Body); err != nil || !strings.Contains(string(body), "2026-11-23T08:00:00Z") {
		t.Errorf("HQ's clock: %s, %v", body, err)
	}
}
